import gzip
import io
import os
import sys
import zlib
from pathlib import Path

import pytest

from tests.unit.intake.traffic import wire
from tieback.intake.traffic.source import STEP, Window, gzip_source, zstd_source
from tieback.model.errors import InputError


def drain(data: bytes) -> tuple[int, str, int]:
    """Bytes, damage, and the largest window."""
    source = gzip_source(io.BytesIO(data))
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
        (gzip.compress(b"x" * 100, mtime=0)[:-9], 100, "cut off"),
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


@pytest.mark.skipif(sys.version_info >= (3, 14), reason="this Python reads Zstandard")
def test_zstd_needs_a_newer_python() -> None:
    with pytest.raises(InputError, match=r"3\.14"):
        zstd_source(io.BytesIO(b"\x28\xb5\x2f\xfd"), Path("run.pcap.zst"))


def test_a_packed_capture_is_a_window_that_moves() -> None:
    data = wire.pcap(wire.talk(b"x" * 3000))
    source = gzip_source(io.BytesIO(gzip.compress(data)))
    assert bytes(source.buffer) == data
    assert not source.advance(10)
    assert (bytes(source.buffer), source.base) == (data[10:], 10)


def test_a_file_is_a_window_that_moves_and_grows(tmp_path: Path) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(bytes(STEP) + b"the end")
    source = Window(os.open(path, os.O_RDONLY))
    assert len(source.buffer) == STEP
    assert source.advance(STEP - 3)
    assert (source.buffer, source.base) == (bytes(3) + b"the end", STEP - 3)
    assert not source.advance(10)
    source.close()
    source.close()


def test_a_record_longer_than_the_window_makes_it_grow(tmp_path: Path) -> None:
    path = tmp_path / "run.pcapng"
    path.write_bytes(bytes(3 * STEP))
    source = Window(os.open(path, os.O_RDONLY))
    assert source.advance(0)
    assert (len(source.buffer), source.base) == (2 * STEP, 0)
    source.close()


def test_a_file_that_is_cut_off_while_it_is_read_ends(tmp_path: Path) -> None:
    path = tmp_path / "run.pcap"
    path.write_bytes(bytes(2 * STEP))
    source = Window(os.open(path, os.O_RDONLY))
    os.truncate(path, 100)
    assert not source.advance(STEP)
    assert source.buffer == b""
    source.close()
