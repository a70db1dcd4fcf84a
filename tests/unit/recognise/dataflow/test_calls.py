"""Library calls and sinks of one file, by method index."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.sinks import read_sinks
from tieback.recognise.dataflow.walk.calls import CallTable, CreatedKind, KnownCalls

DEX = Path(__file__).parent / "dex"
KNOWN = KnownCalls(read_sinks())


def calls(name: str) -> tuple[DexFile, CallTable]:
    dex = DexFile((DEX / f"{name}.dex").read_bytes())
    return dex, KNOWN.resolve(dex)


def test_effects_by_overload() -> None:
    dex, found = calls("concat")
    owned = [index for kind in range(len(dex.types)) for index in dex.methods_of(kind)]
    named = {(dex.method_name(index).partition("->")[2], found.effect(index)) for index in owned}
    appends = {("append", effect) for effect in (Effect.APPEND, Effect.APPEND_OBJECT, Effect.APPEND_CHAR)}
    assert appends | {("<init>", Effect.FILL)} <= named
    made = {found.effect(index) for index in owned if found.completes(index)}
    assert made >= {Effect.TO_STRING, Effect.CONCAT, Effect.FORMAT}
    assert Effect.APPEND not in made


def test_new_objects() -> None:
    dex, found = calls("concat")
    kinds = {dex.descriptor(kind): found.created(kind) for kind in range(len(dex.types))}
    assert {name for name, kind in kinds.items() if kind is CreatedKind.BUILDER} == {"Ljava/lang/StringBuilder;"}
    assert kinds["Ljava/lang/String;"] is None


def test_sinks_and_methods_that_pass_their_parts() -> None:
    dex, found = calls("sinks")
    assert {"Socket", "Uri", "HttpUrl", "S3"} <= {sink.name for sink in found.sinks.values()}
    assert found.created(dex.type_of(b"Lokhttp3/HttpUrl$Builder;")) is CreatedKind.CARRIER
    assert {found.sinks[index].method for index in found.seeding} >= {"host", "authority", "collection"}


def test_recipes_of_call_sites() -> None:
    dex, found = calls("recipe")
    assert {dex.string(recipe) for recipe, _ in found.call_sites.values()} == {
        "\x01\x01",
        "https://indy.shop.test\x01?q=\x01",
    }
    assert calls("concat")[1].call_sites == {}


@pytest.mark.parametrize(
    ("owner", "name", "wide"), [(b"Ljava/net/Socket;", b"<init>", (False, False)), (b"Ljava/net/URL;", b"<init>", None)]
)
def test_registers_of_parameters(owner: bytes, name: bytes, wide: tuple[bool, ...] | None) -> None:
    dex, found = calls("sinks")
    index = dex.methods_of(dex.type_of(owner))[0]
    member = dex.method(index)
    assert member is not None
    assert dex.raw(member.name) == name
    assert wide is None or found.wide(index) == wide
