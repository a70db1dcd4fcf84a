"""RESP2, the protocol of Redis and Valkey: a bounded reader, and commands as arrays of bulk strings.

https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import re

import msgspec

from tieback.probes.wire.verdicts import Hostile, NotThisProtocol
from tieback.scope.conversation import Conversation, Receive

MAX_BULK = 256 * 1024
MAX_ITEMS = 1024
_MAX_DEPTH = 4
_MAX_LINE = 8192
_NUMBER = re.compile(rb"-?[0-9]{1,19}")


class RespError(msgspec.Struct, frozen=True):
    """Error answer, such as ``NOAUTH Authentication required.``."""

    text: str

    @property
    def code(self) -> str:
        """First word of the text."""
        return self.text.partition(" ")[0]


type Reply = str | int | bytes | RespError | list[Reply] | None


def command(*words: str) -> bytes:
    """Encode a command as an array of its words."""
    return raw_command(*(word.encode() for word in words))


def raw_command(*encoded: bytes) -> bytes:
    """Encode a command as ``command`` does, from bytes."""
    return b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in encoded)


def reply(kind: bytes | None = None) -> Conversation[Reply]:
    """Read one reply.

    Args:
        kind: its first byte, if that was read already.

    Raises:
        NotThisProtocol: the first byte is not a RESP type.
        Hostile: a length is wrong or exceeds a limit.
    """
    return (yield from _read(kind, _MAX_DEPTH, [MAX_ITEMS]))


def _read(kind: bytes | None, depth: int, budget: list[int]) -> Conversation[Reply]:
    if kind is None:
        kind = yield Receive(exactly=1)
    if kind not in (b"+", b"-", b":", b"$", b"*"):
        raise NotThisProtocol(f"not a RESP answer: {kind!r}")
    line = (yield Receive(until=b"\r\n", limit=_MAX_LINE)).removesuffix(b"\r\n")
    if kind == b"+":
        return line.decode("utf-8", "replace")
    if kind == b"-":
        return RespError(line.decode("utf-8", "replace"))
    if not _NUMBER.fullmatch(line):
        raise Hostile("a RESP length that is not a number")
    number = int(line)
    if kind == b":":
        return number
    if number == -1:
        return None
    if kind == b"$":
        return (yield from _bulk(number))
    budget[0] -= max(number, 0)
    if number < 0 or budget[0] < 0 or depth == 0:
        raise Hostile(f"a RESP array of {number} items, or nested too deeply")
    items: list[Reply] = []
    for _ in range(number):
        items.append((yield from _read(None, depth - 1, budget)))  # noqa: PERF401 - no comprehension can yield
    return items


def _bulk(size: int) -> Conversation[bytes]:
    if not 0 <= size <= MAX_BULK:
        raise Hostile(f"a RESP string of {size} bytes")
    data = yield Receive(exactly=size + 2)
    if data[-2:] != b"\r\n":
        raise Hostile("a RESP string longer than its stated length")
    return data[:-2]
