"""OpenFirebase: one JSON document per scan, schema 1.x: projects with the requests to them and the results.

Format: ``docs/schema/openfirebase-scan.schema.json`` of https://github.com/Icex0/OpenFirebase. The document also
contains server responses (``response_content``), keys and service accounts; these are not read. Results of its write
attempts are left out, because tieback never writes.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import Fact, ReportImporterMeta, one_line, parse_time, split_url
from tieback.intake.reports.source import ReportSource
from tieback.model.app import App, Platform
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access

_SERVICES = {"rtdb": "firebase_rtdb", "firestore": "firestore", "storage": "firebase_storage"}
_CLAIMS = {
    "public": Access.OPEN,
    "protected": Access.AUTH_REQUIRED,
    "app_check": Access.AUTH_REQUIRED,
    "not_found": Access.NOT_FOUND,
}


class _Stage(msgspec.Struct, frozen=True):
    verdict: str = ""


class _Resource(msgspec.Struct, frozen=True):
    collection: str = ""


class _Finding(msgspec.Struct, frozen=True):
    service: str
    url: str
    probe: str = "read"
    resource: _Resource = _Resource()
    unauth: _Stage = _Stage()


class _Project(msgspec.Struct, frozen=True):
    project_id: str
    package_names: tuple[str, ...] = ()
    findings: tuple[_Finding, ...] = ()


class _Input(msgspec.Struct, frozen=True):
    platform: str | None = None


class _Scan(msgspec.Struct, frozen=True):
    schema_version: str
    projects: tuple[_Project, ...]
    started_at: str = ""
    finished_at: str | None = None
    input: _Input = _Input()


class OpenFirebase:
    """Importer of OpenFirebase scans."""

    meta = ReportImporterMeta("openfirebase", "OpenFirebase", "JSON", "https://github.com/Icex0/OpenFirebase")

    def recognises(self, head: bytes) -> bool:
        """True if the file starts like its documents."""
        return b'"schema_version"' in head and b'"tool_version"' in head and b'"scan_id"' in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per read request, and one text per app that names the project."""
        for _, scan in source.records(_Scan):
            seen = parse_time(scan.finished_at or scan.started_at)
            platform = Platform.IOS if (scan.input.platform or "").lower() == "ios" else Platform.ANDROID
            for project in scan.projects:
                apps = [App(platform, one_line(name, 255), "") for name in project.package_names[:1000] if name]
                for finding in project.findings:
                    _, name, port, url = split_url(finding.url)
                    if finding.probe != "read" or not name:
                        continue
                    for app in apps:
                        yield PassiveText(self.meta.name, seen, app, url, "report", finding.service[:40])
                    if finding.service in _SERVICES:
                        yield PassiveService(
                            source=self.meta.name,
                            seen=seen,
                            address="",
                            port=port or 443,
                            names=(name,),
                            service=_SERVICES[finding.service],
                            product=one_line(f"Firebase {finding.service}"),
                            claims=_CLAIMS.get(finding.unauth.verdict, Access.UNKNOWN),
                            containers=tuple(filter(None, (one_line(finding.resource.collection),))),
                            resource=url,
                            note=one_line(f"project {project.project_id}"),
                        )
