"""Native methods of libraries for both processors give what a device gives: those of ``native/texts.c``."""

import struct
from contextlib import suppress
from pathlib import Path

import pytest

from bench.hostile_made import native_runs
from bench.hostile_made.calls import LAST
from tieback.intake.apps.native import read_elf
from tieback.recognise.dataflow.walk import settings
from tieback.recognise.machine_code import native
from tieback.recognise.machine_code.elf import Library
from tieback.recognise.machine_code.jni import MAX_ITEMS, Items, Opaque
from tieback.recognise.machine_code.memory import NotRunnableError, WorkLimitError
from tieback.recognise.machine_code.native import Answer, Argument, NativeCode

STRING = "Ljava/lang/String;"
LIBRARIES = {name: (Path(__file__).parent / "native" / f"texts-{name}.so").read_bytes() for name in ("arm64", "x86_64")}

ENDLESS = (Path(__file__).parent / "native" / "endless-x86_64.so").read_bytes()


@pytest.fixture(params=LIBRARIES)
def code(request: pytest.FixtureRequest) -> NativeCode:
    return NativeCode({"libtexts.so": LIBRARIES[request.param]})


def call(code: NativeCode, name: str, kind: str, *arguments: Argument) -> Answer:
    return code.call((f"Java_shop_Natives_{name}",), "Lshop/Natives;", (name, kind), arguments)


@pytest.mark.parametrize(
    ("name", "parameters", "given", "text"),
    [
        ("plain", "", (), "https://plain.shop.test/a"),
        ("locked", "", (), "https://xor.shop.test/a"),
        ("letters", "", (), "let.shop.test"),
        ("region", "I", (1,), "https://us.shop.test/v2/region"),
        ("named", STRING, ("api",), "https://api.shop.test/v4"),
        ("joined", STRING, ("/p/q",), "https://join.shop.test/p/q"),
        ("hidden", "", (), "https://hidden.shop.test/b"),
    ],
)
def test_a_method_gives_its_text(
    code: NativeCode, name: str, parameters: str, given: tuple[Argument, ...], text: str
) -> None:
    assert call(code, name, f"({parameters}){STRING}", *given) == text


def test_a_method_gives_bytes_texts_and_numbers(code: NativeCode) -> None:
    assert call(code, "bytes", "()[B") == b"moving.shop.test"
    several = ["https://eu.shop.test", "https://us.shop.test", "https://as.shop.test"]
    assert call(code, "several", f"()[{STRING}") == several
    assert [call(code, "port", "(I)I", stage) for stage in (2, 0)] == [8445, -1]


@pytest.mark.parametrize(
    ("name", "parameters", "given"),
    [
        ("file", "", ()),  # it opens a file
        ("endless", "", ()),
        ("region", "I", (7,)),  # it gives null
        ("named", STRING, (Opaque(),)),  # a text that is not known
        ("none", "", ()),
    ],
)
def test_a_result_that_nothing_shows_is_not_known(
    code: NativeCode, name: str, parameters: str, given: tuple[Argument, ...]
) -> None:
    with pytest.raises(NotRunnableError):
        call(code, name, f"({parameters}){STRING}", *given)
    assert call(code, "plain", f"(){STRING}") == "https://plain.shop.test/a"


def test_a_method_that_the_library_registers_belongs_to_its_class(code: NativeCode) -> None:
    for owner, kind in (("Lshop/Other;", f"(){STRING}"), ("Lshop/Natives;", f"(I){STRING}")):
        with pytest.raises(NotRunnableError):
            code.call(("Java_a",), owner, ("hidden", kind), ())


def test_work_ends_at_its_limits(code: NativeCode, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "MAX_STEPS", 1_000)
    code.left = 2_100
    for _ in range(2):
        with pytest.raises(NotRunnableError):
            call(code, "endless", f"(){STRING}")
    call(code, "plain", f"(){STRING}")
    with pytest.raises(NotRunnableError):
        call(code, "endless", f"(){STRING}")
    with pytest.raises(NotRunnableError):
        call(code, "plain", f"(){STRING}")
    assert code.is_cut


def test_functions_that_run_first_count_as_work_of_the_app() -> None:
    """``native/endless.c`` has two that do not end."""
    code = NativeCode({f"{number}.so": ENDLESS for number in range(20)})
    with pytest.raises(NotRunnableError):
        call(code, "none", f"(){STRING}")
    assert code.left == native.MAX_ALL_STEPS
    assert call(code, "plain", f"(){STRING}") == "plain"
    used = native.MAX_ALL_STEPS - code.left
    assert 2 * native.LOAD_STEPS < used < 2 * native.LOAD_STEPS + 100
    code = NativeCode({"a.so": ENDLESS})
    code.left = native.LOAD_STEPS + 10
    with pytest.raises(NotRunnableError):
        call(code, "plain", f"(){STRING}")
    assert -10 < code.left <= 0


@pytest.mark.parametrize("most", [3, 4])
def test_failures_end_the_runs(code: NativeCode, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native, "MAX_FAILURES", most)
    for _ in range(3):
        with pytest.raises(NotRunnableError):
            call(code, "file", f"(){STRING}")
    if most == 3:
        with pytest.raises(NotRunnableError):
            call(code, "plain", f"(){STRING}")
    else:
        assert call(code, "plain", f"(){STRING}")
    assert code.is_cut is (most == 3)


