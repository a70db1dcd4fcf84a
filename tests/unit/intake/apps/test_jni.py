"""Native methods that return a constant: the text by the name of the function."""

import csv
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.apps.jni import returned_texts

FLOW = Path(__file__).parents[4] / "bench" / "flow"
ROWS = list(csv.DictReader((FLOW / "native.tsv").open(), delimiter="\t"))


def library(package: Path) -> bytes:
    with zipfile.ZipFile(package) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".so"))
        return archive.read(name)


LIBRARIES = [library(FLOW / row["file"]) for row in ROWS]


def test_the_text_of_each_function_is_read() -> None:
    assert dict(returned_texts(LIBRARIES[0])) == {
        "Java_shop_Api_baseUrl": "https://arm64-fast.shop.test/v1",
        "Java_shop_Api_other": "release",
    }
    assert dict(returned_texts(LIBRARIES[-1])) == {
        "Java_shop_Config_00024Hosts_main": "https://x86_64-table.shop.test/v1"
    }


@pytest.mark.parametrize("data", [b"", b"\x7fELF", b"\x7fELF\x02\x01" + bytes(100), LIBRARIES[0][:300]])
def test_a_file_without_native_methods_has_none(data: bytes) -> None:
    assert dict(returned_texts(data)) == {}


@pytest.mark.parametrize("field", [0x20, 0x28], ids=["segments", "sections"])
def test_a_table_at_an_offset_of_64_bits_is_damaged(field: int) -> None:
    library = bytearray(LIBRARIES[0])
    library[field : field + 8] = b"\xff" * 8
    assert dict(returned_texts(bytes(library))) == {}


@given(st.sampled_from(LIBRARIES), st.data())
def test_a_damaged_library_never_raises(library: bytes, data: st.DataObject) -> None:
    changed = bytearray(library)
    for _ in range(data.draw(st.integers(1, 6))):
        changed[data.draw(st.integers(6, len(library) - 1))] = data.draw(st.integers(0, 255))
    returned_texts(bytes(changed))
