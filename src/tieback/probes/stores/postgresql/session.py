"""Session with PostgreSQL: TLS if offered, a start as a role without a password, simple queries.

If the server closes or sends a TLS alert instead of answering SSLRequest, a proxy may expect TLS from the first byte.
The session then starts inside TLS, without SSLRequest.

Protocol 3.0: https://www.postgresql.org/docs/current/protocol.html. The first statement starts a read-only transaction
with fixed settings (``queries.GUARDS``), and every query runs in it. No password is ever sent.
"""

import re

import msgspec

from tieback.model.byte_text import byte_text
from tieback.model.grant import Depth
from tieback.model.probe import Outcome
from tieback.probes.stores.postgresql import queries
from tieback.probes.stores.postgresql.queries import (
    COUNTS,
    DEPTHS,
    NOTE_NAME,
    NOTE_PARTS,
    PLAIN_PARTS,
    SAMPLE_PARTS,
    WHY,
)
from tieback.probes.wire.frames import Inbox, PostgresMessage, postgres_frame, postgres_message
from tieback.probes.wire.opening import (
    HANDSHAKES,
    STREAM_ENDED,
    is_tls_alert,
    opening_bytes,
    plain_then_tls,
    printable,
)
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.rowvalues import note_send, sample_send
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TlsAnswer
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls

_SSL_REQUEST = postgres_frame(b"", (80877103).to_bytes(4, "big"))
_PROTOCOL = (3 << 16).to_bytes(4, "big")
_SETTINGS = b"client_encoding\0UTF8\0application_name\0tieback\0\0"
"""Parameters that a connection pooler such as PgBouncer accepts; it refuses ``options``."""
_TERMINATE = postgres_frame(b"X", b"")
_CAP = 64 * 1024
"""Maximum number of bytes of one message; catalogue rows and error messages are far shorter."""
_MAX_START_MESSAGES = 200
_MAX_ROWS = 8001
_NAME = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,63}")

_PASSWORD_METHODS = {
    2: "Kerberos",
    3: "clear-text password",
    5: "MD5 password",
    6: "SCM credentials",
    7: "GSSAPI",
    9: "SSPI",
    10: "SASL",
    13: "a Redshift digest",
    14: "a Redshift identity provider",
}
"""Codes of AuthenticationRequest other than 0, AuthenticationOk; the last two are specific to Redshift
(https://github.com/aws/amazon-redshift-python-driver)."""
_REDSHIFT = (13, 14)
_TOLD = (b"server_version", b"crdb_version", b"padb_version")
"""Parameters that contain the version: of PostgreSQL or a compatible server, of CockroachDB, of Redshift."""


class PostgresRefusal(msgspec.Struct, frozen=True):
    """Reason why a start or a query ended without a session or rows."""

    code: str
    """SQLSTATE; empty if the server requires a password."""
    text: str
    routine: str = ""
    """The server's function that raised it: the only part of an error that is never translated."""
    trusted: bool = False
    """True if AuthenticationOk came before it: the server required no password."""
    product: str = ""
    """Product that is known by this kind of request; empty if any may send it."""


class StartedSession(msgspec.Struct, frozen=True):
    """Session that accepts queries."""

    version: str
    """``server_version``, such as ``16.4 (Debian 16.4-1)``; for a compatible server its own version."""
    product: str = "postgresql"


def valid_name(name: str) -> bool:
    """True if the name of a role or database is safe to send."""
    return _NAME.fullmatch(name) is not None and len(name.encode("utf-8", "replace")) <= 63


