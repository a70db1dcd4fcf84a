import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app

type Build = Callable[..., bytes]
STRINGS = [b"https://api.test:9200", b"", b"y" * 127, b"z" * 128, b"w" * 70_000]


def strings_of(data: bytes) -> list[bytes]:
    (buffer,) = read_dex("classes.dex", data)[0].buffers
    assert buffer.starts is not None
    return [bytes(buffer.data[start : buffer.data.index(b"\0", start)]) for start in buffer.starts]


def test_every_string_begins_after_its_length(build: Build) -> None:
    assert strings_of(build("dex", STRINGS)) == STRINGS


def test_length_byte_that_is_a_letter_is_not_part_of_the_string(build: Build) -> None:
    text = b"h" * ord("h")
    data = build("dex", [text])
    assert b"h" + text in data
    assert strings_of(data) == [text]


def test_all_files_of_a_container_are_read(build: Build) -> None:
    first, second = build("dex", [b"one"], version=b"041"), build("dex", [b"two"], version=b"041")
    moved = bytearray(second)
    struct.pack_into("<I", moved, 60, 112 + len(first))
    struct.pack_into("<I", moved, 112, 116 + len(first))
    assert strings_of(first + bytes(moved)) == [b"one", b"two"]


@pytest.mark.parametrize(
    ("place", "value", "problem"),
    [
        (32, 10**6, "states 1000000 bytes"),
        (56, 10**8, "of 100000000 strings were located"),
        (112, 10**8, "1 of 5 strings is outside"),
    ],
    ids=["size", "count", "offset"],
)
def test_a_lie_in_the_tables_costs_what_it_covers(build: Build, place: int, value: int, problem: str) -> None:
    data = bytearray(build("dex", STRINGS))
    struct.pack_into("<I", data, place, value)
    artifact, complaint = read_dex("classes.dex", bytes(data))
    assert artifact.buffers[0].kind is BufferKind.DEX
    assert problem in complaint


@pytest.mark.parametrize(
    ("place", "value"), [(36, 0), (40, 0x78563412), (60, 0xFFFFFFFF), (60, 4)], ids=["header", "endian", "table", "low"]
)
def test_a_broken_header_leaves_the_bytes_to_search(build: Build, place: int, value: int) -> None:
    data = bytearray(build("dex", STRINGS))
    struct.pack_into("<I", data, place, value)
    artifact, complaint = read_dex("classes.dex", bytes(data))
    assert artifact.buffers[0].kind is BufferKind.BINARY
    assert artifact.buffers[0].data == bytes(data)
    assert complaint


def test_real_strings_are_whole(apps: Path) -> None:
    with open_app(apps / "diva.apk") as package:
        dex = next(a for a in package.artifacts() if a.file == "classes.dex").buffers[0]
    assert dex.starts is not None
    assert len(dex.starts) > 10_000
    texts = {bytes(dex.data[start : dex.data.index(b"\0", start)]) for start in dex.starts}
    assert b"Ljakhar/aseem/diva/MainActivity;" in texts


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=10), cut=st.integers(0, 250))
def test_damage_never_raises(build: Build, noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(build("dex", STRINGS[:4], version=b"041"))
    for place, value in noise:
        data[place % len(data)] = value
    whole = bytes(data[: len(data) - cut])
    (buffer,) = read_dex("classes.dex", whole)[0].buffers
    if buffer.starts is not None:
        assert all(0 <= start < len(whole) for start in buffer.starts)
        assert (buffer.starts[1:] > buffer.starts[:-1]).all()


@settings(max_examples=examples(50), deadline=None)
@given(st.binary(max_size=200))
def test_noise_never_raises(data: bytes) -> None:
    assert read_dex("classes.dex", b"dex\n035\0" + data)[0].buffers
