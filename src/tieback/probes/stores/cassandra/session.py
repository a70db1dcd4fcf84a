"""CQL's native protocol, versions 3 and 4: frames, a start without credentials, rows of the fixed queries.

Protocol: https://github.com/apache/cassandra/blob/trunk/doc/native_protocol_v4.spec. A frame is version (the upper bit
marks an answer), flags, stream, opcode and the length of the body, big endian. No compression is requested, and no
credential is ever sent: if the server asks for a password, the conversation ends.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.probes.wire.cursor import Cursor
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.opening import first_answer, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol, TooLargeAnswer
from tieback.scope.conversation import Conversation, DeclaredSend, Send

HEADER = 9
_ERROR, _STARTUP, _READY, _AUTHENTICATE, _OPTIONS, _SUPPORTED, _QUERY, _RESULT = 0, 1, 2, 3, 5, 6, 7, 8
_ROWS = 2
_GLOBAL_SPEC, _MORE_PAGES = 1, 2
_PAGED = 4
_ONE = 1
"""Consistency level ONE: one replica answers; the catalogue is on every node."""
_CAP = 1024 * 1024
_LARGEST = 256 * 1024 * 1024
"""``native_transport_max_frame_size`` of every server; a longer frame does not come from Cassandra."""
_MAX_OPENING = 64 * 1024
PAGE = 5000
"""Maximum number of rows of one answer; further rows are not requested."""
KEYSPACE = rb"[A-Za-z0-9_]{1,48}"
"""Pattern of the name of a keyspace (CQL reference, "Data Definition")."""
_SCALAR = 0x0020
"""First type number of the types that consist of other types."""


class CqlError(msgspec.Struct, frozen=True):
    """ERROR frame."""

    code: int
    text: str


class AuthenticateFrame(msgspec.Struct, frozen=True):
    """AUTHENTICATE frame: the class that checks passwords on the server."""

    authenticator: str


class CqlRows(msgspec.Struct, frozen=True):
    """Page of rows, each value as bytes or ``None``."""

    rows: list[list[bytes | None]]
    more: bool = False


class CqlQuery(msgspec.Struct, frozen=True):
    """One of the fixed statements."""

    cql: str
    columns: int
    why: str
    depth: Depth = Depth.ENUMERATE
    name: str = ""
    """Label, if the table is not enough."""

    @property
    def label(self) -> str:
        """Label in reports and documentation."""
        return self.name or f"SELECT ... {self.cql[self.cql.index('FROM ') :]}"

    def within(self, keyspace: str) -> "CqlQuery | None":
        """The query for one keyspace; ``None`` if its name must not be sent. ``keyspace_sends`` declares it."""
        if not re.fullmatch(KEYSPACE, keyspace.encode("ascii", "replace")):
            return None
        cql = f"{self.cql} WHERE keyspace_name = '{keyspace}'"
        return msgspec.structs.replace(self, cql=cql, name=f"{self.label} WHERE keyspace_name")


def encode_frame(version: int, opcode: int, body: bytes = b"") -> bytes:
    """Encode a request on stream 0."""
    return bytes((version, 0, 0, 0, opcode)) + len(body).to_bytes(4, "big") + body


def _query_body(cql: str) -> bytes:
    text = cql.encode("ascii")
    return len(text).to_bytes(4, "big") + text + _ONE.to_bytes(2, "big") + bytes((_PAGED,)) + PAGE.to_bytes(4, "big")


def query_pattern(cql: bytes) -> bytes:
    """Pattern of a query whose statement matches a pattern; the lengths before it vary with the statement."""
    tail = _query_body("")[4:]
    return rb"[\3\4]\x00\x00\x00\x07\x00\x00[\x00-\xff]{2}\x00\x00[\x00-\xff]{2}" + cql + re.escape(tail)


def keyspace_sends(queries: tuple[CqlQuery, ...]) -> tuple[DeclaredSend, ...]:
    """Queries for one keyspace, as ``CqlQuery.within`` makes them."""
    return tuple(
        DeclaredSend(
            f"{query.label} WHERE keyspace_name",
            query_pattern(re.escape(query.cql.encode("ascii")) + rb" WHERE keyspace_name = '" + KEYSPACE + rb"'"),
            f"{query.why}; of a keyspace that the app names, if the whole list is refused",
            query.depth,
        )
        for query in queries
    )


_START = b"\0\1\0\x0bCQL_VERSION\0\x053.0.0"
OPTIONS = "OPTIONS"
STARTUP = "STARTUP"


def declare_frame(name: str, opcode: int, body: bytes, why: str, depth: Depth = Depth.IDENTIFY) -> DeclaredSend:
    """Declare a frame in either version of the protocol, fixed to the last byte."""
    return DeclaredSend(name, b"[\3\4]" + re.escape(encode_frame(4, opcode, body)[1:]), why, depth)


def sends(queries: tuple[CqlQuery, ...]) -> tuple[DeclaredSend, ...]:
    """Everything that a session may send."""
    return (
        declare_frame(
            OPTIONS, _OPTIONS, b"", "whether the server speaks CQL, and what it supports; answered before any login"
        ),
        declare_frame(
            STARTUP, _STARTUP, _START, "whether a session starts without a password; affects only our own connection"
        ),
        *(declare_frame(q.label, _QUERY, _query_body(q.cql), q.why, q.depth) for q in queries),
    )


class CqlSession:
    """Connection to one node, which is opened again if the node closed it in answer to a query."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._version = 4
        self._tls = False
        self._connection = ResumableConnection(self._again)

    def options(self, tls: bool, seconds: float | None) -> Conversation[dict[str, tuple[str, ...]]]:
        """Connect and request the supported options, in version 4 of the protocol, or in 3 if 4 is too new.

        Raises:
            NotThisProtocol: another protocol, or only version 1 or 2 of CQL's.
            Fault: the transport failed.
        """
        self._tls = tls
        for version in (4, 3):
            self._version = version
            self._inbox = Inbox()
            head = yield from first_answer(tls, encode_frame(version, _OPTIONS), HEADER, seconds)
            opcode, size = head[4], int.from_bytes(head[5:], "big")
            if head[0] not in (0x83, 0x84) or head[2:4] != b"\0\0" or opcode not in (_ERROR, _SUPPORTED):
                raise NotThisProtocol(f"not CQL: {printable(head)}")
            if size > _MAX_OPENING:
                raise NotThisProtocol(f"a CQL answer of {count_text(size, 'byte')}")
            body = yield from self._inbox.take(size)
            if opcode == _SUPPORTED:
                return _multimap(Cursor(body, "a SUPPORTED frame"))
            text = _error(body).text
            if "protocol version" not in text.lower():
                raise NotThisProtocol(f"answers OPTIONS with {text[:60]!r}")
        raise NotThisProtocol("supports neither version 3 nor 4 of CQL's protocol")

    def start(self) -> Conversation[AuthenticateFrame | CqlError | None]:
        """Start a session without credentials; ``None`` if the node requires none."""
        yield Send(encode_frame(self._version, _STARTUP, _START))
        opcode, body = yield from self._answer()
        if opcode == _READY:
            return None
        if opcode == _AUTHENTICATE:
            return AuthenticateFrame(_string(Cursor(body, "an AUTHENTICATE frame"))[:120])
        if opcode == _ERROR:
            return _error(body)
        raise HostileAnswer(f"opcode {opcode} as the answer to STARTUP")

    def rows(self, query: CqlQuery) -> Conversation[CqlRows | CqlError]:
        """First page of rows of a query; an error if the node closes the connection instead.

        Raises:
            Hostile: rows of an unexpected shape.
            TooLarge: the answer exceeds the size limit.
        """
        return (yield from self._connection.run(self._rows(query), _closed))

    def _again(self) -> Conversation[None]:
        yield from self.options(self._tls, None)
        yield from self.start()

    def _rows(self, query: CqlQuery) -> Conversation[CqlRows | CqlError]:
        yield Send(encode_frame(self._version, _QUERY, _query_body(query.cql)))
        opcode, body = yield from self._answer()
        if opcode == _ERROR:
            return _error(body)
        if opcode != _RESULT:
            raise HostileAnswer(f"opcode {opcode} as the answer to a query")
        return decode_rows(body, query.columns)

    def _answer(self) -> Conversation[tuple[int, bytes]]:
        head = yield from self._inbox.take(HEADER)
        size = int.from_bytes(head[5:], "big")
        # Flags mean compression, tracing, payloads or warnings. Only warnings (bit 3) may come without a request for
        # them.
        if head[0] != 0x80 | self._version or head[1] & ~8 or head[2:4] != b"\0\0" or size > _LARGEST:
            raise HostileAnswer("a CQL frame that does not answer the request")
        if size > _CAP:
            raise TooLargeAnswer(f"an answer of {count_text(size, 'byte')}")
        body = yield from self._inbox.take(size)
        if head[1] & 8:
            cursor = Cursor(body, "a list of warnings")
            for _ in range(cursor.big(2)):
                _string(cursor)
            body = cursor.take(cursor.left)
        return head[4], body


