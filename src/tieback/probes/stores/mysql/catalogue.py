"""Tables, rows, bytes and columns from ``information_schema``, and the rows of tables whose estimate is zero."""

import re
from collections.abc import Iterable
from itertools import batched

import msgspec

from tieback.model.count_text import count_text
from tieback.model.figure import Figure, Quality, estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field
from tieback.probes.interface import ReportDraft
from tieback.probes.stores.mysql import queries
from tieback.probes.stores.mysql.session import MysqlRefusal, MysqlSession
from tieback.scope.conversation import Conversation

_COUNTING_ENGINES = frozenset(("MyISAM", "Aria", "ARCHIVE"))
"""Engines that keep an exact number of rows."""
HIDDEN = "tables on which this account has no right: information_schema does not list them"
_ON_TABLES = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "CREATE", "DROP", "ALTER", "INDEX", "TRIGGER"))
"""Privileges on tables. Any of them for the whole server shows every table."""
_DENIED = (1142, 1143)
"""ER_TABLEACCESS_DENIED_ERROR, ER_COLUMNACCESS_DENIED_ERROR."""


def read_catalogue(draft: ReportDraft, session: MysqlSession, depth: Depth, *, scans: bool) -> Conversation[None]:
    """Add the tables, with columns if the depth allows them, and judge the access."""
    tidb = draft.product == "tidb"
    others = [["0"]] if tidb else (yield from session.query(queries.OTHERS, 1))
    plain = others == [["0"]]
    tables = queries.TIDB_TABLES if tidb else queries.TABLES
    rows = yield from session.query(tables if plain else queries.NAMES, 7)
    if isinstance(rows, MysqlRefusal):
        draft.problem(f"information_schema.TABLES: {rows.code} {rows.text[:120]}")
        return
    if len(rows) >= queries.MAX_TABLES:
        draft.leave_out(f"more tables than the limit; the first {queries.MAX_TABLES} are listed")
    local = {(row[0] or "", row[1] or "") for row in rows if row[2] in queries.LOCAL_ENGINES}
    if not plain:
        if len(local) < len(rows):
            draft.problem("tables of engines that may contact other servers are listed without rows, sizes and columns")
        sizes = yield from _of_tables(draft, session, queries.SIZES_PARTS, local, 7)
        known = {(row[0], row[1]): row for row in sizes}
        rows = [known.get((row[0], row[1]), row) for row in rows]
    draft.containers = [_container(row) for row in rows]
    if draft.identity is None or draft.identity.kind != "vendor_id":
        draft.fingerprint(f"{row[0]}\0{row[1]}" for row in rows)
    draft.prove("information_schema.TABLES", f"lists {count_text(len(rows), 'table')}", draft.access)
    if depth.allows(Depth.DESCRIBE):
        all_columns = queries.TIDB_COLUMNS if tidb else queries.COLUMNS
        yield from _describe(draft, session, all_columns, None if plain else local)
    denied = yield from _count(draft, session, local, scans=scans)
    _judge(draft, denied)
    if not draft.sees_all:
        # Until there is an answer.
        draft.leave_out(HIDDEN)
        if (yield from _sees_every_table(session)):
            draft.sees_everything(HIDDEN)


def _sees_every_table(session: MysqlSession) -> Conversation[bool]:
    """True if the account has a right on the tables of every schema: the catalogue then lists all of them."""
    rows = yield from session.query(queries.GLOBAL_PRIVILEGES, 1)
    held = {(row[0] or "").upper() for row in rows} if isinstance(rows, list) else set()
    return not held.isdisjoint(_ON_TABLES)


def _judge(draft: ReportDraft, denied: int) -> None:
    if denied and denied == len(draft.containers) and draft.access is Access.OPEN:
        draft.access = Access.SCHEMA_ONLY
    if any(c.records is None or c.records.value for c in draft.containers):
        return
    if any(c.records is not None and c.records.quality is Quality.ESTIMATE for c in draft.containers):
        draft.access = Access.PARTIAL
        draft.problem("every estimate of rows is zero, but estimates may lag behind: the store may or may not be empty")
    else:
        draft.access = Access.OPEN_EMPTY


