"""Bundles of Unity, made up as their format is described: blocks of every compression are read, damage is said."""

import lzma
import struct
from collections.abc import Callable
from itertools import accumulate
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.unity_bundle import read_bundle
from tieback.pipeline.analyse import Analyser

BLOCKS = (b"\x0a\0\0\0scene one\0\0" + b"\x17\0\0\0https://api.wo", b"rkhub.dev/v1\0" + b"tail" * 40)


def packed(raw: bytes, kind: int) -> bytes:
    if kind == 1:
        filters = [{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16, "lc": 3, "lp": 0, "pb": 2}]
        return b"\x5d" + struct.pack("<I", 1 << 16) + lzma.compress(raw, lzma.FORMAT_RAW, filters=filters)
    return bytes(pa.Codec("lz4_raw").compress(raw, asbytes=True)) if kind else raw


def bundle(kind: int, *, version: int = 7, flags: int = 0, blocks: tuple[bytes, ...] = BLOCKS) -> bytes:
    """A bundle whose table and blocks are compressed in one way."""
    bodies = [packed(block, kind) for block in blocks]
    rows = b"".join(struct.pack(">IIH", len(b), len(p), kind) for b, p in zip(blocks, bodies, strict=True))
    table = bytes(16) + struct.pack(">I", len(blocks)) + rows + struct.pack(">I", 0)
    small = packed(table, kind)
    head = b"UnityFS\0" + struct.pack(">I", version) + b"5.x.x\0" + b"2021.3.1f1\0"
    head += struct.pack(">qIII", 0, len(small), len(table), flags | kind)
    head += bytes(-len(head) % 16) if version >= 7 else b""
    front = head if flags & 0x80 else head + small
    front += bytes(-len(front) % 16) if flags & 0x200 else b""
    return front + b"".join(bodies) + (small if flags & 0x80 else b"")


def opened(data: bytes, budget: PackageBudget | None = None) -> tuple[bytes, list[str]]:
    problems = PackageProblems()
    buffers = [one.buffers[0] for one in read_bundle("data.unity3d", data, problems, budget or budget_for(0))]
    assert [buffer.base for buffer in buffers] == [0, *accumulate(len(buffer.data) for buffer in buffers[:-1])]
    return b"".join(buffer.data for buffer in buffers), [problem.what for problem in problems]


@pytest.mark.parametrize("kind", [0, 1, 2, 3], ids=["plain", "LZMA", "LZ4", "LZ4HC"])
@pytest.mark.parametrize(("version", "flags"), [(6, 0), (7, 0), (8, 0x200), (7, 0x80)])
def test_blocks_are_one_text(kind: int, version: int, flags: int) -> None:
    assert opened(bundle(kind, version=version, flags=flags)) == (b"".join(BLOCKS), [])


@each(
    ("data", "problem"),
    [
        (b"UnityFS\0\0\0\0\7" + b"x" * 80, "the header does not end"),
        (bundle(2)[:40], "the file is truncated"),
        (bundle(0)[:-200], "the file is truncated"),
        (bundle(2).replace(struct.pack(">IIH", len(BLOCKS[0]), len(packed(BLOCKS[0], 2)), 2), b"\xff" * 10), ""),
        (bundle(5), "unknown compression method 5"),
        (bundle(0).replace(struct.pack(">IIH", len(BLOCKS[1]), len(BLOCKS[1]), 0), struct.pack(">IIH", 1 << 31, 9, 0)),
         "the content is too large"),
    ],
)  # fmt: skip
def test_damage_is_a_problem_and_earlier_blocks_are_kept(data: bytes, problem: str) -> None:
    content, problems = opened(data)
    assert content
    assert problem in " ".join(problems)


def test_what_comes_out_is_paid_from_the_budget() -> None:
    budget = PackageBudget(total=100)
    content, problems = opened(bundle(2), budget)
    assert content == BLOCKS[0]
    assert budget.total == 100 - len(content)
    assert problems


def test_large_ones_come_in_pieces_that_cut_no_text() -> None:
    text = b"https://api.workhub.dev/v1\0" * 4000
    blocks = tuple(text[at : at + 5000] for at in range(0, len(text), 5000)) * 90
    pieces = [one.buffers[0] for one in read_bundle("a", bundle(2, blocks=blocks), PackageProblems(), budget_for(0))]
    assert len(pieces) == 2
    assert all(bytes(piece.data[-1:]) == b"\0" for piece in pieces)
    assert sum(len(piece.data) for piece in pieces) == len(text) * 90


def test_a_game_names_its_host(tmp_path: Path, build: Callable[..., bytes]) -> None:
    app = tmp_path / "a.apk"
    files = [("AndroidManifest.xml", build("manifest", "test.game")), ("assets/bin/Data/data.unity3d", bundle(3))]
    app.write_bytes(build("zipped", files, stored=True))
    (one,) = Analyser().document(app).sightings
    assert (one.endpoint.value, one.evidence.file) == ("https://api.workhub.dev/v1", "assets/bin/Data/data.unity3d")


@settings(max_examples=examples(100), deadline=None)
@given(st.sampled_from([0, 1, 2]), st.lists(st.tuples(st.integers(0, 300), st.integers(0, 255)), max_size=8))
def test_hostile_bundles_never_raise(kind: int, noise: list[tuple[int, int]]) -> None:
    data = bytearray(bundle(kind))
    for place, byte in noise:
        data[place % len(data)] = byte
    content, _ = opened(bytes(data))
    assert len(content) <= budget_for(0).total
