"""Pages of tokens: the number of rows of a table, without reading a value.

``SELECT token(<partition key>)`` returns one number per row: a hash of the key, with the partitioners of
``HASHING_PARTITIONERS``. Others return the key itself, so they are never asked. ``token`` is the built-in function,
whatever functions a user of the server defined: its name is resolved first (``FunctionResolver`` of Cassandra).

A page ends after ``PAGE`` rows. The next one starts after the last token that is complete in it.
"""

import re
from collections.abc import Mapping, Sequence

from tieback.model.grant import Depth
from tieback.probes.stores.cassandra.session import HEADER, PAGE, CqlQuery, decode_rows, query_pattern
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import DeclaredSend, SendCost

HASHING_PARTITIONERS = ("org.apache.cassandra.dht.Murmur3Partitioner", "org.apache.cassandra.dht.RandomPartitioner")
"""Partitioners whose token is a hash of 64 or 128 bits."""
MAX_ROWS = 100_000
"""Maximum number of rows counted on one server: 1.2 MB of tokens."""
FIRST_PAGE, NEXT_PAGE = "SELECT token(<key>) ... LIMIT", "SELECT token(<key>) ... WHERE token(<key>) > <token> LIMIT"
_NAME = re.compile(r"[A-Za-z0-9_]{1,48}")
_MAX_KEY = 8
_NAMES = rb'"[A-Za-z0-9_]{1,48}"(?:,"[A-Za-z0-9_]{1,48}"){0,7}'
_TABLE = rb'"[A-Za-z0-9_]{1,48}"\."[A-Za-z0-9_]{1,48}"'
_FIRST = rb"SELECT token\(" + _NAMES + rb"\) FROM " + _TABLE
_AFTER = rb" WHERE token\(" + _NAMES + rb"\) > -?[0-9]{1,39}"
_LIMIT = rb" LIMIT %d" % PAGE


def partition_keys(rows: Sequence[Sequence[bytes | None]]) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Columns of the partition key of each table, in their order.

    Args:
        rows: keyspace, table, column, position and kind, from ``system_schema.columns``.
    """
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for keyspace, table, column, position, kind in rows:
        if kind == b"partition_key" and position is not None and keyspace and table and column:
            path = (keyspace.decode("utf-8", "replace"), table.decode("utf-8", "replace"))
            place = int.from_bytes(position, "big", signed=True)
            found.setdefault(path, []).append((place, column.decode("utf-8", "replace")))
    return {path: tuple(name for _, name in sorted(columns)) for path, columns in found.items()}


def page_query(path: tuple[str, str], key: Sequence[str], after: int | None = None) -> CqlQuery | None:
    """Query for one page of tokens; ``None`` if a name must not be sent.

    Args:
        path: keyspace and table.
        key: columns of the partition key.
        after: the token after which the page starts; ``None`` for the first page.
    """
    if not 0 < len(key) <= _MAX_KEY or not all(_NAME.fullmatch(name) for name in (*path, *key)):
        return None
    token = "token({})".format(",".join(f'"{name}"' for name in key))
    where = "" if after is None else f" WHERE {token} > {after}"
    source = f'"{path[0]}"."{path[1]}"{where}'
    return CqlQuery(f"SELECT {token} FROM {source} LIMIT {PAGE}", 1, "")  # noqa: S608 - every name was checked


def complete_tokens(rows: Sequence[Sequence[bytes | None]]) -> tuple[int, int | None, bool]:
    """How many rows of a full page count, the token that they end with, and whether the partition was cut there.

    The last partition of the page may continue behind it, so its rows are left to the next page. A partition that
    fills the whole page counts as far as it was listed.
    """
    last = rows[-1][0] if rows else None
    if last is None:
        return len(rows), None, True
    at = len(rows)
    while at and rows[at - 1][0] == last:
        at -= 1
    before = rows[at - 1][0] if at else None
    if before is None:
        return len(rows), int.from_bytes(last, "big", signed=True), True
    return at, int.from_bytes(before, "big", signed=True), False


def without_tokens(response: bytes) -> bytes | None:
    """A page with the rank of each token in its place: a token could be tested against guessed keys."""
    try:
        rows = decode_rows(response[HEADER:], 1).rows
    except HostileAnswer:
        return None
    ranks = {value: rank for rank, value in enumerate(dict.fromkeys(value for (value,) in rows))}
    size = sum(4 + len(value or b"") for (value,) in rows)
    head = response[: len(response) - size] if size else response
    body = head[HEADER:] + b"".join(b"\0\0\0\x08" + ranks[value].to_bytes(8, "big") for (value,) in rows)
    return head[: HEADER - 4] + len(body).to_bytes(4, "big") + body


SENDS = (
    DeclaredSend(
        FIRST_PAGE,
        query_pattern(_FIRST + _LIMIT),
        f"number of rows of a table, at most {PAGE:,}: one hash of the key per row; returns no value",
        Depth.DESCRIBE,
        cost=SendCost.BOUNDED,
        redact=without_tokens,
    ),
    DeclaredSend(
        NEXT_PAGE,
        query_pattern(_FIRST + _AFTER + _LIMIT),
        f"the same, further pages; all tables together at most {MAX_ROWS:,} rows",
        Depth.DESCRIBE,
        cost=SendCost.SCAN,
        redact=without_tokens,
    ),
)
