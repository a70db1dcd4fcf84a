import struct
import time

import pytest

from tests.unit.recognise.hermes.assemble import Line, assemble
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.concrete import MAX_ALL, MAX_STEPS
from tieback.recognise.hermes.concrete_methods import UNDEFINED, Abort, Array, Method, Plain, add, equal, member, method
from tieback.recognise.hermes.program import Program
from tieback.recognise.scripts.reader import Budget

STRINGS = ("https://", "a.test", "/v1", "fetch", "length", "push", "shift", "", "join")
SCHEME, HOST, PATH, FETCH, LENGTH, PUSH, SHIFT, EMPTY, JOIN = range(len(STRINGS))
ARRAY = b"\x53" + struct.pack("<3H", SCHEME, HOST, PATH)
"""The literal of an array with three texts."""
BODY: list[Line] = [("GetByVal", 4, 0, 3), ("Add", 1, 1, 4), ("Inc", 3, 3)]
SIZE = sum({"GetByVal": 4, "Add": 4, "Inc": 3}[str(one[0])] for one in BODY)


def program(*functions: list[Line], arrays: bytes = ARRAY) -> Program:
    return Program(Bytecode(assemble(functions, STRINGS, arrays=arrays)), Budget(100_000))


def loop(end: Line) -> list[Line]:
    head: list[Line] = [("NewArrayWithBuffer", 0, 3, 3, 0), ("GetById", 2, 0, 0, LENGTH), ("LoadConstZero", 3)]
    return [*head, ("LoadConstString", 1, EMPTY), *BODY, end, ("Ret", 1)]


def texts(one: Program) -> set[str]:
    return {found.text.text for found in one.texts()}


def test_a_loop_over_an_array_puts_its_texts_together() -> None:
    assert texts(program(loop(("JLess", -SIZE, 3, 2)))) >= {"https://a.test/v1"}


def test_a_loop_whose_end_is_not_known_gives_nothing_whole() -> None:
    lines = [("LoadParam", 9, 1), *loop(("JLess", -SIZE, 3, 9))]
    assert "https://a.test/v1" not in texts(program(lines))


def test_a_loop_without_end_costs_bounded_steps() -> None:
    lines = loop(("JmpTrue", -SIZE, 0))
    one = program(lines)
    start = time.process_time()
    texts(one)
    assert time.process_time() - start < 2
    assert one.concrete.left >= MAX_ALL - 4 * MAX_STEPS


def test_arguments_are_those_of_the_call() -> None:
    called: list[Line] = [
        ("LoadConstZero", 2), ("LoadConstUndefined", 5), ("GetArgumentsPropByVal", 0, 2, 5), ("Inc", 2, 2),
        ("GetArgumentsPropByVal", 1, 2, 5), ("Add", 0, 0, 1), ("Ret", 0),
    ]  # fmt: skip
    calling: list[Line] = [
        ("CreateEnvironment", 9), ("CreateClosure", 8, 9, 1), ("LoadConstUndefined", 7), ("LoadConstString", 6, SCHEME),
        ("LoadConstString", 5, HOST), ("Call3", 0, 8, 7, 6, 5), ("LoadConstString", 1, PATH), ("Add", 0, 0, 1),
        ("Ret", 0),
    ]  # fmt: skip
    assert "https://a.test/v1" in texts(program(calling, called))


def values(*items: Plain) -> Array:
    return Array(list(items))


@pytest.mark.parametrize(
    ("owner", "name", "arguments", "expected"),
    [
        (Method("", None), "parseInt", ["12ab"], 12),
        (Method("", None), "parseInt", ["ff", 16], 255),
        (Method("String", None), "fromCharCode", [104, 105], "hi"),
        (Method("", None), "atob", ["YS50ZXN0"], "a.test"),
        ("a.b.c", "split", ["."], ["a", "b", "c"]),
        ("abc", "charAt", [1], "b"),
        ("abc", "charCodeAt", [0], 97),
        ("abcdef", "substring", [4, 1], "bcd"),
        ("abcdef", "substr", [1, 2], "bc"),
        ("a-b-a", "replace", ["a", "x"], "x-b-a"),
        (values("a", "b"), "join", ["/"], "a/b"),
        (values("a", "b"), "shift", [], "a"),
        (values(1, UNDEFINED), "join", [","], "1,"),
    ],
)
def test_methods_give_what_the_language_gives(
    owner: Plain, name: str, arguments: list[Plain], expected: object
) -> None:
    found = method(owner, name, arguments)
    assert (found.items if isinstance(found, Array) else found) == expected


def test_operators_follow_the_language() -> None:
    assert add("a", 1) == "a1"
    assert add(1, 2) == 3
    assert add(values("a", "b"), "c") == "a,bc"
    assert equal("1", 1) is False
    assert member(values("a"), 5) is UNDEFINED
    assert member("abc", "length") == 3
    assert member(values(), "unknown") is UNDEFINED


def test_what_is_not_known_ends_the_evaluation() -> None:
    for owner, name in (("a", "normalize"), (values(), "sort"), (Method("Math", None), "random")):
        with pytest.raises(Abort):
            method(owner, name, [])
    with pytest.raises(Abort):
        method("a" * 16_000, "concat", ["b" * 16_000])
    with pytest.raises(Abort):
        method(values(*["a"] * 4_096), "push", ["b"])
