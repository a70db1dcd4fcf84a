from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.protobuf import BYTES, VARINT, iter_fields, read_varint, string_edges
from tieback.intake.apps.stringpool import MalformedPoolError

type Build = Callable[..., bytes]


@pytest.mark.parametrize(
    ("raw", "value"),
    [(b"\0", 0), (b"\x7f", 127), (b"\x96\x01", 150), (b"\xff" * 9 + b"\x01", 2**64 - 1), (b"\x80\x00", 0)],
)
def test_varints_are_decoded(raw: bytes, value: int) -> None:
    assert read_varint(raw + b"x", 0, len(raw)) == (value, len(raw))


@pytest.mark.parametrize("raw", [b"", b"\x80", b"\xff" * 11])
def test_a_number_without_an_end_is_an_error(raw: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        read_varint(raw, 0, len(raw))


def test_fields_come_in_their_order_with_their_place(build: Build) -> None:
    data = build("pb_field", 1, 300) + build("pb_field", 2, "text") + b"\x1d" + b"abcd" + b"\x21" + b"abcdefgh"
    assert [(number, wire) for number, wire, _, _ in iter_fields(data, 0, len(data))] == [
        (1, 0),
        (2, 2),
        (3, 5),
        (4, 1),
    ]
    (_, _, value, _), (_, _, begin, end), *_ = iter_fields(data, 0, len(data))
    assert value == 300
    assert data[begin:end] == b"text"


@each(
    "raw", [b"\x0a\x05abc", b"\x0b", b"\x0c", b"\x0d\0", b"\x0f", b"\x0a\xff\xff\xff\xff\x0f"],
    ids=["cut", "group begins", "group ends", "cut number", "unknown wire type", "four gigabytes"],
)  # fmt: skip
def test_what_leaves_its_message_is_an_error(raw: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        list(iter_fields(raw, 0, len(raw)))


@pytest.mark.parametrize("length", [0, 1, 5, 100, 125, 126, 127, 128, 1000, 16_380, 16_390, 70_000])
def test_texts_of_every_length_have_edges(build: Build, length: int) -> None:
    text = b"h" * length
    data = build("pb_string", text.decode()) + b"2\x0a"
    begin = data.index(text) if length else 4
    assert {begin, begin + length} <= set(string_edges(data).tolist())


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=300))
def test_noise_gives_fields_inside_it_or_an_error(data: bytes) -> None:
    try:
        for _, wire, begin, end in iter_fields(data, 0, len(data)):
            assert wire == VARINT or begin <= end <= len(data)
            assert wire != BYTES or begin > 0
    except MalformedPoolError:
        pass
    edges = string_edges(data)
    assert ((edges >= 0) & (edges <= len(data))).all()
