"""Runs of methods on an object as the constructor of its class leaves it."""

import pytest

from tests.unit.recognise.dalvik.test_run import DEX
from tieback.recognise.dalvik.classes import MethodRef
from tieback.recognise.dalvik.inline import texts_made
from tieback.recognise.dalvik.run import Runner
from tieback.recognise.dataflow.dex.dexfile import DexFile

_MAIN = "Ltest/receivers/Main;"
_LOOP = 2_000
"""Instructions of the constructor, at least."""


def runner() -> Runner:
    return Runner([DexFile((DEX / "receivers.dex").read_bytes())])


def made_by(run: Runner, name: str) -> list[str]:
    method = run.path.method(_MAIN, MethodRef(_MAIN, name, "", "V"))
    assert method is not None
    return [one.text for one in texts_made(run.machine, method)]


@pytest.mark.parametrize("names", [("cart", "items", "chosen", "cart"), ("items", "cart", "chosen", "items")])
def test_each_method_has_an_object_of_its_own(names: tuple[str, ...]) -> None:
    run = runner()
    for name in names:
        assert made_by(run, name) == [f"https://shop.test/{'cart' if name == 'cart' else 'items'}"]


def test_the_constructor_of_a_class_runs_once() -> None:
    run = runner()
    made_by(run, "cart")
    before = run.used
    made_by(run, "items")
    assert run.used - before < _LOOP


def test_a_condition_can_lead_back_to_the_first_instruction() -> None:
    assert "https://shop.test/again" in made_by(runner(), "repeated")
