"""Back ends become candidates: the hosts and ports worth asking, each with the way that leads there.

An app names some itself. Others are reached by the pivot: an app that talks to an HTTP API only may still leave its
data open, when the store behind the API listens on the same host, so the usual ports of the stores there are candidates
too. A pivot is never made from third parties, nor from fronts that many customers share.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.backends.normalise import host_of
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party

_HTTP = frozenset({"http", "https", "ws", "wss"})
WEB = "http"
"""Service of a candidate of which the app says that it speaks HTTP, and no more."""
_TLS_SCHEMES = frozenset({"https", "wss", "ftps", "rediss", "amqps", "mqtts", "ssl"})
_PRODUCTS = {
    "amqp": "AMQP",
    "arangodb": "ArangoDB",
    "bolt": "Neo4j (Bolt)",
    "cassandra": "Cassandra",
    "clickhouse": "ClickHouse",
    "clickhouse_native": "ClickHouse (native protocol)",
    "consul": "Consul",
    "couchbase": "Couchbase",
    "couchdb": "CouchDB",
    "docker_api": "the Docker API",
    "docker_registry": "a Docker registry",
    "drda": "Db2",
    "elasticsearch_transport": "Elasticsearch's transport",
    "elasticsearch": "Elasticsearch",
    "etcd": "etcd",
    "ftp": "FTP",
    "hdfs": "HDFS",
    "influxdb": "InfluxDB",
    "kibana": "Kibana",
    "kubernetes": "Kubernetes",
    "meilisearch": "Meilisearch",
    "milvus": "Milvus",
    "mongodb": "MongoDB",
    "mqtt": "MQTT",
    "mssql": "SQL Server",
    "mysql": "MySQL",
    "nats": "NATS",
    "neo4j": "Neo4j",
    "oracle": "Oracle Database",
    "parse": "Parse Server",
    "pocketbase": "PocketBase",
    "postgresql": "PostgreSQL",
    "qdrant": "Qdrant",
    "rabbitmq": "RabbitMQ",
    "redis": "Redis",
    "rsync": "rsync",
    "s3": "an S3-compatible store",
    "smb": "SMB",
    "solr": "Solr",
    "typesense": "Typesense",
}
"""How people write the names of services."""
_OTHERS = (Party.THIRD, Party.PLATFORM)
"""Whose machines are nobody's that the app's maker answers for."""


class _Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    suffixes: tuple[str, ...]
    reason: str
    source: str
    exceptions: tuple[str, ...] = msgspec.field(name="except", default=())


class _Fronts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    front: tuple[_Front, ...]


class SharedFronts:
    """Hosting that many customers share, from ``shared_fronts.toml``: behind it stands nobody's own machine."""

    @cached_property
    def _suffixes(self) -> dict[str, str | None]:
        raw = resources.files("tieback.backends").joinpath("shared_fronts.toml").read_bytes()
        fronts = msgspec.toml.decode(raw, type=_Fronts).front
        shared: dict[str, str | None] = {suffix: front.reason for front in fronts for suffix in front.suffixes}
        return shared | {suffix: None for front in fronts for suffix in front.exceptions}

    def reason(self, host: str) -> str | None:
        """Why no store of the app's maker can stand on this host, or ``None``."""
        name = host
        while name:
            if name in self._suffixes:
                return self._suffixes[name]
            name = name.partition(".")[2]
        return None


def is_api(backend: Backend) -> bool:
    """Whether it is an API over HTTP that the app's maker may answer for: no third party's and no platform's."""
    endpoint = backend.endpoint
    return endpoint.kind is EndpointKind.URL and endpoint.scheme in _HTTP and backend.party not in _OTHERS


def candidates(
    backends: Iterable[Backend],
    store_ports: Mapping[str, tuple[int, ...]],
    fronts: SharedFronts | None = None,
) -> list[Candidate]:
    """The hosts and ports worth asking.

    Args:
        backends: as mapped; those without addresses are left out.
        store_ports: usual ports by service, such as ``{"mongodb": (27017,)}``; the first service that claims a port
            gives the reason.
        fronts: the list of shared hosting, where the caller holds it already.

    Returns:
        One a host and port, and one a resource at hosts that many customers share; those that an app names first, then
        by host and port. A named one that a pivot also leads to keeps the endpoints of both.
    """
    fronts = fronts if fronts is not None else SharedFronts()
    reached = [backend for backend in backends if backend.addresses]
    return joined(_named(reached), _pivots(reached, store_ports, fronts))


def service_name(service: str) -> str:
    """How people write the name of a service."""
    return _PRODUCTS.get(service, service)


def joined(first: Iterable[Candidate], more: Iterable[Candidate]) -> list[Candidate]:
    """Candidates of two sources, one a host, port and resource, in the order of ``candidates``."""
    merged: dict[tuple[str, int, str], Candidate] = {}
    for found in (*first, *more):
        key = (found.host, found.port, found.resource)
        known = merged.get(key)
        merged[key] = found if known is None else _merge(known, found)
    return sorted(merged.values(), key=lambda one: (one.route is not Route.NAMED, one.host, one.port, one.resource))


def _named(backends: list[Backend]) -> Iterator[Candidate]:
    for backend in sorted(backends, key=lambda one: one.endpoint.value):
        endpoint = backend.endpoint
        if endpoint.port is None:
            continue
        yield Candidate(
            host=host_of(endpoint),
            port=endpoint.port,
            service=endpoint.service or (WEB if endpoint.scheme in _HTTP else None),
            route=Route.NAMED,
            endpoints=(endpoint.value,),
            reason=f"the app names {endpoint.value}",
            tls=_tls(endpoint.scheme),
            resource=_resource(endpoint),
        )


def _resource(endpoint: Endpoint) -> str:
    """The resource that a cloud endpoint names, where its host does not hold the name: others' are at that host too."""
    if endpoint.kind is not EndpointKind.CLOUD:
        return ""
    name = endpoint.value.partition(":")[2].partition("/")[0]
    return "" if name.lower() in endpoint.host else name


def _pivots(
    backends: list[Backend], store_ports: Mapping[str, tuple[int, ...]], fronts: SharedFronts
) -> Iterator[Candidate]:
    apis: dict[str, list[str]] = {}
    for backend in backends:
        host = host_of(backend.endpoint)
        if is_api(backend) and fronts.reason(host) is None:
            apis.setdefault(host, []).append(backend.endpoint.value)
    for host, values in sorted(apis.items()):
        ordered = tuple(sorted(set(values)))
        root = _root(ordered[0])
        for service, ports in store_ports.items():
            for port in ports:
                yield Candidate(
                    host=host,
                    port=port,
                    service=service,
                    route=Route.PIVOT,
                    endpoints=ordered,
                    reason=f"default port of {service_name(service)} on the host of the API {root}",
                )


def _merge(first: Candidate, other: Candidate) -> Candidate:
    """``first`` with what ``other`` adds; named candidates come before pivots and win."""
    named = other.route is Route.NAMED
    return msgspec.structs.replace(
        first,
        service=first.service or (other.service if named else None),
        tls=first.tls if first.tls is not None or not named else other.tls,
        endpoints=tuple(sorted({*first.endpoints, *other.endpoints})),
    )


def _tls(scheme: str) -> bool | None:
    return None if scheme in {"", "tcp"} else scheme in _TLS_SCHEMES


def _root(value: str) -> str:
    scheme, mark, rest = value.partition("://")
    return scheme + mark + rest.partition("/")[0]
