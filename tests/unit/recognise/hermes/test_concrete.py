import struct
import time

import pytest

from tests.unit.recognise.hermes.assemble import Line, assemble, kind
from tieback.recognise.hermes import concrete, evaluate
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.concrete import MAX_ALL, MAX_STEPS
from tieback.recognise.hermes.concrete_methods import (
    MAX_ITEMS,
    MAX_TEXT,
    UNDEFINED,
    Abort,
    Array,
    Method,
    Plain,
    add,
    equal,
    member,
    method,
)
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


FROM_CODES = 36
"""Number of the built-in function ``String.fromCharCode`` in version 96."""
_TURNED: list[Line] = [("GetById", 5, 0, 0, PUSH), ("GetById", 6, 0, 0, SHIFT)]


def test_a_loop_is_evaluated_up_to_a_number_of_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = loop(("JLess", -SIZE, 3, 2))
    # Three rounds of four instructions, and the one behind them.
    for limit in ("MAX_STEPS", "MAX_ALL"):
        with monkeypatch.context() as patch:
            patch.setattr(concrete, limit, 13)
            assert "https://a.test/v1" in texts(program(plain))
            patch.setattr(concrete, limit, 12)
            assert "https://a.test/v1" not in texts(program(plain))


def test_a_loop_that_turns_an_array_has_more_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    turned = [*_TURNED, *BODY]
    size = SIZE + sum(kind("GetById").width for _ in _TURNED)
    lines = loop(("JLess", -size, 3, 2))
    lines[4 : 4 + len(BODY)] = turned
    monkeypatch.setattr(concrete, "MAX_STEPS", 1)
    monkeypatch.setattr(concrete, "MAX_ROTATION", 19)
    assert "https://a.test/v1" in texts(program(lines))
    monkeypatch.setattr(concrete, "MAX_ROTATION", 18)
    assert "https://a.test/v1" not in texts(program(lines))


def test_the_walk_gets_a_text_up_to_a_length(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concrete, "MAX_SIZE", 17)
    assert "https://a.test/v1" in texts(program(loop(("JLess", -SIZE, 3, 2))))
    monkeypatch.setattr(concrete, "MAX_SIZE", 16)
    assert "https://a.test/v1" not in texts(program(loop(("JLess", -SIZE, 3, 2))))


def test_the_steps_of_a_loop_are_a_share_of_those_of_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    left = []
    for share in (1, 12):
        monkeypatch.setattr(concrete, "_SHARE", share)
        one = program(loop(("JLess", -SIZE, 3, 2)))
        texts(one)
        left.append(one.budget.left)
    assert left[1] - left[0] == 11


def result(*functions: list[Line]) -> Plain:
    one = program(*functions)
    evaluator = one.concrete._evaluator
    evaluator.left = 1_000
    return evaluator.run(0, None, UNDEFINED, [], 0)


def test_calls_are_evaluated_inside_each_other_up_to_a_depth(monkeypatch: pytest.MonkeyPatch) -> None:
    outer: list[Line] = [
        ("CreateEnvironment", 9), ("CreateClosure", 8, 9, 1), ("LoadConstUndefined", 7), ("Call1", 0, 8, 7), ("Ret", 0),
    ]  # fmt: skip
    inner: list[Line] = [("LoadConstString", 0, HOST), ("Ret", 0)]
    monkeypatch.setattr(evaluate, "MAX_DEPTH", 1)
    assert result(outer, inner) == "a.test"
    monkeypatch.setattr(evaluate, "MAX_DEPTH", 0)
    with pytest.raises(Abort):
        result(outer, inner)


def test_a_call_with_too_many_arguments_has_no_result(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Line] = [
        ("LoadConstUInt8", 24, ord("h")), ("LoadConstUInt8", 23, ord("i")), ("CallBuiltin", 0, FROM_CODES, 3),
        ("Ret", 0),
    ]  # fmt: skip
    monkeypatch.setattr(evaluate, "MAX_ARGUMENTS", 3)
    assert result(lines) == "hi"
    monkeypatch.setattr(evaluate, "MAX_ARGUMENTS", 2)
    with pytest.raises(Abort):
        result(lines)


def test_an_array_with_too_many_items_is_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    lines: list[Line] = [
        ("NewArrayWithBuffer", 0, 3, 3, 0), ("LoadConstZero", 1), ("GetByVal", 0, 0, 1), ("Ret", 0),
    ]  # fmt: skip
    monkeypatch.setattr(evaluate, "MAX_ITEMS", 3)
    assert result(lines) == "https://"
    monkeypatch.setattr(evaluate, "MAX_ITEMS", 2)
    with pytest.raises(Abort):
        result(lines)


def test_texts_and_arrays_are_made_up_to_a_size() -> None:
    assert len(str(add("a" * (MAX_TEXT - 1), "b"))) == MAX_TEXT
    made = method("a," * (MAX_ITEMS - 1), "split", [","])
    assert isinstance(made, Array)
    assert len(made.items) == MAX_ITEMS
    assert method(values(*["a"] * (MAX_ITEMS - 1)), "push", ["b"]) == MAX_ITEMS
    assert method(values(*["a"] * (MAX_ITEMS - 1)), "unshift", ["b"]) == MAX_ITEMS
    for value, name, arguments in (
        ("a" * MAX_TEXT, "concat", ["b"]),
        ("a," * MAX_ITEMS, "split", [","]),
        (values(*["a"] * MAX_ITEMS), "unshift", ["b"]),
        (values(*["a"] * MAX_ITEMS), "concat", [values("b")]),
    ):
        with pytest.raises(Abort):
            method(value, name, list[Plain](arguments))
