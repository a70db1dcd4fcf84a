"""PostgreSQL statements as syntax trees, with bounds.

The trees are those of PostgreSQL's own parser (https://github.com/pganalyze/libpg_query). Its output of a long chain of
operators is as deep as the chain is long, so a statement with too many of them is not parsed.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from tieback.posture.rules.source import RulesText

type Node = dict[str, Any]
"""A node: its fields by name."""

MAX_STEPS = 6_000
"""Most operators, words and brackets of a statement that is parsed; names and constants in lists count too."""
MAX_ROWS_TEXT = 400_000
"""Most characters of a statement that is parsed."""

TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*)"
    r"|(?P<comment>/\*)"
    r"|(?P<dollar>\$(?:[A-Za-z_\u0080-\uffff][A-Za-z0-9_\u0080-\uffff]*)?\$)"
    r"|(?P<escape>[eE]'(?:[^'\\]|''|\\.)*+')"
    r"|(?P<text>(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*+')"
    r'|(?P<quoted>(?:[uU]&)?"(?:[^"]|"")*+")'
    r"|(?P<word>[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)"
    r"|(?P<number>\d[\d._]*)"
    r"|(?P<end>;)"
    r"|(?P<meta>\\)"
    r"|(?P<sign>.)",
    re.DOTALL,
)
_COMMENT = re.compile(r"/\*|\*/")
_COPY = re.compile(r"copy\b.*\bfrom\s+stdin\b", re.IGNORECASE | re.DOTALL)
_ATOMIC = re.compile(r"begin\s+atomic\b", re.IGNORECASE)


class StatementError(Exception):
    """PostgreSQL's parser does not accept a statement."""


@dataclass(frozen=True, slots=True)
class SqlText:
    """Text of one statement and its position in the file."""

    text: str
    at: int
    steps: int


def split(text: RulesText) -> Iterator[SqlText]:
    r"""The statements of a file, without comments before them.

    Data of ``COPY … FROM stdin`` and commands of psql (``\connect``) are left out.

    Raises:
        InputError: a quotation or comment has no end.
    """
    raw, at, begin, steps, depth = text.text, 0, -1, 0, 0
    while at < len(raw):
        found = TOKEN.match(raw, at)
        assert found is not None
        kind, where = found.lastgroup, at
        at = found.end()
        if kind == "space":
            continue
        if kind == "comment":
            at = _behind_comment(text, where)
            continue
        if kind == "meta" and begin < 0:
            at = _line_end(raw, at)
            continue
        if kind == "dollar":
            end = raw.find(found.group(), at)
            if end < 0:
                raise text.error(where, f"the closing {found.group()} of a text")
            at = end + len(found.group())
        if kind == "sign" and found.group() in {"'", '"'}:
            raise text.error(where, "an end of this quotation")
        if kind == "word":
            depth = _atomic_depth(raw, where, found.group().lower(), depth)
        if kind == "end" and depth == 0:
            if begin >= 0:
                statement = SqlText(raw[begin:where], begin, steps)
                yield statement
                at = _behind_rows(raw, at, statement)
            begin, steps = -1, 0
            continue
        begin = where if begin < 0 else begin
        steps += found.group() != ","
    if begin >= 0:
        yield SqlText(raw[begin:], begin, steps)


def _atomic_depth(raw: str, at: int, word: str, depth: int) -> int:
    """Depth of ``BEGIN ATOMIC … END`` bodies, whose semicolons do not end the statement."""
    if word == "begin" and _ATOMIC.match(raw, at):
        return depth + 1
    if depth and word == "case":
        return depth + 1
    if depth and word == "end":
        return depth - 1
    return depth


def _behind_comment(text: RulesText, at: int) -> int:
    depth, where = 0, at
    for mark in _COMMENT.finditer(text.text, at):
        depth += 1 if mark.group() == "/*" else -1
        if depth == 0:
            return mark.end()
    raise text.error(where, "the closing */ of this comment")


def _line_end(raw: str, at: int) -> int:
    end = raw.find("\n", at)
    return len(raw) if end < 0 else end


def _behind_rows(raw: str, at: int, statement: SqlText) -> int:
    if statement.text[:4].lower() != "copy" or not _COPY.match(statement.text):
        return at
    end = raw.find("\n\\.", at)
    return len(raw) if end < 0 else end + 3


def parse(text: str, steps: int = 0) -> list[tuple[str, Node]]:
    """Kind and fields of each statement of a text.

    Raises:
        StatementError: it is not PostgreSQL, or it is too long or nested too deeply to be parsed safely.
    """
    import pgparse

    if not steps:
        steps = sum(found.group() != "," for found in TOKEN.finditer(text[: MAX_ROWS_TEXT + 1]))
    if steps > MAX_STEPS or len(text) > MAX_ROWS_TEXT:
        raise StatementError("too long to be evaluated")
    try:
        return [next(iter(one["stmt"].items())) for one in pgparse.parse(text)]
    except pgparse.PGQueryError as error:
        raise StatementError(str(error).split(" at position", 1)[0][:200]) from None
    except RecursionError:
        raise StatementError("nested too deeply to be evaluated") from None
    except (ValueError, KeyError, UnicodeError):
        raise StatementError("unreadable") from None


@lru_cache(maxsize=512)
def body(text: str) -> tuple[tuple[str, Node], ...]:
    """The statements of a function's body, the same trees each time; empty if they cannot be parsed."""
    try:
        return tuple(parse(text))
    except StatementError:
        return ()


def kind_of(node: Any) -> tuple[str, Node]:
    """Name and fields of a node; ``("", {})`` for none."""
    if isinstance(node, dict) and len(node) == 1:
        name, fields = next(iter(node.items()))
        return name, fields if isinstance(fields, dict) else {}
    return "", {}


def string(node: Any) -> str:
    """The text of a ``String`` or a constant text; empty for others."""
    name, fields = kind_of(node)
    if name == "String":
        return str(fields.get("sval", ""))
    if name == "A_Const" and "sval" in fields:
        return str(fields["sval"].get("sval", ""))
    return ""


def strings(nodes: Any) -> list[str]:
    """The texts of a list of ``String`` nodes."""
    return [string(node) for node in nodes or []]


def walk(node: Any) -> Iterator[tuple[str, Node]]:
    """Each node of a tree, in its order, as name and fields."""
    stack = [node]
    while stack:
        one = stack.pop()
        if isinstance(one, dict):
            for name, fields in one.items():
                if isinstance(fields, dict) and name[:1].isupper():
                    yield name, fields
            stack += [value for value in reversed(one.values()) if isinstance(value, dict | list)]
        elif isinstance(one, list):
            stack += reversed(one)
