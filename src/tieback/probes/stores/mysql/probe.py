"""MySQL and MariaDB: version and TLS from the greeting, whether an anonymous account exists, and the catalogue.

A synthetic user without a password can log in only if there is an anonymous account. Accounts that the grant names in
``passwordless`` are tried in the same way, without a password. After a refused login the connection is closed
regularly, so that it does not count towards the server's ``max_connect_errors``.

Identity: ``@@server_uuid`` of MySQL. MariaDB has none (its ``server_uid`` is a digest of MAC address and port, which
containers share). Its identity is the fingerprint of schema and table names.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import batched

import msgspec

from tieback.model.figure import Quality, estimate, exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Field, ProbeReport
from tieback.probes.interface import (
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_note,
    run_sample,
    run_to_report,
)
from tieback.probes.sampling import row_columns
from tieback.probes.stores.mysql import queries
from tieback.probes.stores.mysql.session import SENDS, MysqlGreeting, MysqlRefusal, MysqlSession, valid_account
from tieback.probes.wire.placeholders import is_distinctive
from tieback.scope.conversation import DUMMY_ACCOUNT, Conversation, Target

_MAX_ACCOUNTS = 4

_ACCESS = {
    0: Access.AUTH_REQUIRED,
    1044: Access.AUTH_REQUIRED,  # ER_DBACCESS_DENIED_ERROR
    1045: Access.AUTH_REQUIRED,  # ER_ACCESS_DENIED_ERROR
    1698: Access.AUTH_REQUIRED,  # ER_ACCESS_DENIED_NO_PASSWORD_ERROR
    3118: Access.AUTH_REQUIRED,  # ER_ACCOUNT_HAS_BEEN_LOCKED
    4151: Access.AUTH_REQUIRED,  # MariaDB: ER_ACCOUNT_HAS_BEEN_LOCKED
    1251: Access.AUTH_REQUIRED,  # ER_NOT_SUPPORTED_AUTH_MODE
    1129: Access.FIREWALLED,  # ER_HOST_IS_BLOCKED
    1130: Access.FIREWALLED,  # ER_HOST_NOT_PRIVILEGED
}
_COUNTING_ENGINES = frozenset(("MyISAM", "Aria", "ARCHIVE"))
"""Engines that keep an exact number of rows."""


class MysqlProbe:
    """Probe of MySQL and MariaDB: tables, rows, bytes, columns."""

    meta = ProbeMeta(
        name="mysql",
        products=("mysql", "mariadb"),
        ports=(3306, 3307),
        services=("mysql", "mariadb"),
        cpe=("cpe:2.3:a:oracle:mysql", "cpe:2.3:a:mariadb:mariadb"),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html",
            "https://mariadb.com/docs/server/reference/clientserver-protocol",
        ),
        greets=True,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - sans-I/O
        """Read the first record of a table as one text; its columns must be known."""
        return run_note(_note(container, account))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - sans-I/O
        """Read the first records of each table; its columns must be known."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(containers, account, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = MysqlSession()
        seconds = first_answer_timeout(self.meta, target)
        greeting = yield from session.read_greeting(seconds)
        draft.spoke = True
        draft.fingerprint(())
        if isinstance(greeting, MysqlRefusal):
            draft.product = "mariadb" if "MariaDB" in greeting.text else "mysql"
            _refused(draft, greeting)
            return
        draft.product, draft.version = greeting.product, greeting.number
        if not (yield from _get_in(draft, session, target)):
            return
        yield from _prepare(draft, session, greeting)
        if depth.allows(Depth.ENUMERATE):
            yield from _enumerate(draft, session, depth)
        yield from session.quit()


def _note(container: Container, account: str) -> Conversation[bytes]:
    if len(container.path) != 2:
        return b""
    schema, table = container.path
    session = MysqlSession()
    if queries.tables_query(queries.ENGINE_PARTS, schema, [table]) is None or not (
        yield from _ready_for_records(session, account)
    ):
        return b""
    plain = yield from _plain_columns(session, container)
    sql = queries.note_query(schema, table, plain)
    rows = (yield from session.query(sql, 1)) if sql is not None else []
    yield from session.quit()
    text = rows[0][0] if isinstance(rows, list) and rows else None
    return (text or "").encode()


def _sample(containers: Sequence[Container], account: str, found: list[SampledColumn]) -> Conversation[None]:
    session = MysqlSession()
    if not (yield from _ready_for_records(session, account)):
        return
    for container in containers:
        if len(container.path) != 2:
            continue
        plain = yield from _plain_columns(session, container)
        asked = queries.sample_query(container.path[0], container.path[1], plain)
        rows = (yield from session.query(asked[0], len(asked[1]))) if asked is not None else []
        if asked is not None and isinstance(rows, list):
            found += row_columns(container.path, asked[1], rows)
    yield from session.quit()


