"""Calls of library methods that run code of the app: tasks and function objects."""

from collections.abc import Sequence

from tieback.recognise.dataflow.code.members import MethodCode
from tieback.recognise.dataflow.methods.library import Effect
from tieback.recognise.dataflow.methods.values import (
    TEXTS,
    InstanceValue,
    Value,
    alternatives,
    is_informative,
    unknown_of,
)
from tieback.recognise.dataflow.walk.app_methods import MAX_TARGETS, invoke_targets
from tieback.recognise.dataflow.walk.state import CallHandler, WalkState

_FUNCTIONS = ("invoke", "get", "call")
"""Names of the method of a function object without parameters."""


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
    """Call the function object, each one that the receiver can be."""
    kinds = {
        contents.kind: None
        for one in alternatives(values[0])
        if isinstance(contents := walk.contents(one.value), InstanceValue)
    }
    targets = [found for kind in kinds if (found := _function(walk, kind)) is not None][:MAX_TARGETS]
    if targets:
        walk.result = invoke_targets(walk, targets, values[:1])
    elif not kinds:
        held = walk.plain(values[0])
        walk.result = held if isinstance(held, TEXTS) and is_informative(held) else unknown_of(values[:1])


def call_function(walk: WalkState, function: Value | None, argument: Value | None) -> Value | None:
    """The result of a function object of the app for one argument; unknown for another object."""
    contents = walk.contents(function)
    kinds = "(Ljava/lang/Object;)Ljava/lang/Object;"
    if not isinstance(contents, InstanceValue):
        return unknown_of((function,))
    every = (walk.app.declared_by(contents.kind, name, kinds) for name in ("apply", "invoke"))
    target = next((found for found in every if found is not None), None)
    return invoke_targets(walk, [target], [function, argument]) if target is not None else unknown_of((function,))


def _function(walk: WalkState, kind: str) -> MethodCode | None:
    """The method that a function object of a class runs."""
    every = (walk.app.declared_by(kind, name, "()Ljava/lang/Object;") for name in _FUNCTIONS)
    return next((found for found in every if found is not None), None)


CALLBACK_CALLS: dict[Effect, CallHandler] = {
    Effect.LAMBDA: _lambda,
    Effect.REMEMBERED: lambda walk, values, registers: _lambda(walk, values[3:], registers),
    Effect.TASK: _task,
}
"""Calls that run code of the app, by effect."""
