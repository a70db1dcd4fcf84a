"""ClickHouse over its native protocol: tables, rows, bytes, columns, from its system tables. No value is read.

Sends ``Hello`` as a synthetic user without a password, which a server refuses with a ClickHouse exception (identify);
the same as ``default`` if ``passwordless`` of the grant names that account. After a login it requests the same as the
probe over HTTP, with ``readonly=1``: privileges, the server's identifier, ``system.databases``, ``system.tables``,
``system.parts``, rows of tables without parts (enumerate), ``system.columns`` (describe). ``wire.clickhouse`` has what
keeps the server from contacting another one for us.
"""

import re
from collections.abc import Sequence

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Entry, Field, Privileges, ProbeReport
from tieback.probes.interface import (
    SAMPLED_RECORDS,
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_sample,
    run_to_report,
    try_named_accounts,
)
from tieback.probes.sampling import row_columns
from tieback.probes.stores.clickhouse_native.session import (
    ACCOUNT,
    LOGIN,
    OLDEST,
    NativeException,
    NativeGreeting,
    NativeSession,
    NativeStatement,
    sends,
)
from tieback.probes.wire import clickhouse
from tieback.probes.wire.jsontext import parse_count
from tieback.probes.wire.opening import plain_then_tls
from tieback.scope.conversation import DUMMY_ACCOUNT, Conversation, SendCost, Target

_UUID = NativeStatement("SELECT serverUUID()", "SELECT toString(serverUUID())", 1, "identifier of the server")
_DATABASES = NativeStatement(
    "SELECT ... FROM system.databases",
    "SELECT toString(name),toString(engine) FROM system.databases LIMIT 5000",
    2,
    "names and engines of databases; contacts no other server",
)
_TABLES = NativeStatement(
    "SELECT ... FROM system.tables",
    "SELECT toString(database),toString(name),toString(engine) FROM system.tables"
    " WHERE database IN ({names}) LIMIT 5000",
    3,
    "names of tables; reads the catalogue only",
    names=clickhouse.NAMES,
)
_PARTS = NativeStatement(
    "SELECT ... FROM system.parts",
    "SELECT toString(database),toString(table),toString(sum(rows)),toString(sum(bytes_on_disk))"
    " FROM system.parts WHERE active AND database IN ({names}) GROUP BY database,table LIMIT 5000",
    4,
    "rows and bytes of tables: the second proof; reads the catalogue only",
    names=clickhouse.NAMES,
)
_GRANTS = NativeStatement("SHOW GRANTS", "SHOW GRANTS", 1, "privileges of our own user; reads the catalogue only")
_TOTALS = NativeStatement(
    "SELECT total_rows FROM system.tables",
    "SELECT toString(name),ifNull(toString(total_rows),''),ifNull(toString(total_bytes),'') FROM system.tables"
    " WHERE database IN ({database}) AND name IN ({names}) LIMIT 50",
    3,
    "rows and bytes of tables without parts; reads the catalogue only",
    names=clickhouse.NAMES,
)
_FEW = NativeStatement(
    "SELECT count() of at most 10,000 rows",
    "SELECT toString(count()) FROM (SELECT 1 FROM `{database}`.`{table}` LIMIT 10000)",
    1,
    "number of rows of a table that keeps its own rows, at most 10,000; returns no value",
    names=clickhouse.NAME,
    cost=SendCost.BOUNDED,
)
_ALL = NativeStatement(
    "SELECT count() of all rows",
    "SELECT toString(count()) FROM `{database}`.`{table}`",
    1,
    "the same if there are more; the server stops it after 5 seconds",
    names=clickhouse.NAME,
    cost=SendCost.SCAN,
)
_COLUMNS = NativeStatement(
    "SELECT ... FROM system.columns",
    "SELECT toString(database),toString(table),toString(name),toString(type) FROM system.columns"
    " WHERE database IN ({names}) LIMIT 6000",
    4,
    "names and types of columns; reads the catalogue only",
    Depth.DESCRIBE,
    clickhouse.NAMES,
)
_SAMPLED_COLUMNS = 15
"""Their first 256 characters fit into the longest text that a session reads."""
_ENGINE = NativeStatement(
    "SELECT engine FROM system.tables",
    "SELECT toString(name),toString(engine) FROM system.tables WHERE database IN ({database}) AND name IN ({names})"
    " LIMIT 1",
    2,
    "whether a table keeps its own rows, before they are read; reads the catalogue only",
    Depth.SAMPLE,
    clickhouse.NAMES,
)
_DEFAULTS = NativeStatement(
    "SELECT default_kind FROM system.columns",
    "SELECT toString(name),toString(type),toString(default_kind) FROM system.columns"
    " WHERE database IN ({database}) AND table IN ({names}) LIMIT 200",
    3,
    "which columns are not computed, before they are read; reads the catalogue only",
    Depth.SAMPLE,
    clickhouse.NAMES,
)
_SAMPLE = NativeStatement(
    "SELECT ... LIMIT 50",
    "SELECT concat('',{fields}) FROM `{database}`.`{table}` LIMIT 50",
    1,
    f"256 characters of each value of {SAMPLED_RECORDS} rows of a table with its own rows; "
    "classified in memory, nothing is kept",
    Depth.SAMPLE,
    clickhouse.sampled_fields(b"`"),
    SendCost.BOUNDED,
    values=True,
)
_ACCESS = {
    192: Access.AUTH_REQUIRED,  # UNKNOWN_USER
    193: Access.AUTH_REQUIRED,  # WRONG_PASSWORD
    194: Access.AUTH_REQUIRED,  # REQUIRED_PASSWORD
    195: Access.FIREWALLED,  # IP_ADDRESS_NOT_ALLOWED
    497: Access.AUTH_REQUIRED,  # ACCESS_DENIED
    516: Access.AUTH_REQUIRED,  # AUTHENTICATION_FAILED
}

