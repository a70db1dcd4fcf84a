"""Values of fields: initial ones, stored ones, and those that belong to one object."""

from pathlib import Path

from tieback.recognise.dataflow.code.app import AppCode
from tieback.recognise.dataflow.code.fields import FieldValues
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    MAX_ALTERNATIVES,
    ArrayValue,
    Choice,
    Frozen,
    InstanceValue,
    TextValue,
    combine,
)

CODE = AppCode([DexFile((Path(__file__).parents[1] / "dex" / "fields.dex").read_bytes())])


def field(name: str, kind: str = "Ljava/lang/String;") -> int:
    return CODE.identity(MemberRef("Ltest/shop/Config;", name, kind))


def texts(value: object) -> set[str]:
    assert isinstance(value, Choice)
    return {one.value.text for one in value.alternatives if isinstance(one.value, TextValue)}


def test_initial_values() -> None:
    fields = FieldValues(CODE)
    base = fields.value(field("BASE"))
    assert isinstance(base, TextValue)
    assert base.text == "https://static.shop.test/api"
    assert fields.value(field("PORT", "I")) == 7575
    assert fields.value(field("HOST")) is None
    assert fields.value(field("none")) is None


def test_what_an_initialiser_computes_is_the_initial_value() -> None:
    owner, host, others = "Ltest/shop/Config;", field("HOST"), field("others", "[Ljava/lang/String;")
    fields = FieldValues(CODE, {(owner, "HOST"): "a.test", (owner, "others"): ("b.test", None)})
    one, other = (TextValue(text, parts=(text,)) for text in ("a.test", "b.test"))
    assert fields.value(host) == one
    assert fields.value(others) == Frozen(ArrayValue((other, None)))
    walked = CODE.identity(MemberRef(owner, "<clinit>", "()V"))
    fields.record(walked, {others: [Frozen(ArrayValue((TextValue(HOLE), TextValue(HOLE))))]}, (), ())
    assert fields.value(others) == Frozen(ArrayValue((other, None))), "the walk of the initialiser knows less"
    other_method = CODE.identity(MemberRef(owner, "<init>", "()V"))
    fields.record(other_method, {host: [TextValue("c.test")]}, (), ())
    assert texts(fields.value(host)) == {"a.test", "c.test"}


def test_the_same_values_of_a_second_walk_are_no_change() -> None:
    fields, host = FieldValues(CODE), field("HOST")
    one, other = ({host: [TextValue(text)]} for text in ("a.test", "b.test"))
    fields.record(1, one, (), {host})
    fields.record(2, other, (), {host})
    assert fields.record(1, one, (), {host}) == frozenset()
    assert fields.record(1, {}, (), {host}) == {host}
    assert fields.value(host) == TextValue("b.test")


def test_a_field_has_all_the_values_that_are_stored_in_it() -> None:
    fields = FieldValues(CODE)
    host = field("HOST")
    assert fields.record(1, {host: [TextValue("a.test")]}, (), {host}) == {host}
    assert fields.value(host) == TextValue("a.test")
    assert fields.record(2, {host: [TextValue("a.test"), TextValue("b.test"), TextValue("{}.test")]}, (), {host}) == {
        host
    }
    assert texts(fields.value(host)) == {"a.test", "b.test"}
    assert fields.record(2, {}, (), {host}) == {host}
    assert fields.value(host) == TextValue("a.test")


def test_too_many_values_are_none() -> None:
    fields = FieldValues(CODE)
    host = field("HOST")
    every = [TextValue(f"{number}.test") for number in range(MAX_ALTERNATIVES + 1)]
    fields.record(1, {host: every}, (), ())
    assert fields.value(host) is None
    fields.record(1, {host: every[1:]}, (), ())
    assert isinstance(fields.value(host), Choice)


def test_values_of_one_object_stay_together() -> None:
    fields = FieldValues(CODE)
    host, path = field("host"), field("path")
    made = [
        InstanceValue("Ltest/shop/Config;", {host: TextValue(f"{name}.test"), path: TextValue(f"/{name}")})
        for name in "ab"
    ]
    fields.record(1, {}, made, ())

    def joined(*values: object) -> TextValue:
        one, other = values
        assert isinstance(one, TextValue)
        assert isinstance(other, TextValue)
        return one.plus(other)

    assert texts(combine([fields.value(host), fields.value(path)], joined)) == {"a.test/a", "b.test/b"}
