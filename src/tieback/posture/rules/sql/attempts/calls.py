"""Functions (RPC): what they return before and after others store rows, and whether they write.

A function reads stored rows if its result changes when others store rows. It is called twice each time: a result that
changes without a reason (a time, a random number) decides nothing.
"""

import itertools
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from tieback.posture.rules.sql.attempts.session import SAFE, quoted
from tieback.posture.rules.sql.attempts.values import literal
from tieback.posture.rules.sql.conditions.candidates import Constants, candidates
from tieback.posture.rules.sql.linter import function_path
from tieback.posture.rules.sql.schema import Column, Database, Function

if TYPE_CHECKING:
    import psycopg

MAX_FUNCTIONS = 200
MAX_CALLS = 12
"""Most calls of one function, with different arguments."""

type Results = dict[str, list[tuple[int, int] | None]]
"""By path: a number for each result, and how many rows the call wrote (-1 for an error); ``None`` if it is unsteady."""


def functions_of(database: Database) -> list[Function]:
    """The functions of the files that the API can call."""
    found = [
        one
        for each in database.functions.values()
        for one in each
        if one.origin.line and not one.procedure and one.returns not in {"trigger", "event_trigger"}
    ]
    return found[:MAX_FUNCTIONS]


def results_of(
    session: "psycopg.Connection[Any]",
    functions: Sequence[Function],
    constants: Constants,
    before: Results | None = None,
) -> Results:
    """Call each function with several arguments; all effects are undone.

    Args:
        session: of a requester.
        functions: those to call.
        constants: of all conditions.
        before: earlier results: a function without a steady one is not called again.
    """
    found: Results = {}
    for function in functions:
        if before is not None and not any(before.get(function_path(function), [])):
            continue
        statements = statements_of(function, constants)
        first = _call(session, statements)
        second = _call(session, statements) if any(first) else first
        steady = [one if one == other else None for one, other in zip(first, second, strict=True)]
        found.setdefault(function_path(function), []).extend(steady)
    return found


def reached(before: Results, after: Results) -> dict[tuple[str, str], bool]:
    """By path and ``call`` or ``change``: whether a call returns what depends on rows of others, or writes."""
    found: dict[tuple[str, str], bool] = {}
    for path, results in after.items():
        pairs = [(one, two) for one, two in zip(before.get(path, []), results, strict=False) if one and two]
        if pairs:
            found[path, "call"] = any(one[0] != two[0] for one, two in pairs)
            found[path, "change"] = any(one[1] > 0 or two[1] > 0 for one, two in pairs)
    return found


def _call(session: "psycopg.Connection[Any]", statements: list[str]) -> Sequence[tuple[int, int] | None]:
    import psycopg

    session.execute(b"set statement_timeout = '2s'")
    try:
        row = session.execute(b"select tieback.calls(%s)", (statements,)).fetchone()
    except psycopg.errors.QueryCanceled:
        return [None] * len(statements)
    finally:
        session.execute(SAFE)
    numbers = list(row[0]) if row is not None else []
    return list(zip(numbers[::2], numbers[1::2], strict=True))


def statements_of(function: Function, constants: Constants) -> list[str]:
    """Calls of a function with several arguments."""
    name = ".".join(quoted(part) for part in function.name)
    options: list[list[str]] = []
    for at, kind in enumerate(function.arguments):
        column = Column(function.parameters[at], kind.removesuffix("[]"), kind.endswith("[]"), not_null=True)
        values = [literal(one, column.type) for one in candidates(column, column.name, constants, own=True)]
        stored = ["9000"] if column.type in {"integer", "bigint", "smallint"} else []
        options.append([*dict.fromkeys(stored + [one for one in values if one])][:4] or ["null"])
    calls: list[tuple[str, ...]] = [()] if function.defaults == len(function.arguments) and options else []
    calls += list(itertools.islice(itertools.product(*options), MAX_CALLS))
    return [f"select * from {name}({', '.join(one)})" for one in calls]
