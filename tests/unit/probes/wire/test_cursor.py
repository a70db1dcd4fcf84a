import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.probes.wire.cursor import Cursor
from tieback.probes.wire.verdicts import HostileAnswer


def test_cursor_reads_in_order_and_counts_the_rest() -> None:
    cursor = Cursor(b"\x01\x02\x03\xff\xff\xac\x02rest", "a message")
    assert (cursor.big(2), cursor.little(1), cursor.big(2, signed=True), cursor.varint()) == (0x102, 3, -1, 300)
    assert (cursor.left, cursor.take(4), cursor.left) == (4, b"rest", 0)


@pytest.mark.parametrize("size", [-1, 3, 2**40])
def test_no_length_leads_past_the_end(size: int) -> None:
    with pytest.raises(HostileAnswer, match="a message that ends early"):
        Cursor(b"ab", "a message").take(size)


def test_a_number_without_end_is_hostile() -> None:
    with pytest.raises(HostileAnswer, match="does not end"):
        Cursor(b"\xff" * 20, "a message").varint()


@given(value=st.integers(0, 2**64 - 1))
@settings(max_examples=examples(100), deadline=None)
def test_varints(value: int) -> None:
    data, rest = b"", value
    while rest > 0x7F:
        data += bytes((rest & 0x7F | 0x80,))
        rest >>= 7
    assert Cursor(data + bytes((rest,)), "a message").varint() == value
