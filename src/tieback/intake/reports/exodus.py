"""Exodus Privacy: trackers of an app, as written by ``exodus_analyze -j``.

Format: https://github.com/Exodus-Privacy/exodus-standalone. A report names trackers, not their hosts. If it includes
the tracker's network signature (a regular expression of hosts), plain host names in it are endpoints of the app.
"""

import re
from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import Fact, ReportImporterMeta, clean_host_name, one_line, parse_time
from tieback.intake.reports.source import ReportSource
from tieback.model.app import App, Platform
from tieback.model.passive import PassiveText

_SHA256 = re.compile(r"[0-9a-f]{64}")


class _Application(msgspec.Struct, frozen=True):
    handle: str
    name: str | None = ""
    version_name: str | None = ""
    version_code: str | int | None = ""


class _Apk(msgspec.Struct, frozen=True):
    checksum: str = ""


class _Tracker(msgspec.Struct, frozen=True):
    name: str = ""
    network_signature: str = ""


class _Report(msgspec.Struct, frozen=True):
    application: _Application
    apk: _Apk = _Apk()
    trackers: tuple[_Tracker, ...] = ()
    created: str = ""


class Exodus:
    """Importer of Exodus reports."""

    meta = ReportImporterMeta("exodus", "Exodus Privacy", "JSON", "https://github.com/Exodus-Privacy/exodus-standalone")

    def recognises(self, head: bytes) -> bool:
        """True if the file has an application with a handle, and its trackers."""
        return b'"application"' in head and b'"handle"' in head and (b'"trackers"' in head or b'"uaid"' in head)

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one text per host that a tracker's signature names."""
        for _, report in source.records(_Report):
            said = report.application
            digest = report.apk.checksum.lower()
            app = App(
                Platform.ANDROID,
                one_line(said.handle, 255),
                digest if _SHA256.fullmatch(digest) else "",
                one_line(said.name or ""),
                one_line(said.version_name or "", 40),
                one_line(str(said.version_code or ""), 40),
            )
            for tracker in report.trackers:
                for part in tracker.network_signature[:4096].split("|"):
                    name = clean_host_name(part.replace("\\.", ".").strip("()^$"))
                    if name:
                        where = one_line(f"tracker {tracker.name}")
                        yield PassiveText(
                            self.meta.name, parse_time(report.created), app, f"https://{name}", where, "trackers"
                        )
