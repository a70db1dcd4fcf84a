import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.conversation import Side
from tieback.intake.traffic.interface import FIRST_BYTES

BASE = 0xFFFFFFF0
"""Sequence numbers wrap after 16 bytes."""


def side(*, syn: bool = True) -> Side:
    made = Side(bytes(12), 0.0)
    if syn:
        made.syn = True
        made.base = made.next = BASE
    return made


def stream(segments: list[tuple[int, bytes]], *, syn: bool = True) -> bytes:
    made = side(syn=syn)
    for offset, data in segments:
        if made.want:
            made.keep_segment((BASE + offset) & 0xFFFFFFFF, data)
    return made.stream()


@each(
    ("segments", "expected"),
    [
        ([(0, b"abc"), (3, b"def")], b"abcdef"),
        ([(0, b"abc"), (0, b"abc"), (3, b"def")], b"abcdef"),
        ([(3, b"def"), (0, b"abc")], b"abcdef"),
        ([(6, b"ghi"), (0, b"abc"), (3, b"def")], b"abcdefghi"),
        ([(0, b"abcd"), (2, b"XXef")], b"abcdef"),
        ([(0, b"abc"), (5, b"fgh")], b"abc"),
        ([(0, b"abc"), (-1, b"\0"), (3, b"def")], b"abcdef"),
        ([(10, b"0123456789"), (0, b"abcdefghij")], b"abcdefghij0123456789"),
        ([], b""),
    ],
    ids=[
        "in order",
        "repeated",
        "swapped",
        "late",
        "overlap: first counts",
        "gap",
        "keep-alive",
        "over the wrap",
        "nothing",
    ],
)
def test_segments_by_sequence_number(segments: list[tuple[int, bytes]], expected: bytes) -> None:
    assert stream(segments) == expected


@pytest.mark.parametrize(
    ("segments", "expected"),
    [
        ([(5, b"fgh"), (8, b"ij")], b"fghij"),
        ([(5, b"fgh"), (2, b"cde")], b"cdefgh"),
        ([(5, b"\0"), (6, b"xyz")], b"xyz"),
    ],
    ids=["from the middle", "earlier one later", "keep-alive first"],
)
def test_without_the_beginning(segments: list[tuple[int, bytes]], expected: bytes) -> None:
    assert stream(segments, syn=False) == expected


def test_only_first_bytes_are_kept() -> None:
    made = side()
    for number in range(200):
        if made.want:
            made.keep_segment((BASE + number * 1000) & 0xFFFFFFFF, bytes([65]) * 1000)
    assert len(made.stream()) == FIRST_BYTES
    assert not made.want
    assert made.kept <= 2 * FIRST_BYTES


@pytest.mark.parametrize(
    ("first", "enough"),
    [
        (wire.record(wire.client_hello()), True),
        (wire.record(wire.server_hello(0x0303, wire.extension(43, b"\x03\x04"))), True),
        (wire.record(wire.server_hello()), False),
        (wire.record(wire.client_hello(), size=40), False),
        (b"\x16\x03\x01\0\x04", False),
    ],
    ids=["client", "server of TLS 1.3", "a certificate follows", "in several records", "cut"],
)
@pytest.mark.parametrize("syn", [True, False])
def test_a_hello_in_one_segment_is_enough(first: bytes, enough: bool, syn: bool) -> None:
    made = side(syn=syn)
    made.keep_segment(BASE, first)
    assert made.want != enough


def test_datagrams_keep_their_bounds() -> None:
    made = Side(bytes(12), 0.0)
    for number in range(20):
        if made.want:
            made.keep_datagram(bytes([number]) * 100)
    assert [data[0] for data in made.datagrams()] == list(range(8))


@settings(max_examples=examples(100), deadline=None)
@given(
    segments=st.lists(st.tuples(st.integers(-2000, 70000), st.binary(min_size=1, max_size=2000)), max_size=90),
    syn=st.booleans(),
)
def test_any_segments_stay_bounded(segments: list[tuple[int, bytes]], syn: bool) -> None:
    assert len(stream(segments, syn=syn)) <= FIRST_BYTES
