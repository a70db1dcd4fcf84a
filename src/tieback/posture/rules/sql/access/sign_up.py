"""Rows that triggers on ``auth.users`` create for a new user."""

import re
from collections.abc import Iterator
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.conditions.context import Choices, Context, Scope
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.values import UNKNOWN
from tieback.posture.rules.sql.parse import Node, StatementError, kind_of
from tieback.posture.rules.sql.schema import Name, Relation


class _UserRow:
    """The new row of ``auth.users`` in a trigger."""

    def __init__(self, values: dict[str, Any], metadata: dict[str, Any]) -> None:
        self._values, self._metadata = values, metadata

    def has(self, name: str) -> bool:
        """True: it has every column that a trigger reads."""
        return bool(name)

    def get(self, name: str) -> Any:
        """The value of a column, or of a key of the metadata."""
        column, _, key = name.partition("\0")
        if column == "raw_user_meta_data":
            return self._metadata.get(key) if key else self._metadata
        return self._values.get(column, UNKNOWN)


def created_rows(access: AccessContext, relation: Relation, evaluator: Evaluator) -> list[dict[str, Any]]:
    """Rows that triggers on ``auth.users`` create for a new user."""
    if not evaluator.session.signed_in:
        return []
    if access.sign_up is None:
        access.sign_up = dict(sign_up_inserts(access))
    found = access.sign_up.get(relation.name, [])
    metadata = evaluator.session.claims.get("user_metadata", {})
    return [
        {
            name: (_created_value(node, evaluator, metadata) if isinstance(node, dict) else node)
            for name, node in row.items()
        }
        for row in found
    ]


def _created_value(node: Node, evaluator: Evaluator, metadata: dict[str, Any]) -> Any:
    user = evaluator.session.claims
    row = _UserRow({"id": user["sub"], "email": user["email"], "role": "authenticated"}, metadata)
    return evaluator.value(node, Scope({"new": row}), Context("postgres", Choices()))


def sign_up_inserts(access: AccessContext) -> Iterator[tuple[Name, list[dict[str, Any]]]]:
    """The inserts of triggers on ``auth.users``, by table."""
    users = access.db.relations.get(("auth", "users"))
    rows: dict[Name, list[dict[str, Any]]] = {}
    for trigger in users.triggers if users is not None else ():
        if "insert" not in trigger.events:
            continue
        for function in access.db.functions.get(trigger.function, []):
            for fields in inserts(function.body):
                relation = access.db.relation(*names.range_name(fields["relation"]))
                row = _inserted(fields, relation) if relation is not None else None
                if relation is not None and row is not None:
                    rows.setdefault(relation.name, []).append(row)
    yield from rows.items()


def inserts(body: str) -> Iterator[Node]:
    """The ``INSERT`` statements of a trigger's body."""
    for match in re.finditer(r"\binsert\s+into\b", body, re.IGNORECASE):
        end = body.find(";", match.start())
        text = body[match.start() : end if end > 0 else len(body)]
        try:
            trees = parse.parse(text)
        except StatementError:
            continue
        if trees and trees[0][0] == "InsertStmt":
            yield trees[0][1]


def _inserted(fields: Node, relation: Relation) -> dict[str, Any] | None:
    columns = [kind_of(one)[1].get("name", "") for one in fields.get("cols", [])] or list(relation.columns)
    query = kind_of(fields.get("selectStmt"))[1]
    rows = query.get("valuesLists", [])
    if not rows and not query.get("fromClause"):
        values = [kind_of(one)[1].get("val") for one in query.get("targetList", [])]
    elif len(rows) == 1:
        values = kind_of(rows[0])[1].get("items", [])
    else:
        return None
    found: dict[str, Any] = dict(zip(columns, values, strict=False))
    for name, column in relation.columns.items():
        if name not in found:
            found[name] = column.default
    return found
