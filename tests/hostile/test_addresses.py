"""Ways to write a host or a port, and answers of a DNS server, that lead to an address outside the grant.

Every connection of the process is seen by an audit hook and refused there, so a failure sends nothing either.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress
from datetime import date
from pathlib import Path

import dns.asyncresolver
import dns.message
import dns.rcode
import dns.rrset
import pytest

from tests.hostile.connects import watched
from tieback.model.errors import TiebackError
from tieback.model.grant import Depth, Grant, Limits, TargetRule
from tieback.model.probe import Outcome
from tieback.pipeline.probing.targets import ProbeRunSettings, TargetList, probe_targets
from tieback.scope.audit import AuditLog
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, Target
from tieback.scope.dialer import Dialer
from tieback.scope.resolver import NameResolver

INSIDE = "127.66.0.1"
SENDS = (DeclaredSend("ping", rb"PING\r\n", "asks whether it is there"),)
LIMITS = Limits(connect_seconds=1, total_seconds=2, idle_seconds=0.2, connects_per_second=0)
RULES = (
    TargetRule("127.66.0.0/16", (9200,), Depth.DESCRIBE),
    TargetRule("*.inside.test", "any", Depth.DESCRIBE),
    TargetRule("2600::/16", "any", Depth.DESCRIBE),
)


def grant(*, dns: bool = False) -> Grant:
    hosts: dict[str, str | tuple[str, ...]] = {"db.inside.test": INSIDE, "moved.outside.test": "127.0.0.1"}
    return Grant("O", "c@x.test", date(2999, 1, 1), RULES, hosts=hosts, limits=LIMITS, dns=dns)


WAYS = [
    # 127.0.0.1, which a C library or a browser reads from these (inet_aton(3), WHATWG URL)
    *("2130706433:9200", "017700000001:9200", "0x7f000001:9200", "0x7f.0.0.1:9200", "0177.0.0.1:9200", "127.1:9200"),
    *("127.0.1:9200", "0x7f.1:9200", "0x7F.0x0.0x0.0x1:9200", "00127.0.0.1:9200", "127.0.0.01:9200", "127.0.0.1.:9200"),
    *("127.0.0.1:9200", "127.255.255.254:9200", "0:9200", "0.0.0.0:9200", "0x0:9200", "localhost:9200"),
    *("LOCALHOST.:9200", "localhost.localdomain:9200", "moved.outside.test:9200"),
    # the granted address in forms that other programs read as another one
    *("127.66.1:9200", "127.066.0.1:9200", "0127.66.0.1:9200", "127.66.0.1%00.evil.test:9200"),
    # IPv6
    *("[::1]:9200", "[::]:9200", "[::127.0.0.1]:9200", "[::ffff:127.0.0.1]:9200", "[::ffff:7f00:1]:9200"),
    *("[0:0:0:0:0:ffff:7f00:0001]:9200", "[64:ff9b::127.0.0.1]:9200", "[64:ff9b:1::7f00:1]:9200"),
    *(
        "[2002:7f00:1::]:9200",
        "[2001:0:7f00:1::]:9200",
        "[fe80::1%lo]:9200",
        "[::1%25lo]:9200",
        "[::ffff:0:7f00:1]:9200",
    ),
    # metadata services and special blocks
    *("169.254.169.254:9200", "[fd00:ec2::254]:9200", "2852039166:9200", "255.255.255.255:9200", "224.0.0.1:9200"),
    # user information, paths, and other separators
    *("http://db.inside.test:9200@127.0.0.1:9200/", "http://127.66.0.1@127.0.0.1:9200", "127.66.0.1#@127.0.0.1:9200"),
    *("http://127.66.0.1\\@127.0.0.1:9200/", "127.66.0.1:9200@127.0.0.1", "//127.0.0.1:9200", "127.0.0.1/32:9200"),
    # letters that Unicode maps to digits and dots
    *("１２７.０.０.１:9200", "127。0。0。1:9200", "①②⑦.⓪.⓪.①:9200", "ｌocalhost:9200", "127.0.0.1\u200b:9200"),  # noqa: RUF001
    # names that only look covered
    *("inside.test:9200", "evilinside.test:9200", "db.inside.test.evil.test:9200", "db.inside.test\x00.evil.test:9200"),
    *("db.ınside.test:9200", "db%2einside.test:9200", "db.inside.test\r\nHost: evil.test:9200"),  # noqa: RUF001
    # ports
    *("127.66.0.1:9201", "127.66.0.1:09201", "127.66.0.1:74736", "127.66.0.1:-1", "127.66.0.1:+9201", "127.66.0.1:0"),
    *("127.66.0.1:0x23f1", "127.66.0.1:９２０１", "127.66.0.1:9200.0", "127.66.0.1:9_201", "127.66.0.1: 9201"),  # noqa: RUF001
    "http://127.66.0.1/",
]
"""Targets of a command line; the grant covers none of them."""


async def probed(words: list[str], folder: Path, permit: Grant) -> list[Outcome]:
    found = TargetList(words)
    settings = ProbeRunSettings(folder / "audit.jsonl", stop=folder / "stop")
    return [report.outcome async for report in probe_targets(found, permit, settings)]


def test_the_rows_are_many_enough() -> None:
    assert len(set(WAYS)) == len(WAYS) >= 47
    assert len(ANSWERS) >= 14


@pytest.mark.parametrize("word", WAYS)
async def test_no_way_to_write_a_host_or_port_leads_outside(tmp_path: Path, word: str) -> None:
    with watched([INSIDE]) as seen:
        outcomes: list[Outcome] = []
        with suppress(TiebackError):  # not a target at all
            outcomes = await probed([word], tmp_path, grant())
    assert set(outcomes) <= {Outcome.OUT_OF_SCOPE}
    assert seen == []


@pytest.mark.parametrize("word", WAYS)
async def test_no_way_to_write_a_host_makes_dns_queries_outside(tmp_path: Path, word: str) -> None:
    """A host that an app names goes to the dialer as the app wrote it. DNS is allowed here."""
    host = word.removesuffix(":9200")
    async with zone({}) as (server, resolver):
        permit = grant(dns=True)
        with AuditLog(tmp_path / "audit.jsonl") as audit, watched([INSIDE, "127.0.0.1"]) as seen:
            dialer = Dialer(permit, audit, names=NameResolver(permit, resolver=resolver))
            with pytest.raises(Fault) as caught:
                await dialer.converse(Target(host, 9201), ping(), SENDS)
        assert caught.value.outcome in (Outcome.OUT_OF_SCOPE, Outcome.ERROR)
        assert [name for name in server.queried if not name.endswith(".inside.test")] == []
        # The test's own DNS server is at 127.0.0.1.
        assert seen == [] or server.queried


@pytest.mark.parametrize(
    "word", [f"{INSIDE}:9200", "[::ffff:127.66.0.1]:9200", "db.inside.test:9200", "DB.Inside.test.:9200"]
)
async def test_a_granted_address_is_seen_by_the_watch(tmp_path: Path, word: str) -> None:
    """The control: the watch would see a connection."""
    with watched([INSIDE]) as seen:
        outcomes = await probed([word], tmp_path, grant())
    assert Outcome.OUT_OF_SCOPE not in outcomes
    assert set(seen) == {INSIDE}


class Zone(asyncio.DatagramProtocol):
    """A DNS server that answers each name with fixed records, in turn if there are several sets."""

    def __init__(self, records: dict[str, list[list[str]]]) -> None:
        self.records = records
        self.queried: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)
        self.transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = dns.message.from_wire(data)
        name = query.question[0].name.to_text().rstrip(".").lower()
        kind = query.question[0].rdtype.name
        self.queried.append(name)
        answer = dns.message.make_response(query)
        sets = self.records.get(name)
        if sets is None:
            answer.set_rcode(dns.rcode.NXDOMAIN)
        else:
            chosen = sets.pop(0) if len(sets) > 1 else sets[0]
            for line in chosen:
                owner, of, value = line.split(" ", 2)
                if of in (kind, "CNAME"):
                    answer.answer.append(dns.rrset.from_text(owner, 0, "IN", of, *value.split(",")))
        self.transport.sendto(answer.to_wire(max_size=65535), addr)


@asynccontextmanager
async def zone(records: dict[str, list[list[str]]]) -> AsyncIterator[tuple[Zone, dns.asyncresolver.Resolver]]:
    transport, protocol = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Zone(records), local_addr=("127.0.0.1", 0)
    )
    resolver = dns.asyncresolver.Resolver(configure=False)
    resolver.nameservers = ["127.0.0.1"]
    resolver.port = transport.get_extra_info("sockname")[1]
    resolver.timeout = resolver.lifetime = 1
    with closing(transport):
        yield protocol, resolver


def ping() -> Conversation[bytes]:
    yield Connect()
    yield Send(b"PING\r\n")
    return (yield Receive(until=b"\r\n"))


A = "x.inside.test. A "
AAAA = "x.inside.test. AAAA "
ANSWERS: dict[str, list[list[str]]] = {
    "loopback": [[A + "127.0.0.1"]],
    "all addresses": [[A + "0.0.0.0", AAAA + "::"]],
    "metadata service": [[A + "169.254.169.254"]],
    "metadata service by IPv6": [[AAAA + "fd00:ec2::254"]],
    "private": [[A + "10.0.0.1,172.16.0.1,192.168.0.1"]],
    "IPv6 loopback": [[AAAA + "::1"]],
    "mapped loopback": [[AAAA + "::ffff:127.0.0.1"]],
    "mapped metadata": [[AAAA + "::ffff:169.254.169.254"]],
    "compatible loopback": [[AAAA + "::127.0.0.1"]],
    "NAT64": [[AAAA + "64:ff9b::7f00:1"]],
    "6to4": [[AAAA + "2002:7f00:1::"]],
    "link local": [[AAAA + "fe80::1"]],
    "multicast and broadcast": [[A + "224.0.0.1,255.255.255.255", AAAA + "ff02::1"]],
    "alias to localhost": [["x.inside.test. CNAME localhost.", "localhost. A 127.0.0.1", "localhost. AAAA ::1"]],
    "alias out of the targets": [["x.inside.test. CNAME db.elsewhere.test.", "db.elsewhere.test. A 10.0.0.7"]],
    "loop of aliases": [["x.inside.test. CNAME y.inside.test.", "y.inside.test. CNAME x.inside.test."]],
    "flips between two answers": [[A + "10.0.0.1"], [A + "127.0.0.1"], [A + "169.254.169.254"]],
    "2,000 records": [[A + ",".join(f"10.{n // 250}.{n % 250}.9" for n in range(2000))]],
    "records of another name": [["evil.test. A 127.0.0.1", "evil.test. AAAA ::1"]],
    "nothing": [[]],
}


@pytest.mark.parametrize("what", ANSWERS)
async def test_no_dns_answer_leads_outside(tmp_path: Path, what: str) -> None:
    async with zone({"x.inside.test": [list(one) for one in ANSWERS[what]]}) as (server, resolver):
        permit = grant(dns=True)
        with AuditLog(tmp_path / "audit.jsonl") as audit, watched(["127.0.0.1"]) as seen:
            dialer = Dialer(permit, audit, names=NameResolver(permit, resolver=resolver))
            for _ in range(2):
                with pytest.raises(Fault) as caught:
                    await dialer.converse(Target("x.inside.test", 9200), ping(), SENDS)
                assert caught.value.outcome in (Outcome.OUT_OF_SCOPE, Outcome.ERROR, Outcome.TIMEOUT)
        assert server.queried
        events = [line for line in (tmp_path / "audit.jsonl").read_text().splitlines() if '"event":"connect"' in line]
        assert events == []
        # Only the resolver, which connects its UDP socket to the test's DNS server.
        assert set(seen) <= {"127.0.0.1"}
        assert len(seen) <= len(server.queried)
