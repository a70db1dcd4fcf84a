"""``DO`` blocks."""

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, string
from tieback.posture.rules.sql.statements import blocks
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements


def _do(interpreter: Interpreter, fields: Node) -> None:
    chosen = names.options(fields.get("args"))
    origin = interpreter.origin
    if "language" in chosen and string(chosen["language"]) not in {"plpgsql", ""}:
        interpreter.problem(origin.line, "a block in another language", origin.text, matters=True)
        return
    body = string(chosen.get("as"))
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
