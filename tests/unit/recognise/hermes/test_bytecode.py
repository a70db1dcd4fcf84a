import lzma
import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.flow import FOLDER, hermes_bundles
from tests.each import each
from tests.examples import examples
from tests.unit.recognise.hermes.assemble import assemble
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.recognise.hermes.bytecode import MAX_BODY, Bytecode, UnreadableError
from tieback.recognise.hermes.program import Program
from tieback.recognise.scripts.reader import Budget

BUNDLE = lzma.decompress((FOLDER / "hermes" / "v96-O.hbc.xz").read_bytes())
NEW = lzma.decompress((FOLDER / "hermes" / "v98-O.hbc.xz").read_bytes())
_SIZE_OF_KEYS = 32 + 4 * 13
"""Its place in the header of version 98."""


@pytest.mark.parametrize("bundle", hermes_bundles())
def test_every_function_of_a_compiler_is_read_to_its_end(bundle: str) -> None:
    code = Bytecode(lzma.decompress((FOLDER / "hermes" / f"{bundle}.hbc.xz").read_bytes()))
    assert code.count > 100
    for function in range(code.count):
        header, steps = code.header(function), code.steps(function)
        assert header is not None
        if not header.size:
            continue  # a compiler leaves out what is never called
        assert steps[-1].kind.name in ("Ret", "Throw", "Jmp", "Unreachable"), (function, steps[-1])
    assert code.text(code.header(code.global_function).name) == "global"  # type: ignore[union-attr]


def test_a_function_with_a_header_that_does_not_fit_the_table() -> None:
    """The large header of a function lies elsewhere in the file."""
    data = bytearray(assemble([[("Ret", 1)]], ["x" * 40]))
    offset, size = struct.unpack_from("<II", data, 128)
    place = len(data)
    data += struct.pack("<IIIIIIIBBB", offset & 0x1FFFFFF, 300, size & 0x7FFF, 1, 0, 200, 0, 0, 0, 0)
    struct.pack_into("<IIII", data, 128, place & 0xFFFF, 0, place >> 16, 0x20 << 24)
    code = Bytecode(bytes(data))
    header = code.header(0)
    assert header is not None
    assert (header.parameters, header.registers, header.offset) == (300, 200, offset & 0x1FFFFFF)
    assert [step.kind.name for step in code.steps(0)] == ["Ret"]
    assert code.bodies[0].tolist() == [offset & 0x1FFFFFF]


def test_literals_of_every_kind() -> None:
    raw = b"\x02\x11\x21\x31" + struct.pack("<d", 2.0) + b"\x41" + struct.pack("<I", 1) + b"\x52\x00\x00\x01\x00"
    raw += b"\x61\x01\x71" + struct.pack("<i", -5) + b"\x90\x11" + b"\x31" + struct.pack("<d", 0.5)
    code = Bytecode(assemble([[("Ret", 0)]], ["zero", "one"], arrays=raw))
    found = code.literals(code.arrays, 9_999)
    assert found[:10] == [None, None, 1, 0, 2, "one", "zero", "one", "one", -5]
    assert found[10:27] == [1] * 17
    assert found[27] is None
    assert code.literals(len(code.data), 5) == []


def test_a_version_without_a_table_says_which_ones_there_are() -> None:
    data = bytearray(BUNDLE)
    struct.pack_into("<I", data, 8, 95)
    with pytest.raises(UnreadableError, match=r"version 95 .* known versions: 74, 76, 84"):
        Bytecode(bytes(data))


@pytest.mark.parametrize(("place", "name"), [(36, "global code"), (40, "functions")])
def test_a_wrong_number_of_functions_is_refused(place: int, name: str) -> None:
    data = bytearray(BUNDLE)
    struct.pack_into("<I", data, place, 0xFFFFFFFF)
    with pytest.raises((UnreadableError, MalformedPoolError)):
        Bytecode(bytes(data))


@each("size", [0x7FFF0000, len(NEW), 1, 0])
def test_shapes_that_begin_behind_the_end_of_the_file_are_none(size: int) -> None:
    data = bytearray(NEW)
    struct.pack_into("<I", data, _SIZE_OF_KEYS, size)
    code = Bytecode(bytes(data))
    assert (len(code.every_shape()) == 0) == (code.shapes >= len(data))
    list(Program(code, Budget(1_000)).texts())


def test_functions_outside_of_the_file_have_no_instructions() -> None:
    data = bytearray(BUNDLE)
    struct.pack_into("<II", data, 128, 0x1FFFFFF, 0x7FFF)
    code = Bytecode(bytes(data))
    assert code.header(0) is None
    assert code.steps(0) == ()
    assert code.bodies[0][0] == 0
    assert code.header(-1) is None
    assert code.header(code.count) is None


def test_an_unknown_instruction_ends_a_function() -> None:
    code = Bytecode(assemble([bytes([1, 0, 255, 0])]))
    assert len(code.steps(0)) <= 1


def test_a_switch_has_at_most_as_many_targets_as_the_file_has_bytes() -> None:
    code = Bytecode(assemble([[("SwitchImm", 1, 20, 5, 0, 0xFFFFFFFF), ("Ret", 0)]]))
    (step,) = [one for one in code.steps(0) if one.kind.name == "SwitchImm"]
    assert len(code.targets(0, step)) < 100


@settings(max_examples=examples(80), deadline=None)
@given(st.sampled_from([BUNDLE, NEW]), st.data())
def test_altered_files_are_read_or_refused(bundle: bytes, source: st.DataObject) -> None:
    data = bytearray(bundle)
    # Half of the changes are sizes and counts of the header.
    for place in source.draw(st.lists(st.one_of(st.integers(3, 29), st.integers(3, len(data) // 4 - 1)), max_size=20)):
        word = source.draw(st.one_of(st.integers(0, 2**32 - 1), st.integers(0, 2 * len(data))))
        struct.pack_into("<I", data, 4 * place, word)
    cut = source.draw(st.integers(0, len(data)))
    if source.draw(st.booleans()):
        del data[cut:]
    budget = Budget(20_000)
    try:
        program = Program(Bytecode(bytes(data)), budget)
    except (UnreadableError, MalformedPoolError):
        return
    for found in program.texts():
        assert len(found.text.text) <= 4_096
    assert budget.left >= -MAX_BODY


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=300), st.lists(st.sampled_from(["https://a.test", "/b", "fetch", "exports"]), max_size=4))
def test_any_bytes_are_instructions(body: bytes, strings: list[str]) -> None:
    program = Program(Bytecode(assemble([body, body], strings)), Budget(5_000))
    list(program.texts())


def test_the_table_is_made_from_the_sources_of_hermes() -> None:
    tool = Path(__file__).parents[4] / "tools" / "write-hermes-instructions"
    assert "BytecodeList.def" in tool.read_text("utf-8")
