"""Tables of every database from the catalogue: rows, bytes, columns."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, fields

import msgspec

from tieback.model.figure import Figure, Quality, estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import MATERIALIZED_VIEW, Access, Container, Field
from tieback.probes.interface import ReportDraft
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.session import PostgresRefusal, PostgresSession, valid_name
from tieback.scope.conversation import Conversation

_MATERIALIZED = "m"
"""``relkind`` of a materialised view."""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of ``queries.TABLES``, as text."""

    schema: str | None
    table: str | None
    kind: str | None
    analysed: str | None
    """``reltuples``."""
    pages: str | None
    """``relpages``, of the same time as ``reltuples``."""
    alive: str | None
    """``n_live_tup``."""
    heap: str | None
    """Bytes of the rows."""
    total: str | None
    """Bytes with indexes and long values."""
    block: str | None
    """Bytes of one page."""
    readable: str | None
    writable: str | None
    oid: str | None


def plain_columns(session: PostgresSession, schema: str, table: str) -> Conversation[list[str]]:
    """Columns that can be read without running code of a user of the server; none if the table is not plain."""
    sql = queries.plain_columns_query(schema, table)
    rows = (yield from session.query(sql, 1)) if sql is not None else []
    return [] if isinstance(rows, PostgresRefusal) else [name for (name,) in rows if name is not None]


class CatalogueWalk:
    """Queries of the databases, and the containers made from their answers."""

    def __init__(
        self, draft: ReportDraft, session: PostgresSession, role: str, depth: Depth, *, scans: bool = False
    ) -> None:
        self._draft = draft
        self._session = session
        self._role = role
        self._depth = depth
        self._scans = scans
        self._counted = 0
        self.identifiers: list[str] = []
        self.readable = 0
        """Number of tables that the role may read."""
        self.writable = 0
        """Number of tables that the role may change."""

    def database(self, name: str) -> Conversation[bool]:
        """List a database's tables; ``False`` if that failed."""
        draft = self._draft
        if not valid_name(name):
            draft.problem(f"skipped a database name that is not safe to send: {name[:60]!r}")
            return False
        started = yield from self._session.start(self._role, name)
        if isinstance(started, PostgresRefusal):
            draft.problem(f"{name}: {started.code} {started.text}")
            return False
        rows = yield from self._session.query(queries.TABLES, len(fields(TableRow)))
        if isinstance(rows, PostgresRefusal):
            draft.problem(f"{name}: {rows.code} {rows.text}")
            return False
        if len(rows) >= queries.MAX_TABLES:
            draft.leave_out(f"{name}: more tables than the limit; the {queries.MAX_TABLES} largest are listed")
        found = [TableRow(*row) for row in rows]
        tables = [self._table(name, row) for row in found]
        if self._depth.allows(Depth.DESCRIBE) and tables:
            tables = yield from self._describe(name, tables)
            yield from self._count(found, tables)
        draft.containers.extend(self._views_apart(found, tables))
        yield from self._session.stop()
        return True

    def _table(self, database: str, row: TableRow) -> Container:
        self.identifiers.append(f"{database}\0{row.schema}\0{row.table}\0{row.oid}")
        records = rows_of(row)
        if row.readable == "t":
            self.readable += records is None or records.value > 0
        else:
            records = None
        self.writable += row.writable == "t"
        size = count_or_none(row.total)
        held = None if size is None else exact(size, "pg_total_relation_size")
        return Container((database, row.schema or "", row.table or ""), "table", records=records, bytes=held)

    def _count(self, found: Sequence[TableRow], tables: list[Container]) -> Conversation[None]:
        """Count the rows of plain tables that have no statistics. At most a few tables."""
        for at, row in enumerate(found):
            if row.readable != "t" or tables[at].records is not None or self._counted >= queries.MAX_COUNTED:
                continue
            schema, table = row.schema or "", row.table or ""
            self._counted += 1
            if not (yield from plain_columns(self._session, schema, table)):
                continue
            figure = yield from self._rows(tables[at].name, schema, table)
            if figure is not None:
                tables[at] = msgspec.structs.replace(tables[at], records=figure)
                self.readable -= figure.value == 0

    def _rows(self, name: str, schema: str, table: str) -> Conversation[Figure | None]:
        figure: Figure | None = None
        for query in queries.COUNTS:
            sql = query.sql(schema, table)
            if sql is None or (query.cost.needs_scans and not self._scans):
                return figure
            rows = yield from self._session.query(sql, 1)
            if isinstance(rows, PostgresRefusal):
                self._draft.problem(f"{query.name} of {name}: {rows.code} {rows.text}")
                return figure
            count = count_or_none(rows[0][0]) if rows else None
            if count is None:
                return figure
            figure = query.figure(count)
            if figure.quality is Quality.EXACT:
                return figure
        return figure

    def _views_apart(self, found: Sequence[TableRow], tables: list[Container]) -> list[Container]:
        """Materialised views have copies of the records of tables, so no total contains them if a table is readable."""
        views = {at for at, row in enumerate(found) if row.kind == _MATERIALIZED}
        if any(row.readable == "t" for row in found if row.kind != _MATERIALIZED):
            return [
                msgspec.structs.replace(one, kind=MATERIALIZED_VIEW) if at in views else one
                for at, one in enumerate(tables)
            ]
        if views:
            self._draft.problem("records of materialised views count, because no table is readable")
        return tables

    def _describe(self, database: str, tables: list[Container]) -> Conversation[list[Container]]:
        rows = yield from self._session.query(queries.COLUMNS, 4)
        if isinstance(rows, PostgresRefusal):
            self._draft.problem(f"{database}: {rows.code} {rows.text}")
            return tables
        if len(rows) >= queries.MAX_COLUMNS:
            self._draft.problem(f"{database}: more columns than the limit; the first {queries.MAX_COLUMNS} are listed")
        fields: dict[tuple[str, ...], list[Field]] = {}
        for schema, table, column, kind in rows:
            fields.setdefault((database, schema or "", table or ""), []).append(Field(column or "", kind or ""))
        return [msgspec.structs.replace(table, fields=tuple(fields.get(table.path, ()))) for table in tables]


