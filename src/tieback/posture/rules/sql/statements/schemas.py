"""Schemas, extensions, and settings of the session: ``CREATE SCHEMA``, ``SET search_path``, ``SET ROLE``."""

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, string
from tieback.posture.rules.sql.schema import Namespace
from tieback.posture.rules.sql.statements.interpreter import Interpreter, RefusedError, Statements


def _create_schema(interpreter: Interpreter, fields: Node) -> None:
    owner = names.role_name(fields["authrole"], interpreter.db) if "authrole" in fields else interpreter.db.current
    name = fields.get("schemaname") or owner
    if name in interpreter.db.schemas:
        if not fields.get("if_not_exists"):
            raise RefusedError(f"schema {name} exists")
        return
    interpreter.db.schemas[name] = Namespace(
        name, owner, interpreter.db.default_grants_for(interpreter.db.current, "", "schema")
    )
    before = interpreter.db.search_path
    interpreter.db.search_path = (name, *before)
    origin = interpreter.origin
    for element in fields.get("schemaElts", []):
        interpreter.apply(*kind_of(element), origin)
    interpreter.db.search_path = before


def _set(interpreter: Interpreter, fields: Node) -> None:
    name = fields.get("name", "")
    if name == "search_path":
        values = [string(one) for one in fields.get("args", [])]
        interpreter.db.search_path = tuple(one for one in values if one) if values else ("public",)
    elif name in {"role", "session_authorization"}:
        values = [string(one) for one in fields.get("args", [])]
        interpreter.db.current = values[0] if values and values[0] not in {"", "none", "default"} else "postgres"


def _create_extension(interpreter: Interpreter, fields: Node) -> None:
    interpreter.db.extensions.add(fields["extname"])


KINDS: Statements = {
    "CreateSchemaStmt": _create_schema,
    "VariableSetStmt": _set,
    "CreateExtensionStmt": _create_extension,
}
"""By the name of PostgreSQL's node."""
