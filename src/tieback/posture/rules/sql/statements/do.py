"""``DO`` blocks."""

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, string, strings
from tieback.posture.rules.sql.statements import blocks
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements

MAX_CALLS = 50
"""Most functions that are run because a statement calls them; a function may call itself."""


def _do(interpreter: Interpreter, fields: Node) -> None:
    chosen = names.options(fields.get("args"))
    origin = interpreter.origin
    if "language" in chosen and string(chosen["language"]) not in {"plpgsql", ""}:
        interpreter.problem(origin.line, "a block in another language", origin.text, matters=True)
        return
    _run_block(interpreter, string(chosen.get("as")))


def run_called(interpreter: Interpreter, call: Node) -> None:
    """Run a function without arguments that a statement calls: it may change the schema."""
    if call.get("args"):
        return
    for function in interpreter.db.functions_named(*names.dotted(strings(call["funcname"]))):
        if function.language != "plpgsql" or function.arguments:
            continue
        interpreter.calls += 1
        if interpreter.calls > MAX_CALLS:
            interpreter.problem(interpreter.origin.line, "too many calls", interpreter.origin.text, matters=True)
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