def _ready_for_records(session: MysqlSession, account: str) -> Conversation[bool]:
    """Log in and start a read-only transaction; ``False`` if one of these fails."""
    greeting = yield from session.read_greeting(None)
    if isinstance(greeting, MysqlRefusal) or (yield from session.log_in(account or DUMMY_ACCOUNT)) is not None:
        return False
    refused = yield from _begin(session, greeting)
    return not {queries.READ_ONLY, queries.START} & refused.keys()


def _begin(session: MysqlSession, greeting: MysqlGreeting) -> Conversation[dict[str, MysqlRefusal]]:
    """Make the session read-only and limit its statements in time; the statements that the server refused."""
    timeout = queries.MARIADB_TIMEOUT if greeting.product == "mariadb" else queries.MYSQL_TIMEOUT
    refused: dict[str, MysqlRefusal] = {}
    for sql in (queries.READ_ONLY, timeout, queries.START):
        answer = yield from session.query(sql)
        if isinstance(answer, MysqlRefusal):
            refused[sql] = answer
    return refused


def _plain_columns(session: MysqlSession, container: Container) -> Conversation[list[str]]:
    """Known columns that can be read without running code of a user of the server; none if it is no plain table."""
    schema, table = container.path
    plain: set[str | None] = set()
    # The columns of a view are not asked: that alone may run its functions.
    for parts in (queries.ENGINE_PARTS, queries.PLAIN_PARTS):
        sql = queries.tables_query(parts, schema, [table])
        rows = (yield from session.query(sql, 1)) if sql is not None else []
        if isinstance(rows, MysqlRefusal) or not rows:
            return []
        plain = {name for (name,) in rows}
    return [field.name for field in container.fields if field.name in plain]


def _refused(draft: ReportDraft, refusal: MysqlRefusal) -> None:
    draft.access = _ACCESS.get(refusal.code, Access.UNKNOWN)
    if draft.access is Access.UNKNOWN:
        draft.problem(f"the login failed for another reason: {refusal.code} {refusal.text[:160]}")
    else:
        draft.prove("login without a password", f"{refusal.code} {refusal.text}", draft.access)


def _get_in(draft: ReportDraft, session: MysqlSession, target: Target) -> Conversation[bool]:
    refusal = yield from session.log_in(DUMMY_ACCOUNT)
    if refusal is None:
        draft.access = Access.ANY_USER
        draft.prove("login without a password", "a synthetic user can log in (anonymous account)", Access.ANY_USER)
        return True
    _refused(draft, refusal)
    if draft.access is Access.FIREWALLED:
        return False
    for account in target.passwordless[:_MAX_ACCOUNTS]:
        if not valid_account(account):
            draft.problem(f"skipped an account name that is not safe to send: {account[:40]!r}")
            continue
        if (yield from session.log_in(account)) is None:
            draft.account = account
            draft.access = Access.OPEN
            draft.proofs.clear()
            draft.prove("login without a password", f"{account} can log in without a password", Access.OPEN)
            return True
    return False


def _prepare(draft: ReportDraft, session: MysqlSession, greeting: MysqlGreeting) -> Conversation[None]:
    """Make the session read-only and limit its statements in time, before anything is queried."""
    for sql, refusal in (yield from _begin(session, greeting)).items():
        draft.problem(f"{sql}: {refusal.code} {refusal.text[:120]}")
    if greeting.product == "mysql":
        answer = yield from session.query(queries.SERVER_UUID, 1)
        value = answer[0][0] if isinstance(answer, list) and answer else None
        if value and re.fullmatch(r"[0-9a-fA-F-]{36}", value) and is_distinctive("server_uuid", value):
            draft.vendor_id("server_uuid", value.lower())


def _enumerate(draft: ReportDraft, session: MysqlSession, depth: Depth) -> Conversation[None]:
    others = yield from session.query(queries.OTHERS, 1)
    plain = others == [["0"]]
    rows = yield from session.query(queries.TABLES if plain else queries.NAMES, 7)
    if isinstance(rows, MysqlRefusal):
        draft.problem(f"information_schema.TABLES: {rows.code} {rows.text[:120]}")
        return
    if len(rows) >= queries.MAX_TABLES:
        draft.problem(f"more tables than the limit; the first {queries.MAX_TABLES} are listed")
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
    draft.prove("information_schema.TABLES", f"lists {len(rows)} tables", draft.access)
    if not any(c.records is None or c.records.value for c in draft.containers):
        if any(c.records is not None and c.records.quality is Quality.ESTIMATE for c in draft.containers):
            draft.access = Access.PARTIAL
            draft.problem(
                "every estimate of rows is zero, but estimates may lag behind: the store may or may not be empty"
            )
        else:
            draft.access = Access.OPEN_EMPTY
    if depth.allows(Depth.DESCRIBE):
        yield from _describe(draft, session, None if plain else local)


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
    draft: ReportDraft, session: MysqlSession, tables: Iterable[tuple[str, str]] | None
) -> Conversation[None]:
    """Add the columns of all tables, or only of the given ones."""
    rows = (
        (yield from session.query(queries.COLUMNS, 4))
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
