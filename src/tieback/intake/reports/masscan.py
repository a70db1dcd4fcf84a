"""masscan: JSON as written by ``masscan -oJ``, one record per host; its XML is in Nmap's format.

Format: ``out-json.c`` of https://github.com/robertdavidgraham/masscan, as its documentation shows it. A record reports
an open port; with banners also the protocol.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import Fact, ReportImporterMeta, one_line, parse_address, parse_time, port_number
from tieback.intake.reports.products import Products
from tieback.intake.reports.source import ReportSource
from tieback.model.passive import PassiveService


class _Banner(msgspec.Struct, frozen=True):
    name: str = ""


class _Port(msgspec.Struct, frozen=True):
    port: int
    proto: str = "tcp"
    status: str = "open"
    service: _Banner = _Banner()


class _Host(msgspec.Struct, frozen=True):
    ip: str
    ports: tuple[_Port, ...]
    timestamp: str | int = ""


class Masscan:
    """Importer of masscan JSON."""

    meta = ReportImporterMeta("masscan", "masscan", "JSON", "https://github.com/robertdavidgraham/masscan")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file has an address with ports and their protocol."""
        return b'"ports"' in head and b'"ip"' in head and b'"proto"' in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per open port."""
        for line, host in source.records(_Host):
            where = parse_address(host.ip)
            for one in host.ports:
                port = port_number(one.port)
                if not where or port is None:
                    source.skip(line, "no address or port")
                elif one.proto == "tcp" and one.status == "open":
                    yield PassiveService(
                        source=self.meta.name,
                        seen=parse_time(host.timestamp),
                        address=where,
                        port=port,
                        service=self._products.service(one.service.name),
                        product=one_line(one.service.name),
                    )
