"""MySQL and MariaDB: version and TLS from the greeting, whether an anonymous account exists, and the catalogue.

A synthetic user without a password can log in only if there is an anonymous account. Accounts that the grant names in
``passwordless`` are tried in the same way, without a password. After a refused login the connection is closed
regularly, so that it does not count towards the server's ``max_connect_errors``.

Identity: ``@@server_uuid`` of MySQL. MariaDB has none (its ``server_uid`` is a digest of MAC address and port, which
containers share). Its identity is a digest of host name, data directory and start time, which ends with a restart.
Otherwise it is the fingerprint of schema and table names.
"""

import re
from collections.abc import Sequence
from hashlib import sha256

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
from tieback.probes.stores.mysql import queries
from tieback.probes.stores.mysql.catalogue import HIDDEN, read_catalogue
from tieback.probes.stores.mysql.products import AURORA, MYSQL, KnownProduct, by_comment, by_refusal, product_names
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
_DEFAULT_ACCOUNT = "root"
"""The account that these products create without a password, or with one that the installer may leave empty."""
_READING = frozenset(("USAGE", "SELECT", "SHOW DATABASES", "SHOW VIEW", "PROCESS", "REFERENCES"))
"""Privileges that change nothing."""
_EVERYWHERE = frozenset(("SELECT", "INSERT", "UPDATE", "DELETE", "DROP", "CREATE USER"))
"""Together they show ``GRANT ALL ON *.*``: the last one exists only for the whole server."""


