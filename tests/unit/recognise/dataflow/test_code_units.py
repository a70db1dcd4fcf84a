"""Code of a file without that of some packages."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.recognise.dataflow.dex import code_units as code_module
from tieback.recognise.dataflow.dex.code_units import code_units, names_any, places_of
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import ALL, LIBRARIES, SILENT, Packages
from tieback.recognise.dataflow.dex.opcode_sets import CALLS, GETS, PUTS
from tieback.recognise.dataflow.dex.operand_uses import MAX_SITES, OperandUses

FLOW = Path(__file__).parents[4] / "bench" / "flow"
FILE = DexFile((FLOW / "cases.dex").read_bytes())
EVERY = [FILE.descriptor(kind) for kind in range(len(FILE.types))]
OTHERS = Packages(("Lflow/",), ("Lflow/abstract", "Lflow/p"))


@pytest.mark.parametrize("packages", [SILENT, ALL, OTHERS, Packages(())])
def test_the_types_of_packages(packages: Packages) -> None:
    expected = [name.startswith(packages.below) and not name.startswith(packages.but) for name in EVERY]
    assert FILE.types_of(packages).tolist() == [*expected, False]


def test_androidx_and_the_support_library_contact_no_host_but_their_test_libraries_do() -> None:
    assert SILENT.hold("Landroidx/core/app/Core;")
    assert SILENT.hold("Landroid/support/v4/app/Core;")
    assert SILENT.hold("Landroid/arch/a/a/Core;")
    assert not any(one.hold("Landroid/a/a/Request;") for one in (SILENT, ALL))
    assert not SILENT.hold("Landroidx/test/runner/Tracker;")
    assert not SILENT.hold("Landroid/support/test/runner/Tracker;")
    assert not "Lcom/google/firebase/iid/A;".startswith(SILENT.below)


@pytest.mark.parametrize(
    ("descriptor", "library"),
    [
        ("Lcom/google/android/gms/common/A;", True),
        ("Lcom/android/volley/Request;", True),
        ("Lcom/android/insecurebankv2/DoLogin;", False),
        ("Lcom/google/samples/app/Main;", False),
    ],
)
def test_apps_of_the_platform_vendor_are_no_libraries(descriptor: str, library: bool) -> None:
    assert descriptor.startswith(LIBRARIES) == library


def test_each_method_that_is_kept_is_there_as_a_whole() -> None:
    code = FILE.code_without(OTHERS)
    assert 0 < len(code.units) < len(FILE.code_without(Packages(())).units)
    places = {code.offset(unit): unit for unit in range(len(code.units))}
    kept = 0
    for kind, name in enumerate(EVERY):
        row = FILE.class_row(kind)
        for offset in FILE.class_data(row).methods if row >= 0 else ():
            item = FILE.code(offset)
            if item is None or FILE.types_of(OTHERS)[kind]:
                continue
            kept += 1
            first = places[item.begin]
            expected = np.frombuffer(FILE.data, "<u2", item.units, item.begin)
            assert code.units[first : first + item.units].tolist() == expected.tolist(), name
    assert kept > 10


def test_a_file_with_unsorted_types_hides_no_code() -> None:
    hurt = DexFile((FLOW / "cases.dex").read_bytes().replace(b"Lflow/multidex1;", b"Lrx/m/multidex1;"))
    assert not hurt.types_of(ALL)[EVERY.index("Lflow/multidex1;")]


@given(st.binary(max_size=400), st.integers(0, 50), st.integers(0, 450), st.lists(st.integers(0, 120), max_size=12))
def test_each_unit_is_at_its_offset(data: bytes, begin: int, end: int, methods: list[int]) -> None:
    end = min(end, len(data))
    code = code_units(data, begin, max(begin, end), np.array(sorted({4 * one for one in methods}), np.int64))
    for unit, value in enumerate(code.units.tolist()):
        offset = code.offset(unit)
        assert value == int.from_bytes(data[offset : offset + 2], "little")


UNITS = st.lists(
    st.one_of(st.integers(0, 0xFFFF), st.sampled_from([0x1A, 0x6E, 0x73, 0x74, 0x52, 0x62, 3, 0xFFFF])), max_size=60
)
OPCODES = st.one_of(
    st.sampled_from([CALLS, GETS, PUTS, frozenset((0x1A, 0x1B))]), st.frozensets(st.integers(0, 255), min_size=1)
)


def plain_places(units: list[int], opcodes: frozenset[int]) -> list[int]:
    return [place for place, unit in enumerate(units[:-1]) if unit & 0xFF in opcodes]


@given(UNITS, OPCODES, st.integers(1, 9), st.lists(st.integers(0, 0xFFFF), max_size=6), st.data())
def test_instructions_are_found_block_by_block_as_one_by_one(
    units: list[int], opcodes: frozenset[int], block: int, operands: list[int], data: st.DataObject
) -> None:
    code = np.array(units, np.uint16)
    wanted = [*operands, *data.draw(st.lists(st.sampled_from(units), max_size=3) if units else st.just([]))]
    expected = plain_places(units, opcodes)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(code_module, "_BLOCK", block)
        assert places_of(code, opcodes).tolist() == expected
        assert names_any(code, opcodes, wanted) == any(units[place + 1] in wanted for place in expected)


@given(UNITS, OPCODES, st.integers(0, 8))
def test_the_uses_of_a_member_are_the_same_after_any_number_of_searches(
    units: list[int], opcodes: frozenset[int], before: int
) -> None:
    code = np.array(units, np.uint16)
    uses = OperandUses(code_module.CodeUnits(code, np.zeros(1, np.int64), np.full(1, 100, np.int64)), opcodes)
    for _ in range(before):
        uses.offsets(1)
    for member in dict.fromkeys((*units, 7, 0x10000)):
        expected = [100 + 2 * place for place in plain_places(units, opcodes) if units[place + 1] == member]
        assert uses.offsets(member) == expected[:MAX_SITES]
        assert uses.has_any([member]) == bool(expected)


def test_a_file_of_libraries_alone_has_no_other_code() -> None:
    dex = DexFile((FLOW / "cases.dex").read_bytes())
    assert len(dex.code_without(Packages(("Lflow/", "Lorg/", "Lokhttp3/", "L"))).units) == 0
    assert "_code_offsets" not in vars(dex)


def test_the_app_of_a_scanner_is_followed_and_its_library_is_not() -> None:
    assert not ALL.hold("Lcom/google/zxing/client/android/LocaleManager;")
    assert ALL.hold("Lcom/google/zxing/MultiFormatReader;")
