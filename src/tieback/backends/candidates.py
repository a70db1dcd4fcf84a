"""Candidates from back ends: the hosts and ports to probe, each with the route that leads to it.

An app names some of them itself. The pivot adds others. Even if an app talks only to an HTTP API, the data store behind
the API can be open on the same host. Therefore the default ports of the supported stores on that host are candidates
too. No pivot starts from a third party's host or from a front end that many customers share.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from importlib import resources

import msgspec

from tieback.backends.base_paths import MAX_BASES, resource_base, suggest_bases
from tieback.backends.normalise import host_of
from tieback.model.backend import Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party

_HTTP = frozenset({"http", "https", "ws", "wss"})
WEB = "http"
"""Service of a candidate that is only known to speak HTTP."""
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
    "dask": "Dask",
    "dask_scheduler": "a Dask scheduler",
    "datasette": "Datasette",
    "directory-listing": "a directory listing",
    "directus": "Directus",
    "docker_api": "the Docker API",
    "docker_registry": "a Docker registry",
    "drda": "Db2",
    "elasticsearch": "Elasticsearch",
    "elasticsearch_transport": "Elasticsearch's transport",
    "etcd": "etcd",
    "flink": "Flink",
    "flower": "Celery Flower",
    "flowise": "Flowise",
    "ftp": "FTP",
    "gradio": "Gradio",
    "hdfs": "HDFS",
    "ignite": "Apache Ignite",
    "influxdb": "InfluxDB",
    "jupyter": "Jupyter",
    "kibana": "Kibana",
    "kubernetes": "Kubernetes",
    "langflow": "Langflow",
    "marimo": "marimo",
    "mcp": "an MCP server",
    "meilisearch": "Meilisearch",
    "milvus": "Milvus",
    "mlflow": "MLflow",
    "minio-console": "MinIO's console",
    "mongodb": "MongoDB",
    "mqtt": "MQTT",
    "mssql": "SQL Server",
    "mysql": "MySQL",
    "n8n": "n8n",
    "nats": "NATS",
    "neo4j": "Neo4j",
    "node_red": "Node-RED",
    "ollama": "Ollama",
    "open-webui": "Open WebUI",
    "openai-compatible": "a model server with the API of OpenAI",
    "oracle": "Oracle Database",
    "parse": "Parse Server",
    "pocketbase": "PocketBase",
    "postgresql": "PostgreSQL",
    "prefect": "Prefect",
    "qdrant": "Qdrant",
    "rabbitmq": "RabbitMQ",
    "ray": "Ray",
    "redis": "Redis",
    "rclone-rcd": "rclone's remote control",
    "redis-commander": "Redis Commander",
    "restic-rest": "the REST API of restic",
    "rsync": "rsync",
    "s3": "an S3-compatible store",
    "smb": "SMB",
    "solr": "Solr",
    "spark": "Spark",
    "spring-boot-actuator": "Spring Boot Actuator",
    "sqlite-web": "sqlite-web",
    "stomp": "STOMP",
    "strapi": "Strapi",
    "streamlit": "Streamlit",
    "supabase-storage": "Supabase Storage",
    "sync_gateway": "Couchbase Sync Gateway",
    "triton": "Triton",
    "typesense": "Typesense",
    "vault": "Vault",
    "victoriametrics": "VictoriaMetrics",
    "webdav": "WebDAV",
    "zipkin": "Zipkin",
    "xano": "Xano",
}
"""Display names of services."""
_PORTS = {"ftp": 21}
"""Port of a host without one, if the key in a configuration names the service."""
OTHERS = (Party.THIRD, Party.PLATFORM)
"""Parties for whose hosts the vendor of the app is not responsible."""


class _Front(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    suffixes: tuple[str, ...]
    reason: str
    source: str
    exceptions: tuple[str, ...] = msgspec.field(name="except", default=())


class _Fronts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    front: tuple[_Front, ...]


class SharedHosting:
    """Hosting that many customers share, from ``shared_fronts.toml``. No host behind it belongs to one customer."""

    @cached_property
    def _suffixes(self) -> dict[str, str | None]:
        raw = resources.files("tieback.backends").joinpath("shared_fronts.toml").read_bytes()
        fronts = msgspec.toml.decode(raw, type=_Fronts).front
        shared: dict[str, str | None] = {suffix: front.reason for front in fronts for suffix in front.suffixes}
        return shared | {suffix: None for front in fronts for suffix in front.exceptions}

    def reason(self, host: str) -> str | None:
        """Why this host cannot be a data store of the app's vendor; ``None`` if it can."""
        name = host
        while name:
            if name in self._suffixes:
                return self._suffixes[name]
            name = name.partition(".")[2]
        return None


