"""Bolt session without credentials: handshake, HELLO with scheme ``none``, fixed statements in read mode.

Protocol: https://neo4j.com/docs/bolt/current/bolt/handshake/ and .../message/. The offered versions are 5.0, 4.4 to
4.1, 4.0 and 3, in which HELLO logs in; newer servers still support one of them. A message is a series of chunks of at
most 65535 bytes, each after its length, and an empty chunk at the end.
"""

import re

import msgspec

from tieback.model.count_text import count_text
from tieback.model.grant import Depth
from tieback.probes.wire.frames import Inbox
from tieback.probes.wire.opening import first_answer, printable
from tieback.probes.wire.packstream import Value, decode_message, encode_mapping, encode_message, encode_text
from tieback.probes.wire.resume import ResumableConnection
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.scope.conversation import Conversation, DeclaredSend, Send, SendCost

HANDSHAKE, HELLO, RESET, GOODBYE = "handshake", "HELLO scheme none", "RESET", "GOODBYE"
ROWS = 1000
"""Maximum number of records that are pulled from one answer."""

_OPENING = b"\x60\x60\xb0\x17" + b"\0\0\0\5" + b"\0\3\4\4" + b"\0\0\0\4" + b"\0\0\0\3"
_HELLO = encode_message(1, encode_mapping({"user_agent": encode_text("tieback/1"), "scheme": encode_text("none")}))
_RESET = encode_message(0x0F)
_GOODBYE = encode_message(2)
_PULL = encode_message(0x3F, encode_mapping({"n": b"\xc9" + ROWS.to_bytes(2, "big")}))
_PULL_ALL = encode_message(0x3F)
"""Version 3 has no other PULL."""
_SUCCESS, _RECORD, _IGNORED, _FAILURE = 0x70, 0x71, 0x7E, 0x7F
_CAP = 16 * 1024
"""Maximum number of bytes of one message."""
_SAMPLE_CAP = 128 * 1024
_MAX_CHUNKS = 256


class BoltFailure(msgspec.Struct, frozen=True):
    """FAILURE message: the status code, such as ``Neo.ClientError.Security.Unauthorized``, and its text."""

    code: str
    text: str

    @property
    def closed(self) -> bool:
        """True if the failure is a refusal of access."""
        return ".Security." in self.code or "Unauthenticated" in self.code


class BoltStatement(msgspec.Struct, frozen=True):
    """One of the fixed statements."""

    cypher: str
    why: str
    depth: Depth = Depth.ENUMERATE
    values: bool = False
    """True if the records have values of nodes."""

    @property
    def run(self) -> bytes:
        """RUN without parameters, in read mode."""
        return encode_message(
            0x10, encode_text(self.cypher), encode_mapping({}), encode_mapping({"mode": encode_text("r")})
        )


class StatementResult(msgspec.Struct, frozen=True):
    """Single column of a statement's records, and the database in which it ran."""

    records: list[int | str]
    database: str = ""
    more: bool = False


def sends(statements: tuple[BoltStatement, ...]) -> tuple[DeclaredSend, ...]:
    """Everything that a session may send."""
    pull = b"(?:%b|%b)" % (re.escape(_PULL), re.escape(_PULL_ALL))
    return (
        DeclaredSend(
            HANDSHAKE,
            re.escape(_OPENING),
            "whether the server speaks Bolt; offers protocol versions and changes nothing",
        ),
        DeclaredSend(HELLO, re.escape(_HELLO), "whether a session starts without a user and a password"),
        *(
            DeclaredSend(
                s.cypher,
                re.escape(s.run) + pull,
                f"{s.why}; in read mode",
                s.depth,
                values=s.values,
                cost=SendCost.BOUNDED if s.values else SendCost.CATALOGUE,
            )
            for s in statements
        ),
        DeclaredSend(
            RESET, re.escape(_RESET), "clears the error of a failed statement; affects only our own connection"
        ),
        DeclaredSend(GOODBYE, re.escape(_GOODBYE), "ends the session"),
    )


