"""Redis and its kin (Valkey, KeyDB, Dragonfly): RESP2, RESP3 and inline commands.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/. A client sends arrays of bulk strings; an
inline command is a line, which many protocols have, so it counts only with answers that are RESP from end to end.
``+OK`` alone is also POP3, and ``GET /`` is HTTP.
"""

import re

import msgspec

from tieback.intake.traffic.interface import Opening, Recognised
from tieback.intake.traffic.stores.evidence import ascii_text, samples, text, weigh

_MOST_REPLIES = 2000
_MOST_NESTING_COUNT = 1 << 20
_LONGEST_LINE = 64 * 1024
_LONGEST_BULK = 512 * 1024 * 1024
_COMMAND = re.compile(rb"[A-Za-z][A-Za-z_.|-]{1,30}")
_WORD = re.compile(rb"\"(?:[^\"\\]|\\.)*\"|'[^']*'|[^ ]+")
_NUMBER = re.compile(rb"-?[0-9]{1,19}")
_DOUBLE = re.compile(rb"[-+]?(?:[0-9.]+(?:[eE][-+]?[0-9]+)?|inf|nan)")
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
_SHARED_WITH_OTHERS = frozenset({b"AUTH", b"QUIT", b"HELLO", b"TIME", b"TYPE", b"USER"})
"""Lines that mail and other protocols know as well."""


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

    def recognise(self, opening: Opening) -> Recognised | None:
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
        confidence = weigh(here, there)
        if not confidence:
            return None
        return Recognised(
            self.name,
            confidence,
            detail=_product(server),
            samples=samples("redis", map(_resp, commands), [server], separator=b""),
        )


def _from_request(client: bytes) -> bytes:
    """Skip what is left of a request that began before the capture."""
    if client[:1] == b"*":
        return client
    at = client.find(b"\r\n*", 0, 4096)
    return client[at + 2 :] if at >= 0 else client


def _requests(client: bytes) -> tuple[list[list[bytes]], float]:
    """Commands as words, and how well the bytes fit."""
    if client[:1] == b"*":
        commands, fits = _arrays(client)
        return commands, 1.0 if fits and commands else 0.0
    lines = client.split(b"\n", 200)
    lines = [line.rstrip(b"\r") for line in lines[:-1] or lines if line.strip()]
    names = [line.split(b" ", 1)[0].upper() for line in lines]
    if not names or names[0] not in _INLINE or not all(map(text, lines)) or b" HTTP/" in lines[0][-12:]:
        return [], 0.0
    distinct = any(name in _INLINE and name not in _SHARED_WITH_OTHERS for name in names)
    return [[word.strip(b"\"'") for word in _WORD.findall(line)] for line in lines], 0.6 if distinct else 0.3


def _arrays(client: bytes) -> tuple[list[list[bytes]], bool]:
    """Arrays of bulk strings, one after the other; the last may be cut short."""
    commands: list[list[bytes]] = []
    at = 0
    while at < len(client) and len(commands) < 200:
        words: list[bytes] = []
        count, at = _count(client, at, b"*")
        if count is None or not 1 <= count <= _MOST_NESTING_COUNT:
            return commands, count is None and at == len(client) and bool(commands)
        for _ in range(count):
            if at >= len(client):
                break
            size, at = _count(client, at, b"$")
            if size is None or not 0 <= size <= _LONGEST_BULK:
                cut = size is None and at == len(client)
                return ([*commands, words] if words else commands), cut and bool(commands or words)
            words.append(client[at : at + size])
            at += size + 2
            if at <= len(client) and client[at - 2 : at] != b"\r\n":
                return commands, False
        if not words or not _COMMAND.fullmatch(words[0]):
            return commands, False
        commands.append(words)
    return commands, True


def _resp(words: list[bytes]) -> bytes:
    """A command as an array of bulk strings, so that arguments with spaces and line ends stay whole."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words)


def _count(data: bytes, at: int, kind: bytes) -> tuple[int | None, int]:
    """A header such as ``*3``; ``None`` and the end of the data where the capture cuts it short."""
    if data[at : at + 1] != kind:
        return None, at
    end = data.find(b"\r\n", at, at + 24)
    if end < 0:
        return None, len(data) if len(data) - at < 24 else at
    digits = data[at + 1 : end]
    if not _NUMBER.fullmatch(digits):
        return None, at
    return int(digits), end + 2


def _replies(server: bytes) -> _Read:
    """Read answers strictly up to the end or the cut; ``fits`` is false where a byte is no RESP."""
    read = _Read()
    at = 0
    while at < len(server) and read.replies < _MOST_REPLIES:
        end = server.find(b"\r\n", at, at + _LONGEST_LINE)
        kind = server[at : at + 1]
        if end < 0:
            read.fits = kind in b"+-:$*_,#!=(%~>|" and len(server) - at < _LONGEST_LINE and text(server[at:])
            return read
        line = server[at + 1 : end]
        at = end + 2
        read.replies += 1
        if kind in b"$=!":
            if not _NUMBER.fullmatch(line) or int(line) > _LONGEST_BULK or int(line) < -1:
                read.fits = False
                return read
            size = int(line)
            read.telling = True
            if size >= 0:
                at += size + 2
                if at <= len(server) and server[at - 2 : at] != b"\r\n":
                    read.fits = False
                    return read
        elif not _line_fits(kind, line, read):
            read.fits = False
            return read
    return read


def _line_fits(kind: bytes, line: bytes, read: _Read) -> bool:
    if kind == b"+":
        read.telling = read.telling or line in {b"PONG", b"QUEUED"}
        return text(line)
    if kind == b"-":
        read.telling = read.telling or line.startswith(
            (b"ERR unknown", b"NOAUTH", b"WRONG", b"MOVED", b"ERR wrong number")
        )
        return _ERROR.match(line) is not None and text(line)
    if kind in b"*%~>|":
        read.telling = True
        return _NUMBER.fullmatch(line) is not None and -1 <= int(line) <= _MOST_NESTING_COUNT
    if kind in b":(":
        return _NUMBER.fullmatch(line) is not None or (kind == b"(" and line.lstrip(b"-").isdigit())
    if kind == b",":
        return _DOUBLE.fullmatch(line) is not None
    if kind == b"_":
        return line == b""
    return kind == b"#" and line in {b"t", b"f"}


def _product(server: bytes) -> str:
    found = _VERSION.search(server)
    if found is None or not ascii_text(found.group(2)):
        return ""
    valkey = found.group(1) == b"valkey" or b"valkey" in server[:200]
    return f"{'Valkey' if valkey else 'Redis'} {found.group(2).decode('ascii')}"
