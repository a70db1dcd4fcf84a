"""Places of instructions in the whole code of an app."""

from pathlib import Path

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.places import CodePlaces
from tieback.recognise.dataflow.dex.dexfile import DexFile

CASES = (Path(__file__).parents[5] / "bench" / "flow" / "cases.dex").read_bytes()
_CONST_STRING, _CONST_JUMBO = 0x1A, 0x1B


def loads_of(data: bytes) -> dict[int, list[int]]:
    """Offsets of the instructions that load each string."""
    dex = DexFile(data)
    places = CodePlaces(AppCode([dex]))
    return {index: found for index in range(len(dex.strings)) if (found := places.strings(0, index))}


def test_both_instructions_that_load_a_string_are_found() -> None:
    short = loads_of(CASES)
    assert len(short) > 100
    index, found = max(short.items(), key=lambda one: len(one[1]))
    assert len(found) > 2
    assert {CASES[place] for place in found} == {_CONST_STRING}
    data = bytearray(CASES)
    data[found[0]] = _CONST_JUMBO
    assert loads_of(bytes(data))[index] == [*found[1:], found[0]], "the long ones are after the short ones"
