import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.native import merge_ranges, read_elf
from tieback.intake.apps.open import open_app

CODE, TEXT = b"\x90" * 8192, b"mqtt://broker.test:1883\0"


def elf(*, sections: int | None = None, table: int | None = None) -> bytes:
    """A 64-bit ELF file of one section of code and one of read-only data."""
    body = b"\0" * 64 + CODE + TEXT
    place = len(body) if table is None else table
    headers = struct.pack("<IIQQQQ24x", 0, 0, 0, 0, 0, 0)
    headers += struct.pack("<IIQQQQ24x", 0, 1, 6, 0, 64, len(CODE))
    headers += struct.pack("<IIQQQQ24x", 0, 1, 2, 0, 64 + len(CODE), len(TEXT))
    head = b"\x7fELF\2\1\1" + b"\0" * 33 + struct.pack("<Q", place) + b"\0" * 10
    head += struct.pack("<HHH", 64, 3 if sections is None else sections, 0)
    return head + body[64:] + headers


def test_only_the_data_of_an_elf_file_is_searched() -> None:
    (buffer,) = read_elf("lib/arm64/liba.so", elf()).buffers
    assert (buffer.kind, buffer.data, buffer.base) == (BufferKind.NATIVE, TEXT, 64 + len(CODE))


@pytest.mark.parametrize(
    "data",
    [elf(sections=0), elf(table=0), elf(table=10**9), elf()[:200], b"\x7fELF"],
    ids=["no sections", "no table", "table outside", "cut", "only the magic"],
)
def test_without_a_section_table_everything_is_searched(data: bytes) -> None:
    (buffer,) = read_elf("liba.so", data).buffers
    assert buffer.data == data


def test_real_libraries_give_their_strings(apps: Path) -> None:
    with open_app(apps / "dvba.apk") as package:
        natives = [b for a in package.artifacts() for b in a.buffers if b.kind is BufferKind.NATIVE]
    assert not any(b"clang version" in buffer.data for buffer in natives)
    assert any(b"LOOKING FOR BINARY" in buffer.data for buffer in natives)


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10), raw=st.binary(max_size=300))
def test_damage_never_raises(noise: list[tuple[int, int]], raw: bytes) -> None:
    data = bytearray(elf())
    for place, value in noise:
        data[place if place < 300 else -place] = value
    for content in (data, b"\x7fELF\2\1" + raw):
        assert sum(len(buffer.data) for buffer in read_elf("a", content).buffers) <= 2 * len(content)


def test_ranges_are_joined_when_near_and_no_barrier_is_between() -> None:
    ranges = [(100, 200), (0, 50), (300, 10_000), (20_000, 90_000)]
    assert merge_ranges(ranges, 30_000) == [(0, 10_000), (20_000, 30_000)]
    assert merge_ranges(ranges, 30_000, [210]) == [(0, 200), (300, 10_000), (20_000, 30_000)]
    assert merge_ranges([], 10) == []


def test_a_file_that_is_searched_whole_is_not_copied() -> None:
    data = bytearray(b"\x7fELF" + bytes(60) + b"https://a.de\0")
    (buffer,) = read_elf("a.so", data).buffers
    assert buffer.data is data
