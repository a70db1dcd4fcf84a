"""RESP2, the protocol of Redis and Valkey: commands, and replies read over conversation steps.

``protocols.resp`` parses the replies. The order of reads is in this module, because each step of a conversation
receives no more than the parts before it announced: a type, a line, a string.
https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

from tieback.model.byte_text import byte_text
from tieback.probes.wire.verdicts import HostileAnswer, NotThisProtocol
from tieback.protocols.resp import (
    RESP2,
    Ending,
    Limits,
    MalformedRespError,
    Reply,
    RespDecoder,
    RespError,
    decode,
    encode_command,
)
from tieback.scope.conversation import Conversation, Receive

__all__ = ["MAX_BULK", "MAX_ITEMS", "Reply", "RespError", "command", "raw_command", "replies", "reply"]

MAX_BULK = 256 * 1024
MAX_ITEMS = 1024
_MAX_LINE = 8192
_MOST_AT_ONCE = 64 * 1024
_LIMITS = Limits(kinds=RESP2, line=_MAX_LINE, string=MAX_BULK, values=MAX_ITEMS, depth=4)


def command(*words: str) -> bytes:
    """Encode a command as an array of its words."""
    return raw_command(*(word.encode() for word in words))


def raw_command(*encoded: bytes) -> bytes:
    """Encode a command as ``command`` does, from bytes."""
    return encode_command(*encoded)


def replies(count: int) -> Conversation[list[Reply]]:
    """Read the replies to all commands that are still to be answered, with few receives.

    Args:
        count: number of those commands: whatever follows their replies is an error.

    Raises:
        Hostile: not RESP, larger than a limit, or cut.
    """
    found: list[Reply] = []
    data = b""
    while len(found) < count:
        part = yield Receive(limit=_MOST_AT_ONCE)
        if not part:
            raise HostileAnswer(f"{len(found)} of {count} RESP replies, then the end of the stream")
        data += part
        at = 0
        while at < len(data) and len(found) < count:
            read = decode(data, at, _LIMITS)
            if read.ending is Ending.MALFORMED or len(data) - at > MAX_BULK + _MOST_AT_ONCE:
                raise HostileAnswer("a malformed or too large RESP reply")
            if read.ending is Ending.CUT:
                break
            found.append(read.value)
            at = read.end
        data = data[at:]
    if data:
        raise HostileAnswer("more RESP replies than commands")
    return found


def reply(kind: bytes | None = None) -> Conversation[Reply]:
    """Read one reply.

    Args:
        kind: its first byte, if that was read already.

    Raises:
        NotThisProtocol: the first byte is not a RESP type.
        Hostile: a length is wrong or exceeds a limit.
    """
    decoder = RespDecoder(_LIMITS)
    while not decoder.done:
        if kind is None:
            kind = yield Receive(exactly=1)
        if kind not in _LIMITS.kinds:
            raise NotThisProtocol(f"not a RESP answer: {byte_text(kind)}")
        line = (yield Receive(until=b"\r\n", limit=_LIMITS.line)).removesuffix(b"\r\n")
        try:
            string = decoder.add(kind, line)
        except MalformedRespError as error:
            raise HostileAnswer(str(error)) from None
        if string >= 0:
            data = yield Receive(exactly=string + 2)
            if not data.endswith(b"\r\n"):
                raise HostileAnswer("a RESP string longer than its stated length")
            decoder.add_string(data[:-2])
        kind = None
    return decoder.value
