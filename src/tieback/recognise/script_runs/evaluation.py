"""Expressions of scripts as functions of Python: each gets the names around it and gives its value."""

from collections.abc import Callable
from typing import Any

from tieback.recognise.script_runs.machine import Machine
from tieback.recognise.script_runs.syntax import Node
from tieback.recognise.script_runs.values import GAP, UNDEFINED, Scope, Unknown, Value, truth

type Run = Callable[[Scope], Value]
type Reader = Callable[[Machine, Node], Run]
ABSENT: Any = object()
"""Result of an optional chain that has ended."""
PARTS_PER_STEP = 50
"""Parts of one expression, such as names, that take a step together."""
READERS: dict[str, Reader] = {}
"""What makes functions of each kind of expression."""


def expression(machine: Machine, node: Node) -> Run:
    """An expression as a function."""
    machine.nodes += 1
    return READERS[node[0]](machine, node)


def long_expression(machine: Machine, node: Node) -> Run:
    """A whole expression as a function; a long one takes steps of its own."""
    before = machine.nodes
    return weighted(machine, expression(machine, node), machine.nodes - before)


def weighted[T](machine: Machine, run: Callable[[Scope], T], parts: int) -> Callable[[Scope], T]:
    """A function that takes steps for so many parts of expressions, before it runs."""
    steps = parts // PARTS_PER_STEP
    if not steps:
        return run

    def counted(scope: Scope) -> T:
        machine.step(steps)
        return run(scope)

    return counted


def is_true(machine: Machine, value: Value, site: int, *, usual: bool = True) -> bool:
    """A value as a condition."""
    found = truth(value)
    if found is None or (isinstance(value, str) and value == GAP):
        return machine.decide(site, usual=usual)
    return found


def find(scope: Scope | None, name: str) -> Scope | None:
    """The scope that has a name."""
    while scope is not None and name not in scope.names:
        scope = scope.outer
    return scope


def goes_on(machine: Machine, sign: str, value: Value, site: int) -> bool:
    """True if ``&&``, ``||`` or ``??`` give the right side."""
    if sign == "??":
        if isinstance(value, Unknown):
            return machine.decide(site, usual=True)
        return value is None or value is UNDEFINED or value is ABSENT
    if sign == "||":
        return not is_true(machine, value, site, usual=False)
    return is_true(machine, value, site)


def fixed(value: Value) -> Run:
    """A function that gives one value."""
    return lambda _scope: value
