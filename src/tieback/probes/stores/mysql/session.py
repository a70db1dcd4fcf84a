"""Session with MySQL or MariaDB: greeting, TLS if offered, a login without a password, text queries.

Protocol: https://dev.mysql.com/doc/dev/mysql-server/latest/PAGE_PROTOCOL.html and
https://mariadb.com/docs/server/reference/clientserver-protocol. ``CLIENT_LOCAL_FILES`` is never set; a server that
still requests a file is hostile. Nothing that could be a password is ever sent.
"""

import re
import struct

import msgspec

from tieback.model.grant import Depth
from tieback.model.probe import Outcome
from tieback.probes.stores.mysql.products import KnownProduct, by_greeting
from tieback.probes.stores.mysql.queries import (
    COUNTS,
    DEPTHS,
    NAMED,
    NOTE_NAME,
    NOTE_PARTS,
    SAMPLE_PARTS,
    WHY,
)
from tieback.probes.wire.frames import Inbox, MysqlPacket, mysql_frame, mysql_packet
from tieback.probes.wire.opening import opening_bytes, printable
from tieback.probes.wire.rowvalues import note_send, sample_send
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Connect, Conversation, DeclaredSend, Fault, Receive, Send, StartTls

_LONG_PASSWORD = 1
_PROTOCOL_41 = 0x200
_SSL = 0x800
_TRANSACTIONS = 0x2000
_SECURE_CONNECTION = 0x8000
_PLUGIN_AUTH = 0x80000
_CAPABILITIES = _LONG_PASSWORD | _PROTOCOL_41 | _TRANSACTIONS | _SECURE_CONNECTION | _PLUGIN_AUTH
_UTF8MB4 = 45
_LARGEST_PACKET = 1 << 20
_CAP = 64 * 1024
"""Maximum number of bytes of one packet; catalogue rows are far shorter."""
_MAX_GREETING = 4096
_MAX_ROUNDS = 6
_MAX_ROWS = 8001
"""Maximum number of rows: one more than the largest LIMIT."""

_EMPTY_ANSWERS = {"mysql_native_password": b"", "caching_sha2_password": b"", "sha256_password": b"\0"}
"""Bytes that each plugin accepts as "no password"."""

_ACCOUNT = re.compile(r"[A-Za-z0-9_.-]{1,32}")


class MysqlGreeting(msgspec.Struct, frozen=True):
    """Greeting of the server before a login."""

    version: str
    """Version as the server states it, such as ``5.5.5-10.11.6-MariaDB``."""
    tls: bool
    """True if the server offers TLS."""
    plugin: str
    """Default authentication plugin."""

    @property
    def known(self) -> KnownProduct:
        """Product and version that the greeting names."""
        return by_greeting(self.version)


class MysqlRefusal(msgspec.Struct, frozen=True):
    """Error packet."""

    code: int
    """``ER_...`` number; 0 if the server requests a password without an error."""
    text: str


def valid_account(name: str) -> bool:
    """True if the account's name is safe to send."""
    return _ACCOUNT.fullmatch(name) is not None


