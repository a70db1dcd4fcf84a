"""Shodan: banners, one JSON object per line, as written by ``shodan download`` (usually compressed with gzip).

Fields: https://datapedia.shodan.io/ and its notes on modules. Kept are names and sizes of databases and indices, and
counts; keys, documents and banners are never kept.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from tieback.intake.reports.interface import (
    MAX_CONTAINERS,
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
from tieback.model.figure import Figure, estimate, total
from tieback.model.passive import PassiveService
from tieback.model.probe import Access

_SYSTEM = frozenset({"admin", "config", "local"})


class _Module(msgspec.Struct, frozen=True):
    module: str = ""


class _Database(msgspec.Struct, frozen=True):
    name: str = ""
    size: float | None = msgspec.field(name="sizeOnDisk", default=None)
    empty: bool = False


class _Databases(msgspec.Struct, frozen=True):
    databases: tuple[_Database, ...] = ()
    total: float | None = msgspec.field(name="totalSize", default=None)


class _Mongo(msgspec.Struct, frozen=True):
    authentication: bool | None = None
    listed: _Databases | None = msgspec.field(name="listDatabases", default=None)


class _Docs(msgspec.Struct, frozen=True):
    count: int | None = None


class _Store(msgspec.Struct, frozen=True):
    bytes: int | None = msgspec.field(name="size_in_bytes", default=None)


class _Shards(msgspec.Struct, frozen=True):
    docs: _Docs = _Docs()
    store: _Store = _Store()


class _Index(msgspec.Struct, frozen=True):
    primaries: _Shards = _Shards()


class _Elastic(msgspec.Struct, frozen=True):
    indices: dict[str, _Index] = {}


class _Redis(msgspec.Struct, frozen=True):
    server: dict[str, Any] = {}


class _CouchDb(msgspec.Struct, frozen=True):
    dbs: tuple[str, ...] = ()


class _Banner(msgspec.Struct, frozen=True):
    port: int
    ip_str: str = ""
    transport: str = "tcp"
    timestamp: str = ""
    hostnames: tuple[str, ...] = ()
    product: str = ""
    version: str = ""
    origin: _Module = msgspec.field(name="_shodan", default=_Module())
    elastic: _Elastic | None = None
    mongodb: _Mongo | None = None
    redis: _Redis | None = None
    couchdb: _CouchDb | None = None


class Shodan:
    """Importer of Shodan banners."""

    meta = ReportImporterMeta("shodan", "Shodan", "JSON", "https://datapedia.shodan.io/")

    def __init__(self) -> None:
        self._products = Products()

    def recognises(self, head: bytes) -> bool:
        """True if the file has the mark of every banner, and the address in text form."""
        return b'"_shodan"' in head and b'"port"' in head

    def facts(self, source: ReportSource) -> Iterator[Fact]:
        """Yield one service per banner."""
        for line, banner in source.records(_Banner):
            where, port = parse_address(banner.ip_str), port_number(banner.port)
            if not where or port is None:
                source.skip(line, "no address or port")
                continue
            if banner.transport != "tcp":
                source.skip(line, NOT_TCP)
                continue
            names, records, size = _holds(banner)
            yield PassiveService(
                source=self.meta.name,
                seen=parse_time(banner.timestamp),
                address=where,
                port=port,
                names=clean_host_names(banner.hostnames),
                service=self._products.service(banner.origin.module, banner.product)
                or self._products.within(banner.product),
                product=one_line(banner.product),
                version=one_line(banner.version, 40),
                claims=_claims(banner),
                records=records,
                bytes=size,
                containers=names,
                note=one_line(f"module {banner.origin.module}" if banner.origin.module else ""),
            )


def _claims(banner: _Banner) -> Access:
    if banner.mongodb is not None:
        if banner.mongodb.authentication:
            return Access.AUTH_REQUIRED
        listed = banner.mongodb.listed.databases if banner.mongodb.listed else ()
        own = [one for one in listed if one.name not in _SYSTEM]
        if listed:
            return Access.OPEN if own else Access.OPEN_EMPTY
        return Access.UNKNOWN
    if banner.elastic is not None and banner.elastic.indices:
        return Access.OPEN
    if banner.redis is not None and banner.redis.server:
        return Access.OPEN
    if banner.couchdb is not None and banner.couchdb.dbs:
        return Access.SCHEMA_ONLY
    return Access.UNKNOWN


def _holds(banner: _Banner) -> tuple[tuple[str, ...], Figure | None, Figure | None]:
    """Names, records and bytes, as far as the module counts them."""
    if banner.elastic is not None and banner.elastic.indices:
        own = {name: index.primaries for name, index in banner.elastic.indices.items() if not name.startswith(".")}
        return (
            _names(own),
            _sum([one.docs.count for one in own.values()], "documents of the primaries, by Shodan"),
            _sum([one.store.bytes for one in own.values()], "size of the primaries, by Shodan"),
        )
    if banner.mongodb is not None and banner.mongodb.listed is not None:
        databases = [one for one in banner.mongodb.listed.databases if one.name not in _SYSTEM]
        sizes = [None if one.size is None else int(one.size) for one in databases]
        return _names(one.name for one in databases), None, _sum(sizes, "sizeOnDisk, by Shodan")
    if banner.couchdb is not None:
        return _names(name for name in banner.couchdb.dbs if not name.startswith("_")), None, None
    return (), None, None


def _names(names: Any) -> tuple[str, ...]:
    return tuple(sorted({one_line(name) for name in names} - {""})[:MAX_CONTAINERS])


def _sum(values: list[int | None], method: str) -> Figure | None:
    if not any(value is not None for value in values):
        return None
    return total((None if value is None or value < 0 else estimate(value, method) for value in values), method)
