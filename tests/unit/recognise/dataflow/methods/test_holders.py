"""Objects that hold one value, such as the state of a screen, and input fields that code makes."""

from pathlib import Path

import pytest

from tests.unit.recognise.dataflow.walk.programs import begun
from tieback.intake.apps.dex import read_dex
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.methods import holders
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import HOLE, Need, TextValue, Value
from tieback.recognise.dataflow.walk.effects import apply_effect
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DATA = (Path(__file__).parents[1] / "dex" / "holders.dex").read_bytes()
HOST = TextValue("api.shop.test", 1, ("api.shop.test",))
FIELD = TextValue(HOLE, needs=(Need("field", 7),))


def test_code_that_reads_a_holder_contacts_what_other_code_puts_into_it() -> None:
    finds = AppSearch(RuleFiles()).finds([read_dex("classes.dex", DATA)[0]])
    found = {one.endpoint.value for one in finds if isinstance(one, Sighting)}
    assert {one for one in found if one.endswith((":80", "/led"))} == {
        "live.shop.test:80",
        "later.shop.test:80",
        "flow.shop.test:80",
        "http://screen.shop.test/led",
        "atomic.shop.test:80",
        "own.shop.test:80",
        "dialog.shop.test:80",
        "saved.shop.test:80",
    }, "and not what is in other holders of the same classes"


@pytest.mark.parametrize("value", [TextValue(""), 0, None])
def test_a_holder_of_nothing_has_no_value_yet(value: Value | None) -> None:
    walk = begun([])
    apply_effect(walk, Effect.HOLDER_OF, [value], [0])
    assert walk.result is None
    apply_effect(walk, Effect.NEW_HOLDER, [None, value], [0, 1])
    assert walk.registers == {}


def test_a_holder_stands_for_its_value() -> None:
    walk = begun([])
    apply_effect(walk, Effect.HOLDER_OF, [HOST], [0])
    assert walk.result == HOST
    apply_effect(walk, Effect.NEW_HOLDER, [None, HOST], [3, 1])
    assert walk.registers == {3: HOST}
    apply_effect(walk, Effect.NEW_HOLDER, [None], [4])
    assert walk.registers == {3: HOST}


@pytest.mark.parametrize(
    ("receiver", "stored"),
    [
        (FIELD, {7: [HOST]}),
        (HOST, {}),  # another holder, which has a value
        (TextValue(HOLE), {}),
        (TextValue(HOLE, needs=(Need("field", 7), Need("field", 8))), {}),  # one of two
        (TextValue(HOLE, needs=(Need("result", 7),)), {}),
        (None, {}),
    ],
)
def test_only_the_holder_in_one_field_gets_a_value(receiver: Value | None, stored: dict[int, list[Value]]) -> None:
    walk = begun([])
    apply_effect(walk, Effect.HOLD, [receiver, HOST], [0, 1])
    assert walk.stored == stored


def test_each_call_is_of_a_holder_or_makes_one() -> None:
    of_holders = {
        owner for calls in (holders.constructors(), holders.readers(), holders.writers()) for owner, _, _ in calls
    }
    assert of_holders == holders.HOLDERS
    assert not {owner for owner, _, _ in holders.makers()} & holders.HOLDERS
