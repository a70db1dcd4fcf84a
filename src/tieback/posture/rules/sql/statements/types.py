"""Types: enums, composites, domains; and the type of a column."""

from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, strings
from tieback.posture.rules.sql.schema import Column
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements


def _create_enum(interpreter: Interpreter, fields: Node) -> None:
    schema, name = names.dotted(strings(fields["typeName"]))
    interpreter.db.enums[interpreter.db.new_name(schema, name)] = tuple(strings(fields.get("vals")))


def _create_composite(interpreter: Interpreter, fields: Node) -> None:
    interpreter.db.composites.add(interpreter.db.new_name(*names.range_name(fields["typevar"])))


def _create_domain(interpreter: Interpreter, fields: Node) -> None:
    schema, name = names.dotted(strings(fields["domainname"]))
    interpreter.db.domains[interpreter.db.new_name(schema, name)] = column_of_type(
        interpreter, name, fields.get("typeName")
    )


def column_of_type(interpreter: Interpreter, name: str, kind: Any) -> Column:
    """A column of a type, with the labels of its enum."""
    plain = names.type_name(kind)
    column = Column(name, plain.removesuffix("[]"), plain.endswith("[]"))
    schema, raw = names.raw_type_name(kind)
    for one in [schema] if schema else [*interpreter.db.search_path, "public"]:
        labels = interpreter.db.enums.get((one, raw))
        domain = interpreter.db.domains.get((one, raw))
        if labels is not None:
            column.values = labels
            break
        if domain is not None:
            column.type, column.array, column.values = domain.type, domain.array, domain.values
            break
    if raw in names.SERIALS:
        column.not_null = True
        column.default = {"FuncCall": {"funcname": [{"String": {"sval": "nextval"}}]}}
    return column


KINDS: Statements = {
    "CreateEnumStmt": _create_enum,
    "CompositeTypeStmt": _create_composite,
    "CreateDomainStmt": _create_domain,
}
"""By the name of PostgreSQL's node."""
