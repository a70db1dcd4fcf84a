"""Library calls and sinks of one file, by method index."""

from pathlib import Path

import pytest

from tieback.recognise.dataflow.calls import CallTable, KnownCalls
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.library import Effect
from tieback.recognise.dataflow.sinks import read_sinks

DEX = Path(__file__).parent / "dex"
KNOWN = KnownCalls(read_sinks())


def calls(name: str) -> tuple[DexFile, CallTable]:
    dex = DexFile((DEX / f"{name}.dex").read_bytes())
    return dex, KNOWN.resolve(dex)


def test_effects_by_overload() -> None:
    dex, found = calls("concat")
    named = {(dex.method_name(index).partition("->")[2], effect) for index, effect in found.effects.items()}
    assert {("append", Effect.APPEND), ("append", Effect.APPEND_CHAR), ("<init>", Effect.FILL)} <= named
    assert {dex.descriptor(kind) for kind in found.builders} == {"Ljava/lang/StringBuilder;"}
    assert {found.effects[index] for index in found.making} >= {Effect.TO_STRING, Effect.CONCAT, Effect.FORMAT}


def test_sinks_and_methods_that_pass_their_parts() -> None:
    dex, found = calls("sinks")
    assert {"Socket", "Uri", "HttpUrl", "S3"} <= {sink.name for sink in found.sinks.values()}
    assert "Lokhttp3/HttpUrl$Builder;" in {dex.descriptor(kind) for kind in found.carriers}
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
