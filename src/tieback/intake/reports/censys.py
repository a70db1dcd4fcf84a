"""Censys: hosts with their services, as JSON: lines or an array of hosts, or a response of its API.

Supported are the host object of the Search API, version 2 (https://search.censys.io/api), its responses (``result`` and
``hits``), and the host object of the Platform API, version 3 (https://docs.censys.com/reference). Version 3 has
``protocol`` and ``scan_time`` instead of ``service_name`` and ``observed_at``. Censys reports which services listen,
not whether they allow anonymous access.
"""

from collections.abc import Iterator

import msgspec

from tieback.intake.reports.interface import (
    NOT_TCP,
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
from tieback.model.passive import PassiveService


class _Software(msgspec.Struct, frozen=True):
    product: str | None = None
    version: str | None = None


class _Service(msgspec.Struct, frozen=True):
    port: int
    service_name: str = ""
    protocol: str = ""
    transport_protocol: str = ""
    observed_at: str = ""
    scan_time: str = ""
    software: tuple[_Software, ...] = ()


class _Reverse(msgspec.Struct, frozen=True):
    names: tuple[str, ...] = ()


class _Dns(msgspec.Struct, frozen=True):
    names: tuple[str, ...] = ()
    reverse_dns: _Reverse = _Reverse()


class _Host(msgspec.Struct, frozen=True):
    ip: str = ""
    services: tuple[_Service, ...] = ()
    dns: _Dns = _Dns()
    name: str = ""
    last_updated_at: str = ""


class _Result(_Host, frozen=True):
    hits: tuple[_Host, ...] = ()
    resource: _Host | None = None


class _Document(_Host, frozen=True):
    result: _Result | None = None
    host: _Host | None = None


class Censys:
    """Importer of Censys hosts."""

    meta = ReportImporterMeta("censys", "Censys", "JSON", "https://docs.censys.com/reference")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file has hosts with services in the Censys naming."""
        named = b'"service_name"' in head or b'"scan_time"' in head or b'"extended_service_name"' in head
        return b'"services"' in head and b'"ip"' in head and named

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one passive service per service of a host."""
        for line, document in source.records(_Document):
            hosts = tuple(_hosts(document))
            if not any(host.services for host in hosts):
                source.skip(line, "not a host with services")
            for host in hosts:
                yield from self._of_host(host, line, source)

    def _of_host(self, host: _Host, line: int, source: ReportSource) -> Iterator[Fact]:
        where = parse_address(host.ip)
        names = clean_host_names((*host.dns.names, *host.dns.reverse_dns.names, host.name))
        for service in host.services:
            port = port_number(service.port)
            if not where or port is None:
                source.skip(line, "no address or port")
                continue
            if service.transport_protocol.upper() not in {"", "TCP"}:
                source.skip(line, NOT_TCP)
                continue
            software = next((one for one in service.software if one.product), _Software())
            called = service.service_name or service.protocol
            yield PassiveService(
                source=self.meta.name,
                seen=parse_time(service.observed_at or service.scan_time or host.last_updated_at),
                address=where,
                port=port,
                names=names,
                service=self._products.service(called, software.product or ""),
                product=one_line(software.product or called),
                version=one_line(software.version or "", 40),
                note=one_line(f"service {called}" if called else ""),
            )


def _hosts(document: _Document) -> Iterator[_Host]:
    if document.result is not None:
        yield from document.result.hits
        if document.result.resource is not None:
            yield document.result.resource
        if document.result.services:
            yield document.result
    elif document.host is not None:
        yield document.host
    else:
        yield document
