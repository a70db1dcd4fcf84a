import contextlib
import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.stores.amqp import frames
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Connect, Conversation


def read(data: bytes, first: bytes = b"") -> frames.Method:
    def talk() -> Conversation[frames.Method]:
        yield Connect()
        return (yield from frames.read_method(first))

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


def long(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def field(name: bytes, kind: bytes, value: bytes) -> bytes:
    return frames.short_string(name) + kind + value


def test_what_is_sent() -> None:
    # Nobody: a mechanism, and a response of no bytes.
    assert b"\x09ANONYMOUS\0\0\0\0\5en_US\xce" in frames.ANONYMOUS
    asked = frames.passive_declare(2, b"people")
    assert asked == b"\1\0\2\0\0\0\x12\0\x32\0\x0a\0\0\6people\1\0\0\0\0\xce"
    assert frames.CLOSE_CONNECTION.startswith(b"\1\0\0")


READ = [
    (b"\1\0\0\0\0\0\4\0\x0a\0\x29\xce", b"", frames.Method(frames.OPEN_OK, 0, b"")),
    (b"\0\0\0\0\0\4\0\x0a\0\x29\xce", b"\1", frames.Method(frames.OPEN_OK, 0, b"")),
    (b"\x08\0\0\0\0\0\0\xce\1\0\3\0\0\0\5\0\x14\0\x0b\0\xce", b"", frames.Method(frames.CHANNEL_OPEN_OK, 3, b"\0")),
]


@pytest.mark.parametrize(("data", "first", "method"), READ)
def test_frames_are_decoded(data: bytes, first: bytes, method: frames.Method) -> None:
    assert read(data, first) == method


LIES = [
    b"\1\0\0\x7f\xff\xff\xff",
    b"\1\0\0\0\2\0\1",
    b"\1\0\0\0\0\0\4\0\x0a\0\x29\0",
    b"\1\0\0\0\0\0\2\0\x0a\xce",
    b"\2\0\0\0\0\0\0\xce",
    b"\x08\0\0\0\0\0\0\xce" * 100,
]


@each("data", LIES)
def test_frames_that_lie(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        read(data)


def test_connection_start_is_decoded() -> None:
    capabilities = field(b"basic.nack", b"t", b"\1")
    table = (
        field(b"product", b"S", long(b"RabbitMQ"))
        + field(b"capabilities", b"F", long(capabilities))
        + field(b"numbers", b"A", long(b"I\0\0\0\1"))
        + field(b"big", b"l", b"\0" * 8)
        + field(b"nothing", b"V", b"")
        + field(b"version", b"S", long(b"4.0.5"))
    )
    start = frames.read_start(b"\0\x09" + long(table) + long(b"PLAIN ANONYMOUS") + long(b"en_US"))
    assert start == frames.ConnectionStartMethod({"product": "RabbitMQ", "version": "4.0.5"}, ("PLAIN", "ANONYMOUS"))


def nested(depth: int) -> bytes:
    table = b""
    for _ in range(depth):
        table = field(b"a", b"F", long(table))
    return b"\0\x09" + long(table) + long(b"") + long(b"")


BROKEN = [
    b"",
    b"\0\x09\xff\xff\xff\xff",
    b"\0\x09" + long(field(b"a", b"S", b"\xff\xff\xff\xff")),
    b"\0\x09" + long(field(b"a", b"?", b"")),
    b"\0\x09" + long(b"\x09a"),
    b"\0\x09\0\0\0\2" + field(b"a", b"I", b"\0\0\0\0"),
    nested(5),
    nested(2000),
    b"\0\x09" + long(field(b"", b"V", b"") * 600),
]


@each("arguments", BROKEN, ids=range(len(BROKEN)))
def test_tables_that_lie(arguments: bytes) -> None:
    with pytest.raises(HostileAnswer):
        frames.read_start(arguments)


def test_refusals_and_counts() -> None:
    assert frames.read_refusal(struct.pack(">H", 403) + frames.short_string(b"no") + b"\0\0\0\0") == frames.AmqpRefusal(
        403, "no"
    )
    assert frames.queue_messages(frames.short_string(b"people") + struct.pack(">II", 37, 0)) == 37
    for cut in (b"", b"\1"):
        with pytest.raises(HostileAnswer):
            frames.read_refusal(cut)
        with pytest.raises(HostileAnswer):
            frames.queue_messages(cut)


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_are_arguments_or_a_verdict(data: bytes) -> None:
    for arguments in (data, b"\0\x09" + long(data) + data):
        with contextlib.suppress(HostileAnswer):
            assert len(frames.read_start(arguments).properties) <= len(arguments)
    with contextlib.suppress(HostileAnswer):
        frames.read_refusal(data)
    with contextlib.suppress(HostileAnswer):
        frames.queue_messages(data)
