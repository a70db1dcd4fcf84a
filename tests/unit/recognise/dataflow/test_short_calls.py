"""Calls with fewer registers than the method takes: Android refuses such code, and a hostile app can have it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.unit.recognise.dataflow.ends.test_uses import SEARCH, artifact
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.instructions import LENGTHS

FILES = sorted((Path(__file__).parent / "dex").glob("*.dex"))
_LISTED, _RANGE = range(0x6E, 0x73), range(0x74, 0x79)


def calls(data: bytes) -> Iterator[int]:
    """Offsets of the instructions that call a method."""
    dex = DexFile(data)
    for row in range(len(dex.classes)):
        for offset in dex.class_data(row).methods:
            code = dex.code(offset)
            if code is not None:
                yield from _in_code(data, code.begin, code.begin + 2 * code.units)


def _in_code(data: bytes, at: int, end: int) -> Iterator[int]:
    while at < end:
        if data[at] in _LISTED or data[at] in _RANGE:
            yield at
        if data[at] == 0 and data[at + 1]:
            return  # a table
        at += 2 * LENGTHS[data[at]]


@pytest.mark.parametrize("registers", [0, 1, 2])
@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_call_with_too_few_registers_never_raises(path: Path, registers: int) -> None:
    data = bytearray(path.read_bytes())
    for at in calls(path.read_bytes()):
        high = data[at + 1]
        data[at + 1] = min(high, registers) if data[at] in _RANGE else min(high >> 4, registers) << 4 | high & 15
    list(SEARCH.finds([artifact(bytes(data))]))
