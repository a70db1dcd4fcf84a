"""Library calls that run code of the app."""

from tests.unit.recognise.dataflow.walk.programs import walker_of
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import (
    HOLE,
    UNKNOWN,
    Alternative,
    ArrayValue,
    InstanceValue,
    ObjectRef,
    TextValue,
    alternatives,
    choice,
)
from tieback.recognise.dataflow.walk.callbacks import CALLBACK_CALLS


def test_a_function_object_is_called() -> None:
    walk = walker_of("cases.dex")
    made = walk.allocate(InstanceValue("Lflow/lazy1Make;", {}))
    CALLBACK_CALLS[Effect.LAMBDA](walk, [made], [0])
    assert isinstance(walk.result, TextValue)
    (need,) = walk.result.needs
    assert walk.app.ref(need.member).shown == "Lflow/lazy1Make;->make"
    CALLBACK_CALLS[Effect.LAMBDA](walk, [ObjectRef(99)], [0])
    assert walk.result == UNKNOWN


def test_each_function_object_that_a_value_can_be_is_called_and_a_value_stays_as_it_is() -> None:
    walk = walker_of("cases.dex")
    one, other = (walk.allocate(InstanceValue(f"Lflow/{name};", {})) for name in ("function0Base", "function0bBase"))
    chosen = choice([Alternative(frozenset(((0, number),)), made) for number, made in enumerate((one, other))])
    CALLBACK_CALLS[Effect.LAMBDA](walk, [chosen], [0])
    texts = [each.value.text for each in alternatives(walk.result) if isinstance(each.value, TextValue)]
    assert texts == ["https://yf0.flow.test", HOLE], "the other one calls a method that is not followed yet"
    held = TextValue("https://a.test", parts=("https://a.test",))
    CALLBACK_CALLS[Effect.LAMBDA](walk, [held], [0])
    assert walk.result == held


def test_a_task_runs_with_its_arguments() -> None:
    walk = walker_of("cases.dex")
    task = walk.allocate(InstanceValue("Lflow/task1Task;", {}))
    arguments = walk.allocate(ArrayValue((TextValue("/v1", parts=("/v1",)),)))
    left = walk.left
    CALLBACK_CALLS[Effect.TASK](walk, [task, arguments], [0, 1])
    assert walk.result == task
    assert walk.left < left, "its code was walked"