def is_api(backend: Backend) -> bool:
    """True if the back end is an HTTP API for which the app's vendor can be responsible: not a third party's or a
    platform's.
    """
    endpoint = backend.endpoint
    return endpoint.kind is EndpointKind.URL and endpoint.scheme in _HTTP and backend.party not in OTHERS


def build_candidates(
    backends: Iterable[Backend],
    store_ports: Mapping[str, tuple[int, ...]],
    fronts: SharedHosting | None = None,
) -> list[Candidate]:
    """The hosts and ports to probe.

    Args:
        backends: mapped back ends; those without addresses are left out.
        store_ports: default ports by service, such as ``{"mongodb": (27017,)}``. If services
            share a port, the reason names the first.
        fronts: the list of shared hosting, if the caller has already read it.

    Returns:
        One candidate per host and port, per resource on hosts that many customers share, and per path below which
        the URLs suggest a store. Candidates that an app
        names come first, then the order is by host and port. If a pivot leads to a named candidate, it has the
        endpoints of both.
    """
    fronts = fronts if fronts is not None else SharedHosting()
    reached = [backend for backend in backends if backend.addresses]
    return merge_candidates(_named(reached), _pivots(reached, store_ports, fronts))


def requested_bases(backends: Iterable[Backend], requests: Mapping[str, Iterable[str]]) -> Iterator[Candidate]:
    """Candidates below the base paths that the requests in captures suggest, as the URLs of an app do.

    Args:
        backends: mapped back ends; those without addresses are left out.
        requests: paths of requests by endpoint value.
    """
    for backend in backends:
        endpoint = backend.endpoint
        if endpoint.port is None or not backend.addresses or endpoint.kind is EndpointKind.CLOUD:
            continue
        for path in requests.get(endpoint.value, ()):
            for base in suggest_bases(path):
                yield Candidate(
                    host=host_of(endpoint),
                    port=endpoint.port,
                    service=base.service or WEB,
                    route=Route.NAMED,
                    endpoints=(endpoint.value,),
                    reason=f"the traffic has a request for {base.path}/ at {endpoint.value}",
                    tls=_tls(endpoint.scheme),
                    path=base.path,
                )


def service_title(service: str) -> str:
    """Display name of a service."""
    return _PRODUCTS.get(service, service)


def merge_candidates(first: Iterable[Candidate], more: Iterable[Candidate]) -> list[Candidate]:
    """Merge the candidates of two sources, in the order of ``build_candidates``.

    One per host, port, resource and path; at most ``MAX_BASES`` paths of a host and port.
    """
    merged: dict[tuple[str, int, str, str], Candidate] = {}
    bases: Counter[tuple[str, int]] = Counter()
    for found in (*first, *more):
        key = (found.host, found.port, found.resource, found.path)
        known = merged.get(key)
        if known is None and found.path:
            if bases[found.host, found.port] == MAX_BASES:
                continue
            bases[found.host, found.port] += 1
        merged[key] = found if known is None else _merge(known, found)
    return sorted(merged.values(), key=_order)


def _order(one: Candidate) -> tuple[bool, str, int, str, str]:
    return one.route is not Route.NAMED, one.host, one.port, one.resource, one.path


def _named(backends: list[Backend]) -> Iterator[Candidate]:
    for backend in sorted(backends, key=lambda one: one.endpoint.value):
        endpoint = backend.endpoint
        base = resource_base(endpoint.value) if endpoint.kind is EndpointKind.CLOUD else ""
        port = endpoint.port or _PORTS.get(endpoint.service or "")
        if port is None or base is None:
            continue
        at_root = Candidate(
            host=host_of(endpoint),
            port=port,
            service=endpoint.service or (WEB if endpoint.scheme in _HTTP else None),
            route=Route.NAMED,
            endpoints=(endpoint.value,),
            reason=f"the app or its traffic names {endpoint.value}",
            tls=_tls(endpoint.scheme),
            resource=_resource(endpoint),
            path=base,
        )
        yield at_root
        if endpoint.kind is EndpointKind.URL and endpoint.scheme in _HTTP:
            for below in suggest_bases(endpoint.path):
                yield msgspec.structs.replace(at_root, path=below.path, service=below.service or WEB)


def _resource(endpoint: Endpoint) -> str:
    """The resource of a cloud endpoint if its host does not contain the name: such a host serves all customers."""
    if endpoint.kind is not EndpointKind.CLOUD:
        return ""
    name = endpoint.value.partition(":")[2].partition("/")[0]
    return "" if name.lower() in endpoint.host else name


def _pivots(
    backends: list[Backend], store_ports: Mapping[str, tuple[int, ...]], fronts: SharedHosting
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
                    reason=f"default port of {service_title(service)} on the host of the API {root}",
                )


def _merge(first: Candidate, other: Candidate) -> Candidate:
    """``first`` with the fields that ``other`` adds; named candidates come before pivots and take precedence."""
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
