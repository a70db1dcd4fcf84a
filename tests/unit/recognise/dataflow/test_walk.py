"""Instructions in, texts out. Each program is written as code units, on the calls of the fixture with sinks."""

import struct
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tieback.recognise.dataflow.app import AppCode, MemberRef, MethodCode
from tieback.recognise.dataflow.calls import KnownCalls
from tieback.recognise.dataflow.dexfile import CodeItem, DexFile
from tieback.recognise.dataflow.fields import FieldValues
from tieback.recognise.dataflow.settings import AppSettings
from tieback.recognise.dataflow.sinks import read_sinks
from tieback.recognise.dataflow.values import TextValue
from tieback.recognise.dataflow.walk import MAX_BUILT, Walker

DATA = (Path(__file__).parent / "dex" / "concat.dex").read_bytes()
FILE = DexFile(DATA)
KNOWN = KnownCalls(read_sinks())
CALLS = KNOWN.resolve(FILE)


def string(text: bytes) -> int:
    index = FILE.string_of(text)
    assert index >= 0
    return index


def method(name: str, parameters: str) -> int:
    for index in CALLS.effects:
        member = FILE.method(index)
        if member and FILE.string(member.name) == name and FILE.parameters(member.kind) == parameters:
            return index
    raise AssertionError(name)


BASE, PATH = string(b"https://api.shop.test"), string(b"/v1/me")
CONCAT = method("concat", "Ljava/lang/String;")
CALL = [0x206E, CONCAT, 0x0010]  # v0.concat(v1)


def const(register: int, index: int) -> list[int]:
    return [0x1A | register << 8, index]


def texts(units: list[int]) -> list[str]:
    """The program as a method of a file of its own, whose code is behind everything else."""
    data = DATA + struct.pack(f"<{len(units)}H", *units)
    app = AppCode([DexFile(data)])
    method = app.identity(MemberRef("Ltest/shop/Api;", "program", "()V"))
    code = CodeItem(0, len(DATA), len(units), 16, 0)
    walker = Walker(app, [KNOWN.resolve(app.files[0])], FieldValues(app), AppSettings(), 1_000_000)
    made = walker.walk(MethodCode(method, 0, code)).made
    return [one.value.text if isinstance(one.value, TextValue) else str(dict(one.value.values)) for one in made]


@pytest.mark.parametrize(
    ("units", "made"),
    [
        ([*const(0, BASE), *const(1, PATH), *CALL], ["https://api.shop.test/v1/me"]),
        # a register is overwritten: by a sum, by a wide number, by a caught exception
        ([*const(0, BASE), *const(1, PATH), 0x0090, 0x0000, *CALL], []),
        ([*const(0, BASE), *const(1, PATH), 0x0016, 0x0001, *CALL], []),
        ([*const(0, BASE), *const(1, PATH), 0x000D, *CALL], []),
        # check-cast leaves it; a move copies it
        ([*const(0, BASE), *const(1, PATH), 0x001F, 0, *CALL], ["https://api.shop.test/v1/me"]),
        ([*const(2, BASE), *const(1, PATH), 0x2007, *CALL], ["https://api.shop.test/v1/me"]),
        # behind a return nothing is known
        ([*const(0, BASE), *const(1, PATH), 0x000E, *CALL], []),
        # if-eqz v2, over one constant: both paths agree on the rest
        ([*const(0, BASE), *const(1, PATH), 0x0238, 4, *const(3, PATH), *CALL], ["https://api.shop.test/v1/me"]),
        (
            [*const(0, BASE), *const(1, PATH), 0x0238, 4, *const(1, BASE), *CALL],
            ["https://api.shop.testhttps://api.shop.test", "https://api.shop.test/v1/me"],
        ),
        # goto over one constant; a goto backwards
        ([*const(0, BASE), *const(1, PATH), 0x0328, *const(1, BASE), *CALL], ["https://api.shop.test/v1/me"]),
        ([*const(0, BASE), *const(1, PATH), *CALL, 0xFD28], ["https://api.shop.test/v1/me"]),
        # cut off in the middle of an instruction
        ([*const(0, BASE), *const(1, PATH), *CALL[:2]], []),
        ([0x001B, BASE], []),
    ],
)
def test_programs(units: list[int], made: list[str]) -> None:
    assert texts(units) == made


def test_only_the_longest_text_is_reported() -> None:
    again = [0x000C, *CALL]  # v0 = the result, and once more
    assert texts([*const(0, BASE), *const(1, PATH), *CALL, *again]) == ["https://api.shop.test/v1/me/v1/me"]


def test_growth_is_bounded() -> None:
    double = [0x000C, 0x206E, CONCAT, 0x0000]  # v0 = v0.concat(v0)
    program = [*const(0, BASE), 0x206E, CONCAT, 0x0000, *double * 60]
    assert max(map(len, texts(program))) <= 4096
    many = [*const(0, BASE), *const(1, PATH), *CALL * 2000]
    assert len(texts(many)) <= MAX_BUILT


@settings(max_examples=100, deadline=None)
@given(st.lists(st.one_of(st.integers(0, 0xFFFF), st.integers(0, 255)), max_size=200))
def test_any_units_end(units: list[int]) -> None:
    assert all(len(one) <= 4096 + 200 for one in texts(units))
