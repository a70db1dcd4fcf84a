"""ClickHouse's native protocol: a login without a password, and rows of the fixed statements as text.

Protocol: https://clickhouse.com/docs/native-protocol/basics and the pages after it. Numbers are LEB128; strings follow
their length. The announced revision, 54429, is the first whose settings are text. Every server since 20.1 supports it,
and leaves out newer fields of later revisions. Older servers, since 18.10, get their settings as numbers
(``Settings::serialize`` of these versions) and report progress in fewer numbers.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.opening import first_answer, printable
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.protocols.leb128 import encode_leb128
from tieback.scope.conversation import DUMMY_ACCOUNT, Conversation, DeclaredSend, Send, SendCost

REVISION, OLDEST = 54429, 54401
"""The announced revision, and the oldest that we understand."""
_TIMEZONE, _DISPLAY_NAME, _PATCH, _WRITTEN = 54058, 54372, 54401, 54420
_MARK = "{statement}"
_PLACE = re.compile(r"\{[a-z]+\}")
LOGIN = "Hello without a password"
ACCOUNT = "default"
"""The only real account that is tried, if the grant names it."""
_HELLO, _QUERY, _DATA = 0, 1, 2
_S_HELLO, _S_DATA, _S_EXCEPTION, _S_PROGRESS, _S_END, _S_PROFILE, _S_TOTALS, _S_EXTREMES = 0, 1, 2, 3, 5, 6, 7, 8
_OPENING = 6
_MAX_TEXT = 4096
_MAX_ROWS = 6001
_MAX_PACKETS = 512
_MAX_NESTED = 8


class NativeGreeting(msgspec.Struct, frozen=True):
    """Server's description of itself after a login."""

    version: str
    revision: int


class NativeException(msgspec.Struct, frozen=True):
    """Exception of the server."""

    code: int
    """Code from ``src/Common/ErrorCodes.cpp``."""
    text: str


class NativeStatement(msgspec.Struct, frozen=True):
    """One of the fixed statements; each of its columns is a String."""

    label: str
    sql: str
    columns: int
    why: str
    depth: Depth = Depth.ENUMERATE
    names: bytes = b""
    """Pattern of what may replace each placeholder in ``sql``."""
    cost: SendCost = SendCost.CATALOGUE
    values: bool = False
    """True if its rows have values of a table."""

    def fill(self, *names: str) -> str:
        """The statement with the names in the places of its placeholders."""
        rest = iter(names)
        return _PLACE.sub(lambda _: next(rest), self.sql)


def encode_text(value: str) -> bytes:
    """Encode a string after its length."""
    return encode_leb128(len(value.encode())) + value.encode()


# HTTP servers wait for the end of a line before they refuse; the name of the client contains one.
_CLIENT = encode_text("tieback\r\n\r\n")
_BEFORE_ACCOUNT = (
    encode_leb128(_HELLO) + _CLIENT + encode_leb128(1) + encode_leb128(0) + encode_leb128(REVISION) + encode_text("")
)


def _hello(account: str) -> bytes:
    return _BEFORE_ACCOUNT + encode_text(account) + encode_text("")


def _settings(*, legacy: bool) -> bytes:
    """Each setting is a name, flags and a value; before the revision 54429 a name and a number. An empty name ends."""
    return b"".join(
        encode_text(name) + (encode_leb128(value) if legacy else b"\0" + encode_text(str(value)))
        for name, value in (("readonly", 1), ("max_execution_time", 5))
    ) + encode_text("")


