"""Arguments of sinks become the parts of an endpoint."""

from tests.each import each
from tests.unit.recognise.dataflow.walk.programs import CONCAT, begun
from tieback.recognise.dataflow.methods.sinks import Sink
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    Alternative,
    ArrayValue,
    Choice,
    EndpointParts,
    Need,
    PartsValue,
    TextValue,
    Value,
)
from tieback.recognise.dataflow.walk.endpoints import bind_sink
from tieback.recognise.dataflow.walk.state import WalkState

HOST, PATH = TextValue("api.shop.test"), TextValue("/v1")
EITHER = Choice((Alternative(frozenset({(1, 0)}), HOST), Alternative(frozenset({(1, 1)}), TextValue("b.shop.test"))))


def sink(role: str, gives: str = "") -> Sink:
    """A sink with one argument; the method is ``concat`` of the fixture, with a receiver."""
    return Sink("test", "La;", "call", ("String",), (role,), "https://docs.shop.test", gives=gives)  # type: ignore[arg-type]


def reported(walk: WalkState) -> list[dict[str, str | int]]:
    return [
        dict(one.value.values)
        for one in walk.built
        if isinstance(one.value, EndpointParts) and id(one.value) not in walk.consumed
    ]


@each(
    ("role", "value", "parts"),
    [
        ("host", HOST, [{"host": "api.shop.test"}]),
        ("host", EITHER, [{"host": "api.shop.test"}, {"host": "b.shop.test"}]),
        ("port", 8443, [{"port": 8443}]),
        ("port", TextValue("8443"), [{"port": 8443}]),
        ("port", TextValue("844300"), []),
        ("port", TextValue("\u0664\u0662"), []),
        ("port", TextValue("ssl"), []),
        ("host", 8443, []),
        ("segment", PATH, [{"path": "/v1"}]),
        ("", HOST, []),
    ],
)
def test_one_argument(role: str, value: Value, parts: list[dict[str, str | int]]) -> None:
    walk = begun([])
    walk.registers = {1: value}
    bind_sink(walk, sink(role), CONCAT, [0, 1])
    assert reported(walk) == parts


def test_parts_of_one_object_are_reported_together() -> None:
    walk = begun([])
    builder = walk.allocate(PartsValue({}))
    walk.registers = {0: builder, 1: HOST}
    bind_sink(walk, sink("host", "both"), CONCAT, [0, 1])
    assert walk.result == builder
    walk.registers[1] = TextValue("v1")
    bind_sink(walk, sink("segment", "this"), CONCAT, [0, 1])
    walk.registers[1] = TextValue("/me")
    bind_sink(walk, sink("segment", "this"), CONCAT, [0, 1])
    assert walk.contents(builder) == PartsValue({"host": HOST, "path": TextValue("/v1/me")})
    assert reported(walk) == [{"host": "api.shop.test", "path": "/v1/me"}]


def test_the_base_is_another_object() -> None:
    walk = begun([])
    walk.registers = {1: walk.allocate(PartsValue({"host": HOST}))}
    bind_sink(walk, sink("base", "result"), CONCAT, [0, 1])
    assert walk.contents(walk.result) == PartsValue({"host": HOST})


def test_an_array_of_segments_is_a_path() -> None:
    walk = begun([])
    walk.registers = {1: walk.allocate(ArrayValue((TextValue("v1"), TextValue("me"))))}
    bind_sink(walk, sink("path"), CONCAT, [0, 1])
    assert reported(walk) == [{"path": "v1/me"}]


def test_an_unknown_argument_keeps_what_it_depends_on() -> None:
    walk = begun([])
    walk.registers = {1: TextValue(HOLE, needs=(Need("field", 7),))}
    bind_sink(walk, sink("host"), CONCAT, [0, 1])
    (one,) = walk.built
    assert one.value.needs == (Need("field", 7),)
