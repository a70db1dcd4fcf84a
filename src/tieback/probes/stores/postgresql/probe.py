"""PostgreSQL: whether a password is required, and the content of the catalogues in a read-only transaction.

A synthetic role shows how the server treats our address: a request for a password, "no pg_hba.conf entry" (it rejects
the address), or "role does not exist". The last one comes after AuthenticationOk, so ``pg_hba.conf`` has ``trust``:
anyone who knows the name of a role can log in. That proves a hole, but not that data are accessible. The access stays
``unknown`` until a role that the grant names in ``passwordless`` can log in. Without such a role the version is
unknown: the server sends it only after a login.

Identity: ``system_identifier``, which replicas share and which survives restarts. If it is not readable: the
fingerprint of database, schema and table names with their object ids.

CockroachDB, Redshift and YugabyteDB speak the same protocol. A server without a password identifies itself; Redshift is
also recognised by its authentication request. Others that require a password are reported as PostgreSQL. Their
catalogues may contain less.
"""

import re
from collections.abc import Sequence

from tieback.model.count_text import count_text
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Access, Container, Entry, Privileges, ProbeReport
from tieback.probes.interface import (
    ProbeMeta,
    ReportDraft,
    SampledColumn,
    Samples,
    first_answer_timeout,
    run_note,
    run_sample,
    run_to_report,
    try_named_accounts,
)
from tieback.probes.sampling import row_columns
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.catalogue import CatalogueWalk, count_or_none, judge, plain_columns
from tieback.probes.stores.postgresql.session import SENDS, PostgresRefusal, PostgresSession, StartedSession, valid_name
from tieback.scope.conversation import DUMMY_ACCOUNT, Conversation, Target

_HOME = "postgres"
"""The database that every cluster has (initdb)."""
_MAX_ACCOUNTS = 4

_START = "start without a password"
_DEFAULT_ACCOUNT = "postgres"
"""The role that initdb creates."""
_ANY_ROLE = (
    "anyone who knows an existing role, such as postgres, can log in without a password; its "
    "permissions were not tested: name the role in passwordless of the grant"
)
_NO_KNOWN_ROLE = "existing roles without a password: the grant names none that exists"
_NO_ROLE = ("InitializeSessionUserId",)
"""Routine that raises "role does not exist"."""


class PostgresqlProbe:
    """Probe of PostgreSQL: databases, tables, rows, bytes, columns."""

    meta = ProbeMeta(
        name="postgresql",
        may_keep_quiet=True,
        products=("postgresql", "cockroachdb", "redshift", "yugabytedb"),
        ports=(5432, 5433, 5439, 26257),
        services=("postgresql", "postgres", "cockroachdb", "redshift", "yugabytedb"),
        cpe=(
            "cpe:2.3:a:postgresql:postgresql",
            "cpe:2.3:a:cockroachlabs:cockroachdb",
            "cpe:2.3:a:amazon:redshift",
            "cpe:2.3:a:yugabyte:yugabytedb",
        ),
        cwe="CWE-306",
        sends=SENDS,
        references=("https://www.postgresql.org/docs/current/protocol.html",),
    )

    def run(self, target: Target, depth: Depth) -> Conversation[ProbeReport]:
        """Probe ``target``, no deeper than ``depth``."""
        return run_to_report(self.meta, target, lambda draft: self._talk(draft, target, depth))

    def note(self, target: Target, container: Container, account: str) -> Conversation[bytes]:  # noqa: ARG002 - sans-I/O
        """Read the first record of a table as one text."""
        return run_note(_note(container, account))

    def sample(self, target: Target, containers: Sequence[Container], account: str) -> Conversation[Samples]:  # noqa: ARG002 - sans-I/O
        """Read the first records of each table; its columns must be known."""
        found: list[SampledColumn] = []
        return run_sample(found, _sample(containers, account, found))

    def _talk(self, draft: ReportDraft, target: Target, depth: Depth) -> Conversation[None]:
        session = PostgresSession()
        answer = yield from session.start(DUMMY_ACCOUNT, _HOME, first_answer_timeout(self.meta, target))
        draft.spoke = True
        draft.product = "postgresql"
        draft.fingerprint(())
        role = DUMMY_ACCOUNT
        if isinstance(answer, PostgresRefusal):
            draft.product = answer.product or draft.product
            _refused(draft, answer)
            if draft.access is Access.FIREWALLED:
                return
            found = yield from _passwordless(draft, session)
            if found is None:
                return
            role, answer = found
            _named(draft, role)
        else:
            draft.access = Access.ANY_USER
            draft.prove(_START, "a synthetic role can log in", Access.ANY_USER)
            draft.default_accounts(_DEFAULT_ACCOUNT)
        draft.product, draft.version = answer.product, re.sub(r"[^0-9.].*", "", answer.version)
        yield from _ask(draft, session, role, depth, scans=target.scans)
        if role == DUMMY_ACCOUNT:
            yield from try_named_accounts(draft, lambda named: _ask_as_named(named, session, depth))


def _ask_as_named(draft: ReportDraft, session: PostgresSession, depth: Depth) -> Conversation[bool]:
    found = yield from _passwordless(draft, session)
    if found is None:
        return False
    _named(draft, found[0])
    yield from _ask(draft, session, found[0], depth, scans=draft.target.scans)
    return True


def _named(draft: ReportDraft, role: str) -> None:
    """Record that a role of the grant got in."""
    draft.account, draft.access, draft.entry = role, Access.OPEN, Entry.NAMED_ACCOUNT
    draft.proofs.clear()
    draft.problems[:] = [one for one in draft.problems if one != _ANY_ROLE]
    draft.untested = [one for one in draft.untested if one != _NO_KNOWN_ROLE]
    draft.prove(_START, f"{role} can log in without a password", Access.OPEN)


