"""Where the instructions of all functions begin: the same, whether they are read together or one by one."""

import lzma

import numpy as np
import pytest

from bench.flow import FOLDER
from tests.hostile import test_hermes as forged
from tieback.recognise.hermes import search
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.search import Search

FILES = [path.name for path in sorted((FOLDER / "hermes").glob("*.hbc.xz"))]
SHAPES = {"wild jumps": forged.wild_jumps, "overlapping": forged.overlapping, "cyclic": forged.cyclic_creators}


def numbers(data: bytes, few: int, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    monkeypatch.setattr(search, "FEW", few)
    found: list[int] = Search(Bytecode(data))._numbers.tolist()
    return found


@pytest.mark.parametrize("name", FILES)
def test_few_functions_are_read_one_by_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = lzma.decompress((FOLDER / "hermes" / name).read_bytes())
    together = numbers(data, 0, monkeypatch)
    assert numbers(data, 64, monkeypatch) == together
    assert numbers(data, 1 << 30, monkeypatch) == together
    assert 0 < np.count_nonzero(np.array(together) != 255) < len(together)


@pytest.mark.parametrize("name", SHAPES)
def test_of_forged_functions_too(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    data = SHAPES[name]()
    assert numbers(data, 64, monkeypatch) == numbers(data, 0, monkeypatch)
