"""DNS messages: names and addresses in responses, over UDP and TCP, multicast DNS and LLMNR.

Sources: RFC 1035, RFC 6762, RFC 4795. Compressed names are followed with a bound. A malformed part ends the message;
the parts before it are used.
"""

import struct
from functools import lru_cache
from struct import Struct

import msgspec

MAX_NAME = 255
MAX_RECORDS = 64
_MAX_JUMPS = 32
_A, _CNAME, _AAAA = 1, 5, 28
_ADDRESS = {_A: 4, _AAAA: 16}
_OPCODES = {0, 4, 5}
_TO_QUESTION = b"\xc0\x0c"
"""The usual compressed owner: a pointer to the name after the header."""
_header = Struct(">HHHHHH").unpack_from
_record = Struct(">HHIH").unpack_from


class DnsMessage(msgspec.Struct, frozen=True, gc=False):
    """The parts of a DNS message that flows need."""

    response: bool
    question: str
    """Name in the question, in lower case; empty in multicast responses."""
    addresses: tuple[tuple[str, bytes], ...]
    """Queried name (through any chain of aliases), and the packed address."""


def parse_message(data: bytes, *, names_only: bool = False) -> DnsMessage | None:
    """Read a message; ``None`` if it is not one. ``names_only`` skips the answers."""
    if len(data) < 12:
        return None
    _, flags, questions, answers, authorities, additional = _header(data, 0)
    response = bool(flags & 0x8000)
    if flags >> 11 & 15 not in _OPCODES or flags & 0x0040 or questions > 16 or answers > 1024:
        return None
    if (not questions and not answers + authorities) or authorities > 1024 or additional > 1024:
        return None
    if flags & 15 and not response:
        return None
    at = 12
    question = ""
    for number in range(questions):
        name, at = _question(data, at)
        if at < 0 or at + 4 > len(data) or data[at + 2] & 0x7F > 0 or data[at + 3] not in {1, 3, 4, 255}:
            return None
        at += 4
        if number == 0:
            question = name
    if not response or names_only:
        return DnsMessage(response, question, ())
    return DnsMessage(response, question, _addresses(data, at, min(answers + additional, MAX_RECORDS), question))


def _addresses(data: bytes, at: int, count: int, question: str) -> tuple[tuple[str, bytes], ...]:
    found = []
    aliases: dict[str, str] = {}
    seen = {_TO_QUESTION: question} if question else {}
    for _ in range(count):
        pointer = data[at : at + 2]
        known = seen.get(pointer)
        if known is not None:
            owner, at = known, at + 2
        else:
            owner, at = _name(data, at)
            if pointer >= b"\xc0":
                seen[pointer] = owner
        if at < 0 or at + 10 > len(data):
            break
        kind, _, _, size = _record(data, at)
        at += 10
        if at + size > len(data):
            break
        if _ADDRESS.get(kind) == size:
            found.append((aliases.get(owner, owner), data[at : at + size]))
        elif kind == _CNAME:
            target, end = _name(data, at)
            if end >= 0:
                aliases[target] = aliases.get(owner, owner)
        at += size
    if question and not aliases:
        return tuple(found)
    return tuple((aliases.get(owner, owner), address) for owner, address in found)


def _question(data: bytes, at: int) -> tuple[str, int]:
    """As ``_name``, with a cache, for a name without compression."""
    end = data.find(b"\0", at, at + MAX_NAME + 1) + 1
    name = _whole_name(data[at:end]) if end else None
    return _name(data, at) if name is None else (name, end)


@lru_cache(maxsize=4096)
def _whole_name(raw: bytes) -> str | None:
    """A name without compression that fills the given bytes."""
    name, end = _name(raw, 0)
    return name if end == len(raw) and max(raw) < 0xC0 else None


def _name(data: bytes, at: int) -> tuple[str, int]:
    """The name at an offset, and the offset behind it; -1 if it is malformed."""
    labels: list[bytes] = []
    end = -1
    jumps = length = 0
    size = len(data)
    while at < size:
        head = data[at]
        if head == 0:
            return b".".join(labels).decode("ascii", "replace").lower(), at + 1 if end < 0 else end
        if head >= 0xC0:
            if at + 2 > size or jumps >= _MAX_JUMPS:
                break
            if end < 0:
                end = at + 2
            at = (head & 0x3F) << 8 | data[at + 1]
            jumps += 1
            continue
        length += head + 1
        if head > 63 or length > MAX_NAME or at + 1 + head > size:
            break
        labels.append(data[at + 1 : at + 1 + head])
        at += 1 + head
    return "", -1


def parse_stream(data: bytes, limit: int = 16) -> list[DnsMessage]:
    """The messages of a TCP direction, each preceded by its length; empty if the first is invalid."""
    messages: list[DnsMessage] = []
    at = 0
    while at + 14 <= len(data) and len(messages) < limit:
        size = int.from_bytes(data[at : at + 2])
        if size < 12:
            break
        try:
            message = parse_message(data[at + 2 : at + 2 + size])
        except struct.error:
            break
        if message is None:
            break
        messages.append(message)
        at += 2 + size
    return messages
