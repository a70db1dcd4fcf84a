"""Memcached: the text protocol with its meta commands, and the binary protocol.

Source: https://github.com/memcached/memcached/blob/master/doc/protocol.txt and protocol-binary. Commands are lower case
and their arguments have fixed formats, which are checked word by word. Over UDP, eight bytes of framing come first.
"""

import re
from collections.abc import Iterator

from tieback.intake.traffic.interface import ConnectionStart, ProtocolMatch
from tieback.intake.traffic.stores.evidence import combine_confidence, is_text, sample_messages

_KEY = rb"[\x21-\x7e\x80-\xff]{1,250}"
_STORE = re.compile(
    rb"(?:set|add|replace|append|prepend|cas) "
    + _KEY
    + rb" [0-9]{1,10} -?[0-9]{1,10} ([0-9]{1,9})(?: [0-9]+)?(?: noreply)? ?"
)
_META_STORE = re.compile(rb"ms " + _KEY + rb" ([0-9]{1,9})(?: [A-Za-z][\x21-\x7e]*)*")
_STRONG_LINE = re.compile(
    rb"(?:gets " + _KEY + rb"(?: " + _KEY + rb")*|(?:incr|decr) " + _KEY + rb" [0-9]+(?: noreply)?"
    rb"|touch " + _KEY + rb" -?[0-9]+(?: noreply)?|gats? [0-9]+ " + _KEY + rb"|flush_all(?: [0-9]+)?(?: noreply)?"
    rb"|stats (?:items|slabs|sizes|settings|cachedump|reset|conns)(?: [0-9]+)*|verbosity [0-9]+|m[gda] "
    + _KEY
    + rb"(?: [A-Za-z][\x21-\x7e]*)*)"
)
_LINE = re.compile(
    rb"(?:get " + _KEY + rb"(?: " + _KEY + rb")* ?|delete " + _KEY + rb"(?: 0)?(?: noreply)?|stats|version|quit|mn)"
)
_REPLY = re.compile(
    rb"STORED|NOT_STORED|EXISTS|NOT_FOUND|DELETED|TOUCHED|END|OK|RESET|ERROR|HD|EN|NS|NF|EX|MN|[0-9]{1,20}"
    rb"|STAT [\x21-\x7e]+ [\x20-\x7e]*|VERSION [\x21-\x7e]+.*|(?:CLIENT|SERVER)_ERROR [\x20-\x7e]*"
    rb"|HD(?: [A-Za-z][\x21-\x7e]*)+"
)
_VALUE = re.compile(
    rb"VALUE " + _KEY + rb" [0-9]{1,10} ([0-9]{1,9})(?: [0-9]+)?|VA ([0-9]{1,9})(?: [A-Za-z][\x21-\x7e]*)*"
)
_TELLING = (
    b"STORED",
    b"NOT_STORED",
    b"STAT ",
    b"VALUE ",
    b"VERSION ",
    b"CLIENT_ERROR",
    b"DELETED",
    b"TOUCHED",
    b"END",
    b"VA ",
)
_EXTRAS: dict[int, tuple[int, ...]] = {
    **dict.fromkeys((0x00, 0x04, 0x07, *range(0x09, 0x11), 0x1F, 0x20, 0x21, 0x22, 0x89), (0,)),
    **dict.fromkeys((0x01, 0x02, 0x03, 0x11), (8,)),
    **dict.fromkeys((0x05, 0x06), (20,)),
    **dict.fromkeys((0x1C, 0x1D), (4,)),
    0x08: (0, 4),
}
"""Lengths of the extras that each binary opcode may have."""
_MOST_LINES = 300
_LONGEST_LINE = 2048


class Memcached:
    """Memcached, recognised by the formats of its commands and responses."""

    name = "memcached"
    client_first = b"gsardcitfvmpqn\x80\0"
    server_first = b"SNEDTORVCHM0123456789\x81\0"

    def recognise(self, opening: ConnectionStart) -> ProtocolMatch | None:
        """Text or binary, by the first byte."""
        client, server = opening.client, opening.server
        if opening.transport == "udp":
            if not _framed(client) and not _framed(server):
                return None
            client, server = client[8:], server[8:]
        if client[:1] == b"\x80" or (not client and server[:1] == b"\x81"):
            return _binary(client, server)
        here, values = _requests(client) if client else (None, [])
        there, found = _replies(server) if server else (None, [])
        if here is None and not opening.midstream:
            return None
        confidence = combine_confidence(here, there)
        if not confidence:
            return None
        return ProtocolMatch(
            self.name, confidence, detail=_version(server), samples=sample_messages("other", values, found)
        )


