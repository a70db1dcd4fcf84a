import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.protocols.leb128 import decode_leb128, encode_leb128

NUMBERS = [(0, "00"), (1, "01"), (0x7F, "7f"), (0x80, "8001"), (150, "9601"), (2**64 - 1, "ffffffffffffffffff01")]
"""150 is the example of the documentation of Protocol Buffers."""


@pytest.mark.parametrize(("number", "written"), NUMBERS)
def test_numbers_and_their_bytes(number: int, written: str) -> None:
    data = bytes.fromhex(written)
    assert encode_leb128(number) == data
    assert decode_leb128(b"x" + data + b"y", 1) == (number, 1 + len(data))


@pytest.mark.parametrize(
    ("written", "most"), [("", 10), ("80", 10), ("ff" * 10 + "01", 10), ("808080808001", 5), ("8001", 1)]
)
def test_what_does_not_end_in_time_is_no_number(written: str, most: int) -> None:
    assert decode_leb128(bytes.fromhex(written), 0, most) == (-1, 0)


@settings(max_examples=examples(400))
@given(st.binary(max_size=40), st.integers(0, 50), st.integers(1, 10))
def test_any_bytes_are_bounded(data: bytes, at: int, most: int) -> None:
    number, end = decode_leb128(data, at, most)
    assert (number == -1 and end == at) or (0 <= number < 1 << 7 * most and at < end <= min(len(data), at + most))


@settings(max_examples=examples(400))
@given(st.integers(0, 2**64 - 1))
def test_what_is_written_is_read(number: int) -> None:
    data = encode_leb128(number)
    assert decode_leb128(data, 0) == (number, len(data))