class MysqlSession:
    """Connections to one server, one at a time."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._without_tls = False
        self._greeting: MysqlGreeting | None = None
        """Greeting of the open connection, until a login used it."""

    def read_greeting(self, seconds: float | None) -> Conversation[MysqlGreeting | MysqlRefusal]:
        """Connect and read the server's greeting.

        Raises:
            NotThisProtocol: the server sends something else, or too much.
            Fault: nothing came in time, or the connection failed.
        """
        yield Connect()
        self._inbox = Inbox()
        # Exactly so many bytes: if the certificate does not verify, the dialer repeats them on a new connection.
        head = yield from opening_bytes(Receive(exactly=5, seconds=seconds))
        size = int.from_bytes(head[:3], "little")
        if head[3] != 0 or not 1 < size <= _MAX_GREETING or head[4] not in (10, 0xFF):
            raise NotThisProtocol(f"not a MySQL greeting: {printable(head)}")
        rest = yield from opening_bytes(Receive(exactly=size - 1, seconds=seconds))
        if head[4] == 0xFF:
            return _refusal(head[4:] + rest)
        self._greeting = _greeting(rest)
        return self._greeting

    def log_in(self, account: str) -> Conversation[MysqlRefusal | None]:
        """Try to log in without a password, over TLS if the server offers it; ``None`` if it succeeds.

        The connection of the last ``read_greeting`` is used if no login was tried on it. Servers count connections that
        end between greeting and login, and block an address with too many of them.
        """
        greeting: MysqlGreeting | MysqlRefusal = self._greeting or (yield from self.read_greeting(None))
        self._greeting = None
        if isinstance(greeting, MysqlRefusal):
            return greeting
        sequence = 1
        capabilities = _CAPABILITIES
        if greeting.tls and not self._without_tls:
            capabilities |= _SSL
            yield Send(mysql_frame(sequence, _client_head(capabilities)))
            try:
                yield StartTls()
            except Fault as fault:
                if fault.outcome is not Outcome.TLS_ERROR:
                    raise
                self._without_tls = True
                return (yield from self.log_in(account))
            self._inbox = Inbox()
            sequence += 1
        plugin = greeting.plugin if greeting.plugin in _EMPTY_ANSWERS else "mysql_native_password"
        yield Send(mysql_frame(sequence, _login(capabilities, account, plugin)))
        return (yield from self._authenticate())

    def query(self, sql: str, columns: int = 0) -> Conversation[list[list[str | None]] | MysqlRefusal]:
        """Rows of a query, as text.

        Args:
            sql: one of ``queries``.
            columns: number of columns of its rows; 0 if it returns none.

        Raises:
            Hostile: the answer breaks the protocol or a limit, or requests a file.
        """
        yield Send(mysql_frame(0, b"\x03" + sql.encode("ascii")))
        first = yield from mysql_packet(self._inbox, _CAP)
        kind = first.payload[:1]
        if kind == b"\xff":
            return _refusal(first.payload)
        if kind == b"\xfb":
            raise HostileAnswer("requests a local file (LOAD DATA LOCAL INFILE)")
        if kind == b"\0":
            return []
        if not columns or first.payload != bytes((columns,)):
            raise HostileAnswer("a result set with an unexpected number of columns")
        for _ in range(columns):
            yield from mysql_packet(self._inbox, _CAP)
        if not _is_eof((yield from mysql_packet(self._inbox, _CAP))):
            raise HostileAnswer("more columns than announced")
        return (yield from self._rows(columns))

    def quit(self) -> Conversation[None]:
        """Send COM_QUIT."""
        yield Send(mysql_frame(0, b"\x01"))

    def _rows(self, columns: int) -> Conversation[list[list[str | None]] | MysqlRefusal]:
        rows: list[list[str | None]] = []
        for _ in range(_MAX_ROWS):
            packet = yield from mysql_packet(self._inbox, _CAP)
            if _is_eof(packet):
                return rows
            if packet.payload[:1] == b"\xff":
                return _refusal(packet.payload)
            rows.append(_row(packet.payload, columns))
        raise HostileAnswer("more rows than requested")

    def _authenticate(self) -> Conversation[MysqlRefusal | None]:
        for _ in range(_MAX_ROUNDS):
            packet = yield from mysql_packet(self._inbox, _CAP)
            kind = packet.payload[:1]
            if kind == b"\0":
                return None
            if kind == b"\xff":
                return _refusal(packet.payload)
            if kind == b"\xfe":
                plugin = packet.payload[1:].split(b"\0", 1)[0].decode("latin-1")[:64] or "mysql_old_password"
                if plugin not in _EMPTY_ANSWERS:
                    return MysqlRefusal(0, f"requires authentication by {printable(plugin.encode('latin-1'))}")
                yield Send(mysql_frame((packet.sequence + 1) & 0xFF, _EMPTY_ANSWERS[plugin]))
            elif packet.payload == b"\x01\x04":
                return MysqlRefusal(0, "asks for a password (caching_sha2_password, full authentication)")
            elif kind == b"\xfb":
                raise HostileAnswer("requests a local file (LOAD DATA LOCAL INFILE)")
            elif kind != b"\x01":
                raise HostileAnswer("an invalid answer to a login")
        raise HostileAnswer("a login that does not end")


def _client_head(capabilities: int) -> bytes:
    return struct.pack("<IIB23x", capabilities, _LARGEST_PACKET, _UTF8MB4)


def _login(capabilities: int, account: str, plugin: str) -> bytes:
    """Encode HandshakeResponse41 with an authentication answer of length zero."""
    return _client_head(capabilities) + account.encode("ascii") + b"\0\0" + plugin.encode("ascii") + b"\0"


def _greeting(rest: bytes) -> MysqlGreeting:
    """Decode HandshakeV10 after its first byte."""
    version, nul, after = rest.partition(b"\0")
    if not nul or len(version) > 128 or len(after) < 15:
        raise NotThisProtocol("a MySQL greeting that ends early")
    capabilities: int = struct.unpack_from("<H", after, 13)[0]
    plugin = b""
    if len(after) >= 31:
        capabilities |= struct.unpack_from("<H", after, 18)[0] << 16
        if capabilities & _PLUGIN_AUTH:
            plugin = after[31 + max(13, after[20] - 8) :].split(b"\0", 1)[0]
    return MysqlGreeting(version.decode("latin-1"), bool(capabilities & _SSL), plugin.decode("latin-1")[:64])


def _refusal(payload: bytes) -> MysqlRefusal:
    """Decode an error packet; before the greeting it has no SQL state."""
    if len(payload) < 3:
        raise HostileAnswer("an error packet that ends early")
    text = payload[3:].decode("utf-8", "replace")
    return MysqlRefusal(int.from_bytes(payload[1:3], "little"), text[6:] if text.startswith("#") else text)


def _is_eof(packet: MysqlPacket) -> bool:
    return packet.payload[:1] == b"\xfe" and len(packet.payload) < 9


def _row(payload: bytes, columns: int) -> list[str | None]:
    row: list[str | None] = []
    at = 0
    for _ in range(columns):
        first = payload[at] if at < len(payload) else -1
        at += 1
        if first == 0xFB:
            row.append(None)
            continue
        width = {0xFC: 2, 0xFD: 3}.get(first, 0)
        if first < 0 or first > 0xFD:
            raise HostileAnswer("a row that ends early")
        size = int.from_bytes(payload[at : at + width], "little") if width else first
        at += width
        if size > len(payload) - at:
            raise HostileAnswer("a value longer than its row")
        row.append(payload[at : at + size].decode("utf-8", "replace"))
        at += size
    if at != len(payload):
        raise HostileAnswer("a row longer than its columns")
    return row


_HEAD = rb"[\x00-\xff]{2}\x00\x00\x03"
"""Pattern before the text of a query: the packet's length and number, and COM_QUERY."""


