"""Redis and its kin (Valkey, KeyDB, Dragonfly): RESP2, RESP3 and inline commands.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/. A client sends arrays of bulk strings; an
inline command is a line, which many protocols have, so it counts only with answers that are RESP from end to end.
``+OK`` alone is also POP3, and ``GET /`` is HTTP.
"""

import re

import msgspec

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_ascii_text, is_text, sample_directions
from tieback.protocols.resp import (
    WITH_LENGTH,
    Ending,
    Limits,
    MalformedRespError,
    decode,
    encode_command,
    line_end,
    parse_element,
    split_inline,
    string_end,
)

_MOST_REPLIES = 2000
_MOST_COMMANDS = 200
_COMMANDS = Limits(kinds=frozenset({b"*", b"$"}), depth=1)
_COMMAND = re.compile(rb"[A-Za-z][A-Za-z_.|-]{1,30}")
_ERROR = re.compile(rb"(?:[A-Z][A-Z0-9_]{1,30}|ERR)(?: |$)")
_VERSION = re.compile(rb"(?:(redis|valkey)_version:|\bversion\r\n\$[0-9]+\r\n)([0-9]+\.[0-9]+[0-9a-z.-]*)")
_INLINE = frozenset(
    b"APPEND AUTH BGSAVE BLPOP BRPOP CLIENT CLUSTER COMMAND CONFIG DBSIZE DECR DECRBY DEL DISCARD ECHO EVAL EVALSHA "
    b"EXEC EXISTS EXPIRE EXPIREAT FLUSHALL FLUSHDB GET GETRANGE GETSET HDEL HELLO HEXISTS HGET HGETALL HINCRBY HKEYS "
    b"HLEN HMGET HMSET HSCAN HSET HSETNX HVALS INCR INCRBY INFO KEYS LINDEX LLEN LPOP LPUSH LRANGE LREM LSET LTRIM "
    b"MGET MONITOR MSET MULTI OBJECT PERSIST PEXPIRE PING PSUBSCRIBE PTTL PUBLISH RANDOMKEY RENAME ROLE RPOP RPUSH "
    b"SADD SCAN SCARD SELECT SET SETEX SETNX SINTER SISMEMBER SLAVEOF SMEMBERS SPOP SREM SUBSCRIBE TIME TTL TYPE "
    b"UNSUBSCRIBE WATCH XADD XLEN XRANGE XREAD ZADD ZCARD ZINCRBY ZRANGE ZRANK ZREM ZSCORE QUIT".split()
)
_SHARED_WITH_OTHERS = frozenset({b"AUTH", b"GET", b"QUIT", b"HELLO", b"TIME", b"TYPE", b"USER"})
"""Lines that mail, HTTP and other protocols know as well."""


class _Read(msgspec.Struct):
    """What a strict reading of one side found."""

    fits: bool = True
    replies: int = 0
    telling: bool = False
    """Whether anything but ``+OK``, a number or a line was among it."""


