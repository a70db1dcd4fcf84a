"""SQL text as statements of tokens with line numbers.

Comments, quoted names, dollar-quoted bodies and the data of ``COPY ... FROM stdin`` are handled as in PostgreSQL and
MySQL (https://www.postgresql.org/docs/current/sql-syntax-lexical.html).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tieback.posture.rules.source import RulesText

_TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?\*/)"
    r"|(?P<dollar>\$(?P<tag>[A-Za-z_]?[A-Za-z0-9_]*)\$)"
    r"|(?P<text>[eEnN]?'(?:[^'\\]|''|\\.)*+')"
    r'|(?P<quoted>"(?:[^"]|"")*+"|`(?:[^`]|``)*+`)'
    r"|(?P<number>\d+(?:\.\d+)?)"
    r"|(?P<word>[A-Za-z_\u0080-\uffff][A-Za-z0-9_$\u0080-\uffff]*)"
    r"|(?P<sign>::|->>|->|#>>|#>|<>|!=|<=|>=|@>|<@|\|\||&&|:=|.)",
    re.DOTALL,
)
MAX_TOKENS = 4000
"""Most tokens of one statement; a longer one (rows of data) is cut."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word (lower case), a quoted name, a text, a number or a sign."""

    kind: str
    """``word``, ``quoted``, ``text``, ``number`` or ``sign``."""
    value: str
    at: int

    @property
    def is_name(self) -> bool:
        """True if it can be a name."""
        return self.kind in {"word", "quoted"}


@dataclass(frozen=True, slots=True)
class SqlStatement:
    """One statement."""

    tokens: tuple[Token, ...]
    line: int
    text: str

    def begins(self, *words: str) -> bool:
        """True if it begins with these words."""
        return tuple(token.value for token in self.tokens[: len(words)]) == words


def statements(text: RulesText) -> Iterator[SqlStatement]:
    """The statements of a file.

    Raises:
        InputError: a quoted text, name or body has no end.
    """
    raw, at, begin = text.text, 0, -1
    tokens: list[Token] = []
    while at < len(raw):
        found = _TOKEN.match(raw, at)
        if found is None or (found.lastgroup == "sign" and found.group() in {"'", '"', "`"}):
            raise text.error(at, "an end of this quotation")
        kind, value, where = found.lastgroup or "", found.group(), at
        at = found.end()
        if found.group("space") is not None:
            continue
        if found.group("dollar") is not None:
            end = raw.find(value, at)
            if end < 0:
                raise text.error(where, f"the closing {value} of a text")
            kind, at = "text", end + len(value)
            value = f"'{raw[found.end() : end][:200]}'"
        if kind == "sign" and value == ";":
            if tokens:
                statement = _statement(text, tokens, begin, where)
                yield statement
                at = _behind_data(raw, at, statement)
            tokens, begin = [], -1
            continue
        begin = where if begin < 0 else begin
        if len(tokens) < MAX_TOKENS:
            tokens.append(Token(kind, _value(kind, value), where))
    if tokens:
        yield _statement(text, tokens, begin, len(raw))


def _statement(text: RulesText, tokens: list[Token], begin: int, end: int) -> SqlStatement:
    return SqlStatement(tuple(tokens), text.line(begin), text.text[begin : min(end, begin + 2000)])


def _value(kind: str, value: str) -> str:
    match kind:
        case "word":
            return value.lower()
        case "quoted":
            return value[1:-1].replace(value[0] * 2, value[0])
        case "text":
            return value[value.index("'") + 1 : -1].replace("''", "'")
    return value


def _behind_data(raw: str, at: int, statement: SqlStatement) -> int:
    """The position after the rows that follow ``COPY ... FROM stdin``."""
    if not statement.begins("copy") or not any(token.value == "stdin" for token in statement.tokens[-8:]):
        return at
    end = raw.find("\n\\.", at)
    return len(raw) if end < 0 else end + 3
