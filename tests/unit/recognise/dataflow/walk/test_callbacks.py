"""Library calls that run code of the app."""

from tests.unit.recognise.dataflow.walk.programs import walker_of
from tieback.recognise.dataflow.library import Effect
from tieback.recognise.dataflow.values import UNKNOWN, ArrayValue, InstanceValue, ObjectRef, TextValue
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


def test_a_task_runs_with_its_arguments() -> None:
    walk = walker_of("cases.dex")
    task = walk.allocate(InstanceValue("Lflow/task1Task;", {}))
    arguments = walk.allocate(ArrayValue((TextValue("/v1", parts=("/v1",)),)))
    left = walk.left
    CALLBACK_CALLS[Effect.TASK](walk, [task, arguments], [0, 1])
    assert walk.result == task
    assert walk.left < left, "its code was walked"
