"""Endpoints from flows, in the same canonical form as those of static analysis, so that both merge."""

from collections.abc import Iterable, Iterator, Sequence
from ipaddress import ip_address

import msgspec

from tieback.backends.hints import extract_hints
from tieback.backends.pivot import Lead
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.flow import NOT_KNOWN, CleartextSample, Flow, NameSource, add_stated
from tieback.model.sighting import Evidence, Sighting
from tieback.pipeline.mapping.request_paths import request_paths
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker

_NAME_SERVICES = frozenset({"dns", "mdns", "llmnr", "nbns", "ssdp", "dhcp", "ntp", "icmp", "igmp", "stun"})
"""Protocols for name resolution, discovery and time: their servers are not back ends of an app."""
STORE_PROTOCOLS = frozenset(
    {
        "amqp", "cassandra", "clickhouse", "couchdb", "drda", "elasticsearch", "etcd", "influxdb", "kafka", "ldap",
        "memcached", "mongodb", "mqtt", "mssql", "mysql", "nats", "neo4j", "oracle", "postgresql", "redis", "stomp",
        "zookeeper",
    }
)  # fmt: skip
_DEFAULT_PORTS = {"http": 80, "https": 443}


def endpoint_of(flow: Flow, rules: RuleFiles | None = None) -> Endpoint | None:
    """The endpoint of a flow; ``None`` for broadcasts, name services and servers without a port.

    Args:
        flow: of any protocol.
        rules: recognise hosts of cloud resources as resources; without rules, such a host becomes a URL.
    """
    host = flow.server.name or flow.server.ip
    port = flow.server.port
    if not host or port is None or is_name_service(flow) or is_group(flow.server.ip):
        return None
    named = f"[{host}]" if ":" in host else host
    if flow.protocol in STORE_PROTOCOLS:
        kind = EndpointKind.HOST_PORT if flow.server.name else EndpointKind.ADDRESS
        return Endpoint(kind, f"{named}:{port}", "", host, port, service=flow.protocol)
    scheme = _web_scheme(flow, port)
    if scheme:
        resource = cloud_endpoint(host, "", rules, scheme=scheme, port=port) if rules and flow.server.name else None
        if resource is not None:
            return resource
        value = f"{scheme}://{named}" + ("" if _DEFAULT_PORTS[scheme] == port else f":{port}")
        return Endpoint(EndpointKind.URL, value, scheme, host, port)
    if flow.transport == "udp":
        return None
    kind = EndpointKind.HOST_PORT if flow.server.name else EndpointKind.ADDRESS
    return Endpoint(kind, f"{named}:{port}", "", host, port)


def _web_scheme(flow: Flow, port: int) -> str:
    if flow.protocol in {"http", "http2", "websocket"}:
        return "https" if flow.encrypted else "http"
    if flow.protocol == "quic" or (flow.protocol in {"tls", "https"} and (port in {443, 8443} or _offers_http(flow))):
        return "https"
    return ""


def _offers_http(flow: Flow) -> bool:
    return flow.tls is not None and any(name.startswith(("h2", "h3", "http/")) for name in flow.tls.alpn)


def is_name_service(flow: Flow) -> bool:
    """True for name resolution, discovery and time: their servers are not back ends of an app."""
    return flow.protocol in _NAME_SERVICES


def is_group(text: str) -> bool:
    """True for multicast, broadcast and unspecified addresses."""
    try:
        address = ip_address(text)
    except ValueError:
        return False
    return address.is_multicast or address.is_unspecified or text == "255.255.255.255"


class _Seen(msgspec.Struct):
    """State of an endpoint during aggregation."""

    endpoint: Endpoint
    flows: int
    bytes_out: int | None
    bytes_in: int | None
    how: NameSource
    protocol: str
    file: str


def _volume(seen: _Seen) -> str:
    sizes = ((seen.bytes_out, "out"), (seen.bytes_in, "in"))
    return ", ".join(f"{size:,} B {way}" for size, way in sizes if size is not None) or f"bytes {NOT_KNOWN}"


class EndpointTotals:
    """The endpoints of flows, added up flow by flow, so that no flow is kept."""

    def __init__(self) -> None:
        self._seen: dict[str, _Seen] = {}

    def __len__(self) -> int:
        return len(self._seen)

    def add(self, flow: Flow, endpoint: Endpoint, *, room: bool = True) -> bool:
        """Add a flow to its endpoint. Without room for a new endpoint it is left out: the result is then false."""
        known = self._seen.get(endpoint.value)
        if known is None:
            if not room:
                return False
            known = _Seen(endpoint, 0, None, None, flow.server.name_from, flow.protocol, flow.path)
            self._seen[endpoint.value] = known
        known.flows += 1
        known.bytes_out = add_stated(known.bytes_out, flow.bytes_out)
        known.bytes_in = add_stated(known.bytes_in, flow.bytes_in)
        return True

    def sightings(self, maker: Maker) -> tuple[Sighting, ...]:
        """One sighting per endpoint, with the number of flows and the bytes in each direction, by first flow.

        Args:
            maker: decides which party owns an endpoint.
        """
        return tuple(
            Sighting(
                endpoint=_without_container(one.endpoint),
                count=one.flows,
                party=maker.party(one.endpoint) if one.endpoint.host else Party.UNKNOWN,
                evidence=Evidence(
                    file=one.file,
                    offset=None,
                    how=f"traffic/{one.how if one.how is not NameSource.NONE else 'address'}",
                    context=f"{one.protocol or 'unknown'}: {_volume(one)}",
                ),
                bytes_out=one.bytes_out,
                bytes_in=one.bytes_in,
                names=(one.endpoint.path,) if one.endpoint.kind is EndpointKind.CLOUD and one.endpoint.path else (),
            )
            for one in self._seen.values()
        )


def _without_container(endpoint: Endpoint) -> Endpoint:
    return msgspec.structs.replace(endpoint, path="") if endpoint.kind is EndpointKind.CLOUD else endpoint


def add_hints(flow: Flow, samples: Sequence[CleartextSample]) -> Flow:
    """The flow with the paths of its requests, and the host names found in its server responses and certificates."""
    paths = request_paths(flow, samples)
    if paths:
        flow = msgspec.structs.replace(flow, paths=paths)
    answers = [sample.data for sample in samples if sample.direction == "in" and sample.kind == "http"]
    names = flow.tls.certificate_names if flow.tls is not None else ()
    host = flow.server.name or flow.server.ip
    if not host or not (answers or names):
        return flow
    found = extract_hints(answers, host, flow.server.port, names)
    return msgspec.structs.replace(flow, hints=found) if found else flow


def leads_of(flows: Iterable[Flow], seen_in: str) -> Iterator[Lead]:
    """The hints of flows as leads, each with the host that responded."""
    for flow in flows:
        for hint in flow.hints:
            yield Lead(flow.server.name or flow.server.ip, hint, seen_in)