class Redis:
    """Redis by RESP requests, inline commands with RESP answers, or answers alone."""

    name = "redis"
    client_first = b"*ABCDEFGHIKLMOPQRSTUWXZabcdefghiklmopqrstuwxz"
    server_first = b"+-:$*_,#!=(%~>|"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Requests and answers, each read strictly; a reply that is no RESP contradicts."""
        client, server = opening.client, opening.server
        commands: list[list[bytes]] = []
        here: float | None = None
        if client:
            commands, here = _requests(_from_request(client) if opening.midstream else client)
        answer = _replies(server) if server else None
        there: float | None = None
        if answer is not None:
            there = 0.0 if not answer.fits or not answer.replies else 1.0 if answer.telling else 0.6
            if here is None and there < 1.0:
                return None
        if server[:1] in {b"+", b"-"} and not opening.midstream and here is None:
            return None
        if here is None and there is not None and not opening.midstream:
            there = min(there, 0.9)
        if here == 0.3 and there is None:
            return None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name,
            confidence,
            detail=_product(server),
            samples=sample_directions("redis", (encode_command(*words) for words in commands), [server], separator=b""),
        )


def _from_request(client: bytes) -> bytes:
    """Skip what is left of a request that began before the capture."""
    if client[:1] == b"*":
        return client
    at = client.find(b"\r\n*", 0, 4096)
    return client[at + 2 :] if at >= 0 else client


def _requests(client: bytes) -> tuple[list[list[bytes]], float]:
    """Commands as words, and how well the bytes fit. As the server reads them: an array, or else a line."""
    commands: list[list[bytes]] = []
    names: list[bytes] = []
    arrays = at = 0
    while at < len(client) and len(commands) < _MOST_COMMANDS:
        array = client[at : at + 1] == b"*"
        command, at = _array(client, at) if array else _line(client, at, first=not commands)
        if command is None:
            return commands, 0.0
        if not command:  # an empty line, or the start of a command that is cut short
            continue
        commands.append(command)
        arrays += array
        if not array:
            names.append(command[0].upper())
    if not commands or (names and names[0] not in _INLINE):
        return commands, 0.0
    distinct = any(name in _INLINE and name not in _SHARED_WITH_OTHERS for name in names)
    return commands, 1.0 if arrays else 0.6 if distinct else 0.3


def _array(client: bytes, at: int) -> tuple[list[bytes] | None, int]:
    """A command as an array of bulk strings, which may be cut short, and its end; ``None`` if it is not one."""
    reading = decode(client, at, _COMMANDS)
    words = reading.value if isinstance(reading.value, list) else []
    command = [word for word in words if isinstance(word, bytes)]
    if reading.ending is Ending.MALFORMED or len(command) < len(words):
        return None, at
    if not command:
        return ([], len(client)) if reading.ending is Ending.CUT else (None, at)
    return (command, reading.end) if _COMMAND.fullmatch(command[0]) else (None, at)


def _line(client: bytes, at: int, *, first: bool) -> tuple[list[bytes] | None, int]:
    """A command as a line, and its end; ``None`` if it is not one. A line without an end counts only if it is first."""
    end = client.find(b"\n", at)
    if end < 0 and not first:
        return [], len(client)
    line = client[at : end if end >= 0 else len(client)].rstrip(b"\r")
    if not is_text(line) or (first and b" HTTP/" in line[-12:]):
        return None, at
    return split_inline(line), end + 1 if end >= 0 else len(client)


def _replies(server: bytes) -> _Read:
    """Read answers strictly up to the end or the cut; ``fits`` is false where a byte is no RESP.

    Elements are read one by one without building values: an answer that began before the capture has parts of arrays.
    """
    read = _Read()
    at = 0
    try:
        while at < len(server) and read.replies < _MOST_REPLIES:
            end = line_end(server, at)
            if end < 0:
                read.fits = is_text(server[at:])
                break
            kind, line = server[at : at + 1], server[at + 1 : end]
            string = parse_element(kind, line)[1]
            at = end + 2 if string < 0 else string_end(server, end + 2, string)
            read.replies += 1
            if not _fits(kind, line, read):
                read.fits = False
                break
    except MalformedRespError:
        read.fits = False
    return read


def _fits(kind: bytes, line: bytes, read: _Read) -> bool:
    """Whether the text of an element is that of a server; notes whether it is distinctive."""
    if kind == b"+":
        read.telling = read.telling or line in {b"PONG", b"QUEUED"}
        return is_text(line)
    if kind == b"-":
        read.telling = read.telling or line.startswith(
            (b"ERR unknown", b"NOAUTH", b"WRONG", b"MOVED", b"ERR wrong number")
        )
        return _ERROR.match(line) is not None and is_text(line)
    if kind in WITH_LENGTH:
        read.telling = True
    return True


def _product(server: bytes) -> str:
    found = _VERSION.search(server)
    if found is None or not is_ascii_text(found.group(2)):
        return ""
    valkey = found.group(1) == b"valkey" or b"valkey" in server[:200]
    return f"{'Valkey' if valkey else 'Redis'} {found.group(2).decode('ascii')}"
