"""Reports of tieback itself, in JSON or NDJSON: of another workspace, such as one behind a network boundary.

What another workspace states is evidence with its date, as the report of any other tool: it is never a proof here.
Stores give services; endpoints of apps give texts. The format is that of ``tieback report schema``.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import (
    MAX_CONTAINERS,
    Fact,
    ReportImporterMeta,
    clean_host_names,
    one_line,
    parse_address,
    parse_time,
    port_number,
)
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.model.app import App, Platform
from tieback.model.endpoint import EndpointKind
from tieback.model.figure import Figure
from tieback.model.passive import PassiveService, PassiveText
from tieback.model.probe import Access

MAX_APPS = 500_000
"""Apps whose names are kept in memory; endpoints of further ones have only the content hash of their app."""
MAX_TARGETS = 64
"""Locations of one store."""
_SHA256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
_LINES, _WHOLE = b"tieback/report-head/", b"tieback/report/"


class _Kind(msgspec.Struct, frozen=True):
    schema: str


class _Head(msgspec.Struct, frozen=True):
    created: str
    tool_version: str = ""


class _App(msgspec.Struct, frozen=True):
    sha256: str
    platform: str = ""
    bundle_id: str = ""
    name: str = ""
    version_name: str = ""


class _Summary(msgspec.Struct, frozen=True):
    app: _App


class _Container(msgspec.Struct, frozen=True):
    path: tuple[str, ...] = ()


class _Store(msgspec.Struct, frozen=True):
    id: str
    product: str
    access: str
    targets: tuple[str, ...]
    version: str = ""
    records: Figure | None = None
    bytes: Figure | None = None
    containers: tuple[_Container, ...] = ()


class _Endpoint(msgspec.Struct, frozen=True):
    value: str
    kind: str = ""


class _Evidence(msgspec.Struct, frozen=True):
    file: str = ""
    context: str = ""


class _Found(msgspec.Struct, frozen=True):
    endpoint: _Endpoint
    evidence: _Evidence = _Evidence()


class _Sighting(msgspec.Struct, frozen=True):
    app_sha256: str
    sighting: _Found


class _Whole(msgspec.Struct, frozen=True):
    created: str
    tool_version: str = ""
    apps: tuple[_Summary, ...] = ()
    exposures: tuple[_Store, ...] = ()
    sightings: tuple[_Sighting, ...] = ()


_SHAPES: dict[str, type[Any]] = {
    "report-head": _Head,
    "app-summary": _Summary,
    "exposure": _Store,
    "app-sighting": _Sighting,
}


class TiebackReport:
    """Importer of tieback's own reports."""

    meta = ReportImporterMeta("tieback", "tieback", "JSON", "https://json-schema.org/draft/2020-12")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file begins as a report in JSON or NDJSON; its keys are sorted, or the schema is the first."""
        start = head.lstrip()[:200]
        if start.startswith(b'{"schema":"' + _WHOLE):
            return True
        return start.startswith(b'{"audience":') and (_LINES in head or b'"baseline":' in start)

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per location of a store, and one text per endpoint of an app."""
        reading = _Reading(source, self.meta.name, self._products)
        for line, data in source.objects():
            try:
                yield from reading.facts(line, data)
            except msgspec.ValidationError as error:
                source.skip(line, str(error))
            except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
                raise source.broken(line, f"not valid JSON ({error})") from None


class _Reading:
    """What was read of one report so far."""

    def __init__(self, source: ReportSource, name: str, products: Products) -> None:
        self._source = source
        self._name = name
        self._products = products
        self._apps: dict[str, App] = {}
        self._seen = ""
        self._by = "tieback"

    def facts(self, line: int, data: bytes) -> Iterator[Fact]:
        """The facts of one object."""
        schema = msgspec.json.decode(data, type=_Kind).schema
        if schema.startswith(_WHOLE.decode()):
            whole = msgspec.json.decode(data, type=_Whole)
            self._take_head(_Head(whole.created, whole.tool_version))
            for one in (*whole.apps, *whole.exposures, *whole.sightings):
                yield from self._row(line, one)
            return
        parts = schema.split("/")
        shape = _SHAPES.get(parts[1]) if parts[0] == "tieback" and len(parts) > 1 else None
        if shape is not None:
            yield from self._row(line, msgspec.json.decode(data, type=shape))

    def _row(self, line: int, row: object) -> Iterator[Fact]:
        match row:
            case _Head():
                self._take_head(row)
            case _Summary():
                if len(self._apps) < MAX_APPS:
                    self._apps[row.app.sha256] = _app(row.app)
            case _Store():
                yield from self._services(line, row)
            case _Sighting():
                yield from self._text(row)

    def _take_head(self, head: _Head) -> None:
        self._seen = parse_time(head.created)
        self._by = one_line(f"tieback {head.tool_version}".strip(), 40)

    def _services(self, line: int, store: _Store) -> Iterator[PassiveService]:
        found = 0
        for target in store.targets[:MAX_TARGETS]:
            host, _, port = target.partition("/")[0].rpartition(":")
            number, address = port_number(port), parse_address(host)
            names = clean_host_names([host])
            if number is None or not (address or names):
                continue
            found += 1
            yield PassiveService(
                source=self._name,
                seen=self._seen,
                address=address,
                port=number,
                names=names,
                service=self._products.service(store.product),
                product=one_line(store.product),
                version=one_line(store.version, 40),
                claims=_access(store.access),
                records=store.records,
                bytes=store.bytes,
                containers=tuple(
                    dict.fromkeys(one_line(".".join(one.path)) for one in store.containers[:MAX_CONTAINERS])
                ),
                note=one_line(f"probed by {self._by}, store {store.id}", 160),
            )
        if not found:
            self._source.skip(line, "no address or port")

    def _text(self, row: _Sighting) -> Iterator[PassiveText]:
        endpoint, evidence = row.sighting.endpoint, row.sighting.evidence
        app = self._apps.get(row.app_sha256)
        if app is None and len(self._apps) < MAX_APPS:
            return  # a capture without its app
        # A cloud resource has a name of our own; the text around it has its address.
        text = evidence.context if endpoint.kind == EndpointKind.CLOUD else endpoint.value
        yield PassiveText(
            source=self._name,
            seen=self._seen,
            app=app or App(Platform.UNKNOWN, "", _digest(row.app_sha256)),
            text=text[:2_000],
            where=one_line(evidence.file, 240),
            how="endpoints",
        )


def _app(app: _App) -> App:
    try:
        platform = Platform(app.platform)
    except ValueError:
        platform = Platform.UNKNOWN
    return App(
        platform, one_line(app.bundle_id, 240), _digest(app.sha256), one_line(app.name), one_line(app.version_name)
    )


def _digest(text: str) -> str:
    """The hash of an app; empty if it is not one, as for a report that does not contain it."""
    return text if _SHA256.fullmatch(text) else ""


def _access(text: str) -> Access:
    try:
        return Access(text)
    except ValueError:
        return Access.UNKNOWN