def test_an_array_has_at_most_so_many_elements() -> None:
    assert len(Items("I", MAX_ITEMS)) == MAX_ITEMS
    for count in (MAX_ITEMS + 1, -1):
        with pytest.raises(NotRunnableError):
            Items("I", count)


@pytest.mark.parametrize(
    "data", [b"", b"\x7fELF\x02\x01", b"\x7fELF\x02\x01" + bytes(60), b"\x7fELF\x01\x01" + bytes(90)]
)
def test_a_file_that_is_no_library_for_a_known_processor_has_no_methods(data: bytes) -> None:
    with pytest.raises(NotRunnableError):
        Library(data)
    assert NativeCode({"a": data}).functions == []


def test_only_a_limit_leaves_something_out(code: NativeCode, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("file", "none"):
        with pytest.raises(NotRunnableError):
            call(code, name, f"(){STRING}")
    assert not code.is_cut
    monkeypatch.setattr(native, "MAX_STEPS", 1_000)
    with pytest.raises(WorkLimitError):
        call(code, "endless", f"(){STRING}")
    assert code.is_cut


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("straight", "too many different instructions"),
        ("pages", "too many pages of memory"),
        ("copies", "too many instructions"),
        ("measured", "too many instructions"),
        ("arrays", "too many instructions"),
        ("object-arrays", "too many instructions"),
        ("moved", "too many instructions"),
    ],
)
def test_what_an_app_does_at_most_counts_for_all_its_libraries(kind: str, why: str) -> None:
    made = {kind.name: kind for kind in native_runs.KINDS}[f"native-run-{kind}"]
    code = NativeCode({name: content for name, content in made.make(12) if name.endswith(".so")})
    code.left = 100_000
    assert call_api(code, "last") == f"https://{LAST}/v"
    for number in range(12):
        with pytest.raises(NotRunnableError) as error:
            call_api(code, f"f{number}")
        if isinstance(error.value, WorkLimitError):
            assert why in str(error.value)
            break
    assert code.is_cut
    assert code.left > -20_000


def call_api(code: NativeCode, name: str) -> Answer:
    return code.call((f"Java_shop_Api_{name}",), "Lshop/Api;", (name, f"(){STRING}"), ())


def test_a_library_registers_a_number_of_methods_at_most() -> None:
    made = {kind.name: kind for kind in native_runs.KINDS}["native-run-registered"]
    code = NativeCode({name: content for name, content in made.make(1) if name.endswith(".so")})
    with pytest.raises(NotRunnableError):
        call_api(code, "g0")
    assert code.is_cut


def test_relocations_of_a_page_are_those_of_the_whole_table() -> None:
    """Compact ones: an address and a bitmap of the 63 words behind it."""
    data = native_runs.library({"Java_a": b"\xc3"}, compact=struct.pack("<4Q", 0x2000, 0b1011, 0x4FF8, (1 << 64) - 1))
    made = Library(data)
    found = [
        0x100000 + number * 4096 + at - 0x100000
        for number in range(0x100, 0x106)
        for at in range(0, 4096, 8)
        if int.from_bytes((made.page(number) or bytes(4096))[at : at + 8], "little") == 0x100000
    ]
    places = {0x2000, 0x2008, 0x2018, 0x4FF8, *range(0x5000, 0x5000 + 63 * 8, 8)}
    assert {one - 0x100000 for one in found if one >= 0x102000} == places


@pytest.mark.parametrize(
    ("name", "lacks_one", "told"), [("none", True, True), ("none", False, False), ("plain", True, False)]
)
def test_a_method_of_a_library_that_was_left_out_is_missing(name: str, *, lacks_one: bool, told: bool) -> None:
    code = NativeCode({"libtexts.so": LIBRARIES["x86_64"]}, lacks_one=lacks_one)
    with suppress(NotRunnableError):
        call(code, name, f"(){STRING}")
    assert code.is_cut is told


def test_libraries_that_have_no_place_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    size = len(LIBRARIES["x86_64"])
    for most, told in ((2 * size, False), (2 * size - 1, True)):
        monkeypatch.setattr(settings, "MAX_LIBRARIES", most)
        kept = settings.AppSettings()
        for name in ("one", "two"):
            kept.see(read_elf(f"lib/x86_64/lib{name}.so", LIBRARIES["x86_64"]))
        assert kept.native is not None
        with pytest.raises(NotRunnableError):
            call(kept.native, "none", f"(){STRING}")
        assert kept.native.is_cut is told


@pytest.mark.parametrize("number", [1 << 63, (1 << 64) - 1])
@pytest.mark.parametrize("at", ["value", "addend", "place"])
def test_a_relocation_with_a_huge_number_gives_the_lowest_bits(number: int, at: str) -> None:
    rows = [0x2000, 2 << 32 | 1, 0]  # the word at 0x2000 is the address of the second symbol, and a number
    if at == "place":
        rows[0] = number
    if at == "addend":
        rows[2] = number
    data = bytearray(native_runs.library({"Java_a": b"\xc3", "Java_b": b"\xc3"}, relocations=struct.pack("<3Q", *rows)))
    begin = data.index(struct.pack("<QQ", 240, 8))  # value and size of the first symbol
    second = begin + 24
    if at == "value":
        struct.pack_into("<Q", data, second, number)
    value = int.from_bytes(data[second : second + 8], "little")
    expected = 0 if at == "place" else value + rows[2] + 0x100000 & (1 << 64) - 1
    page = Library(bytes(data)).page(0x102) or bytes(8)
    assert int.from_bytes(page[:8], "little") == expected