def _query(sql: str, *, legacy: bool = False) -> bytes:
    info = b"".join(
        (
            b"\1",  # initial query
            encode_text("") * 2,  # user and id of the initial query
            encode_text("0.0.0.0:0"),
            b"\1",  # over TCP
            encode_text("") * 2,  # user and host of the client
            _CLIENT,
            encode_leb128(1) + encode_leb128(0) + encode_leb128(REVISION),
            encode_text(""),  # quota key
            encode_leb128(0),  # patch
        )
    )
    complete, uncompressed = encode_leb128(2), encode_leb128(0)
    settings = _settings(legacy=legacy)
    head = encode_leb128(_QUERY) + encode_text("") + info + settings + complete + uncompressed + encode_text(sql)
    no_table, no_rows = encode_text(""), b"\1\0\2\xff\xff\xff\xff\0" + b"\0\0"
    return head + encode_leb128(_DATA) + no_table + no_rows


def sends(statements: tuple[NativeStatement, ...]) -> tuple[DeclaredSend, ...]:
    """Everything that a session may send."""
    accounts = b"|".join(encode_text(name)[:1] + b"(?=%b)" % name.encode() for name in (DUMMY_ACCOUNT, ACCOUNT))
    names = b"|".join(name.encode() for name in (DUMMY_ACCOUNT, ACCOUNT))
    login = re.escape(_BEFORE_ACCOUNT) + b"(?:%b)(?P<account>%b)" % (accounts, names) + b"\0"
    return (
        DeclaredSend(
            LOGIN, login, "whether a synthetic user, or the account that the grant names, can log in without a password"
        ),
        *(
            DeclaredSend(
                s.label,
                _pattern(s),
                f"{s.why}; the settings of the query also make it read-only",
                s.depth,
                values=s.values,
                cost=s.cost,
            )
            for s in statements
        ),
    )


def _pattern(statement: NativeStatement) -> bytes:
    new, old = (re.escape(_settings(legacy=legacy)) for legacy in (False, True))
    return _words(statement).replace(new, b"(?:%b|%b)" % (new, old), 1)


def _words(statement: NativeStatement) -> bytes:
    if not statement.names:
        return re.escape(_query(statement.sql))
    # The length before the statement varies with the names.
    head, _, tail = _query(_MARK).partition(encode_text(_MARK))
    place = b"(?:" + statement.names + b")"
    words = place.join(re.escape(part.encode()) for part in _PLACE.split(statement.sql))
    return re.escape(head) + rb"[\x80-\xff]?[\x00-\x7f]" + words + re.escape(tail)


def _closed(why: str) -> NativeException:
    return NativeException(0, why)


