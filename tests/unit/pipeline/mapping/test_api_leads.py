"""Back ends get their owners, and APIs are followed to what their answers and certificates name."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from tieback.backends.pivot import Lead, Pivot
from tieback.model.app import App, Platform
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.flow import Flow, FlowEvidence, FlowTls, HostHint, NameSource, Peer, Server
from tieback.model.probe import Outcome, ProbeReport, TlsInfo
from tieback.pipeline.mapping.api_leads import CaptureNames, LeadFollower, attribute_backends, names_in_captures
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.mapping.traffic_apps import TrafficApp
from tieback.scope.decide import Decision
from tieback.scope.resolver import Resolution

API = "api.workhub.test"


def flow(tls: FlowTls | None = None) -> Flow:
    """A flow to the API."""
    return Flow(
        "run.pcap", None, Peer("10.0.0.2", 40000), Server("203.0.113.7", 443, API, NameSource.SNI), "tcp", "http",
        FlowEvidence.PAYLOAD, 0.9, encrypted=False, tls=tls, bytes_out=1, bytes_in=1, packets_out=1, packets_in=1,
        start=0.0, end=1.0,
    )  # fmt: skip


def web(host: str, party: Party = Party.UNKNOWN) -> Backend:
    return Backend(Endpoint(EndpointKind.URL, f"https://{host}/v1", "https", host, 443, "/v1"), party=party)


@pytest.fixture
def knowledge(tmp_path: Path) -> Iterator[AttributionSources]:
    found = AttributionSources(tmp_path)
    yield found
    found.close()


def test_provider_and_region_come_from_names(knowledge: AttributionSources) -> None:
    (found,) = attribute_backends([web("shop.s3.eu-west-1.amazonaws.com")], knowledge, CaptureNames())
    assert (found.provider, found.region, found.asn) == ("Amazon Web Services", "eu-west-1", None)
    assert {one.claim for one in found.attributions} >= {"provider", "product", "region", "account", "boundary"}


def test_the_platform_does_not_own_a_customers_resource(knowledge: AttributionSources) -> None:
    shared = Endpoint(EndpointKind.CLOUD, "firestore:acme-fit", "https", "firestore.googleapis.com", 443)
    (found,) = attribute_backends([Backend(shared)], knowledge, CaptureNames())
    claims = {one.claim: one.value for one in found.attributions}
    assert (found.owner, claims["provider"], claims["boundary"]) == ("", "Google Cloud", "firestore:acme-fit")
    (host,) = attribute_backends([web("www.googleapis.com")], knowledge, CaptureNames())
    assert host.owner == "Google APIs"


def test_capture_gives_addresses_without_resolving(knowledge: AttributionSources) -> None:
    seen = CaptureNames({API: ("104.16.0.1",), "known.test": ("104.16.0.2",)})
    resolved = Backend(web("known.test").endpoint, ("198.51.100.1",), "hosts")
    first, second = attribute_backends([web(API), resolved], knowledge, seen)
    assert (first.addresses, first.resolved_by, first.provider) == (("104.16.0.1",), "capture", "Cloudflare")
    assert (second.addresses, second.resolved_by, second.provider) == (("198.51.100.1",), "hosts", "")


def test_what_captures_show() -> None:
    group = TrafficApp(
        "k",
        App(Platform.UNKNOWN, "a", "k"),
        "/x/run.pcap",
        (),
        (),
        addresses=(("a.test", "::1"), ("a.test", "::2")),
        subjects=(("a.test", "O=A"), ("a.test", ""), ("", "O=B")),
    )
    assert names_in_captures([group, group]) == CaptureNames(
        {"a.test": ("::1", "::2")}, {"a.test": (("O=A", "run.pcap"),)}
    )


def test_owner_comes_from_makers_and_certificates(knowledge: AttributionSources) -> None:
    seen = CaptureNames({}, {API: (("CN=api.workhub.test,O=Workhub Ltd", "run.pcap"),)})
    endpoint = web(API).endpoint.value
    (found,) = attribute_backends(
        [web(API)], knowledge, seen, {endpoint: (("Workhub Access GmbH", "its name is in it"),)}
    )
    owners = [(one.value, one.confidence) for one in found.attributions if one.claim == "owner"]
    assert found.owner == "Workhub Access GmbH"
    assert [name for name, _ in owners] == ["Workhub Access GmbH", "Workhub Ltd", "workhub.test"]
    assert owners[1][1] < 0.85, "a disputed owner is less sure"


def test_a_third_party_that_only_the_code_of_a_library_names_has_its_name(knowledge: AttributionSources) -> None:
    host, platform = "tinydb.kit.test", "www.googleapis.com"
    reason = "named by the code of the SDK Inventor Kit"
    claims = {web(name).endpoint.value: (("Inventor Kit", reason),) for name in (host, platform)}
    backends = [web(host, Party.THIRD), web(host), web(platform, Party.THIRD)]
    third, unknown, service = attribute_backends(backends, knowledge, CaptureNames(), None, claims)
    assert (third.owner, third.attributions[0].reason) == ("Inventor Kit", reason)
    assert (unknown.owner, service.owner) == ("kit.test", "Google APIs")


def follower(*backends: Backend) -> LeadFollower:
    async def resolve(host: str) -> Resolution:
        return (
            Resolution(("127.0.0.1",), "hosts")
            if host in {"es.workhub.test", "db.workhub.test"}
            else Resolution((), "")
        )

    async def permit(host: str, port: int) -> Decision:
        return Decision(port == 9200 and host != "db.workhub.test", "")

    pivot = Pivot({"elasticsearch": (9200,), "mongodb": (27017, 27018)}, lambda _: False)
    return LeadFollower(backends, pivot, resolve, permit)


@pytest.mark.parametrize(
    ("party", "host", "found"),
    [
        (Party.FIRST, "es.workhub.test", [("es.workhub.test", 9200)]),
        (Party.UNKNOWN, "es.workhub.test", [("es.workhub.test", 9200)]),
        (Party.THIRD, "es.workhub.test", []),
        (Party.FIRST, "es9.workhub.test", []),
    ],
    ids=["own", "unknown", "third-party", "no-address"],
)
def test_leads_are_followed_where_names_resolve(party: Party, host: str, found: list[tuple[str, int]]) -> None:
    leads = [Lead(API, HostHint(host, None, "", "certificate"), "run.pcap")]
    candidates = asyncio.run(follower(web(API, party)).follow(leads))
    assert [(one.host, one.port) for one in candidates] == found


@pytest.mark.parametrize(
    ("host", "found"),
    [
        ("es.workhub.test", [("es.workhub.test", 9200)]),
        ("db.workhub.test", [("db.workhub.test", 9200)]),
    ],
    ids=["some-ports-are-inside", "none-is-and-one-says-so"],
)
def test_refusal_by_the_grant_is_reported_once_per_host(host: str, found: list[tuple[str, int]]) -> None:
    leads = [Lead(API, HostHint(host, None, "", "header:x-backend"), "run.pcap")]
    candidates = asyncio.run(follower(web(API, Party.FIRST)).follow(leads))
    assert [(one.host, one.port) for one in candidates] == found


def test_certificates_that_probes_see_are_leads() -> None:
    tls = TlsInfo("TLSv1.3", verified=False, names=(API, "es.workhub.test"))
    reports = [
        ProbeReport(f"{API}:443", Outcome.PROTOCOL_MISMATCH, tls=tls),
        ProbeReport(f"{API}:9200", Outcome.REFUSED),
        ProbeReport("other.test:443", Outcome.OK, tls=tls),
        ProbeReport("[::1]:443", Outcome.OK, tls=tls),
    ]
    (lead,) = follower(web(API)).leads_of(reports)
    assert lead == Lead(API, HostHint("es.workhub.test", None, "", "certificate"), f"TLS of {API}:443")
