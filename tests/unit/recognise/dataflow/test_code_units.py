"""Code of a file without that of some packages."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.recognise.dataflow.code_units import code_units
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.libraries import ALL, LIBRARIES, SILENT, Packages

FLOW = Path(__file__).parents[4] / "bench" / "flow"
FILE = DexFile((FLOW / "cases.dex").read_bytes())
EVERY = [FILE.descriptor(kind) for kind in range(len(FILE.types))]
OTHERS = Packages(("Lflow/",), ("Lflow/abstract", "Lflow/p"))


@pytest.mark.parametrize("packages", [SILENT, ALL, OTHERS, Packages(())])
def test_the_types_of_packages(packages: Packages) -> None:
    expected = [name.startswith(packages.below) and not name.startswith(packages.but) for name in EVERY]
    assert FILE.types_of(packages).tolist() == [*expected, False]


def test_androidx_contacts_no_host_but_its_test_library_does() -> None:
    assert "Landroidx/core/app/Core;".startswith(SILENT.below)
    assert not "Landroidx/core/app/Core;".startswith(SILENT.but)
    assert "Landroidx/test/runner/Tracker;".startswith(SILENT.but)
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
