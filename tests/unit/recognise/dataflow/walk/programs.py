"""Programs for the tests of a walk: code units, on the calls of the fixture with sinks."""

import struct
from pathlib import Path

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.fields import FieldValues
from tieback.recognise.dataflow.code.members import MemberRef, MethodCode
from tieback.recognise.dataflow.dex.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.methods.values import TextValue
from tieback.recognise.dataflow.walk.calls import KnownCalls
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.dataflow.walk.walker import Walker

FLOW = Path(__file__).parents[5] / "bench" / "flow"
DATA = (Path(__file__).parents[1] / "dex" / "concat.dex").read_bytes()
FILE = DexFile(DATA)
KNOWN = KnownCalls(read_sinks())
CALLS = KNOWN.resolve(FILE)


def string(text: bytes) -> int:
    index = FILE.string_of(text)
    assert index >= 0
    return index


def method(name: str, parameters: str) -> int:
    for index in FILE.methods_of(FILE.type_of(b"Ljava/lang/String;")):
        member = FILE.method(index)
        named = member is not None and FILE.string(member.name) == name
        if member and named and CALLS.effect(index) and FILE.parameters(member.kind) == parameters:
            return index
    raise AssertionError(name)


BASE, PATH = string(b"https://api.shop.test"), string(b"/v1/me")
CONCAT = method("concat", "Ljava/lang/String;")
CALL = [0x206E, CONCAT, 0x0010]  # v0.concat(v1)


def const(register: int, index: int) -> list[int]:
    return [0x1A | register << 8, index]


def program(units: list[int], settings: AppSettings | None = None) -> tuple[Walker, MethodCode]:
    """The program as a method of a file of its own, whose code is behind everything else."""
    data = DATA + struct.pack(f"<{len(units)}H", *units)
    app = AppCode([DexFile(data)])
    method = app.identity(MemberRef("Ltest/shop/Api;", "program", "()V"))
    code = CodeItem(0, len(DATA), len(units), 16, 0)
    walker = Walker(app, [KNOWN.resolve(app.files[0])], FieldValues(app), settings or AppSettings(), 1_000_000)
    return walker, MethodCode(method, 0, code)


def texts(units: list[int]) -> list[str]:
    """What a walk over the program reports."""
    walker, method = program(units)
    made = walker.walk(method).made
    return [one.value.text if isinstance(one.value, TextValue) else str(dict(one.value.values)) for one in made]


def begun(units: list[int], settings: AppSettings | None = None) -> Walker:
    """A walk at the first instruction of the program."""
    walker, method = program(units, settings)
    walker.enter(units, method.file, method.identity)
    return walker


def walker_of(*files: str) -> Walker:
    """A walk over files of the benchmark."""
    app = AppCode([DexFile((FLOW / file).read_bytes()) for file in files])
    return Walker(app, [KNOWN.resolve(dex) for dex in app.files], FieldValues(app), AppSettings(), 1_000_000)


def member_index(walker: Walker, owner: str, name: str, parameters: str = "") -> int:
    """Index of a method in the first file."""
    dex = walker.app.files[0]
    for index in dex.methods_of(dex.type_of(owner.encode())):
        member = dex.method(index)
        if member and dex.string(member.name) == name and dex.parameters(member.kind) == parameters:
            return index
    raise AssertionError(name)
