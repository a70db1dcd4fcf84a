import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.zookeeper import jute
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Connect, Conversation

STAT = struct.pack(">qqqqiiiqiiq", 7, 8, 1_700_000_000_000, 0, 0, 0, 0, 0, 6, 2, 9)
LIST = struct.pack(">ii1si2s", 2, 1, b"a", 2, b"bc") + STAT


def test_what_is_sent() -> None:
    assert len(jute.CONNECT) == 49
    assert jute.request(1, jute.GET_CHILDREN2, b"/") == bytes.fromhex("0000000e 00000001 0000000c 00000001 2f 00")
    assert jute.request(2, jute.GET_ALL_CHILDREN_NUMBER, b"/") == bytes.fromhex(
        "0000000d 00000002 00000068 00000001 2f"
    )
    assert jute.CLOSE[8:] == struct.pack(">i", -11)


def test_children() -> None:
    found = jute.children(LIST)
    assert (found.names, found.created, found.created_ms, found.count) == (("a", "bc"), 7, 1_700_000_000_000, 2)
    assert jute.children(struct.pack(">i", -1) + STAT).names == ()


BROKEN = [
    b"",
    LIST[:-1],
    LIST + b"x",
    struct.pack(">i", 2_000_000_000) + STAT,
    struct.pack(">ii", 1, 2_000_000_000) + STAT,
    struct.pack(">ii", 1, -5) + STAT,
]


@each("record", BROKEN)
def test_lists_that_lie(record: bytes) -> None:
    with pytest.raises(HostileAnswer):
        jute.children(record)


SESSIONS = [
    (struct.pack(">iiqi16s", 0, 6000, 5, 16, b"p" * 16), 6000),
    (struct.pack(">iiqi16sB", 0, 6000, 5, 16, b"p" * 16, 1), 6000),
    (struct.pack(">iiqi16s", 0, 0, 0, 16, b""), 0),
    (struct.pack(">iiqi", 0, -1, 0, -1), 0),
]


@pytest.mark.parametrize(("data", "timeout"), SESSIONS)
def test_sessions(data: bytes, timeout: int) -> None:
    assert jute.session(data) == timeout


@pytest.mark.parametrize("data", [b"", b"x" * 19, struct.pack(">iiqi", 0, 1, 0, 2_000_000_000), b"\0" * 60])
def test_sessions_that_lie(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        jute.session(data)


def test_replies_are_decoded() -> None:
    data = struct.pack(">iqi", 3, 99, jute.NO_AUTH) + b"rest"
    assert jute.reply(data, 3) == jute.JuteReply(jute.NO_AUTH, b"rest")
    for wrong in (data[:10], struct.pack(">iqi", 4, 99, 0)):
        with pytest.raises(HostileAnswer):
            jute.reply(wrong, 3)


@pytest.mark.parametrize("record", [b"", b"\xff\xff\xff\xff", b"\0\0\0\0\1"])
def test_counts_that_are_none(record: bytes) -> None:
    with pytest.raises(HostileAnswer):
        jute.number(record)
    assert jute.number(b"\0\0\1\0") == 256


@pytest.mark.parametrize("size", [b"\x7f\xff\xff\xff", b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\x10\0\1"])
def test_packets_that_lie(size: bytes) -> None:
    def talk() -> Conversation[bytes]:
        yield Connect()
        return (yield from jute.packet())

    with pytest.raises(HostileAnswer):
        play(talk(), MemoryPeer(recorded_answers([]), greeting=size + b"x" * 100), ())


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_are_a_record_or_a_verdict(data: bytes) -> None:
    with contextlib.suppress(HostileAnswer):
        assert len(jute.children(data).names) <= len(data)
    with contextlib.suppress(HostileAnswer):
        assert jute.session(data) >= 0
    with contextlib.suppress(HostileAnswer):
        assert len(jute.children(data + STAT).names) <= len(data)
