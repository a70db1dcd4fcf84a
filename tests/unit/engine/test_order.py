from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.engine.order import UnitOrder
from tieback.model.errors import InputError
from tieback.model.unit import Unit, UnitEnd, UnitState


def unit(name: str) -> Unit:
    return Unit("0" * 64, "1", name, 1)


def end(name: str) -> UnitEnd:
    return UnitEnd(unit(name), UnitState.DONE, f"result of {name}".encode() * 3)


def shown(found: list[UnitEnd | InputError]) -> list[str]:
    return [one.where if isinstance(one, InputError) else one.unit.source for one in found]


def test_ends_come_in_the_order_of_the_units() -> None:
    order = UnitOrder()
    for name in ("a", "b", "c"):
        order.add(unit(name))
    found = list(order.arrange([end("c"), end("a"), end("b")]))
    assert found == [end("a"), end("b"), end("c")]


def test_an_input_that_failed_has_its_position() -> None:
    order = UnitOrder()
    order.add(unit("a"))
    order.add(InputError("is missing", where="b", advice=""))
    order.add(unit("c"))
    order.add(InputError("is missing", where="d", advice=""))
    assert shown(list(order.arrange([end("c"), end("a")]))) == ["a", "b", "c", "d"]
    alone = UnitOrder()
    alone.add(InputError("is missing", where="a", advice=""))
    assert shown(list(alone.arrange([]))) == ["a"]


def test_units_that_are_equal_have_an_end_each() -> None:
    order = UnitOrder()
    for name in ("a", "b", "a"):
        order.add(unit(name))
    assert shown(list(order.arrange([end("b"), end("a"), end("a")]))) == ["a", "b", "a"]


@settings(max_examples=examples(50), deadline=None)
@given(st.integers(0, 12).flatmap(lambda count: st.permutations(range(count))))
def test_any_order_of_completion_gives_the_same_results(completed: list[int]) -> None:
    order = UnitOrder()
    for number in range(len(completed)):
        order.add(unit(str(number)))
    assert list(order.arrange(end(str(number)) for number in completed)) == [
        end(str(number)) for number in range(len(completed))
    ]
