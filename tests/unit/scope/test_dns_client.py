"""Questions to the DNS: what of an answer is kept, and for how long, against a responder of the test's own."""

import asyncio
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tieback.model.dns_answer import DnsAnswer, DnsAnswerState
from tieback.scope.dns_client import (
    MAX_MISSING_SECONDS,
    MAX_RECORDS,
    MAX_SECONDS,
    MAX_TXT,
    MIN_SECONDS,
    DnsClient,
)

type Zone = Mapping[str, tuple[int, tuple[str, ...]]]
"""TTL and records by ``NAME KIND``."""
NOW = 1_780_000_000.0
SOA = "ns.x.test. host.x.test. 1 3600 600 86400 {}"


class Server(asyncio.DatagramProtocol):
    """A DNS server on loopback with a zone of any records; counts its questions."""

    def __init__(self, zone: Zone, minimum: int = 300, soa_ttl: int = 3600) -> None:
        self.zone, self.minimum, self.soa_ttl = zone, minimum, soa_ttl
        self.asked: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name, kind = query.question[0].name.to_text(), query.question[0].rdtype.name
        key = f"{name.rstrip('.')} {kind}"
        self.asked.append(key)
        answer = dns.message.make_response(query)
        if key in self.zone:
            ttl, records = self.zone[key]
            answer.answer.append(dns.rrset.from_text(name, ttl, "IN", kind, *records))
        elif not any(known.startswith(name.rstrip(".") + " ") for known in self.zone):
            answer.set_rcode(dns.rcode.NXDOMAIN)
        if not answer.answer and self.minimum >= 0:
            answer.authority.append(dns.rrset.from_text("x.test.", self.soa_ttl, "IN", "SOA", SOA.format(self.minimum)))
        self.transport.sendto(answer.to_wire(max_size=65535), addr)


@asynccontextmanager
async def server(zone: Zone, **more: int) -> AsyncIterator[tuple[Server, dns.asyncresolver.Resolver]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Server(zone, **more), local_addr=("127.0.0.1", 0)
    )
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    resolver.timeout = 0.2
    try:
        yield protocol, resolver
    finally:
        transport.close()


