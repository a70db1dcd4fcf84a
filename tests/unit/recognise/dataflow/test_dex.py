"""Tables of a DEX file, and what lies outside of them."""

import struct
from bisect import bisect_left
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.recognise.dataflow.dex import dex_tables
from tieback.recognise.dataflow.dex.dex_tables import MalformedDexError, SectionKind
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import Packages

DATA = (Path(__file__).parent / "dex" / "fields.dex").read_bytes()
FILE = DexFile(DATA)
FILES = [
    DexFile((Path(__file__).parent / "dex" / f"{name}.dex").read_bytes()) for name in ("fields", "targets", "phone")
]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "truncated"),
        (DATA[:100], "truncated"),
        (DATA[:40] + b"\x12\x34\x56\x78" + DATA[44:], "Android"),
        (DATA[:52] + struct.pack("<I", len(DATA)) + DATA[56:], "map"),
        (DATA[:52] + struct.pack("<I", len(DATA) - 4) + DATA[56:], "map"),
    ],
)
def test_files_without_tables(data: bytes, reason: str) -> None:
    with pytest.raises(MalformedDexError, match=reason):
        DexFile(data)


def test_strings_and_types_are_found_by_their_text() -> None:
    for index in range(len(FILE.strings)):
        assert FILE.string_of(FILE.raw(index)) == index
    assert FILE.descriptor(FILE.type_of(b"Ltest/shop/Config;")) == "Ltest/shop/Config;"
    assert FILE.type_of(b"Ltest/shop/Confi;") == -1
    assert FILE.string_of(b"https://static.shop.test") == -1
    assert DATA[FILE.string_begin(FILE.string_of(b"broker.shop.test")) :].startswith(b"broker.shop.test\0")


def test_strings_with_nul_are_before_all_others() -> None:
    file = DexFile((Path(__file__).parent / "dex" / "zeros.dex").read_bytes())
    texts = [file.raw(index) for index in range(len(file.strings))]
    assert sum(b"\xc0\x80" in text for text in texts) == 22
    for index, text in enumerate(texts):
        assert file.string_of(text) == index
    assert file.string_of(b"$r8$lambd") == file.string_of(b"\xc0\x80") == file.string_of(b"a\xc0\x80c") == -1


@pytest.mark.parametrize(("step", "sample"), [(64, 32), (16, 32), (3, 4), (1, 1)])
@pytest.mark.parametrize("name", ["fields", "targets", "zeros"])
def test_each_text_has_its_place_among_the_strings(
    name: str, step: int, sample: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dex_tables, "_STEP", step)
    monkeypatch.setattr(dex_tables, "_SAMPLE", sample)
    file = DexFile((Path(__file__).parent / "dex" / f"{name}.dex").read_bytes())
    texts = [file.raw(index).replace(b"\xc0\x80", b"\0") for index in range(len(file.strings))]
    for text in texts:
        for other in (text, text[:-1], text[:5], text + b"\x01", text + b"zz", b"", b"\xf4"):
            assert file.first_from(other.replace(b"\0", b"\xc0\x80")) == bisect_left(texts, other)


@pytest.mark.parametrize("index", [-1, 1 << 20])
def test_indices_outside_of_the_tables_read_as_nothing(index: int) -> None:
    assert FILE.string(index) == ""
    assert FILE.descriptor(index) == ""
    assert FILE.parameters(index) == ""
    assert FILE.field(index) is None
    assert FILE.method(index) is None
    assert FILE.method_name(index) == ""
    assert FILE.class_row(index) == -1


def test_every_method_is_found_from_any_of_its_instructions() -> None:
    section = FILE.sections[SectionKind.CODE]
    names = set()
    for place in range(section.begin, section.end):
        code = FILE.code_around(place)
        if code is not None:
            assert code.begin <= place < code.begin + 2 * code.units
            names.add(FILE.method_name(FILE.method_of(code)))
    assert names == {
        *(f"Ltest/shop/Config;->{name}" for name in ("<clinit>", "<init>", "change", "own")),
        *(f"Ltest/shop/Uses;->{name}" for name in ("base", "changed", "broker")),
    }


def test_members_of_a_class() -> None:
    row = FILE.class_row(FILE.type_of(b"Ltest/shop/Config;"))
    data = FILE.class_data(row)
    names = [FILE.string(member.name) for member in map(FILE.field, data.static_fields) if member]
    assert names == ["BASE", "CHANGED", "HOST", "PORT"]
    initialiser = FILE.initialiser(row)
    assert initialiser is not None
    assert FILE.method_name(FILE.method_of(initialiser)) == "Ltest/shop/Config;-><clinit>"
    assert FILE.initialiser(FILE.class_row(FILE.type_of(b"Ltest/shop/Uses;"))) is None


@pytest.mark.parametrize("table", [60, 68, 76, 84, 92, 100])
@pytest.mark.parametrize("place", [1, 111, len(DATA) - 3])
def test_tables_at_odd_offsets_are_read(table: int, place: int) -> None:
    file = DexFile(DATA[:table] + struct.pack("<I", place) + DATA[table + 4 :])
    assert file.string_of(b"x") == -1
    assert file.type_of(b"Lx;") == -1
    assert file.method_name(0) is not None


def test_calls_on_a_class_and_their_parameters() -> None:
    calls = FILE.methods_of(FILE.type_of(b"Ljava/net/Socket;"))
    members = [member for member in map(FILE.method, calls) if member]
    assert [(FILE.string(member.name), FILE.parameters(member.kind)) for member in members] == [
        ("<init>", "Ljava/lang/String;I")
    ]


def test_lists_of_members_that_never_end_are_not_read() -> None:
    row = FILE.class_row(FILE.type_of(b"Ltest/shop/Config;"))
    at = int(FILE.classes[row]["data"])
    hurt = DexFile(DATA[:at] + b"\xff\xff\xff\x7f" + DATA[at + 4 :])
    assert hurt.class_data(row).static_fields == ()


@given(st.sampled_from(FILES), st.lists(st.integers(0, 6_000), max_size=20))
def test_many_lists_of_types_are_read_as_each_of_them(file: DexFile, places: list[int]) -> None:
    places += [0, len(file.data) - 4, len(file.data), 2**32 - 1, *file.classes["interfaces"].tolist()]
    found = file.listed_types(np.array(places, np.uint32))
    assert found is not None
    expected = [(number, kind) for number, place in enumerate(places) for kind in file.type_list(place)]
    assert list(zip(*(each.tolist() for each in found), strict=True)) == expected


def test_lists_that_no_compiler_makes_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    every = FILES[1].classes["interfaces"]
    assert FILES[1].listed_types(every) is not None
    monkeypatch.setattr(dex_tables, "_MOST_LISTED", 1)
    assert FILES[1].listed_types(every) is None


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("more", [[], [1 << 20]])
def test_many_types_are_read_as_each_of_them(file: DexFile, more: list[int]) -> None:
    kinds = [*range(len(file.types)), *more]
    assert file.raw_types(np.array(kinds, np.uint32)) == [file.raw_type(kind) for kind in kinds]


def test_types_without_a_class_can_leave_out_packages() -> None:
    every = [FILE.descriptor(kind) for kind in FILE.undefined_types().tolist()]
    left = [FILE.descriptor(kind) for kind in FILE.undefined_types(Packages(("Ljava/",), ("Ljava/net/",))).tolist()]
    assert "Ltest/shop/Config;" not in every
    assert left == [name for name in every if not name.startswith("Ljava/") or name.startswith("Ljava/net/")]
    assert len(left) < len(every)
