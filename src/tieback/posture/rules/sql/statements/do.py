"""``DO`` blocks, and functions that a query calls."""

import re

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import Node, string, strings
from tieback.posture.rules.sql.statements import blocks
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements

MAX_CALLS = 5
"""Deepest nesting of blocks and functions that statements run."""


def _do(interpreter: Interpreter, fields: Node) -> None:
    chosen = names.options(fields.get("args"))
    if "language" in chosen and string(chosen["language"]) not in {"plpgsql", ""}:
        origin = interpreter.origin
        interpreter.problem(origin.line, "a block in another language", origin.text, matters=True)
        return
    _run(interpreter, string(chosen.get("as")))


def _run(interpreter: Interpreter, body: str) -> None:
    """Execute a block in PL/pgSQL."""
    origin = interpreter.origin
    if interpreter.depth >= MAX_CALLS:
        interpreter.problem(origin.line, "calls nested too deeply", f"{origin.text}: all", matters=True)
        return
    interpreter.depth += 1
    for statement in blocks.statements(body, interpreter.db):
        line = origin.line + statement.line
        if statement.text is None:
            interpreter.problem(line, "a statement that is built when it runs", statement.source, matters=True)
        else:
            interpreter.run(statement.text, line)
    interpreter.depth -= 1
    interpreter.origin = origin


def _select(interpreter: Interpreter, fields: Node) -> None:
    """A query that calls functions: their statements are executed."""
    for kind, call in parse.walk(fields):
        if kind != "FuncCall":
            continue
        path = strings(call.get("funcname"))
        if path[-1:] == ["set_config"]:
            values = [names.constant(one) for one in call.get("args", [])[:2]]
            if values[0] == "search_path":
                parts = (one.strip(' "') for one in str(values[1]).split(","))
                interpreter.db.search_path = tuple(one for one in parts if one)
            continue
        for function in interpreter.db.functions_named(*names.dotted(path))[:1]:
            if function.language == "plpgsql" and function.origin.line and not call.get("args"):
                _run(interpreter, function.body)
            elif function.language == "plpgsql" and function.origin.line and _CHANGES.search(function.body):
                origin = interpreter.origin
                interpreter.problem(origin.line, "a function with arguments", f"{origin.text}: all", matters=True)


_CHANGES = re.compile(r"\b(execute|create|alter|drop|grant|revoke)\b", re.IGNORECASE)


KINDS: Statements = {
    "DoStmt": _do,
    "SelectStmt": _select,
}
"""By the name of PostgreSQL's node."""