def _count(
    draft: ReportDraft, session: MysqlSession, local: Iterable[tuple[str, str]], *, scans: bool
) -> Conversation[int]:
    """Count the rows of tables whose estimate is zero: statistics may be missing. At most a few tables.

    Returns the number of tables that the account may not read.
    """
    local = set(local)
    zero = [
        at
        for at, one in enumerate(draft.containers)
        if one.records is not None and one.records.quality is Quality.ESTIMATE and not one.records.value
        if (one.path[0], one.path[1]) in local
    ]
    if len(zero) > queries.MAX_COUNTED:
        draft.problem(f"{count_text(len(zero), 'table')} with an estimate of zero; {queries.MAX_COUNTED} were counted")
    denied = 0
    for at in zero[: queries.MAX_COUNTED]:
        container = draft.containers[at]
        figure = yield from _rows_of(draft, session, container, scans=scans)
        denied += figure is None
        if figure is not container.records:
            draft.containers[at] = msgspec.structs.replace(container, records=figure)
    return denied


def _rows_of(
    draft: ReportDraft, session: MysqlSession, container: Container, *, scans: bool
) -> Conversation[Figure | None]:
    """The counted rows; ``None`` if they are not readable; the present figure if they cannot be counted."""
    figure = container.records
    for query in queries.COUNTS:
        sql = query.sql(container.path[0], container.path[1])
        if sql is None or (query.cost.needs_scans and not scans):
            return figure
        rows = yield from session.query(sql, 1)
        if isinstance(rows, MysqlRefusal):
            draft.problem(f"{query.name} of {container.name}: {rows.code} {rows.text[:120]}")
            return None if rows.code in _DENIED else figure
        count = _number(rows[0][0]) if rows else None
        if count is None:
            return figure
        figure = query.figure(count)
        if figure.quality is Quality.EXACT:
            return figure
    return figure


def _of_tables(
    draft: ReportDraft,
    session: MysqlSession,
    parts: tuple[str, str, str],
    tables: Iterable[tuple[str, str]],
    columns: int,
) -> Conversation[list[list[str | None]]]:
    """Rows of a query about named tables, a few tables at a time."""
    by_schema: dict[str, list[str]] = {}
    for schema, table in sorted(tables):
        if queries.valid_name(schema) and queries.valid_name(table):
            by_schema.setdefault(schema, []).append(table)
        else:
            draft.problem(f"skipped a table whose name is not safe to send: {f'{schema}.{table}'[:60]!r}")
    found: list[list[str | None]] = []
    for schema, names in by_schema.items():
        for some in batched(names, queries.MAX_NAMED):
            sql = queries.tables_query(parts, schema, some)
            rows = (yield from session.query(sql, columns)) if sql is not None else []
            if isinstance(rows, MysqlRefusal):
                draft.problem(f"information_schema of {schema}: {rows.code} {rows.text[:120]}")
            else:
                found += rows
    return found


def _describe(
    draft: ReportDraft, session: MysqlSession, all_columns: str, tables: Iterable[tuple[str, str]] | None
) -> Conversation[None]:
    """Add the columns of all tables, or only of the given ones."""
    rows = (
        (yield from session.query(all_columns, 4))
        if tables is None
        else (yield from _of_tables(draft, session, queries.COLUMNS_PARTS, tables, 4))
    )
    if isinstance(rows, MysqlRefusal):
        draft.problem(f"information_schema.COLUMNS: {rows.code} {rows.text[:120]}")
        return
    if len(rows) >= queries.MAX_COLUMNS:
        draft.problem(f"more columns than the limit; the first {queries.MAX_COLUMNS} are listed")
    fields: dict[tuple[str, ...], list[Field]] = {}
    for schema, table, column, kind in rows:
        fields.setdefault((schema or "", table or ""), []).append(Field(column or "", kind or ""))
    draft.containers = [
        msgspec.structs.replace(container, fields=tuple(fields.get(container.path, ())))
        for container in draft.containers
    ]


def _container(row: list[str | None]) -> Container:
    schema, table, engine, records, data, index, created = row
    count = _number(records)
    figure = None
    if count is not None:
        make = exact if engine in _COUNTING_ENGINES else estimate
        figure = make(count, "information_schema TABLE_ROWS")
    held = _number(data)
    size = (
        None if held is None else estimate(held + (_number(index) or 0), "information_schema DATA_LENGTH+INDEX_LENGTH")
    )
    when = (created or "").replace(" ", "T")[:19]
    return Container((schema or "", table or ""), "table", records=figure, bytes=size, created=when)


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,18}", text) else None
