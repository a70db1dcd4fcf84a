"""Anchors: each shape is hit once, in both widths, at the right place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.anchors import AnchorKind, AnchorScanner, anchors
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()
SCANNER = AnchorScanner(anchors(RULES.services.schemes.values(), RULES.cloud.suffixes))


def hits(data: bytes) -> list[tuple[AnchorKind, bool, int]]:
    found, _ = SCANNER.scan(data, 0, len(data), 1000)
    return [(SCANNER.anchors[index].shape, SCANNER.anchors[index].wide, end) for index, end in found]


@each(
    ("text", "shape", "end"),
    [
        ("https://a.de", AnchorKind.URL, 8),
        ("HTTP://a.de", AnchorKind.URL, 7),
        ("https:\\/\\/a.de", AnchorKind.URL, 10),
        ("mongodb+srv://a", AnchorKind.CONNECTION, 14),
        ("mongodb://a", AnchorKind.CONNECTION, 10),
        ("jdbc:h2:mem", AnchorKind.JDBC, 5),
        ("p.firebaseio.com", AnchorKind.HOST, 16),
        ("p.e-w1.firebasedatabase.app", AnchorKind.HOST, 27),
        ("db.shop.de:27017", AnchorKind.PORT, 13),
        ("10.1.2.3:6379", AnchorKind.PORT, 11),
        ("[2a00::1]:8080", AnchorKind.BRACKET_PORT, 12),
    ],
)
def test_each_shape_is_hit_once(text: str, shape: AnchorKind, end: int) -> None:
    assert hits(text.encode()) == [(shape, False, end)]
    assert hits(b"\0" + text.encode("utf-16-le")) == [(shape, True, 1 + 2 * end)]


@each("text", ["content://x", "a:80", "12:30", "1.2.3.4", "Foo.kt: 45", "h\0t\0tp://"])
def test_invalid_anchor_is_rejected(text: str) -> None:
    assert hits(text.encode()) == []


def test_a_part_of_the_bytes_is_scanned_with_offsets_of_the_whole() -> None:
    data = b"http://a http://b http://c"
    found, stopped = SCANNER.scan(data, 9, 18, 10)
    assert ([end for _, end in found], stopped) == ([16], False)


def test_the_limit_stops_the_scan() -> None:
    found, stopped = SCANNER.scan(b"http://" * 50, 0, 350, 20)
    assert (len(found), stopped) == (20, True)


@pytest.mark.parametrize(("begin", "end"), [(0, 0), (5, 5), (9, 3)])
def test_nothing_is_found_in_nothing(begin: int, end: int) -> None:
    assert SCANNER.scan(b"http://a.de", begin, end, 10) == ([], False)


@given(st.binary(max_size=400))
@settings(max_examples=examples(100), deadline=None)
def test_hits_lie_inside_in_ascending_order(data: bytes) -> None:
    ends = [end for _, end in SCANNER.scan(data, 0, len(data), 1000)[0]]
    assert ends == sorted(ends)
    assert all(0 < end <= len(data) for end in ends)
