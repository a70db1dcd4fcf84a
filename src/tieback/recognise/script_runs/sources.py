"""Sources of runs: a script, and texts that it runs."""

import re
from collections.abc import Callable
from typing import Any

from tieback.intake.apps.interface import Bytes
from tieback.recognise.script_runs.files import MAX_LOADED
from tieback.recognise.script_runs.machine import EXPORTS, FILE, Machine, Thrown
from tieback.recognise.script_runs.parse_statements import Parser
from tieback.recognise.script_runs.statements import statements
from tieback.recognise.script_runs.syntax import Source
from tieback.recognise.script_runs.tokens import ScriptSyntaxError
from tieback.recognise.script_runs.values import GAP, UNDEFINED, Scope, Value
from tieback.recognise.texts.script import ScriptSpans, script_spans

_BRACKETS = re.compile(r"[{}()]")
_MAX_TEXT = 200_000
"""Most characters of a text that is run."""
_MAX_OPEN = 2_000


def source(data: Bytes, spans: ScriptSpans | None = None, *, is_file: bool = True, base: int = 0) -> Source:
    """A script with its brackets."""
    script = bytes(data).decode("latin-1")
    edges = (spans or script_spans(data)).ranges()
    closing: dict[int, int] = {}
    opened: list[tuple[int, str]] = []
    at = 0
    for index in range(0, len(edges) + 1, 2):
        end = edges[index] if index < len(edges) else len(script)
        for found in _BRACKETS.finditer(script, at, end):
            sign = found[0]
            if sign in "{(":
                if len(opened) >= _MAX_OPEN:
                    return Source(script, closing, is_file, base)
                opened.append((found.start(), sign))
            elif opened and opened[-1][1] == ("{" if sign == "}" else "("):
                closing[opened.pop()[0]] = found.start()
        if index < len(edges):
            at = edges[index + 1]
    return Source(script, closing, is_file, base)


def compiled(machine: Machine, one: Source) -> Callable[[Scope], Any]:
    """A whole script as a function. Raises ``ScriptSyntaxError``."""
    parser = Parser(one, 0, len(one.script))
    nodes = []
    try:
        while not parser.is_over():
            nodes.append(parser.next_statement())
    finally:
        machine.step(1 + parser.tokens // 4)
    run = statements(machine, nodes, parser.functions)
    declared = list(dict.fromkeys(parser.declared))

    def whole(scope: Scope) -> Any:
        for name in declared:
            scope.names.setdefault(name, UNDEFINED)
        return run(scope)

    return whole


def load(machine: Machine, name: str) -> Value:
    """What a module exports, which is run when it is first needed."""
    known = machine.modules.get(name)
    if known is not None or machine.files is None:
        return known
    exports = machine.modules[name] = machine.object()
    if len(machine.modules) > MAX_LOADED:
        return exports
    script = machine.files[name]
    scope = Scope(machine.globals)
    scope.names.update({EXPORTS: exports, FILE: name, "this": UNDEFINED})
    try:
        compiled(machine, source(script.text, base=script.base))(scope)
    except (Thrown, ScriptSyntaxError):
        return exports
    return exports


def compiled_text(machine: Machine, text: str) -> Callable[[Scope], Value] | None:
    """A text that the script runs as a function that gives the value of its last expression; ``None`` if it cannot."""
    if GAP in text or len(text) > _MAX_TEXT:
        return None
    one = source(text.encode("latin-1", "replace"), is_file=False)
    machine.step(len(one.closing) // 20 + len(text) // 10_000)
    parser = Parser(one, 0, len(one.script))
    try:
        nodes = parser.program()
    except ScriptSyntaxError:
        return None
    finally:
        machine.step(1 + parser.tokens // 4)
    if nodes and nodes[-1][0] == "expr":
        nodes[-1] = ("return", nodes[-1][1])
    run = statements(machine, nodes, parser.functions)
    declared = list(dict.fromkeys(parser.declared))

    def whole(scope: Scope) -> Value:
        inner = Scope(scope)
        for name in declared:
            inner.names.setdefault(name, UNDEFINED)
        end = run(inner)
        for name, value in inner.names.items():
            machine.globals.names.setdefault(name, value)
        return end.value if end is not None else UNDEFINED

    return whole
