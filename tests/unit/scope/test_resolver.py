"""Names: the table first; DNS only as the grant says, here against a responder of the test's own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tieback.model.grant import Depth, Grant, TargetRule
from tieback.model.probe import Outcome
from tieback.scope.resolver import MAX_ADDRESSES, NameResolver

RULES = (TargetRule("*.x.test", "any", Depth.DESCRIBE), TargetRule("10.0.0.0/8", "any", Depth.DESCRIBE))
HOSTS: dict[str, str | tuple[str, ...]] = {"Table.X.test": "127.0.0.1", "two.test": ("127.0.0.2", "::ffff:127.0.0.3")}


def grant(*, dns: bool) -> Grant:
    return Grant("Office", "sec@example.test", date(2027, 6, 30), RULES, dns=dns, hosts=HOSTS)


ALIASES = {
    "alias.x.test": ("elsewhere.test",),
    "chain.x.test": ("one.test", "two.cdn.test", "elsewhere.test"),
    "dangling.x.test": ("gone.azurewebsites.test",),
    "loop.x.test": ("a.test", "b.test", "a.test", "b.test", "a.test"),
    "self.x.test": ("self.x.test",),
}
SERVERS = ("0 0 27017 m1.x.test.", "0 0 27018 m2.x.test.")


class Responder(asyncio.DatagramProtocol):
    """A DNS server with a fixed zone on loopback; counts its questions."""

    def __init__(self, zone: dict[str, list[str]]) -> None:
        self.zone = zone
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().rstrip(".")
        kind = query.question[0].rdtype.name
        self.asked.append(f"{name} {kind}")
        answer = dns.message.make_response(query)
        owner = name
        for target in ALIASES.get(name, ()):
            answer.answer.append(dns.rrset.from_text(owner + ".", 60, "IN", "CNAME", target + "."))
            owner = target
        if kind == "SRV":
            answer.answer += [dns.rrset.from_text(name + ".", 60, "IN", "SRV", *SERVERS)]
            self.transport.sendto(answer.to_wire(max_size=65535), addr)
            return
        if name == "silent.x.test":
            return
        if name == "servfail.x.test":
            answer.set_rcode(dns.rcode.SERVFAIL)
        elif owner.endswith(".wild.x.test"):
            answer.answer += [dns.rrset.from_text(name + ".", 60, "IN", "A", "192.0.2.77")] if kind == "A" else []
        elif owner not in self.zone:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            values = [v for v in self.zone[owner] if (":" in v) == (kind == "AAAA")]
            if values:
                answer.answer.append(dns.rrset.from_text(owner + ".", 60, "IN", kind, *values))
        self.transport.sendto(answer.to_wire(max_size=65535), addr)


@asynccontextmanager
async def responder() -> AsyncIterator[tuple[Responder, dns.asyncresolver.Resolver]]:
    zone = {
        "db.x.test": ["192.0.2.1", "2001:db8::1", "::ffff:10.0.0.1"],
        "elsewhere.test": ["192.0.2.9"],
        "many.x.test": [f"192.0.2.{n}" for n in range(60)],
        "none.x.test": [],
    }
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Responder(zone), local_addr=("127.0.0.1", 0)
    )
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    resolver.timeout = 0.2
    try:
        yield protocol, resolver
    finally:
        transport.close()


@pytest.mark.parametrize(
    ("host", "addresses", "by"),
    [
        ("table.x.test", ("127.0.0.1",), "hosts"),
        ("TABLE.x.TEST.", ("127.0.0.1",), "hosts"),
        ("two.test", ("127.0.0.2", "127.0.0.3"), "hosts"),
        ("10.0.0.1", ("10.0.0.1",), "literal"),
        ("::ffff:10.0.0.1", ("10.0.0.1",), "literal"),
        ("db.x.test", ("192.0.2.1", "2001:db8::1", "10.0.0.1"), "dns"),
        ("alias.x.test", ("192.0.2.9",), "dns"),
    ],
)
async def test_addresses(host: str, addresses: tuple[str, ...], by: str) -> None:
    async with responder() as (_, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve(host)
    assert (sorted(found.addresses), found.by, found.reason) == (sorted(addresses), by, "")


@pytest.mark.parametrize(
    ("host", "says"),
    [("db.x.test", "does not allow DNS"), ("127.1", "short form"), ("a b", "is not a host name"), ("", "empty")],
)
async def test_nothing_is_queried_without_dns(host: str, says: str) -> None:
    async with responder() as (server, resolver):
        found = await NameResolver(grant(dns=False), resolver=resolver).resolve(host)
        assert server.asked == []
    assert found.addresses == ()
    assert says in found.reason
    assert found.outcome is Outcome.OUT_OF_SCOPE


@pytest.mark.parametrize("host", ["other.test", "x.test", "2130706433", "0x7f.1"])
async def test_names_that_no_target_covers_are_never_queried(host: str) -> None:
    async with responder() as (server, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve(host)
        assert server.asked == []
    assert found.addresses == ()
    assert found.reason


@pytest.mark.parametrize(
    ("host", "says", "outcome"),
    [
        ("missing.x.test", "missing.x.test does not exist in DNS", Outcome.OUT_OF_SCOPE),
        ("none.x.test", "DNS has no address for none.x.test", Outcome.OUT_OF_SCOPE),
        ("servfail.x.test", "DNS failed for servfail.x.test", Outcome.ERROR),
        ("silent.x.test", "DNS did not answer for silent.x.test", Outcome.TIMEOUT),
    ],
)
async def test_no_address(host: str, says: str, outcome: Outcome, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.scope.dns_client._DNS_SECONDS", 0.5)
    async with responder() as (_, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve(host)
    assert found.addresses == ()
    assert says in found.reason
    assert found.outcome is outcome


async def test_the_number_of_addresses_is_bounded() -> None:
    async with responder() as (_, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve("many.x.test")
    assert len(found.addresses) == MAX_ADDRESSES


async def test_answer_is_cached() -> None:
    now = [0.0]
    async with responder() as (server, resolver):
        names = NameResolver(grant(dns=True), resolver=resolver, clock=lambda: now[0])
        first = await names.resolve("db.x.test")
        server.zone["db.x.test"] = ["192.0.2.77"]
        assert await names.resolve("DB.x.test") == first
        now[0] = 61.0
        assert (await names.resolve("db.x.test")).addresses == ("192.0.2.77",)
    assert server.asked == ["db.x.test A", "db.x.test AAAA"] * 2


@pytest.mark.parametrize(
    ("host", "aliases", "missing", "addresses"),
    [
        ("db.x.test", (), False, 3),
        ("chain.x.test", ("one.test", "two.cdn.test", "elsewhere.test"), False, 1),
        ("dangling.x.test", ("gone.azurewebsites.test",), True, 0),
        ("missing.x.test", (), True, 0),
        ("none.x.test", (), False, 0),
    ],
)
async def test_aliases_and_names_that_do_not_exist(
    host: str, aliases: tuple[str, ...], missing: bool, addresses: int
) -> None:
    async with responder() as (_, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve(host)
    assert (found.aliases, found.missing, len(found.addresses)) == (aliases, missing, addresses)
    assert not found.authentic


@pytest.mark.parametrize("host", ["loop.x.test", "self.x.test"])
async def test_loops_of_aliases_end(host: str) -> None:
    async with responder() as (_, resolver):
        found = await NameResolver(grant(dns=True), resolver=resolver).resolve(host)
    assert found.addresses == ()
    assert found.reason


async def test_the_servers_of_a_cluster() -> None:
    async with responder() as (server, resolver):
        names = NameResolver(grant(dns=True), resolver=resolver)
        assert await names.servers("cluster.x.test") == (("m1.x.test", 27017), ("m2.x.test", 27018))
        assert await names.servers("cluster.other.test") == ()
        assert await NameResolver(grant(dns=False), resolver=resolver).servers("cluster.x.test") == ()
    assert server.asked == ["_mongodb._tcp.cluster.x.test SRV"]


@pytest.mark.parametrize(("host", "wild"), [("shop.wild.x.test", True), ("db.x.test", False), ("x.test", False)])
async def test_wildcards(host: str, wild: bool) -> None:
    async with responder() as (_, resolver):
        assert await NameResolver(grant(dns=True), resolver=resolver).wildcard(host) is wild
