"""Endpoints that need what a function returns for each item of an array, in Hermes bytecode."""

import lzma
from pathlib import Path

import pytest

from tests.each import each
from tieback.intake.apps.hermes import read_hermes
from tieback.model.sighting import Sighting
from tieback.recognise.hermes import callbacks
from tieback.recognise.hermes.callbacks import decided, reduced
from tieback.recognise.rules import RuleFiles
from tieback.recognise.scripts.values import Cases, Text, Unknown, single
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent
BUNDLE = lzma.decompress((HERE / "callbacks-v96-O.hbc.xz").read_bytes())
"""The script ``callbacks.js``, compiled by ``hermesc`` of the package ``react-native`` 0.82.1."""


@pytest.fixture(scope="module")
def values() -> set[str]:
    finds = AppSearch(RuleFiles()).finds([read_hermes("a.hbc", BUNDLE)[0]])
    return {one.endpoint.value for one in finds if isinstance(one, Sighting)}


@each(
    "value",
    [
        "https://found.callbacks.test/found",
        "https://second.callbacks.test/filtered",
        "https://reduced.callbacks.test/one/two",
        "https://bare.callbacks.test/v1/three",
    ],
)
def test_the_chosen_or_combined_items_give_the_address(values: set[str], value: str) -> None:
    assert value in values


def test_items_that_a_function_does_not_choose_give_no_address(values: set[str]) -> None:
    assert not {one for one in values if "first.callbacks.test/" in one or "192.168.1.9:80/found" in one}


def test_no_item_is_chosen_if_the_condition_is_not_known(values: set[str]) -> None:
    assert not {one for one in values if one.endswith("/unsure")}


def items(*texts: str) -> list[Cases]:
    return [single(Text(one)) for one in texts]


def joined(total: Cases, one: Cases, at: int) -> Cases:
    texts = [value.text for _, value in (*total, *one) if isinstance(value, Text)]
    return single(Text(f"{texts[0]}{texts[1]}{at}"))


@each(
    ("start", "expected"),
    [([], "ab1c2"), (items("s"), "sa0b1c2"), (items("s", "t"), "sa0b1c2")],
)
def test_items_are_combined_from_the_start_value_on(start: list[Cases], expected: str) -> None:
    assert reduced(items("a", "b", "c"), start, joined) == single(Text(expected))


def test_nothing_is_combined_without_items_or_with_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    assert reduced([], [], joined) is None
    monkeypatch.setattr(callbacks, "MAX_ITEMS", 2)
    assert reduced(items("a", "b"), [], joined) is not None
    assert reduced(items("a", "b", "c"), [], joined) is None
    assert decided("filter", items("a", "b"), lambda *_: True) == items("a", "b")
    assert decided("filter", items("a", "b", "c"), lambda *_: True) is None


def test_a_result_that_is_not_known_ends_the_combination() -> None:
    assert reduced(items("a", "b"), [], lambda *_: single(Unknown())) is None


def test_no_item_found_is_undefined() -> None:
    assert decided("find", items("a"), lambda *_: False) == single(Unknown("undefined"))
    assert decided("find", items("a"), lambda *_: None) is None


def test_items_whose_condition_is_not_known_are_kept() -> None:
    kept = decided("filter", items("a", "b", "c"), lambda _, at: {0: True, 1: None}.get(at, False))
    assert kept == items("a", "b")
