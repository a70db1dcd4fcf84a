import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.probes.playback import MemoryPeer, play, recorded_answers
from tieback.probes.wire.resp import MAX_BULK, Reply, RespError, command, replies, reply
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, Fault


def read(data: bytes) -> Reply:
    def talk() -> Conversation[Reply]:
        yield Connect()
        return (yield from reply())

    return play(talk(), MemoryPeer(recorded_answers([]), greeting=data), ()).result


REPLIES = [
    (b"+PONG\r\n", "PONG"),
    (b"-NOAUTH who are you\r\n", RespError("NOAUTH who are you")),
    (b":-12\r\n", -12),
    (b"$3\r\nabc\r\n", b"abc"),
    (b"$-1\r\n", None),
    (b"$0\r\n\r\n", b""),
    (b"*2\r\n$1\r\n0\r\n*1\r\n$1\r\nk\r\n", [b"0", [b"k"]]),
    (b"*-1\r\n", None),
    (b"*0\r\n", []),
]


@each(("data", "value"), REPLIES)
def test_replies_are_decoded(data: bytes, value: Reply) -> None:
    assert read(data) == value


def read_all(count: int, *parts: bytes) -> list[Reply]:
    """Replies that arrive in these parts."""
    talk = replies(count)
    step = next(talk)
    try:
        for part in parts:
            step = talk.send(part)
    except StopIteration as end:
        found: list[Reply] = end.value
        return found
    raise AssertionError(f"waits for {step}")


@each("cut", [1, 4, 5, 6, 9, 12, 20])
def test_replies_to_many_commands_are_read_from_any_parts(cut: int) -> None:
    whole = b"+OK\r\n$3\r\nabc\r\n:7\r\n-NOPERM no\r\n"
    assert read_all(4, whole[:cut], whole[cut:]) == ["OK", b"abc", 7, RespError("NOPERM no")]


def test_no_reply_is_read_to_no_command() -> None:
    with pytest.raises(StopIteration) as end:
        next(replies(0))
    assert end.value.value == []


@pytest.mark.parametrize(
    "parts",
    [(b"+OK\r\n", b""), (b"+OK\r\n+OK\r\n+OK\r\n",), (b"HTTP/1.1 400 x\r\n",), (b"$9\r\n", *(b"x" * MAX_BULK,) * 3)],
)
def test_too_few_too_many_and_other_replies_are_hostile(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(HostileAnswer):
        read_all(2, *parts)


LIES = [
    b"*-2\r\n",
    b"*2000000\r\n",
    b"$-2\r\n",
    b"$999999999\r\n",
    b"$1\r\nabc\r\n",
    b"$x\r\n",
    b":" + b"9" * 30 + b"\r\n",
    b"*1\r\n" * 9,
    (b"*900\r\n" + b":1\r\n" * 899) * 2,
]


@each("data", LIES)
def test_false_lengths_are_rejected(data: bytes) -> None:
    with pytest.raises(HostileAnswer):
        read(data)


@pytest.mark.parametrize("data", [b"HTTP/1.1 200 OK\r\n", b"\x15\x03\x01", b"ERROR\r\n"])
def test_other_protocols(data: bytes) -> None:
    with pytest.raises(NotThisProtocol):
        read(data)


def test_commands() -> None:
    assert command("SELECT", "12") == b"*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n"


@given(st.binary(max_size=100))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_never_raises_another_fault(data: bytes) -> None:
    for kind in (b"", b"*", b"$", b"*3\r\n$"):
        try:
            read(kind + data)
        except (HostileAnswer, NotThisProtocol, Fault):
            continue