class PostgresSession:
    """Connections to one server, one at a time."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._tls: bool | None = None
        """True if the server accepts TLS; ``None`` before that is known."""
        self._direct: bool | None = None
        """True if the port speaks TLS from the first byte, as behind a TLS proxy; ``None`` before that is known."""
        self._place = ("", "")
        """Role and database of the session."""
        self._connection = ResumableConnection(self._again)
        self._guarded = False
        """True in a read-only transaction with our settings."""
        self._began = False
        """True if the server may be in a transaction, also in a failed one."""

    def start(
        self, role: str, database: str, seconds: float | None = None
    ) -> Conversation[StartedSession | PostgresRefusal]:
        """Connect and start as ``role`` without a password.

        Raises:
            NotThisProtocol: the server speaks another protocol.
            Hostile: an answer that breaks the protocol or a limit.
        """
        first = self._direct is None
        if self._direct is None:
            self._direct = yield from plain_then_tls(None, lambda tls: self._connect(tls, seconds))
        else:
            yield from self._connect(self._direct, seconds)
        self._guarded = self._began = False
        self._place = (role, database)
        self._connection.opened()
        yield Send(_startup(role, database))
        self._inbox = Inbox((yield from _first_message(seconds)) if first and self._direct else b"")
        return (yield from self._started())

    def guard(self) -> Conversation[PostgresRefusal | None]:
        """Start a read-only transaction with our settings, in place of the open one; the reason if that fails."""
        refusal = PostgresRefusal("", "the session is not read-only although that was requested; nothing more was sent")
        for sql in queries.GUARDS:
            yield from self._end()
            self._began = True
            begun = yield from self._rows(sql, 0)
            if isinstance(begun, PostgresRefusal):
                refusal = begun
                continue
            self._guarded = (yield from self._rows(queries.IS_GUARDED, 2)) == [queries.GUARDED]
            if self._guarded:
                return None
        return refusal

    def query(self, sql: str, columns: int) -> Conversation[list[list[str | None]] | PostgresRefusal]:
        """Rows of a query, as text; a refusal if the server closes the connection instead.

        It runs only in a guarded transaction, which is started if there is none: also after a lost connection.

        Raises:
            Hostile: an answer that breaks the protocol or a limit.
        """
        return (yield from self._connection.run(self._query(sql, columns), _closed, sql))

    def _again(self) -> Conversation[None]:
        started = yield from self.start(*self._place)
        if isinstance(started, PostgresRefusal):
            raise Fault(Outcome.REFUSED, f"after a reconnect: {started.code} {started.text}")

    def _query(self, sql: str, columns: int) -> Conversation[list[list[str | None]] | PostgresRefusal]:
        refusal = None if self._guarded else (yield from self.guard())
        if refusal is not None:
            return refusal
        answer = yield from self._rows(sql, columns)
        # An error ends the transaction.
        self._guarded = not isinstance(answer, PostgresRefusal)
        return answer

    def stop(self) -> Conversation[None]:
        """End the transaction and send Terminate.

        A pooler closes the server's connection of a client that leaves in the middle of a transaction.
        """
        if self._connection.is_open:
            yield from self._end()
            yield Send(_TERMINATE)

    def _end(self) -> Conversation[None]:
        if self._began:
            self._guarded = self._began = False
            yield from self._rows(queries.ROLLBACK, 0)

    def _rows(self, sql: str, columns: int) -> Conversation[list[list[str | None]] | PostgresRefusal]:
        yield Send(_query(sql))
        rows: list[list[str | None]] = []
        refusal: PostgresRefusal | None = None
        for _ in range(_MAX_ROWS + 100):
            message = yield from postgres_message(self._inbox, _CAP)
            if message.kind == b"D":
                rows.append(_row(message.payload, columns))
            elif message.kind == b"E":
                refusal = _refusal(message.payload, trusted=True)
            elif message.kind == b"Z":
                return refusal or rows
            elif message.kind not in (b"T", b"C", b"N", b"S", b"I"):
                raise HostileAnswer(f"an unexpected answer to a query: {byte_text(message.kind)}")
        raise HostileAnswer("more rows than requested")

    def _connect(self, direct: bool, seconds: float | None) -> Conversation[bool]:
        """Connect with TLS if the server offers it; returns ``direct``."""
        yield Connect(direct, None if seconds is None else HANDSHAKES * seconds)
        if not direct and self._tls is not False:
            try:
                yield from self._secure(seconds)
            except Fault as fault:
                if fault.outcome is not Outcome.TLS_ERROR:
                    raise
                self._tls = False
                yield Connect()
        return direct

    def _secure(self, seconds: float | None) -> Conversation[None]:
        yield Send(_SSL_REQUEST)
        # More than the one byte is another protocol, or bytes injected before TLS (CVE-2021-23222).
        try:
            answer = yield from opening_bytes(Receive(limit=64, seconds=seconds))
        except Fault as fault:
            if fault.outcome not in STREAM_ENDED:
                raise
            answer = b""
        if not answer or is_tls_alert(answer):
            raise TlsAnswer(f"no answer to an SSLRequest: {printable(answer) or 'closed'}")
        if answer not in (b"S", b"N"):
            raise NotThisProtocol(f"no answer to an SSLRequest: {printable(answer)}")
        self._tls = answer == b"S"
        if self._tls:
            yield StartTls()

    def _started(self) -> Conversation[StartedSession | PostgresRefusal]:
        trusted = False
        told: dict[bytes, str] = {}
        for _ in range(_MAX_START_MESSAGES):
            message = yield from self._message()
            payload = message.payload
            if message.kind == b"R":
                code = int.from_bytes(payload[:4], "big")
                if code:
                    method = _PASSWORD_METHODS.get(code)
                    if method is None:
                        raise HostileAnswer(f"an authentication request of kind {code}")
                    return PostgresRefusal("", f"requires {method}", product="redshift" if code in _REDSHIFT else "")
                trusted = True
            elif message.kind == b"E":
                return _refusal(payload, trusted=trusted)
            elif message.kind == b"S" and payload.partition(b"\0")[0] in _TOLD:
                name, _, rest = payload.partition(b"\0")
                told[name] = rest.partition(b"\0")[0].decode("utf-8", "replace")[:80]
            elif message.kind == b"Z":
                if not trusted:
                    raise HostileAnswer("a session without authentication")
                return _started(told)
            elif message.kind not in (b"S", b"K", b"N", b"v"):
                raise HostileAnswer(f"an unexpected answer to a start: {byte_text(message.kind)}")
        raise HostileAnswer("a start that does not end")

    def _message(self) -> Conversation[PostgresMessage]:
        return (yield from postgres_message(self._inbox, _CAP))


def _first_message(seconds: float | None) -> Conversation[bytes]:
    """Head of the first message: behind a TLS proxy, nothing has shown yet that the server speaks PostgreSQL."""
    try:
        head = yield from opening_bytes(Receive(exactly=5, seconds=seconds))
    except Fault as fault:
        if fault.outcome not in STREAM_ENDED:
            raise
        raise NotThisProtocol(f"no answer to a start over TLS ({fault.detail})") from None
    if head[:1] not in (b"R", b"E", b"N", b"v") or int.from_bytes(head[1:], "big") > _CAP:
        raise NotThisProtocol(f"answers a start over TLS with {printable(head)}")
    return head


def _closed(why: str) -> PostgresRefusal:
    return PostgresRefusal("08006", why)


def _started(told: dict[bytes, str]) -> StartedSession:
    """Product and version from the parameters of a session.

    CockroachDB sends ``crdb_version`` (``CockroachDB CCL v23.1.11 (…)``), Redshift ``padb_version``, YugabyteDB its own
    version inside PostgreSQL's (``11.2-YB-2.18.0.0-b0``). None of them was verified against the real server.
    """
    version = told.get(b"server_version", "")
    if cockroach := told.get(b"crdb_version"):
        found = re.search(r"\bv([0-9][0-9.]*)", cockroach)
        return StartedSession(found[1] if found else "", "cockroachdb")
    if redshift := told.get(b"padb_version"):
        return StartedSession(redshift, "redshift")
    if found := re.search(r"-YB-([0-9][0-9.]*)", version):
        return StartedSession(found[1], "yugabytedb")
    return StartedSession(version)


def _startup(role: str, database: str) -> bytes:
    names = b"user\0" + role.encode() + b"\0database\0" + database.encode() + b"\0"
    return postgres_frame(b"", _PROTOCOL + names + _SETTINGS)


def _query(sql: str) -> bytes:
    return postgres_frame(b"Q", sql.encode("ascii") + b"\0")


def _refusal(payload: bytes, *, trusted: bool) -> PostgresRefusal:
    """Decode ErrorResponse: pairs of a letter and a text, ended by a NUL."""
    fields = {part[:1]: part[1:].decode("utf-8", "replace") for part in payload.split(b"\0")[:32] if part}
    return PostgresRefusal(fields.get(b"C", "?")[:5], fields.get(b"M", "")[:160], fields.get(b"R", "")[:60], trusted)


def _row(payload: bytes, columns: int) -> list[str | None]:
    """Decode DataRow: a count, then pairs of a length and a value; length -1 is NULL."""
    if int.from_bytes(payload[:2], "big") != columns:
        raise HostileAnswer("a row with an unexpected number of columns")
    row: list[str | None] = []
    at = 2
    for _ in range(columns):
        size = int.from_bytes(payload[at : at + 4], "big", signed=True)
        at += 4
        if at > len(payload) or size > len(payload) - at or size < -1:
            raise HostileAnswer("a value longer than its row")
        row.append(None if size < 0 else payload[at : at + size].decode("utf-8", "replace"))
        at += max(size, 0)
    return row


def _startup_pattern() -> bytes:
    name = rb"[^\x00-\x1f\x7f]{1,63}"
    start = rb"\x00\x00[\x00-\xff]{2}" + re.escape(_PROTOCOL)
    return start + rb"user\x00(?P<account>" + name + rb")\x00database\x00" + name + rb"\x00" + re.escape(_SETTINGS)


_HEAD = rb"Q\x00\x00[\x00-\xff]{2}"
"""Pattern before the text of a query: its type and length."""


def _plain_pattern() -> bytes:
    before, between, after = (re.escape(part.encode()) for part in PLAIN_PARTS)
    return _HEAD + before + NOTE_NAME + between + NOTE_NAME + after + rb"\x00"


def _note_pattern() -> bytes:
    select, cast, source, end = (re.escape(part.encode()) for part in NOTE_PARTS)
    name = rb'"' + NOTE_NAME + rb'"'
    columns = rb"(?:, " + name + cast + rb"){1,8}"
    return _HEAD + select + columns + source + name + rb"\." + name + end + rb"\x00"


def _sample_pattern() -> bytes:
    select, cut, source, end = (re.escape(part.encode()) for part in SAMPLE_PARTS)
    name = rb'"' + NOTE_NAME + rb'"'
    columns = name + cut + rb"(?:,pg_catalog\.left\(" + name + cut + rb"){0,39}"
    return _HEAD + select + columns + source + name + rb"\." + name + end + rb"\x00"


SENDS = (
    DeclaredSend(
        "SSLRequest", re.escape(_SSL_REQUEST), "whether the server speaks PostgreSQL and offers TLS; changes nothing"
    ),
    DeclaredSend(
        "start without a password",
        _startup_pattern(),
        "whether a synthetic role, or one that the grant names, can log in",
    ),
    *(
        DeclaredSend(name, re.escape(_query(sql)), why, DEPTHS.get(sql, Depth.IDENTIFY))
        for sql, (name, why) in WHY.items()
    ),
    DeclaredSend(
        "pg_attribute of one table",
        _plain_pattern(),
        "which columns can be read without running code of a user of the server; reads the catalogue only",
        Depth.DESCRIBE,
    ),
    *(DeclaredSend(c.name, _HEAD + c.pattern() + rb"\x00", c.why, Depth.DESCRIBE, cost=c.cost) for c in COUNTS),
    note_send(_note_pattern()),
    sample_send(_sample_pattern()),
    DeclaredSend("Terminate", re.escape(_TERMINATE), "ends the session"),
)
