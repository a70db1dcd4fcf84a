"""Cleartext samples become named values: parameters, headers, JSON paths, columns. Bounded, and never kept.

Sources: RFC 9112 (HTTP/1.1 messages), RFC 6265 (cookies), the URL standard's form encoding, RESP (Redis), SQL's INSERT.
"""

import json
import re
from collections.abc import Iterator
from urllib.parse import parse_qsl

import msgspec

from tieback.model.flow import Sample
from tieback.probes.wire.bson import decode as decode_bson
from tieback.probes.wire.verdicts import Hostile

MAX_PAIRS = 256
"""Named values of one sample."""
MAX_VALUE = 512
"""Characters of a value that are looked at."""
_MAX_DEPTH = 12
_SECRET_HEADERS = frozenset(
    {"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"}
)
_INSERT = re.compile(rb"(?i)\binsert\s+into\s+[`\"\[]?([\w.$]{1,128})[`\"\]]?\s*\(([^()]{1,2048})\)\s*values\s*\(")
_SQL_VALUE = re.compile(rb"\s*(?:'((?:[^'\\]|''|\\.){0,512})'|([^,()']{0,128}))\s*([,)])")


class Pair(msgspec.Struct, frozen=True):
    """A value with the name that it went under."""

    where: str
    """``query:email``, ``header:authorization``, ``form:phone``, ``json:$.user.phone``, ``column:customers.pin``."""
    name: str
    """Last part of the path, for the classifier."""
    value: str
    parent: str = ""
    """What it stands in: table, or the outer key."""


def pairs(sample: Sample) -> Iterator[Pair]:
    """Named values of one sample, at most ``MAX_PAIRS``; nothing where it cannot be read."""
    readers = {"http": _http, "mqtt": _body, "websocket": _body, "redis": _redis, "sql": _sql, "mongodb": _mongodb}
    reader = readers.get(sample.kind, _body)
    for count, pair in enumerate(reader(sample.data)):
        if count >= MAX_PAIRS:
            return
        yield pair


def _text(data: bytes) -> str:
    return data[:MAX_VALUE].decode("utf-8", "replace")


def _http(data: bytes) -> Iterator[Pair]:
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    parts = lines[0].split(b" ")
    if len(parts) >= 2 and b"?" in parts[1]:
        yield from _form(parts[1].partition(b"?")[2], "query")
    kind = b""
    for line in lines[1:65]:
        name, colon, value = line.partition(b":")
        key = _text(name).strip().lower()
        if colon and key == "content-type":
            kind = value.strip().lower()
        if colon and key in _SECRET_HEADERS:
            yield Pair(f"header:{key}", key, _text(value.strip()), "header")
    if kind.startswith(b"application/x-www-form-urlencoded"):
        yield from _form(body, "form")
    else:
        yield from _body(body)


def _form(data: bytes, source: str) -> Iterator[Pair]:
    try:
        fields = parse_qsl(data[:8192].decode("latin-1"), keep_blank_values=False, max_num_fields=MAX_PAIRS)
    except ValueError:
        return
    for name, value in fields:
        yield Pair(f"{source}:{name[:128]}", name[:128], value[:MAX_VALUE])


def _body(data: bytes) -> Iterator[Pair]:
    start = min((at for at in (data.find(b"{"), data.find(b"[")) if at >= 0), default=-1)
    if start < 0 or start > 64:
        return
    try:
        # A sample may be cut: the decoder stops at the end of the first whole document.
        value, _ = json.JSONDecoder().raw_decode(data[start:].decode("utf-8", "replace"))
    except (ValueError, RecursionError):
        yield from _cut_json(data[start:])
        return
    yield from _walk(value, "$", "json", "", _MAX_DEPTH)


_JSON_STRING = re.compile(r'"([^"\\]{1,128})"\s*:\s*(?:"((?:[^"\\]|\\.){1,512})"|(-?\d{1,32}(?:\.\d{1,16})?))')


def _cut_json(data: bytes) -> Iterator[Pair]:
    """Names and plain values of a document whose end was not captured."""
    for match in _JSON_STRING.finditer(data.decode("utf-8", "replace")):
        yield Pair(f"json:{match[1]}", match[1], match[2] or match[3])


