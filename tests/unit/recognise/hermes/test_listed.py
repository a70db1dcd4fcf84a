"""Endpoints in lists of objects and behind an ``await`` in Hermes bytecode, as in the script."""

import lzma
from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent
SCRIPT = (HERE / "listed.js").read_bytes()
BUNDLE = lzma.decompress((HERE / "listed-v99-O.hbc.xz").read_bytes())
"""The script, compiled by ``hermesc`` of the package ``hermes-compiler`` 260318099.0.6."""


def values(artifact: Artifact) -> set[str]:
    return {one.endpoint.value for one in AppSearch(RuleFiles()).finds([artifact]) if isinstance(one, Sighting)}


@pytest.fixture(scope="module")
def bytecode() -> set[str]:
    return values(read_hermes("a.hbc", BUNDLE)[0])


@pytest.fixture(scope="module")
def script() -> set[str]:
    return values(Artifact("main.js", (Buffer("main.js", BufferKind.TEXT, SCRIPT),)))


@each(
    "value",
    [
        "https://a.values.test/p",
        "https://b.values.test/p",
        "https://a.keys.test/p",
        "https://b.keys.test/p",
        "https://a.entries.test/p/a",
        "https://b.entries.test/p/b",
        "https://a.looped.test/p",
        "https://b.looped.test/p",
        "https://a.parted.test/p",
        "https://b.parted.test/p",
        "https://a.again.test/again",
        "https://b.again.test/again",
        "https://a.async.test/p",
        "https://b.async.test/p",
        "https://await.test/v1/one",
        "https://await.test/v1/two",
        "https://spread.test/v1/items",
    ],
)
def test_each_item_gives_its_endpoint_in_both_forms(bytecode: set[str], script: set[str], value: str) -> None:
    assert value in bytecode
    assert value in script


@each(
    "value",
    [
        "https://a.entries.test/p/b",
        "https://a.looped.test/again",
        "https://first.items.test/2",
        "https://second.items.test/1",
    ],
)
def test_no_item_takes_the_place_of_another_one(bytecode: set[str], script: set[str], value: str) -> None:
    assert value not in bytecode
    assert value not in script


def test_the_parts_of_an_array_are_its_items(bytecode: set[str]) -> None:
    assert {"https://first.items.test/1", "https://second.items.test/2"} <= bytecode
