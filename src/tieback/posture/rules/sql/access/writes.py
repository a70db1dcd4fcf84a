"""Rows that the requester may write itself before its request."""

import re
from dataclasses import replace

from tieback.posture.rules.sql.access.context import AccessContext
from tieback.posture.rules.sql.access.privileges import granted_columns
from tieback.posture.rules.sql.conditions.context import BaseRow, Context, RefusedQueryError, Row, Scope
from tieback.posture.rules.sql.conditions.evaluator import Evaluator
from tieback.posture.rules.sql.conditions.policies import passes
from tieback.posture.rules.sql.conditions.sources import constraints
from tieback.posture.rules.sql.conditions.values import CHOICE, EITHER, FALSE, Truth, both
from tieback.posture.rules.sql.schema import Relation

_TIMED = {"insert": "insert", "update": "update", "delete": "delete", "take": "update", "overwrite": "update"}


def may_write(
    access: AccessContext, evaluator: Evaluator, relation: Relation, command: str, row: Row, context: Context
) -> Truth:
    """Whether the requester may insert, change or delete this row itself, before its request."""
    role = evaluator.session.role
    if not access.db.may_use(role, relation.name[0]):
        return FALSE
    granted, columns = granted_columns(access, relation, _TIMED[command], role)
    if granted is None:
        return FALSE
    rights = replace(
        context, role=role, active=(), obtaining=context.obtaining | {relation.name}, depth=context.depth + 1
    )
    try:
        if command == "insert":
            set_defaults(evaluator, relation, columns, row, rights)
            found = new_row_passes(evaluator, relation, command, row, rights)
        elif command == "take":
            found = _taken(evaluator, relation, columns, row, rights)
        elif command == "overwrite":
            found = _overwritten(evaluator, relation, columns, row, rights)
        elif command == "delete":
            found = passes(evaluator, relation, "delete", row, rights)
        else:
            old = BaseRow(relation, evaluator.constants, context.choices)
            old.values = dict(row.before) if isinstance(row, BaseRow) else {}
            found = both(
                passes(evaluator, relation, "update", old, rights),
                new_row_passes(evaluator, relation, command, row, rights),
            )
    except RefusedQueryError:
        return FALSE
    if may_refuse(access, relation, command):
        return both(found, EITHER)
    return both(found, CHOICE) if found.holds else found


def _taken(
    evaluator: Evaluator, relation: Relation, columns: frozenset[str] | None, row: Row, context: Context
) -> Truth:
    """Whether the requester may change a row of somebody else into this one."""
    old = BaseRow(relation, evaluator.constants, context.choices)
    found = passes(evaluator, relation, "update", old, context)
    if "T" not in found.possible:
        return FALSE
    if isinstance(row, BaseRow):
        for name, column in relation.columns.items():
            if column.generated or (columns is not None and name not in columns):
                row.values.setdefault(name, old.get(name))
    found = both(found, new_row_passes(evaluator, relation, "update", row, context))
    # Nothing is known of the stored rows: if their values decide, there may be none.
    # A request without a condition changes all rows, which cannot have the same key.
    return both(found, EITHER) if old.values or relation.keys else found


def _overwritten(
    evaluator: Evaluator, relation: Relation, columns: frozenset[str] | None, row: Row, context: Context
) -> Truth:
    """Whether the requester may change the stored row with this row's key into this row, whatever its other values."""
    if not isinstance(row, BaseRow):
        return FALSE
    key = {name for one in relation.keys.values() if one <= row.values.keys() for name in one}
    if columns is not None and not row.values.keys() <= key | columns:
        return FALSE
    old = BaseRow(relation, evaluator.constants, context.choices)
    old.values = {name: row.values[name] for name in key}
    found = passes(evaluator, relation, "update", old, context)
    if old.values.keys() != key:
        return FALSE
    return both(found, new_row_passes(evaluator, relation, "update", row, context))


def set_defaults(
    evaluator: Evaluator, relation: Relation, columns: frozenset[str] | None, row: Row, context: Context
) -> None:
    """Give the columns without a privilege their defaults."""
    if columns is None or not isinstance(row, BaseRow):
        return
    for name, column in relation.columns.items():
        if name in columns or name in row.values:
            continue
        row.values[name] = evaluator.value(column.default, Scope(), context) if column.default is not None else None


def new_row_passes(evaluator: Evaluator, relation: Relation, command: str, row: Row, context: Context) -> Truth:
    """Whether the policies and constraints of a table accept a new row."""
    found = passes(evaluator, relation, command, row, context, check=True)
    if "T" not in found.possible:
        return found
    if isinstance(row, BaseRow):
        found = both(found, constraints(evaluator, relation, row, context))
        for name, value in row.values.items():
            column = relation.columns.get(name)
            if value is None and column is not None and column.not_null and not column.generated:
                return FALSE
    return found


def may_refuse(access: AccessContext, relation: Relation, command: str) -> bool:
    """True if a trigger may refuse or change the row."""
    for trigger in relation.triggers:
        if _TIMED[command] not in trigger.events:
            continue
        for function in access.db.functions.get(trigger.function, []):
            text = function.body.lower()
            if "raise exception" in text or "return null" in text:
                return True
            if trigger.before and re.search(r"\bnew\.(?!updated_at|modified_at|created_at)\w+\s*:?=", text):
                return True
        if trigger.before and trigger.function not in access.db.functions:
            return True
    return False
