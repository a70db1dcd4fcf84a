"""Flows give the same endpoint texts as static analysis; broadcasts and name services give none."""

import pytest
from msgspec.structs import replace

from tests.each import each
from tieback.model.endpoint import EndpointKind, Party
from tieback.model.flow import Flow, FlowEvidence, FlowTls, NameSource, Peer, Server
from tieback.model.sighting import Sighting
from tieback.pipeline.mapping.flow_endpoints import EndpointTotals, endpoint_of
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker

FLOW = Flow(
    path="/captures/run.pcap", app=None, client=Peer("10.0.0.2", 40000), server=Server("192.0.2.1", 443),
    transport="tcp",
    protocol="tls", evidence=FlowEvidence.PAYLOAD, confidence=0.95, encrypted=True, tls=None, bytes_out=10, bytes_in=20,
    packets_out=1, packets_in=1, start=0.0, end=1.0,
)  # fmt: skip


def flow(
    protocol: str,
    port: int | None,
    name: str = "",
    ip: str = "192.0.2.1",
    *,
    encrypted: bool | None = None,
    alpn: str = "",
    udp: bool = False,
) -> Flow:
    return replace(
        FLOW,
        protocol=protocol,
        server=Server(ip, port, name, NameSource.SNI if name else NameSource.NONE),
        encrypted=encrypted,
        tls=FlowTls(alpn=(alpn,)) if alpn else None,
        transport="udp" if udp else "tcp",
    )


def sightings_of(flows: list[Flow]) -> tuple[Sighting, ...]:
    maker = Maker(None, RuleFiles())
    totals = EndpointTotals()
    for one in flows:
        endpoint = endpoint_of(one, maker.rules)
        assert endpoint is not None
        totals.add(one, endpoint)
    return totals.sightings(maker)


@each(
    ("seen", "value", "kind", "service"),
    [
        (flow("tls", 443, "api.workhub.test"), "https://api.workhub.test", EndpointKind.URL, None),
        (flow("quic", 443, "api.workhub.test", udp=True), "https://api.workhub.test", EndpointKind.URL, None),
        (flow("http", 80, "www.workhub.test"), "http://www.workhub.test", EndpointKind.URL, None),
        (flow("http", 8080, "www.workhub.test"), "http://www.workhub.test:8080", EndpointKind.URL, None),
        (flow("tls", 8444, "x.test", alpn="h2"), "https://x.test:8444", EndpointKind.URL, None),
        (flow("tls", 5223, "push.test"), "push.test:5223", EndpointKind.HOST_PORT, None),
        (flow("mongodb", 27017), "192.0.2.1:27017", EndpointKind.ADDRESS, "mongodb"),
        (flow("elasticsearch", 9200, "es.x.test"), "es.x.test:9200", EndpointKind.HOST_PORT, "elasticsearch"),
        (flow("redis", 6379, ip="2001:db8::1"), "[2001:db8::1]:6379", EndpointKind.ADDRESS, "redis"),
        (flow("", 4444, "odd.test"), "odd.test:4444", EndpointKind.HOST_PORT, None),
    ],
)  # fmt: skip
def test_endpoints(seen: Flow, value: str, kind: EndpointKind, service: str | None) -> None:
    endpoint = endpoint_of(seen)
    assert endpoint is not None
    assert (endpoint.value, endpoint.kind, endpoint.service) == (value, kind, service)


@each(
    "seen",
    [
        flow("dns", 53, udp=True),
        flow("mdns", 5353, ip="224.0.0.251", udp=True),
        flow("http", 1900, ip="239.255.255.250", udp=True),
        flow("", 40000, udp=True),
        flow("tls", None, "api.workhub.test"),
        flow("", 67, ip="255.255.255.255"),
    ],
)
def test_no_back_end(seen: Flow) -> None:
    assert endpoint_of(seen) is None


def test_flows_to_one_endpoint_are_one_sighting() -> None:
    (sighting,) = sightings_of([flow("tls", 443, "api.workhub.test")] * 3)
    assert (sighting.count, sighting.party) == (3, Party.UNKNOWN)
    assert sighting.evidence.how == "traffic/sni"
    assert sighting.evidence.context == "tls: 30 B out, 60 B in"


@pytest.mark.parametrize(
    ("seen", "value", "service", "host", "names"),
    [
        (flow("tls", 443, "shop.s3.amazonaws.com"), "s3:shop", "s3", "shop.s3.amazonaws.com", ("shop",)),
        (
            flow("http", 80, "shop.s3-website-us-east-1.amazonaws.com"),
            "s3:shop", "s3", "shop.s3.us-east-1.amazonaws.com", ("shop",),
        ),
        (flow("tls", 443, "shop.firebaseio.com"), "firebase-rtdb:shop", "firebase-rtdb", "shop.firebaseio.com", ()),
        # A host that many customers share tells no resource, and a store's own protocol is no web.
        (flow("tls", 443, "s3.amazonaws.com"), "https://s3.amazonaws.com", None, "s3.amazonaws.com", ()),
        (flow("redis", 6379, "a.redis.test"), "a.redis.test:6379", "redis", "a.redis.test", ()),
    ],
)  # fmt: skip
def test_a_host_of_a_resource_is_the_resource_as_in_apps(
    seen: Flow, value: str, service: str | None, host: str, names: tuple[str, ...]
) -> None:
    (sighting,) = sightings_of([seen])
    endpoint = sighting.endpoint
    assert (endpoint.value, endpoint.service, endpoint.host, sighting.names) == (value, service, host, names)
    assert endpoint.path == ""
