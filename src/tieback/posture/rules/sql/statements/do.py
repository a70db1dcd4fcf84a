"""``DO`` blocks."""

import re

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, string, strings
from tieback.posture.rules.sql.statements import blocks
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements

MAX_CALLS = 50
"""Most functions that are run because a statement calls them; a function may call itself."""
_CHANGES = re.compile(r"\b(execute|create|alter|drop|grant|revoke)\b", re.IGNORECASE)


def _do(interpreter: Interpreter, fields: Node) -> None:
    chosen = names.options(fields.get("args"))
    origin = interpreter.origin
    if "language" in chosen and string(chosen["language"]) not in {"plpgsql", ""}:
        interpreter.problem(origin.line, "a block in another language", origin.text, matters=True)
        return
    _run_block(interpreter, string(chosen.get("as")))


def run_called(interpreter: Interpreter, call: Node) -> None:
    """Run a function that a statement calls, because it may change the schema.

    The changes of a function with arguments are unknown.
    """
    origin = interpreter.origin
    for function in interpreter.db.functions_named(*names.dotted(strings(call["funcname"]))):
        if function.language != "plpgsql" or not function.origin.line:
            continue
        if function.arguments or call.get("args"):
            if _CHANGES.search(function.body):
                interpreter.problem(origin.line, "a function with arguments", f"{origin.text}: all", matters=True)
            continue
        interpreter.calls += 1
        if interpreter.calls > MAX_CALLS:
            interpreter.problem(origin.line, "too many calls", f"{origin.text}: all", matters=True)
            return
        _run_block(interpreter, function.body)


def _run_block(interpreter: Interpreter, body: str) -> None:
    origin = interpreter.origin
    for statement in blocks.statements(body, interpreter.db):
        line = origin.line + statement.line
        if statement.text is None:
            interpreter.problem(line, "a statement that is built when it runs", statement.source, matters=True)
        else:
            interpreter.run(statement.text, line)
    interpreter.origin = origin


KINDS: Statements = {
    "DoStmt": _do,
}
"""By the name of PostgreSQL's node."""
