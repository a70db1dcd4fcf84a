"""Calls of library methods that run code of the app: tasks and function objects."""

from collections.abc import Sequence

from tieback.recognise.dataflow.library import Effect
from tieback.recognise.dataflow.values import InstanceValue, Value, unknown_of
from tieback.recognise.dataflow.walk.app_methods import invoke_targets
from tieback.recognise.dataflow.walk.state import CallHandler, WalkState


def _task(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    """Run an asynchronous task: the bridge method of its class takes an array of objects."""
    contents = walk.contents(values[0])
    if isinstance(contents, InstanceValue):
        kinds = "([Ljava/lang/Object;)Ljava/lang/Object;"
        target = walk.app.declared_by(contents.kind, "doInBackground", kinds)
        if target is not None and walk.app.is_own(walk.app.ref(target.identity).owner):
            invoke_targets(walk, [target], [values[0], values[-1]])
    walk.result = values[0]


def _lambda(walk: WalkState, values: Sequence[Value | None], _: Sequence[int]) -> None:
    """Call the function object."""
    contents = walk.contents(values[0])
    if not isinstance(contents, InstanceValue):
        walk.result = unknown_of(values[:1])
        return
    for name in ("invoke", "get"):
        target = walk.app.declared_by(contents.kind, name, "()Ljava/lang/Object;")
        if target is not None:
            walk.result = invoke_targets(walk, [target], values[:1])
            return


CALLBACK_CALLS: dict[Effect, CallHandler] = {
    Effect.LAMBDA: _lambda,
    Effect.TASK: _task,
}
"""Calls that run code of the app, by effect."""
