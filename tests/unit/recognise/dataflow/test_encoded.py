"""Encoded values by their bytes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.recognise.dataflow.dex.encoded import Annotation, Encoded, StringId, ValueReader, uleb


@each(
    ("data", "value"),
    [
        (b"\x17\x05", StringId(5)),
        (b"\x37\x05\x01", StringId(0x105)),
        (b"\x04\xff", -1),
        (b"\x24\x97\x1d", 7575),
        (b"\x03\xff", 255),
        (b"\x1e", None),
        (b"\x1f", 0),
        (b"\x3f", 1),
        (b"\x06\x01", 1),
        (b"\x10\x01", None),
        (b"\x1c\x02\x17\x01\x17\x02", (StringId(1), StringId(2))),
        (b"\x1d\x03\x01\x07\x17\x01", Annotation(3, {7: StringId(1)})),
        (b"", None),
    ],
)
def test_one_value(data: bytes, value: Encoded) -> None:
    assert ValueReader(data).one(0) == (value, len(data))


def test_a_file_pays_once_for_values_that_overlap() -> None:
    data = b"\x90\x20" + b"\x1e" * 4200
    reader = ValueReader(data)
    lengths = [sum(1 for _ in reader.array(0)[0]) for _ in range(40)]
    assert lengths[0] == 4096
    assert lengths[-1] < 2


@pytest.mark.parametrize(
    ("data", "number", "end"),
    [
        (b"\x00", 0, 1),
        (b"\x7f", 127, 1),
        (b"\x80\x01", 128, 2),
        (b"\xff\xff\xff\xff\x0f", 2**32 - 1, 5),
        (b"\x80", 0, 1),
    ],
)
def test_uleb(data: bytes, number: int, end: int) -> None:
    assert uleb(data, 0) == (number, end)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_end(data: bytes) -> None:
    reader = ValueReader(data)
    assert reader.array(0)[1] >= 0
    assert reader.annotation(0)[1] >= 0
