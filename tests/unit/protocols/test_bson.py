import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.protocols import bson

values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**31), 2**31 - 1) | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8), inner, max_size=4)
    ),
    max_leaves=20,
)
documents = st.dictionaries(
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8), values, max_size=5
)


@given(documents)
@settings(max_examples=examples(100), deadline=None)
def test_what_is_encoded_is_read_back(document: bson.Document) -> None:
    assert bson.decode(bson.encode(document)) == document


@given(documents, st.integers(0, 400), st.integers(0, 255))
@settings(max_examples=examples(100), deadline=None)
def test_a_changed_byte_never_raises_another_error(document: bson.Document, at: int, byte: int) -> None:
    data = bytearray(bson.encode(document))
    data[at % len(data)] = byte
    try:
        bson.decode(bytes(data))
    except bson.MalformedBsonError:
        return


@given(st.binary(max_size=200))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_never_raises_another_error(body: bytes) -> None:
    for data in (body, struct.pack("<i", len(body) + 5) + body + b"\0"):
        try:
            bson.decode(data)
        except bson.MalformedBsonError:
            continue


def document(body: bytes) -> bytes:
    return struct.pack("<i", len(body) + 5) + body + b"\0"


KINDS = [
    # element, value
    (b"\x01a\0" + struct.pack("<d", 1.5), 1.5),
    (b"\x12a\0" + struct.pack("<q", 2**40), 2**40),
    (b"\x07a\0" + b"o" * 12, b"o" * 12),
    (b"\x05a\0" + struct.pack("<i", 3) + b"\x04uid", b"uid"),
    (b"\x0ba\0re\0i\0", None),
    (b"\x13a\0" + b"d" * 16, b"d" * 16),
    (b"\xffa\0", None),
]


@each(("element", "value"), KINDS)
def test_bson_types_are_decoded(element: bytes, value: object) -> None:
    assert bson.decode(document(element)) == {"a": value}


def nested(levels: int) -> bytes:
    data = document(b"")
    for _ in range(levels):
        data = document(b"\x03a\0" + data)
    return data


LIES = [
    b"",
    b"\x05\0\0\0",
    struct.pack("<i", 2**31 - 1) + b"\0",
    document(b"\x02a\0" + struct.pack("<i", 2**31 - 1) + b"x\0"),
    document(b"\x02a\0" + struct.pack("<i", 0)),
    document(b"\x02a\0" + struct.pack("<i", 2) + b"xy"),
    document(b"\x05a\0" + struct.pack("<i", -1) + b"\0"),
    document(b"\x03a\0" + struct.pack("<i", 100) + b"\0"),
    document(b"\x0fa\0" + struct.pack("<i", 0)),
    document(b"\x10a"),
    document(b"\x99a\0"),
    document(b"\x0aa\0" * (bson.MAX_ELEMENTS + 1)),
    nested(bson.MAX_DEPTH + 1),
    nested(5000),
]


@each("data", LIES, ids=range(len(LIES)))
def test_false_lengths_are_rejected(data: bytes) -> None:
    with pytest.raises(bson.MalformedBsonError):
        bson.decode(data)
