import struct

import pytest

from tests.unit.recognise.hermes.assemble import Line, assemble, code
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.program import Program
from tieback.recognise.hermes.record import Found
from tieback.recognise.scripts.reader import Budget

STRINGS = (
    "https://",
    "a.test",
    "/v1",
    "fetch",
    "b.test",
    "atob",
    "YS50ZXN0",
    "host",
    "pick",
    "HermesInternal",
    "concat",
)
SCHEME, A, PATH, FETCH, B, ATOB, ENCODED, HOST, PICK, INTERNAL, CONCAT = range(len(STRINGS))
GLOBAL: Line = ("GetGlobalObject", 9)
JOIN: tuple[Line, ...] = (
    ("LoadConstString", 0, SCHEME),
    ("Add", 0, 0, 1),
    ("LoadConstString", 2, PATH),
    ("Add", 0, 0, 2),
)
"""Register 0: the scheme, register 1 and the path."""


def texts(*functions: list[Line], **literals: bytes) -> set[str]:
    return {one.text.text for one in found(*functions, **literals) if one.call != "configuration"}


def found(*functions: list[Line], **literals: bytes) -> list[Found]:
    program = Program(Bytecode(assemble(functions, STRINGS, **literals)), Budget(50_000))
    every = list(program.texts())
    assert not program.stopped
    return every


def test_a_sum_of_constants_is_found_with_its_place_and_call() -> None:
    sent: list[Line] = [GLOBAL, ("TryGetById", 8, 9, 0, FETCH), ("Call2", 8, 8, 7, 0), ("Ret", 8)]
    (one,) = found([("LoadConstString", 1, A), *JOIN, *sent])
    assert one.text.text == "https://a.test/v1"
    assert one.text.parts == ("https://", "a.test", "/v1")
    assert one.call == "fetch"
    data = assemble([[("LoadConstString", 1, A), *JOIN, *sent]], STRINGS)
    read = Bytecode(data)
    assert one.at in {header.offset + step.at for step in read.steps(0) if (header := read.header(0))}


def test_both_sides_of_a_branch_are_possible_and_a_known_condition_has_one() -> None:
    branch: list[Line] = [
        ("LoadConstString", 1, A), ("JmpTrue", 7, 5), ("LoadConstString", 1, B), *JOIN, ("Ret", 0),
    ]  # fmt: skip
    both = {"https://a.test/v1", "https://b.test/v1"}
    assert texts([("LoadParam", 5, 1), *branch]) == both
    assert texts([("LoadConstTrue", 5), *branch]) == {"https://a.test/v1"}
    assert texts([("LoadConstFalse", 5), *branch]) == {"https://b.test/v1"}


def test_a_register_that_a_loop_changes_is_unknown_in_the_loop() -> None:
    add = ("Add", 1, 1, 2)
    loop: list[Line] = [("LoadConstString", 2, PATH), add, ("JmpTrue", -8, 5)]
    assert texts([("LoadConstString", 1, A), *loop, *JOIN, ("Ret", 0)]) == set()
    constant: list[Line] = [("LoadConstString", 2, PATH), ("Add", 3, 1, 2), ("JmpTrue", -8, 5)]
    assert texts([("LoadConstString", 1, A), *constant, *JOIN, ("Ret", 0)]) == {"https://a.test/v1"}


def test_a_switch_leads_to_each_of_its_targets() -> None:
    head = 18  # of the instruction itself
    body: list[Line] = [("LoadConstString", 1, A), ("Jmp", 6), ("LoadConstString", 1, B), *JOIN, ("Ret", 0)]
    size = 4 + 2 + 4 + 4 + 4 + 4 + 4 + 2
    table = head + 3 + size
    place = (128 + 16 + 4 * (len(STRINGS) + 1) + len("".join(STRINGS)) + 1 + 3) & ~3
    begin = (place + 3 + table + 3) & ~3
    raw = code([("LoadParam", 5, 1), ("SwitchImm", 5, table, head + 6, 0, 0), *body])
    raw += bytes(begin - place - len(raw)) + struct.pack("<i", head)
    program = Program(Bytecode(assemble([raw], STRINGS)), Budget(10_000))
    assert {one.text.text for one in program.texts()} == {"https://a.test/v1", "https://b.test/v1"}


