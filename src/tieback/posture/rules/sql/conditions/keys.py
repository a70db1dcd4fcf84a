"""Unique keys of rows that the requester would write first: a stored row may have the key already.

Source: https://www.postgresql.org/docs/current/ddl-constraints.html. A stored row with a foreign key proves that the
row it refers to is there.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from tieback.posture.rules.sql.conditions.context import BaseRow, Scope
from tieback.posture.rules.sql.conditions.values import EITHER, FALSE, OWN_EMAIL, OWN_ID, TRUE, Truth
from tieback.posture.rules.sql.schema import Relation


def is_free(row: BaseRow, others: Sequence[BaseRow], outer: Scope) -> Truth:
    """Whether no stored row has a key of a new row, as far as the values show that were read.

    Args:
        row: the new row.
        others: the other rows of its query.
        outer: the rows and parameters around its query.
    """
    found = TRUE
    for key in row.relation.keys.values():
        if not key or not key <= row.values.keys():
            continue
        values = [row.values[name] for name in key]
        if None in values or any(value in (OWN_ID, OWN_EMAIL) for value in values):
            continue
        for stored in _stored(others, outer):
            if len(key) == 1 and _refers(stored, row.relation, next(iter(key)), values[0]):
                return FALSE
            if all(_has(stored.values.values(), value) for value in values):
                found = EITHER
        if all(_has(_parameters(outer), value) for value in values):
            found = EITHER
    return found


def _stored(others: Sequence[BaseRow], outer: Scope | None) -> Iterator[BaseRow]:
    yield from (one for one in others if one.kind == "stored")
    while outer is not None:
        for one in outer.rows.values():
            if isinstance(one, BaseRow) and one.kind == "stored":
                yield one
        outer = outer.parent


def _parameters(outer: Scope | None) -> Iterator[Any]:
    while outer is not None:
        yield from outer.parameters.values()
        outer = outer.parent


def _has(values: Any, wanted: Any) -> bool:
    return any(type(value) is type(wanted) and value == wanted for value in values)


def _refers(row: BaseRow, relation: Relation, column: str, value: Any) -> bool:
    """True if a foreign key of a row refers to the row of another table with this key."""
    return any(
        target == (relation.name, column) and _has([row.values.get(name)], value)
        for name, target in row.relation.references.items()
    )
