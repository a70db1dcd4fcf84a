"""Rows to insert, and updates, with the candidate values of each column."""

import itertools
import random
from collections.abc import Mapping

from tieback.posture.rules.sql.attempts.session import quoted
from tieback.posture.rules.sql.attempts.values import literal
from tieback.posture.rules.sql.conditions.candidates import Constants, candidates
from tieback.posture.rules.sql.schema import Relation

MAX_ATTEMPTS = 60
"""Most rows and most updates of one table."""


def table_of(relation: Relation) -> str:
    """The name of a table in SQL."""
    return ".".join(quoted(part) for part in relation.name)


def rows_of(
    relation: Relation, constants: Constants, *, own: bool, fixed: Mapping[str, str] | None = None
) -> list[str]:
    """Rows as the text after ``INSERT INTO table``: all combinations if they are few, else a sample.

    Args:
        relation: the table.
        constants: of the conditions.
        own: True if the requester sets the values.
        fixed: values in SQL of some columns.
    """
    settable = [one for one in relation.columns.values() if not one.generated]
    options: list[list[str]] = []
    for column in settable:
        if fixed and column.name in fixed:
            options.append([fixed[column.name]])
            continue
        values = [literal(one, column.type) for one in candidates(column, column.name, constants, own=own)]
        shown = [one for one in values if one] or ["default"]
        if column.default is not None:
            shown.append("default")
        options.append(list(dict.fromkeys(shown)))
    if not settable:
        return ["default values"]
    names = ", ".join(quoted(one.name) for one in settable)
    chosen = random.Random(relation.label)
    number = 1
    for one in options:
        number = min(number * len(one), 1_000_000)
    if number <= MAX_ATTEMPTS:
        rows = list(itertools.product(*options))
    else:
        rows = [tuple(chosen.choice(one) for one in options) for _ in range(MAX_ATTEMPTS)]
    full = sorted(rows, key=lambda row: sum(one in {"null", "default"} for one in row))
    found = []
    for at, row in enumerate(full):
        cells = [
            _unique(one, column.type, at) if column.not_null else one for one, column in zip(row, settable, strict=True)
        ]
        found.append(f"({names}) values ({', '.join(cells)})")
        if _has_key(relation) and own:
            found.append(f"({names}) values ({', '.join(row)})")
    return found


def _has_key(relation: Relation) -> bool:
    """True if a column has no null: it may be a key, which needs different values."""
    return any(one.not_null for one in relation.columns.values())


def _unique(literal: str, kind: str, at: int) -> str:
    if kind in {"integer", "bigint", "smallint"} and literal in {"7001", "7002"}:
        return str(9000 + at)
    return literal


def updates_of(relation: Relation, constants: Constants) -> list[str]:
    """``UPDATE`` statements of one column each."""
    table = table_of(relation)
    found: list[str] = []
    for column in relation.columns.values():
        if column.generated:
            continue
        values = [literal(one, column.type) for one in candidates(column, column.name, constants, own=True)]
        found += [f"update {table} set {quoted(column.name)} = {one}" for one in values[:4] if one]
    return found[:MAX_ATTEMPTS]
