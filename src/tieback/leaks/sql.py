"""Extract named values from SQL statements and rows; literals without a name are returned without one.

A sample contains statements or rows. Statements are one per line, each followed by its bound values. Rows are a line of
column names and one line per row, with cells separated by tabs.
"""

import re
from collections.abc import Iterator

from tieback.leaks.bodies import read_text
from tieback.leaks.value import NamedValue, decode_text

_MAX_STATEMENTS = 64
_NULLS = frozenset({"NULL", "?", "DEFAULT"})
_STATEMENT = re.compile(
    rb"(?i)\s*(?:select|insert|update|delete|with|set|show|call|begin|replace|merge|create|exec|execute|declare)\b"
)
_INSERT = re.compile(
    rb"(?i)\b(?:insert|replace)\s+(?:ignore\s+)?into\s+[`\"\[]?([\w.$]{1,128})[`\"\]]?\s*(?:\(([^()]{1,2048})\))?\s*"
    rb"values\s*\("
)
_VALUE = re.compile(rb"\s*+(?:N?'((?:[^'\\]|''|\\.){0,512})'|([^,()']{0,128}+))\s*+([,)])")
_WHERE = re.compile(rb"(?i)\b([\w.$`\"]{1,128})\s*(?:=|like)\s*N?'((?:[^'\\]|''){1,512})'")
_LITERAL = re.compile(rb"'((?:[^'\\]|''|\\.){5,512})'")
_HOLDER = re.compile(rb"\?|[$:@](?:P|p)?\d{1,3}\b")
_BOUND_TO = re.compile(rb"([\w.$`\"]{1,128})\s*(?:=|<=?|>=?|(?i:like))\s*\Z")


def read_sql(data: bytes) -> Iterator[NamedValue]:
    """Named values of statements or of rows."""
    if not _STATEMENT.match(data):
        yield from _rows(data)
        if b"\t" not in data:  # a protocol without parsed rows: one text per line
            yield from read_text(data)
        return
    lines = data.split(b"\n")
    at = 0
    for _ in range(_MAX_STATEMENTS):
        if at >= len(lines):
            return
        end = at + 1
        while end < len(lines) and not _STATEMENT.match(lines[end]):
            end += 1
        holders = len(_HOLDER.findall(lines[at])) if b"'" not in lines[at] else 0
        if holders:
            # SQL Server clients declare the parameters before their values.
            values = [line for line in lines[at + 1 : end] if not line.startswith(b"@")]
            yield from _bound(lines[at], values[:holders])
            yield from read_text(b"\n".join(values[holders:]))
        else:  # a statement may span several lines
            yield from _statement(b"\n".join(lines[at:end]))
        at = end


def _statement(data: bytes) -> Iterator[NamedValue]:
    told: set[bytes] = set()
    for insert in _INSERT.finditer(data):
        yield from _insert(data, insert, told)
    for match in _WHERE.finditer(data):
        told.add(match[2])
        name = _name(match[1])
        yield NamedValue(f"column:{name}", name, decode_text(match[2]))
    for number, match in enumerate(_LITERAL.finditer(data)):
        if match[1] not in told:
            yield NamedValue("literal", "", decode_text(match[1]), form=str(number))


def _insert(data: bytes, insert: re.Match[bytes], told: set[bytes]) -> Iterator[NamedValue]:
    """The values of the first rows, with column names if the statement contains them."""
    table = decode_text(insert[1])
    columns = [decode_text(column).strip(' `"[]\n\t') for column in insert[2].split(b",")] if insert[2] else []
    at = insert.end()
    for _ in range(16):
        number = 0
        while match := _VALUE.match(data, at):
            at = match.end()
            if match[1] is not None:
                told.add(match[1])
            value = decode_text(match[1] if match[1] is not None else match[2]).strip()
            name = columns[number] if number < len(columns) else ""
            if value and value.upper() not in _NULLS:
                yield NamedValue(f"column:{table}.{name or number + 1}", name, value.replace("''", "'"), table)
            number += 1
            if match[3] == b")":
                break
        following = re.compile(rb"\s*,\s*\(").match(data, at)
        if following is None:
            return
        at = following.end()


def _bound(statement: bytes, values: list[bytes]) -> Iterator[NamedValue]:
    """Values bound to the statement, in the order of its placeholders."""
    insert = _INSERT.search(statement)
    columns = insert[2].split(b",") if insert is not None and insert[2] else []
    names: list[bytes] = []
    for holder in _HOLDER.finditer(statement):
        before = _BOUND_TO.search(statement[max(holder.start() - 160, 0) : holder.start()])
        inside = insert is not None and holder.start() >= insert.end() and len(names) < len(columns)
        names.append(columns[len(names)] if inside else before[1] if before else b"")
    for number, value in enumerate(values):
        name = _name(names[number])
        if value.strip():
            yield NamedValue(
                f"column:{name}" if name else "parameter", name, decode_text(value), form="" if name else str(number)
            )


def _name(raw: bytes) -> str:
    return decode_text(raw).strip(' `"[]\n\t').rpartition(".")[2].strip('`"[]')


def _rows(data: bytes) -> Iterator[NamedValue]:
    """A result set in the readers' format."""
    head, _, rows = data.partition(b"\n")
    names = [decode_text(name).strip() for name in head.split(b"\t")][:64]
    if not rows or not all(name.isidentifier() for name in names):
        return
    for row in rows.split(b"\n")[:16]:
        for name, value in zip(names, row.split(b"\t"), strict=False):
            if value and value != b"NULL":
                yield NamedValue(f"column:{name}", name, decode_text(value))
