"""MobSF: the report of one app as JSON, from ``/api/v1/report_json``.

Fields: https://github.com/MobSF/Mobile-Security-Framework-MobSF (views of the static analyser). Read are the app, the
URLs and domains with the files that contain them, and Firebase databases with their access state. E-mail addresses and
secrets are not read.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import Fact, ReportImporterMeta, clean_host_name, one_line, parse_time, split_url
from tieback.intake.reports.source import ReportSource
from tieback.model.app import App, Platform
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access


class _Urls(msgspec.Struct, frozen=True):
    urls: tuple[str, ...] = ()
    path: Any = ""


class _Firebase(msgspec.Struct, frozen=True):
    url: str = ""
    open: bool | None = None


class _Report(msgspec.Struct, frozen=True):
    file_name: str = ""
    app_name: str | None = ""
    package_name: str | None = ""
    bundle_id: str | None = ""
    version_name: str | None = ""
    app_version: str | None = ""
    sha256: str = ""
    timestamp: Any = ""
    urls: tuple[_Urls, ...] = ()
    domains: dict[str, Any] = {}
    firebase_urls: tuple[_Firebase, ...] = ()


class MobSf:
    """Importer of MobSF reports."""

    meta = ReportImporterMeta("mobsf", "MobSF", "JSON", "https://mobsf.github.io/docs/")

    def recognises(self, head: bytes) -> bool:
        """True if the first bytes contain MobSF's names of its results."""
        app = b'"file_name"' in head and (b'"package_name"' in head or b'"bundle_id"' in head)
        return b'"appsec"' in head or (app and (b'"sha256"' in head or b'"urls"' in head))

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one text per URL and domain, and one service per Firebase database."""
        for line, report in source.records(_Report):
            bundle = report.package_name or report.bundle_id or ""
            if not bundle:
                source.skip(line, "the report names no app")
                continue
            platform = Platform.IOS if report.bundle_id and not report.package_name else Platform.ANDROID
            digest = report.sha256.lower() if len(report.sha256) == 64 else ""
            version = one_line(report.version_name or report.app_version or "", 40)
            app = App(platform, one_line(bundle, 255), digest, one_line(report.app_name or ""), version)
            seen = parse_time(report.timestamp)
            for group in report.urls:
                where = one_line(group.path if isinstance(group.path, str) else "report", 255)
                for url in group.urls:
                    yield PassiveText(self.meta.name, seen, app, url[:2048], where, "urls")
            for domain in report.domains:
                name = clean_host_name(domain)
                if name:
                    yield PassiveText(self.meta.name, seen, app, f"https://{name}", "report", "domains")
            for found in report.firebase_urls:
                yield from self._firebase(found, app, seen)

    def _firebase(self, found: _Firebase, app: App, seen: str) -> Iterator[Fact]:
        _, name, port, url = split_url(found.url)
        if not name:
            return
        yield PassiveText(self.meta.name, seen, app, url, "report", "firebase_urls")
        if found.open is not None:
            yield PassiveService(
                source=self.meta.name,
                seen=seen,
                address="",
                port=port or 443,
                names=(name,),
                service="firebase_rtdb",
                product="Firebase Realtime Database",
                claims=Access.OPEN if found.open else Access.AUTH_REQUIRED,
                resource=url,
                note="firebase_urls",
            )
