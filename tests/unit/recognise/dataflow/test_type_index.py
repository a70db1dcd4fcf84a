"""Look-ups of many descriptors at once give what single searches give."""

import struct
from itertools import accumulate

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from tieback.recognise.dataflow.dex.type_index import WIDTH, Names, TypeIndex, type_index

CHARS = st.sampled_from("La/b;$\u00e9\u4e00")
NAME = st.text(CHARS, min_size=1, max_size=12).map(lambda text: text.encode())
LONG = st.integers(WIDTH - 4, WIDTH + 70).map(lambda size: b"L" * size)
NAMES = st.one_of(NAME, LONG)
MANY = [b"La/b%02d;" % number for number in range(64)]


def indexed(names: list[bytes], *, tail: int = 200) -> TypeIndex | None:
    """An index over a table of strings with these names, all of them types."""
    items = [
        bytes([len(name) & 127 | 128, len(name) >> 7] if len(name) > 127 else [len(name)]) + name for name in names
    ]
    raw = b"\0".join(items) + bytes(tail)
    places = list(accumulate((len(item) + 1 for item in items[:-1]), initial=0))
    return type_index(raw, np.array(places, np.uint32), np.arange(len(names), dtype=np.uint32))


@given(st.lists(NAMES, max_size=12, unique=True), st.lists(NAMES, max_size=8))
def test_positions_ranges_and_indices(some: list[bytes], wanted: list[bytes]) -> None:
    names = sorted({*some, *MANY})
    index = indexed(names)
    assert index is not None
    asked = [*wanted, *names[::9]]
    looked = Names(asked)
    for name, found in zip(asked, index.indices(looked), strict=True):
        if len(name) < WIDTH - 1:
            assert found == (names.index(name) if name in names else -1)
            assert index.position(name) == sum(each < name for each in names)
            assert index.type_of(name) == found
        else:
            assert found in (-1, names.index(name) if name in names else -1)
            assert index.position(name) == -1
            assert index.can_contain(name) or name not in names
    short = Names(name for name in asked if len(name) < WIDTH - 1)
    for name, (first, end) in zip(short.names, index.ranges(short), strict=True):
        assert names[first:end] == [each for each in names if each.startswith(name)]
        for kind, each in enumerate(names):
            assert index.begins(kind, name) == each.startswith(name)


@given(st.binary(max_size=400), st.lists(st.integers(0, 2**32 - 1), max_size=80), st.integers(0, 90))
def test_tables_of_any_bytes_never_raise(data: bytes, places: list[int], highest: int) -> None:
    types = np.arange(70, dtype=np.uint32) % np.uint32(highest + 1)
    index = type_index(data, np.array(places, np.uint32), types)
    assert index is None or len(index.indices(Names([b"La;", b"L" * 99]))) == 2


def test_a_table_that_is_not_plausible_has_no_index() -> None:
    names = [b"L%03d;" % number for number in range(80)]
    assert indexed(names) is not None
    assert indexed(names[:3]) is None, "few types"
    assert indexed(names, tail=3) is None, "the last one is at the end of the file"
    data = struct.pack("<200B", *[0xFF] * 200)
    assert type_index(data, np.zeros(80, np.uint32), np.zeros(80, np.uint32)) is None, "no length of one or two bytes"
