from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.probe import Outcome
from tieback.probes.wire.lines import LineInbox
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Fault


def read(pieces: list[bytes], count: int, limit: int = 2048) -> list[str]:
    """``count`` lines of a stream that comes in these pieces."""

    def talk() -> Conversation[list[str]]:
        inbox = LineInbox(limit)
        found: list[str] = []
        while len(found) < count:
            found += [(yield from inbox.line())]
        return found

    left: Iterator[bytes] = iter(pieces)
    conversation = talk()
    try:
        next(conversation)
        while True:
            conversation.send(next(left, b""))
    except StopIteration as end:
        found: list[str] = end.value
        return found


def test_lines_in_one_piece_and_across_pieces() -> None:
    assert read([b"one\r\ntwo\nth", b"ree", b"\r\n"], 3) == ["one", "two", "three"]


def test_invalid_text_bytes_are_replaced() -> None:
    assert read([b"caf\xe9\n"], 1) == ["caf\ufffd"]


def test_the_end_of_the_stream_inside_a_line_is_a_fault() -> None:
    with pytest.raises(Fault) as caught:
        read([b"one\ntw"], 2)
    assert caught.value.outcome is Outcome.REFUSED


@pytest.mark.parametrize("pieces", [[b"x" * 30 + b"\n"], [b"x" * 9] * 30], ids=["in one piece", "without end"])
def test_a_long_line_is_hostile(pieces: list[bytes]) -> None:
    with pytest.raises(HostileAnswer, match="longer than 20 bytes"):
        read(pieces, 1, limit=20)


@given(
    lines=st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20), max_size=10),
    size=st.integers(1, 7),
)
@settings(max_examples=examples(60), deadline=None)
def test_any_cutting_gives_the_same_lines(lines: list[str], size: int) -> None:
    data = "".join(f"{line}\r\n" for line in lines).encode()
    assert read([data[at : at + size] for at in range(0, len(data), size)], len(lines)) == lines
