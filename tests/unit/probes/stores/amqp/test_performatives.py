"""Frames of AMQP 1.0: ours are exact, and every length of theirs is checked."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play
from tieback.probes.stores.amqp import performatives
from tieback.probes.stores.amqp.performatives import CLOSE, OPEN, OPEN_PATTERN, Described, opening
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Connect, Conversation, Fault

OPEN_ANSWER = (
    b"\0\0\0\xca\2\0\0\0\0S\x10\xc0\xbd\n\xa1$56137a68-ea7b-11f1-adf0-02fc00000001@p\0\2\0\0`\xff\xffp\0\0u0@@"
    b"\xe0M\4\xa3\x1dsole-connection-for-container\x10DELAYED_DELIVERY\x0bSHARED-SUBS\x0fANONYMOUS-RELAY@"
    b"\xc14\4\xa3\7product\xa1\x17apache-activemq-artemis\xa3\7version\xa1\0062.38.0"
)
CLOSE_ANSWER = (
    b"\0\0\0V\2\0\0\0\0S\x18\xc0I\1\0S\x1d\xc0C\2\xa3\x0eamqp:not-found"
    b"\xa10Unknown hostname in connection open: 'localhost'"
)


def read(data: bytes, kind: int = 0) -> Described:
    def talk() -> Conversation[Described]:
        yield Connect()
        return (yield from performatives.read_frame(kind))

    return play(talk(), MemoryPeer(lambda _: None, greeting=data), ()).result


def frame(body: bytes, *, size: int | None = None, offset: int = 2, kind: int = 0) -> bytes:
    return (8 + len(body) if size is None else size).to_bytes(4, "big") + bytes((offset, kind, 0, 0)) + body


def test_properties_of_an_open_frame_are_read() -> None:
    found = read(OPEN_ANSWER)
    assert (found.number, found.field(0)) == (OPEN, "56137a68-ea7b-11f1-adf0-02fc00000001")
    assert found.field(9) == {"product": "apache-activemq-artemis", "version": "2.38.0"}
    assert found.field(10) is None


def test_error_of_a_close_frame_is_read() -> None:
    found = read(CLOSE_ANSWER)
    error = found.field(0)
    assert found.number == CLOSE
    assert isinstance(error, Described)
    assert error.fields == ("amqp:not-found", "Unknown hostname in connection open: 'localhost'")


def test_empty_frames_are_skipped() -> None:
    assert read(frame(b"") * 3 + frame(b"\0S\x18E")) == Described(CLOSE, ())
    with pytest.raises(HostileAnswer, match="nothing but empty"):
        read(frame(b"") * 20)


@each(
    "data",
    [
        frame(b"\0S\x18E", size=7),
        frame(b"\0S\x18E", size=0xFFFFFFFF),
        frame(b"\0S\x18E", offset=1),
        frame(b"\0S\x18E", offset=200),
        frame(b"\0S\x18E", kind=1),
        frame(b"\x45"),
        frame(b"\0S"),
        frame(b"\0" * 100),
        frame(b"\0S\x18\xc0\xff\1"),
        frame(b"\0S\x18\xc0\2\xff@"),
        frame(b"\0S\x18\xc0\0\0"),
        frame(b"\0S\x18\xd0\xff\xff\xff\xff\0\0\0\1"),
        frame(b"\0S\x18\xc0\3\1\xa1\xff"),
        frame(b"\0S\x18\xc0\2\1\x99"),
        frame(b"\0S\x18\xc0\5\1@@@@"),
        frame(b"\0\xa1\1x\x45"),
    ],
)
def test_frames_that_lie_are_hostile(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        read(data)


def test_many_values_of_no_bytes_are_hostile() -> None:
    lists = b"\xe0\x06\xf0\x45" + b"\x00" * 4
    with pytest.raises(HostileAnswer):
        read(frame(b"\0S\x18\xd0" + (4 + 3000).to_bytes(4, "big") + (3000).to_bytes(4, "big") + b"\x45" * 3000))
    with pytest.raises(HostileAnswer):
        read(frame(b"\0S\x18" + lists))


@settings(max_examples=examples(300))
@given(st.binary(max_size=60))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    try:
        found = read(frame(b"\0S\x10\xc0" + bytes((len(body) % 256,)) + body))
    except (HostileAnswer, Fault):
        return
    assert isinstance(found, Described)


@pytest.mark.parametrize("host", ["127.0.0.1", "mq.shop.test", "::1", "a" * 200])
def test_open_names_the_host(host: str) -> None:
    data = opening(host)
    assert re.fullmatch(OPEN_PATTERN, data, re.DOTALL)
    assert read(data).fields == ("tieback_probe", host)


@pytest.mark.parametrize("host", ["", "a b", "a\0b", "a" * 201, "höst"])
def test_other_hosts_are_not_sent(host: str) -> None:
    data = opening(host)
    assert re.fullmatch(OPEN_PATTERN, data, re.DOTALL)
    assert read(data).fields == ("tieback_probe", None)
