"""Unit: places of a text are the same in short and in long data, for any text."""

import random

import pytest

from tieback.intake.apps import text_places
from tieback.intake.apps.text_places import LONG, MAX_TEXT, has_text, places_of


def _plainly(data: bytes, text: bytes, start: int, end: int) -> list[int]:
    return [at for at in range(start, end - len(text) + 1) if data[at : at + len(text)] == text]


@pytest.mark.parametrize("text", [b"://", b"aa", b"\0\xff", b"[.*", b"ab\ncd"])
def test_long_data_gives_the_same_places(text: bytes) -> None:
    """Overlapping places, signs of patterns, and more places than are searched at once."""
    dice = random.Random(7)
    parts = [dice.choice([text, text[:1], b"a", b"\0", b"x\n"]) for _ in range(3_000)]
    data = b"".join(parts) + bytes(LONG) + text
    start, end = 5, len(data) - 1
    assert list(places_of(data, text, start, end)) == _plainly(data, text, start, end)
    assert list(places_of(bytearray(data), text)) == _plainly(data, text, 0, len(data))


def test_text_across_the_bounds_is_not_in_the_part() -> None:
    """Only whole texts within the part count."""
    data = b"://" + bytes(LONG) + b"://"
    assert not has_text(data, b"://", 1, len(data) - 1)
    assert has_text(data, b"://", 1)


def test_long_texts_and_ends_behind_the_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """A class name of a hostile manifest is not prepared for hyperscan."""
    monkeypatch.delattr(text_places, "_in_long")
    text = b"L" * (MAX_TEXT + 1)
    assert list(places_of(bytes(LONG) + text, text, 0, 10 * LONG)) == [LONG]
