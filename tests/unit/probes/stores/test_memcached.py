import struct
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.grant import Depth
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.probes.playback import MemoryPeer, PlaybackResult, play, recorded_answers
from tieback.probes.stores.memcached import MemcachedProbe
from tieback.scope.conversation import Target

PROBE = MemcachedProbe()
HELLO = b"version\r\n" * 3
STATS = b"STAT pid 7\r\nSTAT uptime 5\r\nSTAT time 1005\r\nSTAT curr_items 3\r\nSTAT bytes 300\r\nEND\r\n"
BINARY_VERSION, BINARY_STAT = (struct.pack(">BB22x", 0x80, opcode) for opcode in (0x0B, 0x10))


def ask(
    answers: dict[bytes, bytes | None], depth: Depth = Depth.DESCRIBE, port: int = 11211
) -> PlaybackResult[ProbeReport]:
    return play(PROBE.run(Target("127.0.0.1", port), depth), MemoryPeer(answers.get), PROBE.meta.sends)


def packet(opcode: int, status: int, key: bytes = b"", value: bytes = b"") -> bytes:
    return struct.pack(">BBHxxHIIQ", 0x81, opcode, len(key), status, len(key + value), 0, 0) + key + value


def test_an_open_one() -> None:
    played = ask({HELLO: b"VERSION 1.6.38\r\n" * 3, b"stats\r\n": STATS})
    report = played.result
    assert (report.access, report.product, report.version) == (Access.OPEN, "memcached", "1.6.38")
    (items,) = report.containers
    assert items.records is not None
    assert items.bytes is not None
    assert (items.records.value, items.bytes.value) == (3, 300)
    assert played.sent == (HELLO, b"stats\r\n")


def test_the_start_of_the_server_is_its_identity() -> None:
    def key(stats: bytes, port: int = 11211) -> str:
        identity = ask({HELLO: b"VERSION 1\r\n" * 3, b"stats\r\n": stats}, port=port).result.identity
        assert identity is not None
        return identity.key

    later = STATS.replace(b"uptime 5", b"uptime 9").replace(b"time 1005", b"time 1009")
    assert key(STATS) == key(later, port=2)
    assert key(STATS) != key(STATS.replace(b"uptime 5", b"uptime 6"))


STATES = [
    # answer to version, to stats, access
    (b"CLIENT_ERROR unauthenticated\r\n", None, Access.AUTH_REQUIRED),
    (b"VERSION 1.6.38\r\n", STATS.replace(b"items 3", b"items 0"), Access.OPEN_EMPTY),
    (b"VERSION 1.6.38\r\n", b"END\r\n", Access.PARTIAL),
    (b"VERSION 1.6.38\r\n", b"SERVER_ERROR no\r\n", Access.PARTIAL),
    (b"VERSION 1.6.38\r\n", b"STAT curr_items many\r\nEND\r\n", Access.PARTIAL),
    (b"VERSION 1.6.38\r\n", None, Access.PARTIAL),
]


@each(("version", "stats", "access"), STATES)
def test_access_state_by_server_answers(version: bytes, stats: bytes | None, access: Access) -> None:
    report = ask({HELLO: version * 3, b"stats\r\n": stats}).result
    assert (report.outcome, report.access) == (Outcome.OK, access), report


SASL = [
    # answers to stat in binary, access
    (packet(0x10, 0x20, value=b"Auth failure."), Access.AUTH_REQUIRED),
    (packet(0x10, 0, b"curr_items", b"4") + packet(0x10, 0), Access.OPEN),
    (packet(0x10, 0, b"curr_items", b"0") + packet(0x10, 0), Access.OPEN_EMPTY),
    (packet(0x10, 0x81), Access.UNKNOWN),
]


@pytest.mark.parametrize(("stat", "access"), SASL)
def test_only_binary(stat: bytes, access: Access) -> None:
    report = ask({BINARY_VERSION: packet(0x0B, 0, value=b"1.6.38"), BINARY_STAT: stat}).result
    assert (report.outcome, report.version, report.access) == (Outcome.OK, "1.6.38", access), report


@pytest.mark.parametrize(("stat", "access"), SASL)
def test_only_binary_on_an_odd_port(stat: bytes, access: Access) -> None:
    played = ask({BINARY_VERSION: packet(0x0B, 0, value=b"1.6.38"), BINARY_STAT: stat}, port=1)
    report = played.result
    assert (report.outcome, report.version, report.access) == (Outcome.OK, "1.6.38", access), report
    assert played.sent == (HELLO, BINARY_VERSION, BINARY_STAT)


@pytest.mark.parametrize("answer", [None, b"E", b"\x81", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_server_that_closes_on_text_is_another_one(answer: bytes | None) -> None:
    report = ask({BINARY_VERSION: answer}, port=1).result
    assert report.outcome is Outcome.PROTOCOL_MISMATCH
    assert report.problems[0].startswith("closed without an answer")


def test_silent_server_gets_no_binary_packet_on_an_odd_port() -> None:
    played = ask({HELLO: b""}, port=1)
    assert played.sent == (HELLO,)
    assert played.result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize("size", [b"\0\0\0\1", b"\xff\xff\xff\xff", b"\0\1\0\0"])
def test_lengths_that_lie(size: bytes) -> None:
    lie = bytearray(packet(0x0B, 0, b"ab", b""))
    lie[8:12] = size
    report = ask({BINARY_VERSION: bytes(lie) + b"x" * 200_000}).result
    assert report.outcome is Outcome.HOSTILE


@pytest.mark.parametrize("answer", [b"ERROR\r\n", b"HTTP/1.1 400 Bad\r\n", b"VERSION\r\n", b"CLIENT_ERROR no\r\n"])
def test_other_protocols(answer: bytes) -> None:
    assert ask({HELLO: answer}, port=1).result.outcome is Outcome.PROTOCOL_MISMATCH


@pytest.mark.parametrize(("depth", "sends"), [(Depth.IDENTIFY, 1), (Depth.ENUMERATE, 2), (Depth.DESCRIBE, 2)])
def test_no_deeper_than_allowed(depth: Depth, sends: int) -> None:
    assert len(ask({HELLO: b"VERSION 1\r\n" * 3, b"stats\r\n": STATS}, depth).sent) == sends


@given(st.lists(st.binary(max_size=80).map(lambda data: b"\x81" + data), max_size=4))
@settings(max_examples=examples(80), deadline=None)
def test_any_binary_answer_ends_in_one_report(answers: list[bytes]) -> None:
    peer = MemoryPeer(recorded_answers([None, *answers]))
    report = play(PROBE.run(Target("h", 11211), Depth.DESCRIBE), peer, PROBE.meta.sends).result
    assert not report.access.exposed or report.version is not None


RECORDED = [("memcached-open", Access.OPEN, "1.6.38"), ("memcached-auth", Access.AUTH_REQUIRED, "")]


@pytest.mark.parametrize(("name", "access", "version"), RECORDED)
def test_recordings(replay: Callable[..., Any], name: str, access: Access, version: str) -> None:
    report = replay(PROBE, name).result
    assert (report.access, report.version) == (access, version)
