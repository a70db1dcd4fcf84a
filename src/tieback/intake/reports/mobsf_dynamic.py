"""MobSF: the report of a dynamic analysis as JSON, from ``/api/v1/dynamic/report_json`` and its variants for iOS.

Fields: https://github.com/MobSF/Mobile-Security-Framework-MobSF (``DynamicAnalyzer/views/*/report.py``). MobSF searches
the traffic of its proxy, the log of the device and the calls that it monitors for URLs, and does not keep which of them
had a URL. So ``urls`` and ``domains`` show what occurred during a run, not what the app contacted. ``network`` (iOS)
has the URLs that the app passed to a networking API. ``base64_strings`` are texts that the app decoded.

Not read: e-mail addresses, clipboard, files, cookies and arguments of calls, which contain values; ``trackers``, which
have names and pages of Exodus but no hosts; and the tests of TLS and activities, which name no endpoint.
"""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import Fact, ReportImporterMeta, clean_host_name, one_line, split_url
from tieback.intake.reports.source import ReportSource
from tieback.model.app import App, Platform
from tieback.model.passive import PassiveText

MAX_TEXT = 4096
"""Characters of a decoded text that are searched."""
_TITLE = re.compile(rb'"title"\s*:\s*"(?:iOS )?Dynamic Analysis(?: Report)?"')
_START = re.compile(rb'\s*\{\s*"hash"\s*:\s*"[0-9a-f]{32}"\s*,\s*"emails"\s*:')
_OCCURRED = "traffic, log or call of a run"


class _Report(msgspec.Struct, frozen=True):
    package: str | None = ""
    bundleid: str | None = ""
    urls: tuple[Any, ...] = ()
    domains: dict[str, Any] | None = {}
    network: tuple[Any, ...] = ()
    base64_strings: tuple[Any, ...] = ()


class MobSfDynamic:
    """Importer of MobSF's reports of dynamic analyses."""

    meta = ReportImporterMeta("mobsf_dynamic", "MobSF dynamic analysis", "JSON", "https://mobsf.github.io/docs/")

    def recognises(self, head: bytes) -> bool:
        """True if the first bytes have the title of such a report, or begin like one that is long."""
        monitored = b'"droidmon"' in head and b'"apimon"' in head
        return monitored or _START.match(head) is not None or _TITLE.search(head) is not None

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one text per URL, per domain without a URL, and per decoded text."""
        for line, report in source.records(_Report):
            bundle = report.package or report.bundleid or ""
            if not bundle:
                source.skip(line, "the report names no app")
                continue
            app = App(Platform.ANDROID if report.package else Platform.IOS, one_line(bundle, 255), "")
            hosts: set[str] = set()
            for text, where, how in _texts(report):
                hosts.add(split_url(text)[1])
                yield PassiveText(self.meta.name, "", app, text, where, how)
            for domain in report.domains or {}:
                name = clean_host_name(domain)
                if name and name not in hosts:
                    yield PassiveText(self.meta.name, "", app, f"https://{name}", _OCCURRED, "domains")


def _texts(report: _Report) -> Iterator[tuple[str, str, str]]:
    """Texts with their place and the part of the report."""
    for item in report.network:
        if isinstance(item, dict) and isinstance(url := item.get("url"), str):
            api = item.get("source")
            yield (
                url[:2048],
                "URL of a request" + (f" ({one_line(api, 40)})" if isinstance(api, str) else ""),
                "network",
            )
    for url in _strings(report.urls):
        yield url[:2048], _OCCURRED, "urls"
    for item in report.base64_strings:
        if isinstance(item, list) and len(item) == 2 and all(isinstance(part, str) for part in item):
            yield item[1][:MAX_TEXT], one_line(f"decoded Base64, {item[0]}", 255), "base64_strings"


def _strings(values: Iterable[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))