def _walk(value: object, path: str, source: str, parent: str, depth: int) -> Iterator[Pair]:
    """Leaves of a nested document; array indices become ``[]``."""
    if depth == 0:
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            name = str(key)[:128]
            if isinstance(inner, dict | list):
                yield from _walk(inner, f"{path}.{name}", source, name, depth - 1)
            elif isinstance(inner, str | int | float) and not isinstance(inner, bool):
                yield Pair(f"{source}:{path}.{name}", name, str(inner)[:MAX_VALUE], parent)
    elif isinstance(value, list):
        for inner in value[:MAX_PAIRS]:
            yield from _walk(inner, f"{path}[]", source, parent, depth - 1)


def _redis(data: bytes) -> Iterator[Pair]:
    """Commands in RESP arrays: ``SET key value`` and ``HSET key field value ...``."""
    words: list[str] = []
    for match in re.finditer(rb"\$(\d{1,6})\r\n", data):
        size = int(match[1])
        words.append(_text(data[match.end() : match.end() + min(size, MAX_VALUE)]))
        if len(words) > 4 * MAX_PAIRS:
            break
    for at, word in enumerate(words):
        command = word.upper()
        if command in {"SET", "SETNX", "GETSET"} and at + 2 < len(words):
            yield Pair(f"key:{words[at + 1][:128]}", words[at + 1], words[at + 2])
        elif command in {"HSET", "HMSET"}:
            for place in range(at + 2, min(len(words) - 1, at + 64), 2):
                yield Pair(f"field:{words[place][:128]}", words[place], words[place + 1], words[at + 1])
        elif command == "AUTH" and at + 1 < len(words):
            yield Pair("command:auth", "password", words[min(at + 2, len(words) - 1)])


_WHERE = re.compile(rb"(?i)\b([\w.$`\"]{1,128})\s*=\s*'((?:[^'\\]|''){1,512})'")
_STATEMENT = re.compile(rb"(?i)\s*(?:select|insert|update|delete|with|set|show|call|begin|replace|merge)\b")


def _sql(data: bytes) -> Iterator[Pair]:
    if not _STATEMENT.match(data):
        yield from _rows(data)
        return
    yield from _inserts(data)
    for match in _WHERE.finditer(data):
        name = _text(match[1]).strip('`"').rpartition(".")[2].strip('`"')
        yield Pair(f"column:{name}", name, _text(match[2]))


def _rows(data: bytes) -> Iterator[Pair]:
    """A result as readers hand it up: a line of column names, then rows, separated by tabs."""
    head, _, rows = data.partition(b"\n")
    names = [_text(name).strip() for name in head.split(b"\t")][:64]
    if not rows or not all(name.isidentifier() for name in names):
        return
    for row in rows.split(b"\n")[:16]:
        for name, value in zip(names, row.split(b"\t"), strict=False):
            if value and value != b"NULL":
                yield Pair(f"column:{name}", name, _text(value))


def _inserts(data: bytes) -> Iterator[Pair]:
    for insert in _INSERT.finditer(data):
        table = _text(insert[1])
        at = insert.end()
        for column in insert[2].split(b","):
            match = _SQL_VALUE.match(data, at)
            if match is None:
                break
            at = match.end()
            name = _text(column).strip(' `"[]\n\t')
            value = _text(match[1] if match[1] is not None else match[2]).strip()
            if value and value.upper() not in {"NULL", "?", "DEFAULT"}:
                yield Pair(f"column:{table}.{name}", name, value, table)
            if match[3] == b")":
                break


def _mongodb(data: bytes) -> Iterator[Pair]:
    """BSON documents of a message, wherever they begin: behind the header, flags and section kind of OP_MSG."""
    for start in (21, 20, 0):
        try:
            document = decode_bson(data[start:])
        except (Hostile, ValueError):
            continue
        # A driver introduces itself in its first command: names of software, not of people.
        named = {key: value for key, value in document.items() if key != "client"}
        yield from _walk(named, "$", "document", "", _MAX_DEPTH)
        return
