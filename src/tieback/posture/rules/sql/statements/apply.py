"""All statements of a file, applied in their order."""

from tieback.posture.rules.source import RulesText
from tieback.posture.rules.sql import parse
from tieback.posture.rules.sql.schema import Database
from tieback.posture.rules.sql.statements import (
    alter_table,
    do,
    drop,
    functions,
    policies,
    privileges,
    rename,
    roles,
    schemas,
    supabase_objects,
    tables,
    types,
    views,
)
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements

_MODULES = (
    roles,
    schemas,
    types,
    tables,
    views,
    alter_table,
    rename,
    drop,
    functions,
    policies,
    privileges,
    supabase_objects,
    do,
)
_KINDS: Statements = {kind: action for module in _MODULES for kind, action in module.KINDS.items()}


def interpreter_for(database: Database) -> Interpreter:
    """An interpreter of all kinds of statements."""
    return Interpreter(database, _KINDS)


def load(database: Database, text: RulesText, before: int = 0) -> None:
    """Apply all statements of a file.

    Args:
        database: changed in place.
        text: the file.
        before: lines of the files before it.

    Raises:
        InputError: a quotation or comment has no end.
    """
    interpreter = interpreter_for(database)
    for statement in parse.split(text):
        interpreter.run(statement.text, before + text.line(statement.at), statement.steps)
