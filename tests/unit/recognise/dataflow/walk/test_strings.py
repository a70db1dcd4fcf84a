"""Calls that create or change texts."""

import pytest

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.recognise.dataflow.methods.library import EditCall, Effect, NewTextCall, PureCall
from tieback.recognise.dataflow.methods.values import HOLE, UNKNOWN, ArrayValue, Need, ObjectRef, TextValue, Value
from tieback.recognise.dataflow.walk.strings import build, concatenate, edit, evaluate, format_text, new_text

BASE = TextValue("https://api.shop.test", parts=("https://api.shop.test",))
FIELD = TextValue(HOLE, needs=(Need("field", 7),))


def text(value: object) -> str:
    assert isinstance(value, TextValue)
    return value.text


def test_an_evaluation_keeps_the_constants() -> None:
    walk = begun([])
    found = evaluate(walk, PureCall(str.upper), [BASE])
    assert found == TextValue("HTTPS://API.SHOP.TEST", parts=BASE.parts)
    assert evaluate(walk, PureCall(len, of=(1,)), [ObjectRef(9), BASE]) == len(BASE.text)
    assert walk.contents(evaluate(walk, PureCall(list), [TextValue("ab")])) == ArrayValue(
        (TextValue("a"), TextValue("b"))
    )


@pytest.mark.parametrize(
    ("call", "values"),
    [
        (PureCall(str.upper), [FIELD]),
        (PureCall(str.upper), [FIELD, 3]),  # a damaged file: other arguments
        (PureCall(lambda _: None, holes=True), [FIELD]),
    ],
)
def test_an_evaluation_without_a_result_keeps_what_it_depends_on(call: PureCall, values: list[Value | None]) -> None:
    assert evaluate(begun([]), call, values) == FIELD


def test_a_constructor_sets_the_register_of_its_receiver() -> None:
    walk = begun([])
    new_text(walk, NewTextCall(str.strip), [None, TextValue(" a ")], [4, 5])
    assert text(walk.registers[4]) == "a"


def test_a_builder_appends() -> None:
    walk = begun([])
    its = walk.allocate(UNKNOWN)
    build(walk, Effect.EMPTY, its, None)
    build(walk, Effect.APPEND, its, BASE)
    build(walk, Effect.APPEND_CHAR, its, ord("/"))
    build(walk, Effect.APPEND_BOOLEAN, its, 1)
    build(walk, Effect.APPEND, its, 8)
    build(walk, Effect.APPEND_UNKNOWN, its, 1)
    assert walk.result == its
    build(walk, Effect.NONE, its, BASE)
    build(walk, Effect.TO_STRING, its, None)
    assert text(walk.result) == "https://api.shop.test/true8{}"
    assert [text(one.value) for one in walk.built] == ["https://api.shop.test/true8{}"]
    build(walk, Effect.FILL, its, BASE)
    assert walk.contents(its) == BASE
    edit(walk, EditCall(lambda held, more: more + held), [its, TextValue("a")])
    assert text(walk.contents(its)) == "ahttps://api.shop.test"
    edit(walk, EditCall(lambda _: None), [its])
    assert walk.contents(its) == UNKNOWN


def test_an_object_that_is_null_makes_no_part_of_a_name() -> None:
    walk = begun([])
    its = walk.allocate(UNKNOWN)
    build(walk, Effect.FILL, its, TextValue("https://"))
    build(walk, Effect.APPEND_OBJECT, its, 0)
    build(walk, Effect.APPEND_OBJECT, its, TextValue(".shop.test/"))
    build(walk, Effect.APPEND, its, 0)
    build(walk, Effect.APPEND_OBJECT, its, 8080)  # the text of a number
    assert text(walk.contents(its)) == "https://{}.shop.test/08080"
    concatenate(walk, [TextValue("https://shop.test/"), 0])
    assert text(walk.result) == "https://shop.test/{}"


def test_a_builder_that_is_not_known() -> None:
    walk = begun([])
    build(walk, Effect.TO_STRING, ObjectRef(99), None)
    assert walk.result == UNKNOWN


def test_a_concatenation() -> None:
    walk = begun([])
    concatenate(walk, [BASE, TextValue("/v1", parts=("/v1",))])
    assert text(walk.result) == "https://api.shop.test/v1"
    concatenate(walk, [BASE])
    assert walk.result == UNKNOWN


def test_a_format() -> None:
    walk = begun([])
    arguments = walk.allocate(ArrayValue((BASE, 3)))
    format_text(walk, [TextValue("%s/v%d"), arguments])
    assert text(walk.result) == "https://api.shop.test/v3"
    format_text(walk, [TextValue("https://%s/v1"), ObjectRef(99)])
    assert text(walk.result) == "https://{}/v1"
    format_text(walk, [])
    assert walk.result is None
