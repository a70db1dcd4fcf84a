"""What DNS says of names becomes reasons: aliases, names that dangle, wildcards; and servers of clusters."""

import zipfile
from datetime import date
from pathlib import Path

import pytest

from tests.unit.pipeline.test_scan import quiet
from tests.unit.scope.test_dns_client import counting, server
from tests.unit.scope.test_resolver import grant, responder
from tieback.backends.dns_hints import DnsHints
from tieback.backends.hosting import HostingLookup
from tieback.backends.normalise import OwnerDomains
from tieback.model.backend import Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.grant import Depth, Grant, TargetRule
from tieback.pipeline.mapping.dns_answers import DnsLookups
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.scope.resolver import NameResolver


@pytest.mark.parametrize(
    ("host", "said"),
    [
        ("db.x.test", []),
        ("table.x.test", []),
        ("chain.x.test", [("alias", "elsewhere.test")]),
        ("dangling.x.test", [("alias", "gone.azurewebsites.test"), ("dns", "dangling")]),
        ("missing.x.test", [("dns", "does not exist")]),
        ("none.x.test", [("dns", "no address")]),
        ("shop.wild.x.test", [("dns", "wildcard")]),
        ("outside.test", []),
    ],
)
async def test_dns_answers_have_reasons(host: str, said: list[tuple[str, str]]) -> None:
    async with responder() as (_, resolver):
        answers = DnsLookups(NameResolver(grant(dns=True), resolver=resolver))
        await answers.resolve(host)
        assert [(one.claim, one.value) for one in answers.attributions_of(host)] == said
        assert list(answers.attributions_of("never.x.test")) == []


async def test_dangling_name_is_reported_without_a_claim() -> None:
    async with responder() as (_, resolver):
        answers = DnsLookups(NameResolver(grant(dns=True), resolver=resolver))
        await answers.resolve("dangling.x.test")
        _, found = answers.attributions_of("dangling.x.test")
    assert found.reason == (
        "CNAME dangling.x.test → gone.azurewebsites.test; the target does not exist: anyone who registers it "
        "controls dangling.x.test; tieback did not"
    )
    assert answers.aliases("dangling.x.test") == ("gone.azurewebsites.test",)


async def test_names_are_queried_once_and_wildcards_once_per_domain() -> None:
    async with responder() as (server, resolver):
        answers = DnsLookups(NameResolver(grant(dns=True), resolver=resolver))
        for host in ("db.x.test", "db.x.test", "many.x.test"):
            await answers.resolve(host)
    assert len([one for one in server.asked if one.startswith("tieback-")]) == 1
    assert len([one for one in server.asked if one == "db.x.test A"]) == 1


async def test_the_servers_of_a_cluster_are_named_by_the_app() -> None:
    cluster = Endpoint(EndpointKind.CONNECTION_STRING, "mongodb+srv://c.x.test/shop", "mongodb+srv", "c.x.test", None)
    async with responder() as (server, resolver):
        server.zone["m1.x.test"] = ["192.0.2.5"]
        found = await DnsLookups(NameResolver(grant(dns=True), resolver=resolver)).srv_candidates([Backend(cluster)])
    (one,) = found
    assert (one.host, one.port, one.service, one.endpoints) == ("m1.x.test", 27017, "mongodb", (cluster.value,))
    assert one.reason == "SRV record of c.x.test, which the app contains"


@pytest.mark.parametrize(
    ("host", "captured", "by", "asked"),
    [
        ("db.x.test", {}, "dns", True),
        ("db.x.test", {"db.x.test": ("192.0.2.50",)}, "capture", False),
        # The grant's own table comes first, and a name that may not be asked for has no address to ask at.
        ("table.x.test", {"table.x.test": ("192.0.2.50",)}, "hosts", False),
        ("outside.test", {"outside.test": ("192.0.2.50",)}, "", False),
    ],
)
async def test_what_a_capture_shows_needs_no_question(
    host: str, captured: dict[str, tuple[str, ...]], by: str, asked: bool
) -> None:
    async with responder() as (server, resolver):
        answers = DnsLookups(NameResolver(grant(dns=True), resolver=resolver), captured)
        assert (await answers.resolve(host)).by == by
    assert bool(server.asked) is asked


async def test_dialer_answer_overrides_a_captured_name() -> None:
    async with responder() as (_, resolver):
        names = NameResolver(grant(dns=True), resolver=resolver)
        answers = DnsLookups(names, {"dangling.x.test": ("192.0.2.50",)})
        assert (await answers.resolve("dangling.x.test")).addresses == ("192.0.2.50",)
        assert list(answers.attributions_of("dangling.x.test")) == []
        await names.resolve("dangling.x.test")  # as the dialer does before it connects
        assert [one.value for one in answers.attributions_of("dangling.x.test")] == [
            "gone.azurewebsites.test",
            "dangling",
        ]