class NativeSession:
    """Connection to one server, which is opened again if the server closed it in answer to a statement."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._account, self._tls = "", False
        self._connection = ResumableConnection(self._again)
        self._revision = REVISION
        """The older one of ours and the server's."""

    def log_in(self, account: str, tls: bool, seconds: float | None) -> Conversation[NativeGreeting | NativeException]:
        """Connect and send Hello as ``account``, without a password.

        Raises:
            NotThisProtocol: another protocol.
            Hostile: the answer exceeds a limit.
            Fault: the transport failed.
        """
        self._inbox = Inbox()
        self._account, self._tls = account, tls
        head = yield from first_answer(tls, _hello(account), _OPENING, seconds)
        if head[0] == _S_EXCEPTION and head[3:5] == b"\0\0":
            code = int.from_bytes(head[1:5], "little", signed=True)
            name = yield from self._take_text(head[5])
            if not name.startswith("DB::"):
                raise NotThisProtocol("an exception that does not come from ClickHouse")
            return (yield from self._exception(code))
        if head[0] != _S_HELLO or head[2:] != b"Clic" or not 10 <= head[1] <= 64:
            raise NotThisProtocol(f"not ClickHouse: {printable(head)}")
        yield from self._inbox.take(head[1] - 4)
        major, minor = (yield from self._number()), (yield from self._number())
        revision = yield from self._number()
        self._revision = spoken = min(revision, REVISION)
        for needed in (_TIMEZONE, _DISPLAY_NAME):
            if spoken >= needed:
                yield from self._text()
        patch = (yield from self._number()) if spoken >= _PATCH else 0
        if max(major, minor, patch) > 1 << 32:
            raise HostileAnswer("an invalid version")
        return NativeGreeting(f"{major}.{minor}.{patch}", revision)

    def rows(self, statement: NativeStatement, *names: str) -> Conversation[list[list[str]] | NativeException]:
        """Rows of a statement, with ``names`` in the places of its placeholders.

        The result is an exception if the server closes the connection instead.

        Raises:
            Hostile: rows of an unexpected shape, or too many of them.
        """
        return (yield from self._connection.run(self._rows(statement, *names), _closed))

    def _again(self) -> Conversation[None]:
        yield from self.log_in(self._account, self._tls, None)

    def _rows(self, statement: NativeStatement, *names: str) -> Conversation[list[list[str]] | NativeException]:
        yield Send(_query(statement.fill(*names), legacy=self._revision < REVISION))
        rows: list[list[str]] = []
        for _ in range(_MAX_PACKETS):
            kind = yield from self._number()
            if kind == _S_END:
                return rows
            if kind == _S_EXCEPTION:
                code = int.from_bytes((yield from self._inbox.take(4)), "little", signed=True)
                yield from self._text()
                return (yield from self._exception(code))
            if kind in (_S_DATA, _S_TOTALS, _S_EXTREMES):
                rows += yield from self._block(statement.columns)
                if len(rows) > _MAX_ROWS:
                    raise HostileAnswer("more rows than requested")
            elif kind == _S_PROGRESS:
                for _ in range(5 if self._revision >= _WRITTEN else 3):
                    yield from self._number()
            elif kind == _S_PROFILE:
                for size in (0, 0, 0, 1, 0, 1):
                    yield from self._inbox.take(size) if size else self._number()
            else:
                raise HostileAnswer(f"an unexpected packet of type {kind}")
        raise HostileAnswer("packets that do not end")

    def _block(self, columns: int) -> Conversation[list[list[str]]]:
        """Read a block: name of a table, block info, and one column after the other."""
        yield from self._text()
        info = yield from self._inbox.take(8)
        if info[0] != 1 or info[2] != 2 or info[7] != 0:
            raise HostileAnswer("a block with unexpected fields")
        width, height = (yield from self._number()), (yield from self._number())
        if width == height == 0:
            return []
        if width != columns or height > _MAX_ROWS:
            raise HostileAnswer("a block of an unexpected shape")
        rows: list[list[str]] = [[] for _ in range(height)]
        for _ in range(width):
            yield from self._text()
            kind = yield from self._text()
            if kind != "String":
                raise HostileAnswer(f"an unexpected column of type {kind[:40]!r}")
            for row in rows:
                row.append((yield from self._text()))
        return rows

    def _exception(self, code: int) -> Conversation[NativeException]:
        """Read the rest of an exception: message, stack trace, and whether another exception is nested in it."""
        message = yield from self._text(16 * 1024)
        yield from self._text(64 * 1024)
        for _ in range(_MAX_NESTED):
            nested = yield from self._inbox.take(1)
            if nested == b"\0":
                return NativeException(code, message[:200])
            yield from self._inbox.take(4)
            for _ in range(3):
                yield from self._text(64 * 1024)
        raise HostileAnswer("nested exceptions that do not end")

    def _number(self) -> Conversation[int]:
        value = 0
        for shift in range(0, 70, 7):
            byte = (yield from self._inbox.take(1))[0]
            value |= (byte & 0x7F) << shift
            if not byte & 0x80:
                return value & 0xFFFF_FFFF_FFFF_FFFF
        raise HostileAnswer("a number that does not end")

    def _text(self, cap: int = _MAX_TEXT) -> Conversation[str]:
        return (yield from self._take_text((yield from self._number()), cap))

    def _take_text(self, size: int, cap: int = _MAX_TEXT) -> Conversation[str]:
        if size > cap:
            raise HostileAnswer(f"a string of {count_text(size, 'byte')}")
        return (yield from self._inbox.take(size)).decode("utf-8", "replace")