class MysqlProbe:
    """Probe of MySQL and MariaDB: tables, rows, bytes, columns."""

    meta = ProbeMeta(
        name="mysql",
        products=product_names(),
        ports=(3306, 3307),
        services=("mysql", "mariadb"),
        cpe=(
            "cpe:2.3:a:oracle:mysql",
            "cpe:2.3:a:mariadb:mariadb",
            "cpe:2.3:a:pingcap:tidb",
            "cpe:2.3:a:percona:percona_server",
            "cpe:2.3:a:linuxfoundation:vitess",
            "cpe:2.3:a:apache:doris",
        ),
        cwe="CWE-306",
        sends=SENDS,
        references=(
            "https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html",
            "https://mariadb.com/docs/server/reference/clientserver-protocol",
        ),
        greets=True,
        hides=HIDDEN,
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
            draft.product = "mariadb" if "MariaDB" in greeting.text else MYSQL
            _refused(draft, greeting)
            return
        draft.product, draft.version = greeting.known.name, greeting.known.version
        if not (yield from _get_in(draft, session)):
            return
        any_user = draft.entry is Entry.ANY_USER
        yield from _read(draft, session, greeting, depth)
        if any_user:
            yield from try_named_accounts(draft, lambda named: _read_as_named(named, session, greeting, depth))


def _read(draft: ReportDraft, session: MysqlSession, greeting: MysqlGreeting, depth: Depth) -> Conversation[None]:
    """Read what the depth allows in a session that is logged in, and end it."""
    yield from _prepare(draft, session, greeting)
    if depth.allows(Depth.ENUMERATE):
        draft.privileges = yield from _privileges(draft, session)
        if draft.privileges is Privileges.ADMIN:
            # No other account could do more.
            draft.untested.clear()
        if draft.product == "mariadb":
            yield from _identify_mariadb(draft, session)
        yield from read_catalogue(draft, session, depth, scans=draft.target.scans)
    yield from session.quit()


def _read_as_named(
    draft: ReportDraft, session: MysqlSession, greeting: MysqlGreeting, depth: Depth
) -> Conversation[bool]:
    if not (yield from _named_account(draft, session)):
        return False
    yield from _read(draft, session, greeting, depth)
    return True


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
    return not {queries.READ_ONLY, queries.START, queries.TIDB_START} & refused.keys()


def _begin(session: MysqlSession, greeting: MysqlGreeting) -> Conversation[dict[str, MysqlRefusal]]:
    """Make the session read-only and limit its statements in time; the statements that the server refused."""
    product = greeting.known.name
    timeout = queries.MARIADB_TIMEOUT if product == "mariadb" else queries.MYSQL_TIMEOUT
    refused: dict[str, MysqlRefusal] = {}
    start = (timeout, queries.TIDB_START) if product == "tidb" else (queries.READ_ONLY, timeout, queries.START)
    for sql in start:
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


def _get_in(draft: ReportDraft, session: MysqlSession) -> Conversation[bool]:
    refusal = yield from session.log_in(DUMMY_ACCOUNT)
    if refusal is None:
        draft.access = Access.ANY_USER
        draft.prove("login without a password", "a synthetic user can log in (anonymous account)", Access.ANY_USER)
        draft.default_accounts(_DEFAULT_ACCOUNT)
        draft.entry = Entry.ANY_USER
        return True
    _refused(draft, refusal)
    if draft.access is Access.FIREWALLED:
        return False
    known = by_refusal(refusal.text) if draft.product == MYSQL else None
    if known is not None:
        draft.product, draft.version = known.name, ""
    if draft.access is Access.AUTH_REQUIRED:
        draft.default_accounts(_DEFAULT_ACCOUNT)
    return (yield from _named_account(draft, session))


def _named_account(draft: ReportDraft, session: MysqlSession) -> Conversation[bool]:
    """Log in as the first account of the grant that needs no password; ``False`` if there is none."""
    for account in draft.named_accounts(_MAX_ACCOUNTS, valid_account):
        if (yield from session.log_in(account)) is None:
            draft.account = account
            draft.access = Access.OPEN
            draft.entry = Entry.NAMED_ACCOUNT
            draft.proofs.clear()
            draft.prove("login without a password", f"{account} can log in without a password", Access.OPEN)
            return True
    return False


def _prepare(draft: ReportDraft, session: MysqlSession, greeting: MysqlGreeting) -> Conversation[None]:
    """Make the session read-only and limit its statements in time, before anything is queried."""
    for sql, refusal in (yield from _begin(session, greeting)).items():
        draft.problem(f"{sql}: {refusal.code} {refusal.text[:120]}")
    if greeting.known.name == MYSQL:
        yield from _name_product(draft, session, greeting)
    if draft.product != "mariadb":
        value = yield from _value(session, queries.SERVER_UUID)
        if re.fullmatch(r"[0-9a-fA-F-]{36}", value) and is_distinctive("server_uuid", value):
            draft.vendor_id("server_uuid", value.lower())


def _identify_mariadb(draft: ReportDraft, session: MysqlSession) -> Conversation[None]:
    rows = yield from session.query(queries.STARTED, 3)
    row = rows[0] if isinstance(rows, list) and rows else []
    if len(row) == 3 and all(row) and (row[2] or "").isdecimal():
        digest = sha256("\0".join(part or "" for part in row).encode("utf-8", "replace")).hexdigest()
        draft.vendor_id("started", digest[:32])


def _name_product(draft: ReportDraft, session: MysqlSession, greeting: MysqlGreeting) -> Conversation[None]:
    """Product and version that the server itself names: many products greet as a MySQL that they emulate."""
    comment = yield from _value(session, queries.VERSION_COMMENT)
    known = by_comment(comment, greeting.version)
    if known is None:
        aurora = yield from _value(session, queries.AURORA_VERSION)
        known = KnownProduct(AURORA, aurora[:40]) if aurora else greeting.known
    version = known.version
    if known.query:
        version = (yield from _value(session, queries.VERSIONS[known.query]))[:40]
    draft.product, draft.version = known.name, version


def _value(session: MysqlSession, sql: str) -> Conversation[str]:
    """The one value of a query; empty if the server refuses it."""
    answer = yield from session.query(sql, 1)
    return (answer[0][0] or "") if isinstance(answer, list) and answer else ""


def _privileges(draft: ReportDraft, session: MysqlSession) -> Conversation[Privileges]:
    rows = yield from session.query(queries.PRIVILEGES, 1)
    held = {(row[0] or "").upper() for row in rows} if isinstance(rows, list) else set()
    if not held:
        return Privileges.UNKNOWN
    draft.sees_all = held >= _EVERYWHERE
    return Privileges.LIMITED if held <= _READING else Privileges.ADMIN
