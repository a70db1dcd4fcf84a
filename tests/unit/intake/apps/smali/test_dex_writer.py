"""DEX files of smali against those that the assembler ``smali`` makes of the same texts: see ``dex/build.sh``."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.each import each
from tests.examples import few
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.smali.class_reader import ClassReader
from tieback.intake.apps.smali.dex_writer import DexBuilder
from tieback.intake.apps.smali.values import SmaliError
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.dex.encoded import Annotation, StringId
from tieback.recognise.dataflow.dex.instructions import LENGTHS, payload_length
from tieback.recognise.dataflow.dex.try_blocks import try_blocks
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parents[3] / "recognise" / "dataflow" / "dex"
TREES = sorted(path.name for path in DEX.iterdir() if path.is_dir())
STRINGS, TYPES = (0x1A,), (0x1C, 0x1F, 0x20, 0x22, 0x23, 0x24, 0x25)
FIELDS, METHODS = range(0x52, 0x6E), (*range(0x6E, 0x73), *range(0x74, 0x79))
WITH_CALL_SITES = (0xFC, 0xFD)

SMALL = ".class public La/B;\n.super Ljava/lang/Object;\n"


def built(*texts: str) -> DexFile:
    builder, reader = DexBuilder(), ClassReader()
    for text in texts:
        assert builder.add(reader.read(text))
    data, unread = builder.finish()
    assert unread == []
    return DexFile(data)


def tree(name: str) -> DexFile:
    return built(*(path.read_text("utf-8") for path in sorted((DEX / name).rglob("*.smali"))))


def member(dex: DexFile, index: int) -> tuple[str, ...]:
    found = dex.method(index)
    assert found is not None
    return dex.method_name(index), dex.parameters(found.kind), dex.result(found.kind)


def field(dex: DexFile, index: int) -> tuple[str, ...]:
    found = dex.field(index)
    assert found is not None
    return dex.descriptor(found.owner), dex.string(found.name), dex.descriptor(found.kind)


def value(dex: DexFile, one: object) -> object:
    if isinstance(one, StringId):
        return dex.string(one.string)
    if isinstance(one, Annotation):
        return dex.descriptor(one.kind), {dex.string(name): value(dex, its) for name, its in one.values.items()}
    return tuple(value(dex, its) for its in one) if isinstance(one, tuple) else one


def instructions(dex: DexFile, code: CodeItem) -> Iterator[tuple[object, ...]]:
    units = list(struct.unpack_from(f"<{code.units}H", dex.data, code.begin))
    at = 0
    while at < len(units):
        opcode = units[at] & 255
        length = LENGTHS[opcode] if opcode else payload_length(units, at)
        its: list[object] = list(units[at : at + length])
        if opcode in STRINGS:
            its[1] = dex.string(units[at + 1])
        elif opcode == 0x1B:
            its[1:] = [dex.string(units[at + 1] | units[at + 2] << 16)]
        elif opcode in TYPES:
            its[1] = dex.descriptor(units[at + 1])
        elif opcode in FIELDS:
            its[1] = field(dex, units[at + 1])
        elif opcode in METHODS:
            its[1] = member(dex, units[at + 1])
        elif opcode in WITH_CALL_SITES:
            its[1] = None  # the order of call sites is free
        yield tuple(its)
        at += length


def annotations(dex: DexFile, at: int) -> list[object]:
    """The annotations of a class, its fields, methods and parameters."""
    if not at:
        return []
    own, fields, methods, parameters = struct.unpack_from("<4I", dex.data, at)
    found: list[object] = [sets(dex, own)]
    for place in range(fields + methods + parameters):
        index, its = struct.unpack_from("<2I", dex.data, at + 16 + 8 * place)
        name = field(dex, index) if place < fields else member(dex, index)
        if place < fields + methods:
            found.append((name, sets(dex, its)))
        else:
            (count,) = struct.unpack_from("<I", dex.data, its)
            found.append((name, [sets(dex, one) for one in struct.unpack_from(f"<{count}I", dex.data, its + 4)]))
    return found


def sets(dex: DexFile, at: int) -> list[object]:
    if not at:
        return []
    (count,) = struct.unpack_from("<I", dex.data, at)
    places = struct.unpack_from(f"<{count}I", dex.data, at + 4)
    return [(dex.data[one], value(dex, dex.values.annotation(one + 1)[0])) for one in places]


def listing(dex: DexFile) -> dict[object, object]:
    """What readers see of a file."""
    found: dict[object, object] = {}
    for row, its in enumerate(dex.classes):
        data = dex.class_data(row)
        values = dex.values.array(int(its["values"]))[0] if its["values"] else ()
        found[dex.descriptor(int(its["type"]))] = (
            int(its["access"]),
            dex.descriptor(int(its["super"])),
            [dex.descriptor(kind) for kind in dex.interfaces(row)],
            [field(dex, index) for index in (*data.static_fields, *data.instance_fields)],
            [value(dex, one) for one in values],
            annotations(dex, int(its["annotations"])),
        )
        for offset, index in data.methods.items():
            code = dex.code(offset)
            body = (code.registers, code.ins, list(instructions(dex, code)), try_blocks(dex, code)) if code else None
            found[member(dex, index)] = dex.access(index), body
            assert code is None or dex.method_of(code, every=True) == index
    return found


@each("name", TREES)
def test_readers_see_the_same_in_both_files(name: str) -> None:
    assert listing(tree(name)) == listing(DexFile((DEX / f"{name}.dex").read_bytes()))


RULES = RuleFiles()


@pytest.mark.parametrize("name", few(TREES, 4))
def test_the_same_addresses_are_found(name: str) -> None:
    def hosts(data: bytes) -> set[object]:
        artifact, complaint = read_dex("classes.dex", data)
        assert complaint == ""
        finds = AppSearch(RULES).finds([artifact])
        return {
            (one.endpoint, one.evidence.how, one.evidence.chain) if isinstance(one, Sighting) else one
            for one in finds
            if isinstance(one, Sighting | NotBackend)
        }

    assert hosts(bytes(tree(name).data)) == hosts((DEX / f"{name}.dex").read_bytes())


def test_texts_of_other_scripts_are_kept() -> None:
    dex = built(SMALL + '.field static a:Ljava/lang/String; = "\\u00e9 \\ud83d\\ude00 \\u0000"\n')
    assert b"\xc3\xa9 \xed\xa0\xbd\xed\xb8\x80 \xc0\x80" in [dex.raw(index) for index in range(len(dex.strings))]


def test_a_file_ends_where_its_tables_are_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tieback.intake.apps.smali.pool.MAX_INDEX", 4)
    builder, reader = DexBuilder(), ClassReader()
    methods = "".join(f".method abstract m{number}()V\n.end method\n" for number in range(3))
    assert builder.add(reader.read(SMALL + methods))
    assert not builder.add(reader.read(SMALL.replace("La/B;", "La/C;") + methods))
    assert len(builder) == 1
    assert len(DexFile(builder.finish()[0]).classes) == 1


def test_an_index_that_has_no_place_costs_one_method() -> None:
    texts = "\n".join(f'const-string/jumbo v0, "{number:05}"' for number in range(65_600))
    method = ".method static {0}()V\n.registers 1\n{1}\nreturn-void\n.end method\n"
    builder = DexBuilder()
    far = method.format("far", 'const-string v0, "~"')
    assert builder.add(ClassReader().read(SMALL + method.format("all", texts) + far))
    data, unread = builder.finish()
    dex = DexFile(data)
    found = {dex.method_name(index): offset for offset, index in dex.class_data(0).methods.items()}
    assert unread == [0]
    assert found["La/B;->far"] == 0 < found["La/B;->all"]


def test_a_name_that_cannot_be_read_adds_nothing() -> None:
    builder, reader = DexBuilder(), ClassReader()
    with pytest.raises(SmaliError):
        builder.add(reader.read(SMALL + ".method a()V\n.registers 1\nsget v0, nothing\n.end method\n"))
    assert len(builder) == 0
    assert builder.add(reader.read(SMALL))
    assert len(DexFile(builder.finish()[0]).types) == 2
