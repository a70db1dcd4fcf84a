"""LeakIX: events in the l9 format, one JSON object per line, as written by its API and ``l9explore``.

Fields: https://github.com/LeakIX/l9format. ``summary`` contains the server's response, with records in it. Neither it
nor the text of a ransom note is kept.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import (
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
from tieback.model.figure import Figure, estimate
from tieback.model.passive import PassiveService
from tieback.model.probe import Access


class _Software(msgspec.Struct, frozen=True):
    name: str = ""
    version: str = ""


class _Credentials(msgspec.Struct, frozen=True):
    noauth: bool = False


class _Service(msgspec.Struct, frozen=True):
    software: _Software = _Software()
    credentials: _Credentials = _Credentials()


class _Dataset(msgspec.Struct, frozen=True):
    rows: int = 0
    files: int = 0
    size: int = 0
    infected: bool = False


class _Leak(msgspec.Struct, frozen=True):
    dataset: _Dataset = _Dataset()


class _Event(msgspec.Struct, frozen=True):
    event_type: str
    ip: str = ""
    host: str = ""
    reverse: str = ""
    port: str | int = ""
    protocol: str = ""
    time: str = ""
    event_source: str = ""
    service: _Service = _Service()
    leak: _Leak = _Leak()


class LeakIx:
    """Importer of l9 events."""

    meta = ReportImporterMeta("leakix", "LeakIX", "JSON", "https://github.com/LeakIX/l9format")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file contains the two words that every event has."""
        return b'"event_type"' in head and b'"event_source"' in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per event."""
        for line, event in source.records(_Event):
            where, port = parse_address(event.ip), port_number(event.port)
            names = clean_host_names((event.host, event.reverse))
            if port is None or not (where or names):
                source.skip(line, "no address or port")
                continue
            data = event.leak.dataset
            held = bool(data.rows > 0 or data.files > 0 or data.size > 0)
            leaks = event.event_type == "leak"
            yield PassiveService(
                source=self.meta.name,
                seen=parse_time(event.time),
                address=where,
                port=port,
                names=names,
                service=self._products.service(event.protocol, event.service.software.name, event.event_source),
                product=one_line(event.service.software.name or event.protocol),
                version=one_line(event.service.software.version, 40),
                claims=_claims(held=held, leaks=leaks, noauth=event.service.credentials.noauth),
                records=_figure(data.rows, "rows, by LeakIX"),
                bytes=_figure(data.size, "size, by LeakIX"),
                note=one_line(event.event_source + (", infected" if data.infected else "")),
            )


def _claims(*, held: bool, leaks: bool, noauth: bool) -> Access:
    if leaks and held:
        return Access.OPEN
    return Access.PARTIAL if leaks and noauth else Access.UNKNOWN


def _figure(value: int, method: str) -> Figure | None:
    return estimate(value, method) if value > 0 else None
