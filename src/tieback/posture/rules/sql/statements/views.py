"""``CREATE VIEW``, ``CREATE MATERIALIZED VIEW`` and ``CREATE TABLE AS``."""

from typing import Any

from tieback.posture.rules.sql import names
from tieback.posture.rules.sql.parse import Node, kind_of, string, strings
from tieback.posture.rules.sql.schema import Column, Relation
from tieback.posture.rules.sql.statements.interpreter import Interpreter, Statements
from tieback.posture.rules.sql.statements.tables import new_relation


def _create_view(interpreter: Interpreter, fields: Node) -> None:
    relation = new_relation(interpreter, fields["view"], "view", replace=bool(fields.get("replace")))
    if relation is None:
        return
    relation.query = fields["query"]
    names.qualify(interpreter.db, relation.query)
    _view_options(relation, fields.get("options"))
    relation.checked |= fields.get("withCheckOption", "NO_CHECK_OPTION") != "NO_CHECK_OPTION"
    relation.columns = {}
    _view_columns(interpreter, relation, fields.get("aliases"))


def _view_options(relation: Relation, nodes: Any) -> None:
    chosen = names.options(nodes)
    relation.invoker = "security_invoker" in chosen and names.is_on(chosen["security_invoker"])
    relation.checked = "check_option" in chosen


def _view_columns(interpreter: Interpreter, relation: Relation, aliases: Any) -> None:
    given = strings(aliases)
    query = kind_of(relation.query)[1]
    while query.get("larg"):
        query = query["larg"]
    found: list[str] = []
    for target in query.get("targetList", []):
        fields = kind_of(target)[1]
        kind, value = kind_of(fields.get("val"))
        last = value.get("fields", [{}])[-1] if kind == "ColumnRef" else {}
        if "A_Star" in last:
            for one in query.get("fromClause", []):
                source = interpreter.db.relation(*names.range_name(kind_of(one)[1])) if "RangeVar" in one else None
                found += list(source.columns) if source is not None else []
        else:
            found.append(fields.get("name") or string(last) or (strings(value.get("funcname"))[-1:] or ["?"])[0])
    for at, name in enumerate(found):
        relation.columns[given[at] if at < len(given) else name] = Column(name, "")


def _create_table_as(interpreter: Interpreter, fields: Node) -> None:
    kind = "matview" if fields.get("objtype") == "OBJECT_MATVIEW" else "table"
    into = fields["into"]
    relation = new_relation(interpreter, into["rel"], kind, if_not_exists=bool(fields.get("if_not_exists")))
    if relation is None:
        return
    relation.query = fields["query"]
    names.qualify(interpreter.db, relation.query)
    _view_columns(interpreter, relation, into.get("colNames"))
    if kind == "table":
        relation.query = None


KINDS: Statements = {
    "ViewStmt": _create_view,
    "CreateTableAsStmt": _create_table_as,
}
"""By the name of PostgreSQL's node."""
