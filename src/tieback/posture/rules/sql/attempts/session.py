"""Connections of a requester, and single statements in them, whose effects are undone."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import psycopg

SAFE = b"set search_path = public, extensions; set statement_timeout = '5s'; set client_min_messages = error"
"""PostgreSQL's own functions come first, whatever the files set for the role."""


def one(session: "psycopg.Connection[Any]", query: str, *values: Any) -> Any:
    """The only value of a query."""
    row = session.execute(query.encode(), values).fetchone()
    return row[0] if row is not None else None


def run(session: "psycopg.Connection[Any]", statement: str) -> str:
    """Execute a statement; returns PostgreSQL's error, empty without one."""
    return str(one(session, "select tieback.run(%s)", statement) or "")


def attempt(session: "psycopg.Connection[Any]", statements: list[str]) -> list[int]:
    """The number of rows that each statement reaches; -1 for an error."""
    return list(one(session, "select tieback.attempt(%s)", statements)) if statements else []


def quoted(name: str) -> str:
    """A name in SQL."""
    doubled = name.replace('"', '""')
    return f'"{doubled}"'
