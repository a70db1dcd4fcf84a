"""Which static initialisers store only constants."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.recognise.dalvik.initialisers import stores_computed
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.type_index import Names

FLOW = Path(__file__).parents[4] / "bench" / "flow" / "encrypted"
FIELD, NUMBERS, ARRAY, SHORTS, METHOD = 7, 8, 20, 21, 30
"""Indices of a field with texts, of another field, of the types ``String[]`` and ``short[]``, and of a method."""

TEXT = [0x001A, 500]  # v0 = "…"
STORE = [0x0069, FIELD]
ARRAY_OF_TWO = [0x2112, 0x1123, ARRAY]  # v1 = 2; v1 = new String[v1]
FIRST = [0x0212, 0x004D, 0x0201]  # v2 = 0; v1[v2] = v0
CALL, RESULT = [0x1071, METHOD, 0x0000], [0x000C]  # v0 = method(v0)
END = [0x000E]


@each(
    ("units", "computed"),
    [
        ([*TEXT, *STORE], False),
        ([*TEXT, *CALL, *RESULT, *STORE], True),
        ([*TEXT, *CALL, *RESULT, 0x0069, NUMBERS], False),
        ([*ARRAY_OF_TWO, *TEXT, *FIRST, 0x0169, FIELD], False),
        ([*ARRAY_OF_TWO, *TEXT, *CALL, *RESULT, *FIRST, 0x0169, FIELD], True),
        ([0x2112, 0x1123, SHORTS, *CALL, *RESULT, *FIRST, 0x0169, NUMBERS], False),
        ([*TEXT, 0x1024, ARRAY, 0x0000, *RESULT, *STORE], False),
        ([*TEXT, *CALL, *RESULT, 0x1024, ARRAY, 0x0000, *RESULT, *STORE], True),
        ([0x0062, FIELD, *CALL], True),
        ([*ARRAY_OF_TWO, 0x1071, METHOD, 0x0001], True),
        ([*TEXT, 0x0038, 0x0002, *STORE], True),
        ([*TEXT, *STORE, 0x0028, *CALL, 0x0069, NUMBERS], False),
        ([0x0022, 9, *STORE], True),
        ([*TEXT, 0x0307, 0x0369, FIELD], False),
        ([0x0369, FIELD], True),
        (END, False),
    ],
    ids=[
        "constant", "result", "other field", "array", "array of a result", "other array", "filled", "filled by call",
        "field to a method", "array to a method", "branch", "jump behind", "object", "copy", "unknown", "empty",
    ],
)  # fmt: skip
def test_stores_that_are_computed(units: list[int], computed: bool) -> None:
    assert stores_computed([*units, *END], {FIELD}, ARRAY) is computed


@pytest.mark.parametrize("name", ["zkm_clinit", "zkm_inline", "dexprotector_table"])
def test_the_initialiser_of_an_encryptor_computes(name: str) -> None:
    dex = DexFile((FLOW / f"{name}.dex").read_bytes())
    fields = set(dex.fields_typed(Names((b"Ljava/lang/String;", b"[Ljava/lang/String;"))))
    codes = [code for row in range(len(dex.classes)) if (code := dex.initialiser(row)) is not None]
    every = [
        [int.from_bytes(dex.data[at : at + 2], "little") for at in range(code.begin, code.begin + 2 * code.units, 2)]
        for code in codes
    ]
    assert any(stores_computed(units, fields, dex.type_of(b"[Ljava/lang/String;")) for units in every)


@given(st.lists(st.integers(0, 0xFFFF), max_size=60))
def test_any_code_ends(units: list[int]) -> None:
    assert stores_computed(units, {FIELD}, ARRAY) in (True, False)
