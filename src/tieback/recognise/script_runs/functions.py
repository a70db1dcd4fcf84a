"""Calls of functions of the script."""

from collections.abc import Callable

from tieback.recognise.script_runs import classes  # noqa: F401 - it reads classes
from tieback.recognise.script_runs.assignments import assign_to
from tieback.recognise.script_runs.calls import super_call
from tieback.recognise.script_runs.evaluation import Run, long_expression, weighted
from tieback.recognise.script_runs.machine import Full, Machine, Thrown
from tieback.recognise.script_runs.parse_statements import Parser
from tieback.recognise.script_runs.statements import statements
from tieback.recognise.script_runs.syntax import Function
from tieback.recognise.script_runs.values import UNDEFINED, Closure, Object, Scope, Value

TOKENS_PER_STEP = 4
"""Tokens that are read in about the time of a step."""


def run_closure(machine: Machine, function: Closure, this: Value, arguments: list[Value], made: Value) -> Value:
    """Run a function of the script."""
    code = function.function
    if code.run is None:
        code.run = _made(machine, code)
    scope = Scope(function.scope)
    names = scope.names
    if ">" not in code.flags:
        names["this"] = machine.window if this is UNDEFINED and not function.is_class else this
        names["%home"] = function.home
        names["new.target"] = made
        if function.is_class:
            names["%function"], names["%new"] = function, made
        if code.run.uses_arguments:
            names["arguments"] = machine.array(list(arguments))
    if "g" in code.flags:
        return _generator(machine, code.run, scope, arguments)
    if "a" in code.flags:
        try:
            return machine.promise(code.run(scope, arguments))
        except Thrown as error:
            return machine.promise(error.value, failed=True)
    found = code.run(scope, arguments)
    # A class of the platform above makes another object.
    return names["this"] if function.is_class and not isinstance(found, Object) else found


class Body:
    """The code of a function."""

    __slots__ = ("_declared", "_parameters", "_plain", "_run", "_value", "uses_arguments")

    def __init__(
        self,
        parameters: list[Callable[[Scope, list[Value]], None]] | None,
        plain: list[str],
        declared: list[str],
        run: Callable[[Scope], object] | None,
        value: Run | None,
        *,
        uses_arguments: bool,
    ) -> None:
        self._parameters, self._plain, self._declared = parameters, plain, declared
        self._run, self._value, self.uses_arguments = run, value, uses_arguments

    def __call__(self, scope: Scope, arguments: list[Value]) -> Value:
        """Run it with these arguments."""
        names = scope.names
        if self._parameters is None:
            given = len(arguments)
            for index, name in enumerate(self._plain):
                names[name] = arguments[index] if index < given else UNDEFINED
        else:
            for give in self._parameters:
                give(scope, arguments)
        if self._value is not None:
            return self._value(scope)
        for name in self._declared:
            if name not in names:
                names[name] = UNDEFINED
        assert self._run is not None
        end = self._run(scope)
        return end.value if end is not None and end.kind == "return" else UNDEFINED  # type: ignore[attr-defined]


def _made(machine: Machine, code: Function) -> Body:
    plain: list[str] = []
    parameters: list[Callable[[Scope, list[Value]], None]] | None = None
    if all(one[0] == "name" for one in code.parameters):
        plain = [one[1] for one in code.parameters]
    else:
        parameters = [_parameter(machine, index, one) for index, one in enumerate(code.parameters)]
    if code.body is not None:
        if code.body[0] == "super":
            return Body(None, [], [], _default_constructor(machine, calls=code.body[1]), None, uses_arguments=True)
        value = long_expression(machine, code.body[1])
        return Body(parameters, plain, [], None, value, uses_arguments=False)
    script = code.source.script
    parser = Parser(code.source, code.start, code.end)
    try:
        program = parser.program()
    finally:
        machine.step(1 + parser.tokens // TOKENS_PER_STEP)
    run = statements(machine, program, parser.functions)
    uses = "arguments" in script[code.start : code.end]
    declared = list(dict.fromkeys(parser.declared))
    names = len(declared) + len(code.parameters)
    return Body(parameters, plain, declared, weighted(machine, run, names), None, uses_arguments=uses)


def _parameter(machine: Machine, index: int, node: tuple[object, ...]) -> Callable[[Scope, list[Value]], None]:
    if node[0] == "spread":
        rest = assign_to(machine, node[1], kind="let")  # type: ignore[arg-type]
        return lambda scope, given: rest(scope, machine.array(given[index:]))
    give = assign_to(machine, node, kind="let")
    return lambda scope, given: give(scope, given[index] if index < len(given) else UNDEFINED)


def _default_constructor(machine: Machine, *, calls: bool) -> Callable[[Scope], None]:
    def run(scope: Scope) -> None:
        if not calls:
            return
        given = scope.names.get("arguments")
        super_call(machine, scope, list(given.items) if given is not None else [])

    return run


def _generator(machine: Machine, run: Body, scope: Scope, arguments: list[Value]) -> Object:
    """An object that gives the values of a generator; its body runs to the end with the first one."""
    made = Object(machine.prototypes["Generator"])
    state: dict[str, Value] = {}

    def begin() -> list[Value]:
        if "values" not in state:
            values: list[Value] = []
            state["values"], state["result"], state["at"] = values, UNDEFINED, 0
            before, machine.yields = machine.yields, values
            try:
                state["result"] = run(scope, arguments)
            except Full:
                state["result"] = UNDEFINED
            finally:
                machine.yields = before
        return list(state["values"])

    def advance(_this: Value, _arguments: list[Value]) -> Value:
        values = begin()
        at = state["at"]
        state["at"] = at + 1
        result = machine.object()
        result.members["done"] = at >= len(values)
        result.members["value"] = (
            values[at] if at < len(values) else state["result"] if at == len(values) else UNDEFINED
        )
        return result

    made.members["next"] = machine.native("next", advance)
    made.members["return"] = machine.native("return", lambda _this, _arguments: machine.object())
    made.members["throw"] = machine.native("throw", advance)
    made.members["@@values"] = machine.native("values", lambda _this, _arguments: machine.array(begin()))
    return made
