import gzip
import io
import os
import random
import re
import zlib
from pathlib import Path

import pyarrow
import pytest

from tests.each import each
from tests.unit.intake.traffic import wire
from tieback.intake.traffic.source import STEP, CompressedSource, FileWindow, GzipSource, ZstandardSource


def drain(data: bytes, kind: type[GzipSource | ZstandardSource] = GzipSource) -> tuple[int, str, int]:
    """Bytes, damage, and the largest window."""
    source: CompressedSource = kind(io.BytesIO(data))
    total = largest = 0
    while True:
        size = len(source.buffer)
        total += size
        largest = max(largest, size)
        if not source.advance(size):
            source.close()
            return total, source.damage, largest


@pytest.mark.parametrize(
    ("data", "size", "word"),
    [
        (gzip.compress(b"x" * 1000, mtime=0), 1000, ""),
        (gzip.compress(b"x" * 10, mtime=0) + gzip.compress(b"y" * 20, mtime=0), 30, ""),
        (gzip.compress(b"x" * 10, mtime=0) + bytes(512), 10, ""),
        (gzip.compress(b"x" * 100, mtime=0)[:-9], 100, "truncated"),
        (gzip.compress(bytes(range(256)), mtime=0)[:-20] + bytes(20), 0, "damaged"),
    ],
    ids=["one member", "two members", "padding", "cut", "damaged"],
)
def test_gzip(data: bytes, size: int, word: str) -> None:
    total, damage, _ = drain(data)
    assert (word in damage) if word else damage == ""
    assert total >= size if not word else total <= 256


def test_a_bomb_is_met_in_steps() -> None:
    engine = zlib.compressobj(9, wbits=31)
    bomb = b"".join(engine.compress(bytes(1 << 20)) for _ in range(40)) + engine.flush()
    total, _, largest = drain(bomb)
    assert total == 40 << 20
    assert largest <= STEP


NOISE = random.Random(4).randbytes(300_000)
FRAME = bytes(pyarrow.compress(NOISE, "zstd", asbytes=True))
SKIPPED = b"\x50\x2a\x4d\x18\x04\0\0\0abcd"


@each(
    ("data", "least", "word"),
    [
        (FRAME, 300_000, ""),
        (FRAME + FRAME, 600_000, ""),
        (SKIPPED + FRAME, 300_000, ""),
        (FRAME[:250_000], 100_000, "truncated"),
        (FRAME + b"nothing", 300_000 - 65_536, "damaged"),
        (FRAME[:4] + bytes(40), 0, "damaged|truncated"),
    ],
    ids=["one frame", "two frames", "skippable frame", "cut", "something behind", "damaged"],
)
def test_zstandard(data: bytes, least: int, word: str) -> None:
    total, damage, largest = drain(data, ZstandardSource)
    assert total >= least
    assert largest <= STEP
    assert re.search(word, damage) if word else damage == ""


def test_a_bomb_of_zstandard_is_met_in_steps() -> None:
    total, _, largest = drain(bytes(pyarrow.compress(bytes(40 << 20), "zstd", asbytes=True)), ZstandardSource)
    assert total == 40 << 20
    assert largest <= STEP


def test_a_packed_capture_is_a_window_that_moves() -> None:
    data = wire.pcap(wire.talk(b"x" * 3000))
    source = GzipSource(io.BytesIO(gzip.compress(data)))
    assert bytes(source.buffer) == data
    assert not source.advance(10)
    assert (bytes(source.buffer), source.base) == (data[10:], 10)


def test_a_file_is_a_window_that_moves_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(bytes(STEP) + b"the end")
    source = FileWindow(os.open(path, os.O_RDONLY))
    assert len(source.buffer) == STEP
    assert source.advance(STEP - 3)
    assert (source.buffer, source.base) == (bytes(3) + b"the end", STEP - 3)
    assert not source.advance(10)
    source.close()
    source.close()


def test_a_record_longer_than_the_window_makes_it_grow(tmp_path: Path) -> None:
    path = tmp_path / "run.pcapng"
    path.write_bytes(bytes(3 * STEP))
    source = FileWindow(os.open(path, os.O_RDONLY))
    assert source.advance(0)
    assert (len(source.buffer), source.base) == (2 * STEP, 0)
    source.close()


def test_a_file_that_is_cut_off_while_it_is_read_ends(tmp_path: Path) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(bytes(2 * STEP))
    source = FileWindow(os.open(path, os.O_RDONLY))
    os.truncate(path, 100)
    assert not source.advance(STEP)
    assert source.buffer == b""
    source.close()