def _closed(why: str) -> CqlError:
    return CqlError(0, why)


def decode_rows(body: bytes, columns: int) -> CqlRows:
    """Rows of a RESULT frame.

    Args:
        body: body of the frame.
        columns: expected number of columns.

    Raises:
        Hostile: no rows, other columns, or a length beyond the end.
    """
    cursor = Cursor(body, "a CQL result")
    if cursor.big(4) != _ROWS:
        raise HostileAnswer("a result without rows")
    flags = cursor.big(4)
    if flags & ~(_GLOBAL_SPEC | _MORE_PAGES) or cursor.big(4) != columns:
        raise HostileAnswer("a result with unexpected columns")
    if flags & _MORE_PAGES:
        _bytes(cursor)
    if flags & _GLOBAL_SPEC:
        _string(cursor), _string(cursor)
    for _ in range(columns):
        if not flags & _GLOBAL_SPEC:
            _string(cursor), _string(cursor)
        _string(cursor)
        if not 0 < cursor.big(2) < _SCALAR:
            raise HostileAnswer("a column of an unexpected type")
    count = cursor.big(4)
    if count > PAGE:
        raise HostileAnswer(f"{count_text(count, 'row')} in a page of at most {PAGE}")
    rows = [[_bytes(cursor) for _ in range(columns)] for _ in range(count)]
    return CqlRows(rows, bool(flags & _MORE_PAGES))


def _string(cursor: Cursor) -> str:
    return cursor.take(cursor.big(2)).decode("utf-8", "replace")


def _bytes(cursor: Cursor) -> bytes | None:
    size = cursor.big(4, signed=True)
    return None if size < 0 else cursor.take(size)


def _error(body: bytes) -> CqlError:
    cursor = Cursor(body, "an ERROR frame")
    code = cursor.big(4)
    return CqlError(code, _string(cursor)[:200])


def _multimap(cursor: Cursor) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for _ in range(cursor.big(2)):
        key = _string(cursor)
        found[key[:64]] = tuple(_string(cursor)[:64] for _ in range(cursor.big(2)))
    return found
