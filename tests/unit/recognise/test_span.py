"""Strings of a buffer."""

import numpy as np
import pytest

from tests.each import each
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.span import decode_text, string_bounds


def buffer(data: bytes, starts: list[int] | None, kind: BufferKind = BufferKind.DEX) -> Buffer:
    return Buffer("f", kind, data, starts=None if starts is None else np.array(starts, dtype=np.int64))


@pytest.mark.parametrize(
    ("starts", "places", "expected"),
    [
        (None, [0, 5], [(0, 9), (0, 9)]),
        ([], [3], [(0, 9)]),
        ([2, 6], [0, 2, 5, 6, 8], [(0, 2), (2, 6), (2, 6), (6, 9), (6, 9)]),
    ],
)
def test_bounds(starts: list[int] | None, places: list[int], expected: list[tuple[int, int]]) -> None:
    assert string_bounds(buffer(b"123456789", starts), places) == expected


@pytest.mark.parametrize(
    ("starts", "kind", "expected"),
    [
        ([4, 8], BufferKind.DEX, (4, 11)),
        ([4, 8], BufferKind.RESOURCES, (0, 14)),
        (None, BufferKind.DEX, (0, 14)),
        ([4, 13], BufferKind.DEX, (4, 14)),
    ],
)
def test_only_the_strings_of_a_dex_file_are_searched(
    starts: list[int] | None, kind: BufferKind, expected: tuple[int, int]
) -> None:
    assert buffer(b"\x00\x01\x02\x03abc\x00de\x00\x00\x01\x02", starts, kind).string_region() == expected


@each(
    ("raw", "wide", "text"),
    [
        (b"abc", False, "abc"),
        ("äö".encode(), False, "äö"),
        (b"a\xc0\x80b", False, "a\x00b"),
        (b"\xed\xa0\xbd\xed\xb8\x80", False, "\U0001f600"),
        (b"\xff\xfe", False, "\ufffd\ufffd"),
        ("aä".encode("utf-16-le") + b"\x01", True, "aä"),
        (b"\x00\xd8", True, "\ufffd"),
    ],
)
def test_string_encodings_are_decoded(raw: bytes, wide: bool, text: str) -> None:
    assert decode_text(raw, wide=wide) == text