class BoltSession:
    """Connection to one server."""

    def __init__(self) -> None:
        self._inbox = Inbox()
        self._tls = False
        self._connection = ResumableConnection(self._again)
        self.major = 0
        """Negotiated major version; 0 if there is none."""

    def handshake(self, tls: bool, seconds: float | None) -> Conversation[None]:
        """Connect and negotiate a version.

        Raises:
            NotThisProtocol: another protocol.
            Fault: the transport failed.
        """
        self._inbox = Inbox()
        self._tls = tls
        head = yield from first_answer(tls, _OPENING, 4, seconds)
        minor, self.major = head[2], head[3]
        if head[:2] != b"\0\0" or (self.major, minor) not in ((0, 0), (5, 0), *((4, n) for n in range(5)), (3, 0)):
            raise NotThisProtocol(f"not Bolt: {printable(head)}")

    def hello(self) -> Conversation[str | BoltFailure]:
        """Start a session without credentials: the name that the server gives itself, or the failure."""
        yield Send(_HELLO)
        tag, fields = yield from self._message()
        if tag == _FAILURE:
            return _failure(fields)
        if tag != _SUCCESS or not fields or not isinstance(fields[0], dict):
            raise NotThisProtocol("answers HELLO with another message")
        return str(fields[0].get("server", ""))[:120]

    def run_statement(self, statement: BoltStatement) -> Conversation[StatementResult | BoltFailure]:
        """Read at most ``ROWS`` records of a statement (all of them in version 3)."""
        answer = yield from self._pull(statement, _CAP)
        if isinstance(answer, BoltFailure):
            return answer
        rows, said = answer
        database = said.get("db")
        name = database[:64] if isinstance(database, str) else ""
        return StatementResult([_only_value(row) for row in rows], name, said.get("has_more") is True)

    def read_mappings(self, statement: BoltStatement) -> Conversation[list[dict[str, Value]]]:
        """The mappings of a statement with one column of them; none after a failure."""
        answer = yield from self._pull(statement, _SAMPLE_CAP)
        rows = answer[0] if not isinstance(answer, BoltFailure) else []
        return [
            row[0][0] for row in rows if row and isinstance(row[0], list) and row[0] and isinstance(row[0][0], dict)
        ]

    def _pull(
        self, statement: BoltStatement, cap: int
    ) -> Conversation[tuple[list[list[Value]], dict[str, Value]] | BoltFailure]:
        """Fields of each record, and the metadata after them; a failure if the server closes the connection instead.

        Messages of more than ``cap`` bytes are hostile.
        """
        return (yield from self._connection.run(self._exchange(statement, cap), _closed))

    def _again(self) -> Conversation[None]:
        yield from self.handshake(self._tls, None)
        yield from self.hello()

    def _exchange(
        self, statement: BoltStatement, cap: int
    ) -> Conversation[tuple[list[list[Value]], dict[str, Value]] | BoltFailure]:
        yield Send(statement.run + (_PULL_ALL if self.major == 3 else _PULL))
        records: list[list[Value]] = []
        failure: BoltFailure | None = None
        replies = 0
        for _ in range(ROWS + 8):
            tag, fields = yield from self._message(cap)
            if tag == _RECORD:
                records.append(fields)
                continue
            replies += 1
            if tag == _FAILURE:
                failure = failure or _failure(fields)
            elif tag not in (_SUCCESS, _IGNORED):
                raise HostileAnswer(f"an unexpected Bolt message {tag:#04x}")
            if replies == 2:
                break
        else:
            raise HostileAnswer(f"more than {ROWS} records")
        if failure is not None:
            yield Send(_RESET)
            yield from self._message()
            return failure
        return records, fields[0] if fields and isinstance(fields[0], dict) else {}

    def close(self) -> Conversation[None]:
        """Send GOODBYE."""
        if self._connection.is_open:
            yield Send(_GOODBYE)

    def _message(self, cap: int = _CAP) -> Conversation[tuple[int, list[Value]]]:
        parts: list[bytes] = []
        held = 0
        for _ in range(_MAX_CHUNKS):
            size = int.from_bytes((yield from self._inbox.take(2)), "big")
            if not size and parts:
                return decode_message(b"".join(parts))
            held += size
            if held > cap:
                raise HostileAnswer(f"a Bolt message of more than {count_text(cap, 'byte')}")
            if size:
                parts.append((yield from self._inbox.take(size)))
        raise HostileAnswer("chunks that do not end")


def _only_value(fields: list[Value]) -> int | str:
    """Value of a record; each statement returns one number or one text."""
    row = fields[0] if fields else None
    if not isinstance(row, list) or len(row) != 1 or isinstance(row[0], bool) or not isinstance(row[0], int | str):
        raise HostileAnswer("a record of an unexpected shape")
    return row[0]


def _closed(why: str) -> BoltFailure:
    return BoltFailure("no answer", why)


def _failure(fields: list[Value]) -> BoltFailure:
    said = fields[0] if fields and isinstance(fields[0], dict) else {}
    code, why = said.get("code") or said.get("neo4j_code"), said.get("message")
    return BoltFailure(str(code or "")[:120], str(why or "")[:200])