type _Path = tuple[str, str]


class ClickhouseNativeProbe:
    """Probe of ClickHouse over its native protocol: tables, rows, bytes, columns."""

    meta = ProbeMeta(
        name="clickhouse_native",
        http_too=True,
        products=("clickhouse",),
        ports=(9000, 9440),
        services=("clickhouse",),
        cpe=("cpe:2.3:a:clickhouse:clickhouse",),
        cwe="CWE-306",
        sends=sends(
            (_GRANTS, _UUID, _DATABASES, _TABLES, _PARTS, _TOTALS, _FEW, _ALL, _COLUMNS, _ENGINE, _DEFAULTS, _SAMPLE)
        ),
        references=(
            "https://clickhouse.com/docs/native-protocol/basics",
            "https://clickhouse.com/docs/operations/system-tables",
        ),
        hides=clickhouse.HIDDEN,
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:
        """Read the first rows of each table that keeps its own rows."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(target, containers, account, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = NativeSession()
        seconds = first_answer_timeout(self.meta, target)
        encrypted = False

        def attempt(tls: bool) -> Conversation[NativeGreeting | NativeException]:
            nonlocal encrypted
            encrypted = tls
            return (yield from session.log_in(DUMMY_ACCOUNT, tls, seconds))

        said = yield from plain_then_tls(target.tls, attempt)
        draft.spoke = True
        draft.product = "clickhouse"
        draft.fingerprint(())
        if isinstance(said, NativeGreeting):
            draft.access = Access.ANY_USER
            draft.prove(LOGIN, "a synthetic user can log in", Access.ANY_USER)
            draft.default_accounts(ACCOUNT)
        else:
            _refused(draft, said)
            if draft.access is Access.AUTH_REQUIRED:
                draft.default_accounts(ACCOUNT)
            if ACCOUNT not in target.passwordless or draft.access is Access.FIREWALLED:
                return
            said = yield from session.log_in(ACCOUNT, encrypted, None)
            if isinstance(said, NativeException):
                _refused(draft, said)
                return
            _named(draft)
        yield from _read(draft, session, said, depth)
        if not draft.account and ACCOUNT in target.passwordless:
            yield from try_named_accounts(draft, lambda named: _read_as_named(named, session, encrypted, depth))


def _read(draft: ReportDraft, session: NativeSession, said: NativeGreeting, depth: Depth) -> Conversation[None]:
    draft.version = said.version[:40]
    if said.revision < OLDEST:
        draft.problem(f"revision {said.revision} is older than the supported ones; nothing more was requested")
    elif depth.allows(Depth.ENUMERATE):
        yield from _enumerate(draft, session, depth)


def _read_as_named(draft: ReportDraft, session: NativeSession, encrypted: bool, depth: Depth) -> Conversation[bool]:
    said = yield from session.log_in(ACCOUNT, encrypted, None)
    if isinstance(said, NativeException):
        return False
    _named(draft)
    yield from _read(draft, session, said, depth)
    return True


def _sample(
    target: Target, containers: Sequence[Container], account: str, found: list[SampledColumn]
) -> Conversation[None]:
    session = NativeSession()
    said = yield from plain_then_tls(target.tls, lambda tls: session.log_in(account or DUMMY_ACCOUNT, tls, None))
    if isinstance(said, NativeException) or said.revision < OLDEST:
        return
    for container in containers:
        names = container.path
        if len(names) != 2 or container.kind != "table" or not all(map(clickhouse.is_safe_name, names)):
            continue
        quoted = [f"'{name}'" for name in names]
        engine = yield from session.rows(_ENGINE, *quoted)
        if isinstance(engine, NativeException) or not engine:
            continue
        shape = yield from session.rows(_DEFAULTS, *quoted)
        if isinstance(shape, NativeException):
            continue
        columns = clickhouse.plain_columns(engine[0][1], shape, _SAMPLED_COLUMNS)
        if not columns:
            continue
        rows = yield from session.rows(_SAMPLE, clickhouse.join_fields(columns, "`"), *names)
        if not isinstance(rows, NativeException):
            texts = [clickhouse.split_fields(row[0], columns) for row in rows]
            found += row_columns(container.path, columns, texts)


def _named(draft: ReportDraft) -> None:
    """Record that the account of the grant got in."""
    draft.account, draft.access, draft.entry = ACCOUNT, Access.PARTIAL, Entry.NAMED_ACCOUNT
    draft.proofs.clear()
    draft.prove(LOGIN, f"{ACCOUNT} can log in without a password", Access.OPEN)


def _refused(draft: ReportDraft, refusal: NativeException) -> None:
    draft.access = _ACCESS.get(refusal.code, Access.UNKNOWN)
    if draft.access is Access.UNKNOWN:
        draft.problem(f"the login failed for another reason: {refusal.code} {refusal.text[:160]}")
    else:
        draft.prove(LOGIN, f"code {refusal.code}", draft.access)


def _enumerate(draft: ReportDraft, session: NativeSession, depth: Depth) -> Conversation[None]:
    granted = yield from session.rows(_GRANTS)
    grants = [row[0] for row in granted] if isinstance(granted, list) else []
    draft.privileges, draft.sees_all = clickhouse.privileges(grants), clickhouse.sees_all(grants)
    if draft.privileges is Privileges.ADMIN:
        # No other account could do more.
        draft.untested.clear()
    told = yield from _ask(draft, session, _UUID)
    if told and re.fullmatch(r"[0-9a-f-]{36}", told[0][0]) and any(c not in "0-" for c in told[0][0]):
        draft.vendor_id("server_uuid", told[0][0], "clickhouse")
    databases = yield from _ask(draft, session, _DATABASES)
    if databases is None:
        return
    won = draft.access if draft.access is Access.ANY_USER else Access.OPEN
    draft.prove(_DATABASES.label, f"lists {count_text(len(databases), 'database')}", won)
    lists, problems = clickhouse.lists((row[0], row[1]) for row in databases)
    for problem in problems:
        draft.leave_out(problem)
    if grants and not draft.sees_all:
        draft.leave_out(clickhouse.HIDDEN)
    for names in lists:
        if not (yield from _list(draft, session, depth, names, won)):
            return
    if draft.identity is None or draft.identity.kind != "vendor_id":
        draft.fingerprint(container.name for container in draft.containers)
    draft.access = clickhouse.judge(draft.containers, incomplete=bool(problems))
    if draft.access is Access.OPEN:
        draft.access = won


def _list(draft: ReportDraft, session: NativeSession, depth: Depth, names: str, won: Access) -> Conversation[bool]:
    """Add the tables of the named databases; false if they cannot be listed."""
    tables = yield from _ask(draft, session, _TABLES, names)
    if tables is None:
        return False
    parts = yield from _ask(draft, session, _PARTS, names)
    if parts is not None:
        draft.prove(_PARTS.label, f"number of rows of {count_text(len(parts), 'table')}", won)
    figures = {(row[0], row[1]): (parse_count(row[2]), parse_count(row[3])) for row in parts or ()}
    if len(tables) >= clickhouse.MAX_PARTS:
        draft.leave_out(f"more tables than the limit; the first {clickhouse.MAX_PARTS} of some databases are listed")
    known = clickhouse.PartsOf(figures, parts is not None and len(parts) < clickhouse.MAX_PARTS)
    fields = (yield from _fields(draft, session, names)) if depth.allows(Depth.DESCRIBE) else {}
    local = [clickhouse.LocalTable((database, table), engine) for database, table, engine in tables]
    counted = yield from clickhouse.count_rows(
        local,
        lambda database, some: _rows(session, _TOTALS, database, some),
        lambda database, table: _rows(session, _FEW, database, table),
        (lambda database, table: _rows(session, _ALL, database, table)) if draft.target.scans else None,
    )
    containers = [clickhouse.container(table, known, tuple(fields.get(table.path, ()))) for table in local]
    draft.containers += clickhouse.with_figures(containers, counted)
    return True


def _rows(session: NativeSession, statement: NativeStatement, *names: str) -> Conversation[list[list[str]] | None]:
    """Rows, or ``None`` if the server refuses the query: versions before 20.1 have no ``total_rows``."""
    answer = yield from session.rows(statement, *names)
    return None if isinstance(answer, NativeException) else answer


def _fields(draft: ReportDraft, session: NativeSession, names: str) -> Conversation[dict[_Path, list[Field]]]:
    found: dict[_Path, list[Field]] = {}
    for database, table, name, kind in (yield from _ask(draft, session, _COLUMNS, names)) or ():
        found.setdefault((database, table), []).append(Field(name[:512], kind[:80]))
    return found


def _ask(
    draft: ReportDraft, session: NativeSession, statement: NativeStatement, names: str = ""
) -> Conversation[list[list[str]] | None]:
    answer = yield from (session.rows(statement, names) if names else session.rows(statement))
    if isinstance(answer, NativeException):
        draft.problem(f"{statement.label}: {answer.code} {answer.text[:120]}")
        return None
    return answer
