"""Searches for strings in annotations and initial values."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.code import initial_values
from tieback.recognise.dataflow.dex.dex_tables import SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile

ENDS = (Path(__file__).parents[1] / "dex" / "ends.dex").read_bytes()
KINDS = (SectionKind.ANNOTATIONS, SectionKind.ENCODED_ARRAYS)


def found(dex: DexFile) -> list[list[int]]:
    """The places of each string."""
    return [list(initial_values.values_with(dex, kind, index)) for kind in KINDS for index in range(len(dex.strings))]


def test_a_second_search_for_a_string_gives_the_same() -> None:
    dex = DexFile(ENDS)
    first = found(dex)
    assert any(first)
    assert not all(first)
    assert len(dex.absent_values) == first.count([])
    assert found(dex) == first


def test_a_search_that_ends_at_the_first_place_is_no_search_without_a_result() -> None:
    dex = DexFile(ENDS)
    kind, index = next(
        (kind, index) for kind in KINDS for index in range(len(dex.strings))
        if any(initial_values.values_with(dex, kind, index))
    )  # fmt: skip
    assert (kind, index) not in dex.absent_values
    assert list(initial_values.values_with(dex, kind, index))


def test_few_searches_without_a_result_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(initial_values, "_MAX_ABSENT", 2)
    dex = DexFile(ENDS)
    first = found(dex)
    assert len(dex.absent_values) == 2
    assert found(dex) == first


def test_many_searches_sort_the_values_and_find_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    first = found(DexFile(ENDS))
    monkeypatch.setattr(initial_values, "MAX_SEARCHED", 0)
    monkeypatch.setattr(initial_values, "_BLOCK", 7)
    dex = DexFile(ENDS)
    assert list(initial_values.types_with(dex, 3)) == list(initial_values.types_with(DexFile(ENDS), 3))
    assert found(dex) == first
    assert dex.sorted_values
    assert dex.values_searched < len(ENDS)  # one search, before the limit was reached
