"""The table of Dalvik against a DEX file of the assembler ``smali``, which has every form of an instruction."""

import struct
from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.dalvik_opcodes import OPCODES, opcode_numbers
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.instructions import payload_length

FORMS = Path(__file__).parents[2] / "recognise" / "dataflow" / "dex" / "everyform"
BY_NUMBER = {opcode.number: name for name, opcode in OPCODES.items()}


def assembled(dex: DexFile, code: CodeItem) -> list[str]:
    """The mnemonics of a method, without ``nop``, by number and length in the table."""
    units = struct.unpack_from(f"<{code.units}H", dex.data, code.begin)
    found, at = [], 0
    while at < len(units):
        name = BY_NUMBER[units[at] & 255]
        if name == "nop":
            at += payload_length(units, at)
        else:
            found.append(name)
            at += OPCODES[name].length
    assert at == len(units)
    return found


def written(text: str) -> list[list[str]]:
    """The mnemonics of each method with code in a text of smali, without ``nop``."""
    methods = (part.partition(".end method")[0] for part in text.split("\n.method ")[1:])
    listed = ([line.split(None, 1)[0] for line in method.splitlines() if line.strip()] for method in methods)
    return [[word for word in words if word in OPCODES and word != "nop"] for words in listed]


def test_numbers_and_lengths_are_those_of_smali() -> None:
    dex = DexFile((FORMS.parent / "everyform.dex").read_bytes())
    (text,) = (path.read_text("utf-8") for path in FORMS.glob("*.smali"))
    codes = [dex.code(offset) for row in range(len(dex.classes)) for offset in dex.class_data(row).methods]
    found = sorted(assembled(dex, code) for code in codes if code is not None)
    assert found == sorted(filter(None, written(text)))
    assert set(OPCODES) - {name for names in found for name in names} == {
        "nop",
        "invoke-polymorphic",
        "invoke-polymorphic/range",
    }


@each(
    ("name", "number", "form", "index", "length"),
    [
        ("nop", 0x00, "10x", "", 1),
        ("const/high16", 0x15, "21ih", "", 2),
        ("const-wide", 0x18, "51l", "", 5),
        ("const-wide/high16", 0x19, "21lh", "", 2),
        ("const-string/jumbo", 0x1B, "31c", "string", 3),
        ("invoke-interface/range", 0x78, "3rc", "method", 3),
        ("ushr-int/lit8", 0xE2, "22b", "", 2),
        ("invoke-polymorphic", 0xFA, "45cc", "method and prototype", 4),
        ("invoke-polymorphic/range", 0xFB, "4rcc", "method and prototype", 4),
        ("invoke-custom", 0xFC, "35c", "call site", 3),
        ("const-method-type", 0xFF, "21c", "prototype", 2),
    ],
)
def test_rows_of_the_specification(name: str, number: int, form: str, index: str, length: int) -> None:
    opcode = OPCODES[name]
    assert (*opcode, opcode.length) == (number, form, index, length)


def test_numbers_by_mnemonic() -> None:
    assert opcode_numbers("nop if-eq..if-ge throw") == [0x00, 0x32, 0x33, 0x34, 0x35, 0x27]
    with pytest.raises(KeyError):
        opcode_numbers("invoke-dynamic")
