"""Calls that read resources and settings, by effect."""

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.dataflow.code.members import MemberRef
from tieback.recognise.dataflow.methods.keyed import INPUT, STRING
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import HOLE, UNKNOWN, ArrayValue, MapValue, Need, TextValue, Value
from tieback.recognise.dataflow.walk.resources import RESOURCE_CALLS
from tieback.recognise.dataflow.walk.settings import AppSettings
from tieback.recognise.dataflow.walk.state import WalkState

BASE = TextValue("https://api.shop.test/%s", parts=("https://api.shop.test/%s",))


class Table:
    """One string: ``base``, 0x7F0E0001."""

    def text(self, resource: int) -> str:
        return BASE.text if resource == 0x7F0E0001 else ""

    def named(self, name: str) -> str:
        return BASE.text if name == "base" else ""

    def items(self, resource: int) -> tuple[str, ...]:
        return ("a.test", "b.test") if resource == 0x7F030001 else ()

    def integer(self, resource: int) -> int | None:
        return 9191 if resource == 0x7F040001 else None

    def ending(self, end: str) -> dict[str, str]:
        return {}


def begun_with_resources() -> WalkState:
    settings = AppSettings()
    settings.see(Artifact("resources.arsc", (Buffer("resources.arsc", BufferKind.RESOURCES, b"", resources=Table()),)))
    return begun([], settings)


def call(walk: WalkState, effect: Effect, *values: Value | None) -> Value | None:
    """The result of a call with these arguments."""
    walk.result = None
    RESOURCE_CALLS[effect](walk, values, range(len(values)))
    return walk.result


def test_a_string_resource() -> None:
    walk = begun_with_resources()
    assert call(walk, Effect.RESOURCE, None, 0x7F0E0001) == BASE
    assert call(walk, Effect.RESOURCE, None, 0x7F0E0002) == UNKNOWN
    name = call(walk, Effect.IDENTIFIER, None, TextValue("base"))
    assert call(walk, Effect.RESOURCE, None, name) == BASE
    assert call(walk, Effect.IDENTIFIER, None) is None


def test_a_string_resource_as_a_format() -> None:
    walk = begun_with_resources()
    found = call(walk, Effect.RESOURCE_FORMAT, None, 0x7F0E0001, walk.allocate(ArrayValue((TextValue("v1"),))))
    assert isinstance(found, TextValue)
    assert found.text == "https://api.shop.test/v1"
    assert call(walk, Effect.RESOURCE_FORMAT, None) is None


def test_an_array_and_an_integer() -> None:
    walk = begun_with_resources()
    array = walk.contents(call(walk, Effect.RESOURCE_ARRAY, None, 0x7F030001))
    assert isinstance(array, ArrayValue)
    assert [one.text for one in array.items if isinstance(one, TextValue)] == ["a.test", "b.test"]
    assert call(walk, Effect.RESOURCE_ARRAY, None, 0x7F030002) == UNKNOWN
    assert call(walk, Effect.RESOURCE_INTEGER, None, 0x7F040001) == 9191
    assert call(walk, Effect.RESOURCE_INTEGER, None, 0x7F040002) is None
    assert call(walk, Effect.RESOURCE_INTEGER) is None


def test_a_view_without_a_text() -> None:
    walk = begun_with_resources()
    view = call(walk, Effect.VIEW, None, 0x7F0A0001)
    assert view == 0x7F0A0001
    typed = walk.app.identity(MemberRef(INPUT, "7f0a0001", STRING))
    assert call(walk, Effect.VIEW_TEXT, view) == TextValue(HOLE, needs=(Need("field", typed),)), "what code sets"
    assert call(walk, Effect.VIEW, None, UNKNOWN) is None
    assert call(walk, Effect.VIEW_TEXT, None) == UNKNOWN


def test_a_setting_its_default_and_a_default_that_code_sets() -> None:
    walk = begun([])
    key = TextValue("base")
    assert call(walk, Effect.SETTING, None, key) == UNKNOWN
    assert call(walk, Effect.SETTING, None, key, BASE) == BASE
    defaults = walk.allocate(MapValue({"base": TextValue("https://b.shop.test"), "port": 8443, "host": UNKNOWN}))
    call(walk, Effect.DEFAULTS, None, defaults)
    assert [value.text for held in walk.stored.values() for value in held if isinstance(value, TextValue)] == [
        "https://b.shop.test"
    ]
    found = call(walk, Effect.REMOTE_SETTING, None, key)
    assert isinstance(found, TextValue)
    assert [need.member for need in found.needs] == list(walk.stored)