@contextmanager
def counting(zone: Zone) -> Iterator[tuple[list[str], dns.asyncresolver.Resolver]]:
    """The server in a thread of its own, for what runs a loop itself: its questions, and a resolver that asks it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()

    async def begin() -> tuple[asyncio.DatagramTransport, Server]:
        return await loop.create_datagram_endpoint(lambda: Server(zone), local_addr=("127.0.0.1", 0))

    transport, protocol = asyncio.run_coroutine_threadsafe(begin(), loop).result(10)
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    try:
        yield protocol.asked, resolver
    finally:
        loop.call_soon_threadsafe(transport.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
        loop.close()


ZONE: Zone = {
    "x.test NS": (600, ("ns1.x.test.", "NS2.Other.test.")),
    "x.test MX": (600, ("10 mail.x.test.", "20 mx.elsewhere.test.")),
    "null.x.test MX": (600, ("0 .",)),
    "x.test TXT": (
        600,
        (
            '"v=spf1 include:spf.elsewhere.test -all"',
            '"google-site-verification=SECRETTOKEN"',
            '"MS=ms1234"',
            '"just words"',
            '"key=' + "v" * 200 + '"',
        ),
    ),
    "long.x.test TXT": (600, ('"v=spf1 " ' + " ".join(['"' + "x" * 250 + '"'] * 8),)),
    "7.113.0.203.in-addr.arpa PTR": (600, ("web7.x.test.",)),
    "_mongodb._tcp.c.x.test SRV": (600, ("0 0 27017 m1.x.test.",)),
    "many.x.test A": (600, tuple(f"192.0.2.{n}" for n in range(200))),
    "mapped.x.test AAAA": (600, ("::ffff:10.0.0.1",)),
}


@pytest.mark.parametrize(
    ("name", "kind", "values"),
    [
        ("x.test", "NS", {"ns1.x.test", "ns2.other.test"}),
        ("x.test", "MX", {"mail.x.test", "mx.elsewhere.test"}),
        ("null.x.test", "MX", set()),
        ("x.test", "TXT", {"v=spf1 include:spf.elsewhere.test -all", "google-site-verification", "ms", "key"}),
        ("7.113.0.203.in-addr.arpa", "PTR", {"web7.x.test"}),
        ("_mongodb._tcp.c.x.test", "SRV", {"27017 m1.x.test"}),
        ("mapped.x.test", "AAAA", {"10.0.0.1"}),
        ("x.test", "A", set()),
    ],
)
async def test_what_is_kept_of_records(name: str, kind: str, values: set[str]) -> None:
    async with server(ZONE) as (_, resolver):
        answer = await DnsClient(resolver, lambda: NOW).query(name, kind)
    assert set(answer.values) == values
    assert answer.state is (DnsAnswerState.FOUND if values else DnsAnswerState.NONE)
    assert "SECRETTOKEN" not in repr(answer)


async def test_long_answers_are_bounded() -> None:
    async with server(ZONE) as (_, resolver):
        questions = DnsClient(resolver, lambda: NOW)
        assert len((await questions.query("many.x.test", "A")).values) == MAX_RECORDS
        (text,) = (await questions.query("long.x.test", "TXT")).values
    assert len(text) == MAX_TXT


@pytest.mark.parametrize(
    ("ttl", "minimum", "name", "held"),
    [
        (600, 300, "db.x.test", 600),
        (0, 300, "db.x.test", MIN_SECONDS),
        (5, 300, "db.x.test", MIN_SECONDS),
        (10_000_000, 300, "db.x.test", MAX_SECONDS),
        (600, 300, "gone.x.test", 300),
        (600, 900, "gone.x.test", 900),
        (600, 0, "gone.x.test", MIN_SECONDS),
        (600, 10_000_000, "gone.x.test", 3600),
        (600, -1, "gone.x.test", 300),
        (600, 700, "mx-only.x.test", 700),
    ],
    ids=str,
)
async def test_answer_is_cached_for_its_ttl_within_bounds(ttl: int, minimum: int, name: str, held: float) -> None:
    now = [NOW]
    zone = {"db.x.test A": (ttl, ("192.0.2.1",)), "mx-only.x.test MX": (ttl, ("0 m.x.test.",))}
    async with server(zone, minimum=minimum) as (asked, resolver):
        questions = DnsClient(resolver, lambda: now[0])
        first = await questions.query(name, "A")
        assert first.until == NOW + held
        now[0] = first.until - 1
        assert await questions.query(name, "A") is first
        now[0] = first.until
        await questions.query(name, "A")
    assert len(asked.asked) == 2


async def test_negative_answer_is_cached_for_hours_at_most() -> None:
    async with server({}, minimum=10_000_000, soa_ttl=10_000_000) as (_, resolver):
        answer = await DnsClient(resolver, lambda: NOW).query("gone.x.test", "A")
    assert (answer.state, answer.until) == (DnsAnswerState.MISSING, NOW + MAX_MISSING_SECONDS)


class Kept(dict[tuple[str, str], DnsAnswer]):
    """A cache that outlives its questions."""

    def get(self, name: str, kind: str) -> DnsAnswer | None:  # type: ignore[override]
        return super().get((name, kind))

    def put(self, answer: DnsAnswer) -> None:
        self[answer.name, answer.kind] = answer


async def test_answers_of_an_earlier_run_are_reused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.scope.dns_client._DNS_SECONDS", 0.3)
    kept = Kept()
    names = ("db.x.test", "gone.x.test")
    async with server({"db.x.test A": (600, ("192.0.2.1",))}) as (asked, resolver):
        for later in (0.0, 250.0):
            questions = DnsClient(resolver, lambda later=later: NOW + later, kept)  # type: ignore[misc]
            for name in names:
                await questions.query(name, "A")
        assert asked.asked == [f"{name} A" for name in names]
        # A clock that went back, and an entry that claims to hold for ever, are not believed.
        await DnsClient(resolver, lambda: NOW - 9, kept).query("db.x.test", "A")
        kept.put(DnsAnswer("db.x.test", "A", DnsAnswerState.FOUND, NOW, 1e18, ("192.0.2.66",)))
        await DnsClient(resolver, lambda: NOW + MAX_SECONDS, kept).query("db.x.test", "A")
    assert len(asked.asked) == 4
    resolver.nameservers = ["127.0.0.9"]
    silent = await DnsClient(resolver, lambda: NOW, kept).query("other.x.test", "A")
    assert silent.state in {DnsAnswerState.SILENT, DnsAnswerState.FAILED}
    assert ("other.x.test", "A") not in kept


async def test_missing_name_server_is_a_failed_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> dns.asyncresolver.Resolver:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr("dns.asyncresolver.Resolver", nobody)
    answer = await DnsClient(None, lambda: NOW).query("x.test", "NS")
    assert (answer.state, answer.problem) == (DnsAnswerState.FAILED, "no DNS server is configured")
