"""The requests of a script: it is run from its beginning, then what is not called is called with values that are not
known. Conditions that are not known are taken both ways, within limits.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.recognise.script_runs.calls import construct
from tieback.recognise.script_runs.functions import run_closure
from tieback.recognise.script_runs.machine import Choices, Exhausted, Full, Machine, Request, Thrown
from tieback.recognise.script_runs.platform import add_platform
from tieback.recognise.script_runs.sources import compiled, source
from tieback.recognise.script_runs.tokens import ScriptSyntaxError
from tieback.recognise.script_runs.values import UNDEFINED, Closure, Object, Scope, Unknown, Value
from tieback.recognise.texts.script import ScriptSpans

_MANY = 100_000
"""Steps of a script that decodes its texts before it uses any."""
_ROOT_STEPS = 3_000
_MAX_ROOTS = 100
_MAX_TURNS = 4
"""Most runs of one function with other choices."""
STOPS = (Thrown, Exhausted, Full, ScriptSyntaxError, RecursionError)
"""What ends the run of a script."""


class Outcome(NamedTuple):
    """What a run gives."""

    requests: list[Request]
    steps: int
    """Steps that it took."""
    is_cut: bool
    """True if a limit ended it."""


def requests(data: Bytes, marks: Sequence[int], *, steps: int, spans: ScriptSpans | None = None) -> Outcome:
    """Run a script, and note what it requests.

    Args:
        data: the script.
        marks: offsets, in order, of texts near which addresses are put together; functions without one are not called
            unless others call them.
        steps: most steps.
        spans: its comments and literals, if they were read before.
    """
    machine = Machine(steps)
    add_platform(machine)
    machine.run_closure = run_closure
    is_cut = False
    try:
        is_cut = _begin(machine, data, spans)
        call_roots(machine, marks)
    except STOPS:
        pass
    return Outcome(list(machine.requests.values()), machine.steps, is_cut or machine.is_over(steps))


def _begin(machine: Machine, data: Bytes, spans: ScriptSpans | None) -> bool:
    """Run the script from its beginning; true if a limit ended that."""
    scope = Scope(machine.globals)
    exports = machine.object()
    scope.names["exports"] = exports
    module = scope.names["module"] = machine.object()
    module.members["exports"] = exports
    scope.names["require"] = Unknown("require")
    scope.names["this"] = machine.window
    limit, machine.limit = machine.limit, machine.limit * (9 if machine.limit > _MANY else 7) // 10
    try:
        compiled(machine, source(data, spans))(scope)
        machine.drain()
    except (Exhausted, RecursionError):
        return True
    except STOPS:
        return False
    finally:
        machine.limit = limit
    return False


def call_roots(machine: Machine, marks: Sequence[int]) -> None:
    """Call functions that nothing has called and that have a mark."""
    tried = set[int]()
    for _ in range(4):
        waiting = [
            (code, closure)
            for code, closure in list(machine.made.items())
            if not code.calls
            and id(code) not in tried
            and code.source.is_file
            and _has(marks, code.at + code.source.base, code.end + code.source.base)
        ]
        if not waiting:
            return
        for code, closure in waiting[:_MAX_ROOTS]:
            tried.add(id(code))
            if code.calls:
                continue
            _turns(machine, closure)
            if machine.steps > machine.limit:
                return


def _has(marks: Sequence[int], start: int, end: int) -> bool:
    index = bisect_left(marks, start)
    return index < len(marks) and marks[index] < end


def _turns(machine: Machine, closure: Closure) -> None:
    """Call a function, each time with another choice at a condition that is not known."""
    given: list[Sequence[bool]] = [()]
    limit = machine.limit
    for turn in range(_MAX_TURNS):
        if turn >= len(given):
            break
        machine.choices = Choices(given[turn])
        machine.limit = min(limit, machine.steps + _ROOT_STEPS)
        try:
            _call(machine, closure)
            machine.drain()
        except STOPS:
            machine.jobs.clear()
        finally:
            machine.limit = limit
        taken = machine.choices.taken
        begin = len(given[turn])
        given += [(*taken[:index], not taken[index]) for index in range(begin, min(len(taken), begin + _MAX_TURNS))]
        if machine.steps > limit:
            break


def _call(machine: Machine, closure: Closure) -> Value:
    arguments: list[Value] = [Unknown(_name(one)) for one in closure.function.parameters[:12]]
    found = machine.call(closure, _this(machine, closure), arguments)
    if "g" in closure.function.flags and isinstance(found, Object):
        machine.items(found)
    return found


def _name(node: tuple[object, ...]) -> str:
    return str(node[1]) if node[0] == "name" else ""


def _this(machine: Machine, closure: Closure) -> Value:
    """The object whose method a function is."""
    holder = closure.holder
    if isinstance(holder, Object):
        maker = holder.members.get("constructor")
        if isinstance(maker, Closure) and maker.members.get("prototype") is holder:
            return _instance(machine, maker)
        return holder
    return UNDEFINED


def _instance(machine: Machine, maker: Closure) -> Value:
    if isinstance(maker.latest, Object):
        return maker.latest
    try:
        return construct(machine, maker, [Unknown(_name(one)) for one in maker.function.parameters[:12]], maker)
    except Thrown:
        return Object(maker.members["prototype"])