ZONE = {
    "shop.test NS": (600, ("ns1.bigshop.com.",)),
    "shop.test MX": (600, ("10 aspmx.l.google.com.",)),
    "shop.test TXT": (600, ('"v=spf1 include:mail.bigshop.com"',)),
    "7.2.0.192.in-addr.arpa PTR": (600, ("web.bigshop.com.",)),
    "7.113.0.203.in-addr.arpa PTR": (600, ("web.bigshop.com.",)),
    "8.8.8.8.in-addr.arpa PTR": (600, ("dns.google.",)),
}


def back_end(host: str, *addresses: str, party: Party = Party.UNKNOWN) -> Backend:
    return Backend(Endpoint(EndpointKind.URL, f"https://{host}/", "https", host, 443), addresses, party=party)


@pytest.mark.parametrize(
    ("matches", "dns", "asked"),
    [
        (
            ("shop.test", "*.shop.test"),
            True,
            ["8.8.8.8.in-addr.arpa PTR", "shop.test MX", "shop.test NS", "shop.test TXT"],
        ),
        # A suffix does not cover the domain itself, and documentation's own net is no public address.
        (("*.shop.test",), True, ["8.8.8.8.in-addr.arpa PTR"]),
        (("192.0.2.0/24",), True, ["7.2.0.192.in-addr.arpa PTR"]),
        (("other.test",), True, []),
        (("127.0.0.0/8",), True, []),
        (("shop.test", "*.shop.test"), False, []),
    ],
)
async def test_hints_are_queried_only_if_the_grant_covers_them(
    matches: tuple[str, ...], dns: bool, asked: list[str]
) -> None:
    rules = tuple(TargetRule(match, "any", Depth.IDENTIFY) for match in matches)
    permit = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, dns=dns)
    backends = [
        back_end("api.shop.test", "8.8.8.8", "192.0.2.7", "127.0.0.1"),
        back_end("www.shop.test"),
        back_end("sdk.shop.test", "8.8.4.4", party=Party.THIRD),
    ]
    async with server(ZONE) as (counted, resolver):
        answers = DnsLookups(NameResolver(permit, resolver=resolver))
        await answers.query_owner_hints(backends, DnsHints(HostingLookup(), OwnerDomains()), OwnerDomains())
    assert sorted(counted.asked) == asked
    said = {(one.claim, one.value) for one in answers.attributions_of("api.shop.test")}
    if "shop.test NS" in asked:
        assert {("owner_hint", "bigshop.com"), ("mail_host", "Google Workspace"), ("reverse", "dns.google")} <= said
        assert ("owner_hint", "bigshop.com") in {
            (one.claim, one.value) for one in answers.attributions_of("www.shop.test")
        }
    assert list(answers.attributions_of("sdk.shop.test")) == []


async def test_allowed_names_do_not_wait_behind_refused_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tieback.pipeline.mapping.dns_answers.MAX_DOMAINS", 1)
    monkeypatch.setattr("tieback.pipeline.mapping.dns_answers.MAX_REVERSE", 1)
    rules = (TargetRule("shop.test", "any", Depth.IDENTIFY), TargetRule("192.0.2.7", "any", Depth.IDENTIFY))
    permit = Grant("Office", "sec@example.test", date(2027, 6, 30), rules, dns=True)
    backends = [
        *(back_end(f"www.other{n}.test", f"192.0.2.{n + 20}") for n in range(5)),
        back_end("shop.test", "192.0.2.7"),
    ]
    async with server(ZONE) as (counted, resolver):
        answers = DnsLookups(NameResolver(permit, resolver=resolver))
        await answers.query_owner_hints(backends, DnsHints(HostingLookup(), OwnerDomains()), OwnerDomains())
    assert sorted(counted.asked) == ["7.2.0.192.in-addr.arpa PTR", "shop.test MX", "shop.test NS", "shop.test TXT"]


def test_second_run_within_the_ttl_sends_no_query(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The main job twice over an app's names, with a counting name server as the system's own."""
    package = tmp_path / "shop.apk"
    with zipfile.ZipFile(package, "w") as archive:
        archive.writestr(
            "assets/config.json", '{"api": "https://api.shop.test/v1", "old": "https://gone.shop.test/v1"}'
        )
        archive.writestr("classes.dex", b"")
    rules = tuple(TargetRule(match, (9,), Depth.IDENTIFY) for match in ("shop.test", "*.shop.test"))
    permit = Grant("Office", "sec@example.test", date(2099, 6, 30), rules, dns=True)
    zone = ZONE | {"api.shop.test A": (600, ("192.0.2.7",))}
    with counting(zone) as (asked, resolver):
        monkeypatch.setattr("dns.asyncresolver.Resolver", lambda: resolver)
        for _ in range(2):
            before = len(asked)
            request = ScanRequest((package,), permit, tmp_path / "ws", workers=1)
            with run_scan(request, quiet) as done:
                assert done.failed == ()
            assert before == 0 or len(asked) == before
    assert {"api.shop.test A", "gone.shop.test A", "shop.test MX", "shop.test NS", "shop.test TXT"} <= set(asked)
    assert len([one for one in asked if one.startswith("tieback-")]) == 1  # the made-up name beside them
    assert len(set(asked)) == len(asked)