def test_a_variable_of_the_function_around_is_followed() -> None:
    inner: list[Line] = [("GetEnvironment", 4, 0), ("LoadFromEnvironment", 1, 4, 3), *JOIN, ("Ret", 0)]
    store: Line = ("StoreToEnvironment", 6, 3, 1)
    outer: list[Line] = [("CreateEnvironment", 6), ("LoadConstString", 1, A), store, ("CreateClosure", 7, 6, 1)]
    assert texts([*outer, ("Ret", 7)], inner) == {"https://a.test/v1"}
    late: list[Line] = [
        ("GetEnvironment", 4, 0),
        ("LoadConstString", 1, B),
        ("StoreToEnvironment", 4, 3, 1),
        ("Ret", 1),
    ]
    unset: list[Line] = [("CreateEnvironment", 6), ("CreateClosure", 7, 6, 1), ("CreateClosure", 7, 6, 2), ("Ret", 7)]
    assert texts(unset, inner, late) == {"https://b.test/v1"}


def test_a_call_with_constants_gives_the_result_of_the_function() -> None:
    joins: list[Line] = [("LoadParam", 1, 1), *JOIN, ("Ret", 0)]
    call: list[Line] = [("CreateEnvironment", 6), ("CreateClosure", 7, 6, 1), ("LoadConstString", 3, A)]
    assert texts([*call, ("Call2", 0, 7, 5, 3), ("Ret", 0)], joins) == {"https://a.test/v1"}
    # With more than three arguments they are at the end of the registers: 32 registers, 7 of them for the engine.
    passed: list[Line] = [("Mov", 24, 3), ("Call", 0, 7, 2), ("Ret", 0)]
    assert texts([*call, *passed], joins) == {"https://a.test/v1"}


def test_functions_of_the_platform_decode_texts() -> None:
    decoded: list[Line] = [
        GLOBAL,
        ("TryGetById", 8, 9, 0, ATOB),
        ("LoadConstString", 3, ENCODED),
        ("Call2", 1, 8, 7, 3),
    ]
    assert texts([*decoded, *JOIN, ("Ret", 0)]) == {"https://a.test/v1"}


def test_template_strings_are_joined() -> None:
    concat: list[Line] = [
        GLOBAL, ("TryGetById", 8, 9, 0, INTERNAL), ("GetById", 8, 8, 0, CONCAT), ("LoadConstString", 0, SCHEME),
        ("LoadConstString", 1, A), ("LoadConstString", 2, PATH), ("Call3", 0, 8, 0, 1, 2),
        ("Ret", 0),
    ]  # fmt: skip
    assert texts(concat) == {"https://a.test/v1"}


def test_members_of_literals_and_those_that_are_set_are_followed() -> None:
    # One key, "host", with the value "a.test".
    literals = {"keys": b"\x51" + struct.pack("<H", HOST), "values": b"\x51" + struct.pack("<H", A)}
    made: list[Line] = [("NewObjectWithBuffer", 4, 1, 1, 0, 0), ("GetById", 1, 4, 0, HOST), *JOIN, ("Ret", 0)]
    assert texts(made, **literals) == {"https://a.test/v1"}
    put: list[Line] = [("LoadConstString", 3, B), ("PutById", 4, 3, 0, HOST)]
    assert texts([made[0], *put, *made[1:]], **literals) == {"https://b.test/v1"}


def test_a_parameter_that_nobody_passes_is_unknown() -> None:
    assert texts([("LoadParam", 1, 1), *JOIN, ("Ret", 0)]) == set()
    path: list[Line] = [("LoadConstString", 1, A), *JOIN, ("LoadParam", 2, 1), ("Add", 0, 0, 2), ("Ret", 0)]
    assert texts(path) == {"https://a.test/v1{}"}


@pytest.mark.parametrize("register", [0, 5, 31])
def test_an_instruction_that_is_not_understood_makes_its_register_unknown(register: int) -> None:
    other: list[Line] = [("LoadConstString", 1, A), ("Mov", register, 1), ("TypeOf", register, 1), ("Mov", 1, register)]
    assert texts([*other, *JOIN, ("Ret", 0)]) == set()