def _note(container: Container, account: str) -> Conversation[bytes]:
    if len(container.path) != 3:
        return b""
    database, schema, table = container.path
    session = PostgresSession()
    role = account or DUMMY_ACCOUNT
    if (
        queries.plain_columns_query(schema, table) is None
        or not valid_name(database)
        or isinstance((yield from session.start(role, database)), PostgresRefusal)
    ):
        return b""
    sql = queries.note_query(schema, table, (yield from plain_columns(session, schema, table)))
    rows = (yield from session.query(sql, 1)) if sql is not None else []
    yield from session.stop()
    text = rows[0][0] if isinstance(rows, list) and rows else None
    return (text or "").encode()


def _sample(containers: Sequence[Container], account: str, found: list[SampledColumn]) -> Conversation[None]:
    session = PostgresSession()
    tables = [container for container in containers if len(container.path) == 3 and valid_name(container.path[0])]
    for database in dict.fromkeys(table.path[0] for table in tables):
        if isinstance((yield from session.start(account or DUMMY_ACCOUNT, database)), PostgresRefusal):
            continue
        for table in (table for table in tables if table.path[0] == database):
            plain = set((yield from plain_columns(session, table.path[1], table.path[2])))
            columns = [field.name for field in table.fields if field.name in plain]
            asked = queries.sample_query(table.path[1], table.path[2], columns)
            rows = (yield from session.query(asked[0], len(asked[1]))) if asked is not None else []
            if asked is not None and isinstance(rows, list):
                found += row_columns(table.path, asked[1], rows)
        yield from session.stop()


def _refused(draft: ReportDraft, refusal: PostgresRefusal) -> None:
    if not refusal.code or refusal.code == "28P01" or refusal.routine == "auth_failed":
        draft.access = Access.AUTH_REQUIRED
        draft.prove(_START, f"{refusal.code} {refusal.text}".strip(), draft.access)
    elif refusal.trusted and (refusal.routine in _NO_ROLE or refusal.code == "28000"):
        # AuthenticationOk came first: the start failed only because no role has that name.
        draft.access = Access.ANY_USER
        draft.prove(_START, f"{refusal.text}; no password was required (trust)", Access.ANY_USER)
        draft.problem(_ANY_ROLE)
        draft.entry = Entry.NAMED_ACCOUNT
        # Any existing role can log in: the one that every cluster has is named, if the grant does not name it.
        draft.default_accounts(_DEFAULT_ACCOUNT)
        if not draft.untested:
            draft.untested.append(_NO_KNOWN_ROLE)
    elif refusal.code == "28000" and refusal.routine in ("ClientAuthentication", ""):
        draft.access = Access.FIREWALLED
        draft.prove(_START, f"{refusal.code} {refusal.text}", draft.access)
    else:
        draft.problem(f"the start failed for another reason: {refusal.code} {refusal.text}")


def _passwordless(draft: ReportDraft, session: PostgresSession) -> Conversation[tuple[str, StartedSession] | None]:
    for role in draft.named_accounts(_MAX_ACCOUNTS, valid_name):
        answer = yield from session.start(role, _HOME)
        if isinstance(answer, StartedSession):
            return role, answer
    return None


def _ask(draft: ReportDraft, session: PostgresSession, role: str, depth: Depth, *, scans: bool) -> Conversation[None]:
    unguarded = yield from session.guard()
    if unguarded is not None:
        draft.problem(f"{unguarded.code} {unguarded.text}".strip())
        yield from session.stop()
        return
    identifier = yield from session.query(queries.SYSTEM_IDENTIFIER, 1)
    value = identifier[0][0] if isinstance(identifier, list) and identifier else None
    if value and re.fullmatch(r"[0-9]{1,20}", value):
        draft.vendor_id("system_identifier", value)
    if not depth.allows(Depth.ENUMERATE):
        yield from session.stop()
        return
    own = yield from session.query(queries.ROLE, 3)
    rows = yield from session.query(queries.DATABASES, 2)
    yield from session.stop()
    if isinstance(rows, PostgresRefusal):
        draft.problem(f"pg_database: {rows.code} {rows.text}")
        return
    draft.prove("pg_database", f"lists {count_text(len(rows), 'database')}", draft.access)
    if len(rows) > queries.MAX_DATABASES:
        draft.leave_out(f"{count_text(len(rows), 'database')}; only the {queries.MAX_DATABASES} largest were probed")
    walk = CatalogueWalk(draft, session, role, depth, scans=scans)
    for position, (name, size) in enumerate(rows):
        if name is None:
            continue
        if position < queries.MAX_DATABASES and (yield from walk.database(name)):
            continue
        held = count_or_none(size)
        figure = None if held is None else exact(held, "pg_database_size")
        draft.containers.append(Container((name,), "database", bytes=figure))
    if draft.identity is None or draft.identity.kind != "vendor_id":
        draft.fingerprint(walk.identifiers)
    draft.access = judge(draft, walk.readable)
    draft.privileges = _privileges(own, walk.writable)
    if draft.privileges is Privileges.ADMIN:
        # No other role could do more.
        draft.untested.clear()


def _privileges(own: list[list[str | None]] | PostgresRefusal, writable: int) -> Privileges:
    """Superuser, or permissions to create roles or databases, or to change any table."""
    if writable or (isinstance(own, list) and any("t" in row for row in own)):
        return Privileges.ADMIN
    return Privileges.LIMITED if isinstance(own, list) and own else Privileges.UNKNOWN
