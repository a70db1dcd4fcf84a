"""Calls into methods of an app."""

import pytest

from tests.unit.recognise.dataflow.walk.programs import begun, member_index, walker_of
from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.methods.values import HOLE, UNKNOWN, ArrayValue, Choice, InstanceValue, Need, TextValue
from tieback.recognise.dataflow.walk.app_methods import MAX_DEPTH, escape, follows, invoke_targets, targets_of
from tieback.recognise.dataflow.walk.state import MAX_FRUITLESS
from tieback.recognise.dataflow.walk.walker import Walker

VIRTUAL, SUPER = 0x6E, 0x6F
HOST = "()Ljava/lang/String;"


@pytest.fixture
def walk() -> Walker:
    return walker_of("cases.dex", "second.dex")


@pytest.fixture
def host(walk: Walker) -> int:
    """The abstract method, which two classes implement."""
    return walk.app.method(0, member_index(walk, "Lflow/abstract2Task;", "host"))


def owners(walk: Walker, found: list[MethodCode]) -> set[str]:
    return {walk.app.ref(one.identity).owner for one in found}


def test_the_methods_that_a_call_can_run(walk: Walker, host: int) -> None:
    unknown = UNKNOWN
    known = walk.allocate(InstanceValue("Lflow/abstract2A;", {}))
    assert owners(walk, targets_of(walk, host, VIRTUAL, [unknown])) == {"Lflow/abstract2A;", "Lflow/abstract2B;"}
    assert owners(walk, targets_of(walk, host, VIRTUAL, [known])) == {"Lflow/abstract2A;"}
    assert targets_of(walk, host, SUPER, [known]) == []


def test_each_result_has_its_condition(walk: Walker, host: int) -> None:
    targets = targets_of(walk, host, VIRTUAL, [UNKNOWN])
    found = invoke_targets(walk, targets, [UNKNOWN])
    assert isinstance(found, Choice)
    labels = {label for one in found.alternatives for label in one.when}
    assert labels == {("receiver", "Lflow/abstract2A;"), ("receiver", "Lflow/abstract2B;")}
    assert all(isinstance(one.value, TextValue) and one.value.via for one in found.alternatives)


def test_calls_inside_each_other_are_bounded(walk: Walker, host: int) -> None:
    targets = targets_of(walk, host, VIRTUAL, [UNKNOWN])
    builder = walk.allocate(TextValue("a"))
    walk.stack = [targets[0].identity]
    assert isinstance(invoke_targets(walk, targets, [UNKNOWN]), TextValue), "the first one calls itself"
    walk.stack = list(range(-MAX_DEPTH, 0))
    assert invoke_targets(walk, targets, [builder]) == UNKNOWN
    assert walk.contents(builder) == UNKNOWN


def test_a_call_that_never_gave_anything_leaves_its_objects_as_they_are(walk: Walker, host: int) -> None:
    known = walk.allocate(InstanceValue("Lflow/abstract2A;", {}))
    (target,) = targets_of(walk, host, VIRTUAL, [known])
    builder = walk.allocate(TextValue("a"))
    key = target.identity, ("Lflow/abstract2A;", TextValue)
    walk.fruitless[key] = MAX_FRUITLESS
    assert invoke_targets(walk, [target], [known, builder]) == UNKNOWN
    assert walk.contents(builder) == TextValue("a")
    del walk.fruitless[key]
    walk.spent[target.identity] = walk.share + 1
    assert invoke_targets(walk, [target], [known, builder]) == UNKNOWN
    assert walk.contents(builder) == UNKNOWN, "no walk has shown what the method does"


def test_what_is_followed(walk: Walker, host: int) -> None:
    targets = targets_of(walk, host, VIRTUAL, [UNKNOWN])
    address = TextValue("https://api.shop.test")
    assert not follows(walk, host, targets, [UNKNOWN])
    assert follows(walk, host, targets[:1], [address])
    assert not follows(walk, host, targets, [address]), "only one method is followed for an address"
    walk.follow(host)
    assert follows(walk, host, targets, [UNKNOWN])
    assert not follows(walk, host, [], [UNKNOWN])


def test_another_method_can_change_a_builder() -> None:
    walk = begun([])
    builder, array = walk.allocate(TextValue("a")), walk.allocate(ArrayValue(()))
    instance = walk.allocate(InstanceValue("La;", {}))
    escape(walk, [builder, instance, 3, None], Need("result", 7))
    escape(walk, [array], None)
    assert walk.contents(builder) == TextValue(HOLE, needs=(Need("result", 7),))
    assert walk.contents(array) == UNKNOWN
    assert walk.contents(instance) == InstanceValue("La;", {})