def _framed(datagram: bytes) -> bool:
    """True for the UDP header: request ID, sequence number 0, count of datagrams, and two reserved zero bytes."""
    return len(datagram) > 8 and datagram[2:4] == b"\0\0" and datagram[4:6] != b"\0\0" and datagram[6:8] == b"\0\0"


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Offset after each line, and the line; callers skip data blocks themselves."""
    at = 0
    for _ in range(_MOST_LINES):
        end = data.find(b"\n", at, at + _LONGEST_LINE)
        if end < 0:
            return
        yield end + 1, data[at:end].removesuffix(b"\r")
        at = end + 1


def _requests(client: bytes) -> tuple[float, list[bytes]]:
    weight = 0.0
    values: list[bytes] = []
    at = count = 0
    while at < len(client) and count < _MOST_LINES:
        end = client.find(b"\n", at, at + _LONGEST_LINE)
        if end < 0:
            break
        line = client[at:end].removesuffix(b"\r")
        at = end + 1
        count += 1
        stored = _STORE.fullmatch(line) or _META_STORE.fullmatch(line)
        if stored:
            size = int(stored.group(1))
            values.append(client[at : at + size])
            at += size + 2
            if at <= len(client) and client[at - 2 : at] != b"\r\n":
                return 0.0, []
            weight = 1.0
        elif _STRONG_LINE.fullmatch(line):
            weight = max(weight, 0.9)
        elif _LINE.fullmatch(line):
            weight = max(weight, 0.6 if count < 3 else 0.8)
        else:
            return 0.0, []
    return weight if count else 0.0, values


def _replies(server: bytes) -> tuple[float, list[bytes]]:
    weight = 0.0
    values: list[bytes] = []
    at = count = 0
    while at < len(server) and count < _MOST_LINES:
        end = server.find(b"\r\n", at, at + _LONGEST_LINE)
        if end < 0:
            break
        line = server[at:end]
        at = end + 2
        count += 1
        value = _VALUE.fullmatch(line)
        if value:
            size = int(value.group(1) or value.group(2))
            values.append(server[at : at + size])
            at += size + 2
            if at <= len(server) and server[at - 2 : at] != b"\r\n":
                return 0.0, []
            weight = 1.0
        elif _REPLY.fullmatch(line):
            weight = max(weight, 0.9 if line.startswith(_TELLING) else 0.6)
        else:
            return 0.0, []
    return weight if count else 0.0, values


def _version(server: bytes) -> str:
    for _, line in _lines(server):
        if line.startswith((b"STAT version ", b"VERSION ")):
            version = line.rsplit(b" ", 1)[-1]
            return f"memcached {version.decode('ascii', 'replace')}" if is_text(version) and len(version) < 40 else ""
    return ""


def _header(data: bytes, magic: int) -> float:
    """Weight of a binary header: key, extras and body lengths agree, and the opcode has such extras."""
    if len(data) < 24 or data[0] != magic:
        return 0.0
    opcode, key, extras, kind = data[1], int.from_bytes(data[2:4]), data[4], data[5]
    body = int.from_bytes(data[8:12])
    if opcode not in _EXTRAS or kind > 5 or key > 250 or key + extras > body or body > 1 << 25:
        return 0.0
    status = int.from_bytes(data[6:8])
    if magic == 0x81:
        return 0.9 if status < 0x90 and extras in {0, 4} else 0.0
    return 0.9 if extras in _EXTRAS[opcode] and (opcode > 0x0A or opcode in {7, 8, 10} or key) else 0.0


def _binary(client: bytes, server: bytes) -> ProtocolMatch | None:
    here = _header(client, 0x80) if client else None
    there = _header(server, 0x81) if server else None
    if here and there and (client[1] != server[1] or client[12:16] != server[12:16]):
        there = 0.6  # quiet commands may have no response
    confidence = combine_confidence(here, there)
    if not confidence:
        return None
    values = [client[24 + client[4] : 24 + int.from_bytes(client[8:12])]] if client else []
    found = [server[24 + server[4] : 24 + int.from_bytes(server[8:12])]] if server else []
    return ProtocolMatch(
        "memcached", confidence, detail="binary protocol", samples=sample_messages("other", values, found)
    )