def _sends() -> tuple[DeclaredSend, ...]:
    plain, secure = (re.escape(_client_head(bits)) for bits in (_CAPABILITIES, _CAPABILITIES | _SSL))
    plugins = b"(?:" + b"|".join(re.escape(name.encode()) for name in _EMPTY_ANSWERS) + b")"
    login = b"(?:%b|%b)" % (plain, secure) + rb"(?P<account>[A-Za-z0-9_.-]{1,32})\x00\x00" + plugins + rb"\x00"
    return (
        DeclaredSend(
            "SSLRequest",
            re.escape(mysql_frame(1, _client_head(_CAPABILITIES | _SSL))),
            "switches to TLS if the server offers it; changes nothing",
        ),
        DeclaredSend(
            "login without a password",
            rb"[\x00-\xff]\x00\x00[\x01\x02]" + login,
            "whether a synthetic user, or an account that the grant names, can log in without any password",
        ),
        DeclaredSend(
            "empty answer of another plugin",
            rb"(?:\x00\x00\x00[\x02-\x0f]|\x01\x00\x00[\x02-\x0f]\x00)",
            "the same if the server requests another authentication plugin; still no password",
        ),
        *(
            DeclaredSend(name, _query_pattern(sql), why, DEPTHS.get(sql, Depth.IDENTIFY))
            for sql, (name, why) in WHY.items()
        ),
        *(DeclaredSend(name, _tables_pattern(parts, tables), why, depth) for name, parts, tables, why, depth in NAMED),
        *(DeclaredSend(c.name, _HEAD + c.pattern(), c.why, Depth.ENUMERATE, cost=c.cost) for c in COUNTS),
        note_send(_note_pattern()),
        sample_send(_sample_pattern()),
        DeclaredSend("quit", re.escape(mysql_frame(0, b"\x01")), "ends the session"),
    )


def _query_pattern(sql: str) -> bytes:
    return re.escape(mysql_frame(0, b"\x03" + sql.encode("ascii")))


def _tables_pattern(parts: tuple[str, str, str], tables: int) -> bytes:
    before, between, after = (re.escape(part.encode()) for part in parts)
    name = rb"'" + NOTE_NAME + rb"'"
    names = name + (rb"(?:," + name + rb"){0,%d}" % (tables - 1) if tables > 1 else b"")
    return _HEAD + before + NOTE_NAME + between + names + after


def _note_pattern() -> bytes:
    select, source, end = (re.escape(part.encode()) for part in NOTE_PARTS)
    name = rb"`" + NOTE_NAME + rb"`"
    columns = name + rb"(?:," + name + rb"){0,7}"
    return _HEAD + select + columns + source + name + rb"\." + name + end


def _sample_pattern() -> bytes:
    select, cut, source, end = (re.escape(part.encode()) for part in SAMPLE_PARTS)
    name = rb"`" + NOTE_NAME + rb"`"
    columns = name + cut + rb"(?:,LEFT\(" + name + cut + rb"){0,39}"
    return _HEAD + select + columns + source + name + rb"\." + name + end


SENDS = _sends()