def rows_of(row: TableRow) -> Figure | None:
    """Number of rows of a table, from one statistic; ``None`` if there is none.

    As the planner does, it scales the density of the last ANALYZE or VACUUM to the present size. ``reltuples`` is -1 (0
    before version 14) if there was none; then the live count is the only one. It is lost in a crash, and a bulk load
    may be in it twice.
    """
    heap, analysed = count_or_none(row.heap), count_or_none(row.analysed)
    if heap == 0:
        return exact(0, "pg_relation_size is 0")
    pages, block = count_or_none(row.pages), count_or_none(row.block)
    if analysed is not None and pages and heap and block:
        return estimate(round(analysed / pages * (heap / block)), "pg_class reltuples, scaled to the present size")
    if alive := count_or_none(row.alive):
        return estimate(alive, "pg_stat_user_tables n_live_tup")
    return estimate(analysed, "pg_class reltuples") if analysed else None


def judge(draft: ReportDraft, readable: int) -> Access:
    """Access state from the number of tables that are readable and not empty."""
    if readable:
        return draft.access
    # A database by itself is one whose tables were not listed.
    tables = [c for c in draft.containers if c.kind in ("table", "database", MATERIALIZED_VIEW)]
    held = [c for c in tables if c.records is None or c.records.value]
    return Access.SCHEMA_ONLY if held else Access.OPEN_EMPTY


def count_or_none(text: str | None) -> int | None:
    """A count in decimal digits; ``None`` for anything else."""
    return int(text) if text is not None and re.fullmatch(r"[0-9]{1,18}", text) else None
