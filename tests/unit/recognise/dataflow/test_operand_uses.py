"""Instructions by the member that they name: the same from a search for one, and from all that are sorted."""

import numpy as np
import pytest

from tieback.recognise.dataflow.dex import operand_uses
from tieback.recognise.dataflow.dex.code_units import CodeUnits
from tieback.recognise.dataflow.dex.operand_uses import OperandUses

OPCODES = frozenset((0x60, 0x62, 0x67))


def code(size: int) -> CodeUnits:
    units = np.random.default_rng(4).integers(0x58, 0x70, size).astype(np.uint16)
    return CodeUnits(units, np.zeros(1, np.int64), np.full(1, 100, np.int64))


def expected(units: CodeUnits, member: int, most: int) -> list[int]:
    pairs = zip(units.units.tolist(), units.units.tolist()[1:], strict=False)
    return [100 + 2 * at for at, (one, other) in enumerate(pairs) if one & 255 in OPCODES and other == member][:most]


@pytest.mark.parametrize("segment", [3, 16, 1 << 19])
@pytest.mark.parametrize("alone", [0, 5])
def test_the_places_are_those_of_all_segments(alone: int, segment: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(operand_uses, "_SEGMENT", segment)
    units = code(300)
    uses = OperandUses(units, OPCODES)
    uses._alone = alone
    for member in (0x58, 0x60, 0x6F, 0x70, 0xFFFF):
        for most in (1, 3, 64):
            assert uses.offsets(member, most) == expected(units, member, most), (member, most)
    assert uses.offsets(0x10000) == []


def test_no_code_has_no_places() -> None:
    assert OperandUses(code(0), OPCODES)._named(0x60, 5).tolist() == []


@pytest.mark.parametrize("keep", [True, False])
def test_code_that_is_not_kept_has_the_same_places(*, keep: bool) -> None:
    units = code(300)
    uses = OperandUses(units, OPCODES, keep=keep)
    for members in ([0x58], [0x70], [0x10000], [0x70, 0x6F, 0x10000], []):
        there = any(expected(units, member, 1) for member in members)
        assert uses.has_any(members) == there, members
    for member in (0x58, 0x60, 0x6F, 0x70, 0xFFFF):
        assert uses.offsets(member, 3) == expected(units, member, 3)
    # Only the code that is searched again stays.
    assert len(uses._code.units) == (300 if keep else 0)
