"""Statements of a PL/pgSQL block: static ones, and ``EXECUTE`` of text that is constant or built from constant loops.

Source: https://www.postgresql.org/docs/current/plpgsql-structure.html. Conditions that look whether an object exists
are taken as true: a migration has them so that it can run twice.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tieback.posture.rules.sql import names, parse
from tieback.posture.rules.sql.parse import Node, StatementError, kind_of, string, strings
from tieback.posture.rules.sql.schema import Database
from tieback.posture.rules.sql.statements.block_values import Row, UnknownError, value_of

MAX_STATEMENTS = 2_000
"""Most statements of one block, with its loops."""
MAX_DEPTH = 20
_SILENT = {
    "raise", "return", "perform", "null", "get", "assert", "open", "fetch", "close", "exit", "continue", "commit",
    "rollback", "call", "select", "with", "analyze", "refresh", "notify", "lock",
}  # fmt: skip
_CHANGES = re.compile(r"\s*(create|alter|drop|grant|revoke|set|reset)\b", re.IGNORECASE)
_STARTS = {";", "then", "else", "begin", "loop"}
_LEVELS = {"debug", "log", "info", "notice", "warning"}
_NUMBERS = re.compile(r"\s*(-?\d{1,9})\s*\.\.\s*(-?\d{1,9})\s*")
MAX_ROUNDS = 1_000
_LOOKS = re.compile(
    r"\b(exists|pg_\w+|information_schema|to_reg\w+|found|has_\w+_privilege|regclass)\b|\bis\s+(not\s+)?null\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class BlockStatement:
    """One statement that the block executes."""

    text: str | None
    """``None`` if it cannot be known offline."""
    source: str
    line: int
    """Lines from the beginning of the body."""


@dataclass(slots=True)
class Token:
    """A token and its position in the text."""

    kind: str
    value: str
    at: int
    end: int


@dataclass(slots=True)
class _Scope:
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _If:
    """An ``IF`` whose branches are being executed."""

    otherwise: int
    doubtful: int
    certain: bool = True
    """True while all conditions were known."""
    taken: bool = False
    """True after a branch whose condition is known to be true."""


def statements(body: str, database: Database) -> Iterator[BlockStatement]:
    """The statements that a block executes, in their order, at most ``MAX_STATEMENTS``."""
    block = _Block(body, database)
    for count, one in enumerate(block.run(0, len(block.tokens), _Scope(), 0)):
        if count >= MAX_STATEMENTS:
            yield BlockStatement(None, "a loop with too many rounds", one.line)
            return
        yield one


class _Block:
    def __init__(self, body: str, database: Database) -> None:
        self.body = body
        self._db = database
        self.tokens = tokens(body)

    def run(self, at: int, end: int, scope: _Scope, depth: int) -> Iterator[BlockStatement]:  # noqa: PLR0912, PLR0915 - a kind of statement each
        if depth > MAX_DEPTH:
            yield BlockStatement(None, "nested too deeply", 0)
            return
        handler, otherwise, doubtful = False, 0, 0
        conditions: list[_If] = []
        while at < end:
            word = self.tokens[at].value.lower() if self.tokens[at].kind == "word" else ""
            match word:
                case "declare":
                    begin = self._find(at, end, "begin")
                    self._declare(at + 1, begin, scope)
                    at = begin
                    continue
                case "begin":
                    handler = False
                    at += 1
                    continue
                case "exception" if self._value(at + 1) == "when":
                    handler = True
                    at += 1
                    continue
                case "when" | "case":
                    at = self._find(at, end, "then") + 1 if word == "when" else self._find(at, end, "when")
                    continue
                case "if" | "elsif" | "elseif":
                    stop = self._find(at, end, "then")
                    if word == "if":
                        conditions.append(_If(otherwise, doubtful))
                    one = conditions[-1] if conditions else _If(otherwise, doubtful, certain=False)
                    known = self._truth(self._text(at + 1, stop), scope) if one.certain and not one.taken else None
                    if one.taken or known is False:
                        at = self._next_branch(stop + 1, end)
                        continue
                    if known:
                        one.taken = True
                    else:
                        one.certain = False
                        doubtful += word != "if" or not _LOOKS.search(self._text(at, stop))
                    at = stop + 1
                    continue
                case "else" if conditions and conditions[-1].taken:
                    at = self._next_branch(at + 1, end)
                    continue
                case "else":
                    otherwise += not (conditions and conditions[-1].certain)
                    at += 1
                    continue
                case "end":
                    follows = self._value(at + 1)
                    if follows == "if" and conditions:
                        closed = conditions.pop()
                        otherwise, doubtful = closed.otherwise, closed.doubtful
                    if follows not in {"if", "loop", "case"}:
                        handler = False
                    at = self._find(at, end, ";") + 1
                    continue
                case "loop":
                    at += 1
                    continue
                case "for" | "foreach" | "while":
                    header = self._find(at, end, "loop")
                    inner = self._loop_end(header + 1, end)
                    if not handler:
                        yield from self._loop(at, header, inner, scope, depth)
                    at = self._find(inner, end, ";") + 1
                    continue
            stop = self._find(at, end, ";")
            if word == "raise" and not handler and not conditions and self._value(at + 1) not in _LEVELS:
                # It undoes the statements of its block.
                yield BlockStatement(None, f"all statements before {self._text(at, stop)}", 0)
            if not handler and stop > at:
                for each in self._statement(at, stop, scope):
                    yield each
                    if (doubtful or otherwise) and each.text is not None and _CHANGES.match(each.text):
                        yield BlockStatement(None, each.source, each.line)
            at = stop + 1

    def _statement(self, at: int, stop: int, scope: _Scope) -> Iterator[BlockStatement]:
        first = self.tokens[at]
        source = self._text(at, stop)
        line = self.body.count("\n", 0, first.at)
        word = first.value.lower() if first.kind == "word" else ""
        if word == "execute":
            text = self._built(at + 1, stop, scope)
            if text is None:
                yield BlockStatement(None, source, line)
                return
            pieces = [text[one.at : one.at + len(one.text)] for one in _split(text)]
            for piece in pieces:
                yield BlockStatement(piece, source, line)
        elif self._value(at + 1) in {":=", "="} and first.kind == "word":
            self._assign(first.value.lower(), at + 2, stop, scope)
        elif word not in _SILENT and word:
            yield BlockStatement(source, source, line)

    def _built(self, at: int, stop: int, scope: _Scope) -> str | None:
        cut = next((one for one in range(at, stop) if self._value(one) in {"using", "into"}), stop)
        try:
            value = self._evaluate(self._text(at, cut), scope)
        except UnknownError:
            return None
        return value if isinstance(value, str) else None

    def _declare(self, at: int, stop: int, scope: _Scope) -> None:
        while at < stop:
            end = self._find(at, stop, ";")
            mark = next((one for one in range(at, end) if self._value(one) in {":=", "default", "="}), end)
            if mark < end:
                self._assign(self.tokens[at].value.lower(), mark + 1, end, scope)
            at = end + 1

    def _assign(self, name: str, at: int, stop: int, scope: _Scope) -> None:
        try:
            scope.values[name] = self._evaluate(self._text(at, stop), scope)
        except UnknownError:
            scope.values.pop(name, None)

    def _loop(self, at: int, header: int, inner: int, scope: _Scope, depth: int) -> Iterator[BlockStatement]:
        try:
            name, values = self._rounds(at, header, scope)
        except UnknownError:
            for one in self.run(header + 1, inner, _Scope(dict(scope.values)), depth + 1):
                if one.text is None or _CHANGES.match(one.text):
                    yield BlockStatement(None, one.source, one.line)
            return
        for value in values:
            yield from self.run(header + 1, inner, _Scope({**scope.values, name: value}), depth + 1)

    def _rounds(self, at: int, header: int, scope: _Scope) -> tuple[str, list[Any]]:
        if self._value(at) == "while":
            raise UnknownError
        name = self.tokens[at + 1].value.lower()
        into = next((one for one in range(at, header) if self._value(one) == "in"), header)
        begin = into + 1
        if self._value(begin) == "array" and self._value(at) == "foreach":
            value = self._evaluate(self._text(begin + 1, header), scope)
            if isinstance(value, list):
                return name, value[:500]
            raise UnknownError
        text = self._text(begin, header)
        numbers = _NUMBERS.fullmatch(text)
        if numbers and self._value(at) == "for":
            first, last = (int(one) for one in numbers.groups())
            return name, list(range(first, min(last, first + MAX_ROUNDS) + 1))
        if not text.lower().lstrip("( \n").startswith(("select", "values")):
            raise UnknownError
        return name, list(self._rows(text, scope))[:1000]

    def _rows(self, text: str, scope: _Scope) -> Iterator[Any]:
        try:
            (kind, query) = parse.parse(text)[0]
        except (StatementError, IndexError):
            raise UnknownError from None
        if kind != "SelectStmt":
            raise UnknownError
        yield from self._query_rows(query, scope)

    def _query_rows(self, query: Node, scope: _Scope) -> Iterator[Any]:
        if query.get("valuesLists"):
            for one in query["valuesLists"]:
                yield value_of(kind_of(one)[1]["items"][0], scope.values)
            return
        targets = [kind_of(one)[1] for one in query.get("targetList", [])]
        sources = query.get("fromClause", [])
        if not sources:
            value = value_of(targets[0]["val"], scope.values)
            label = targets[0].get("name") or "unnest"
            for one in value if isinstance(value, list) else [value]:
                yield Row({label: one}, one)
            return
        if len(sources) != 1:
            raise UnknownError
        for row in self._source(sources[0], scope):
            values = {**scope.values, **row}
            if "whereClause" in query and not value_of(query["whereClause"], values):
                continue
            found = {}
            for target in targets:
                shown, node = kind_of(target["val"])
                if shown == "ColumnRef" and "A_Star" in node["fields"][-1]:
                    found.update(row)
                else:
                    label = target.get("name") or (string(node["fields"][-1]) if shown == "ColumnRef" else "?")
                    found[label] = value_of(target["val"], values)
            yield Row(found, next(iter(found.values()), None))

    def _source(self, node: Any, scope: _Scope) -> Iterator[dict[str, Any]]:
        kind, fields = kind_of(node)
        if kind == "RangeVar":
            schema, name = names.range_name(fields)
            if name in {"pg_tables", "tables"} and schema in {"", "pg_catalog", "information_schema"}:
                for one in self._db.relations.values():
                    if name == "tables" or one.kind == "table":
                        yield {
                            "schemaname": one.name[0], "tablename": one.name[1], "table_schema": one.name[0],
                            "table_name": one.name[1], "rowsecurity": one.secured is not None,
                            "table_type": "BASE TABLE" if one.kind == "table" else "VIEW",
                        }  # fmt: skip
                return
            if name == "pg_policies":
                for one in self._db.relations.values():
                    for policy in one.policies.values():
                        yield {
                            "schemaname": one.name[0], "tablename": one.name[1], "policyname": policy.name,
                            "cmd": policy.command.upper(), "roles": list(policy.roles),
                        }  # fmt: skip
                return
        if kind == "RangeFunction":
            call = kind_of(fields["functions"][0]["List"]["items"][0])[1]
            value = value_of({"FuncCall": call}, scope.values)
            alias = fields.get("alias", {})
            label = (strings(alias.get("colnames")) or [alias.get("aliasname", "unnest")])[0]
            for one in value if isinstance(value, list) else [value]:
                yield {label: one}
            return
        if kind == "RangeSubselect":
            query = kind_of(fields["subquery"])[1]
            columns = strings(fields.get("alias", {}).get("colnames"))
            for one in query.get("valuesLists", []):
                items = [value_of(item, scope.values) for item in kind_of(one)[1]["items"]]
                yield {
                    (columns[at] if at < len(columns) else f"column{at + 1}"): value for at, value in enumerate(items)
                }
            if query.get("valuesLists"):
                return
        raise UnknownError

    def _evaluate(self, text: str, scope: _Scope) -> Any:
        try:
            (_, query) = parse.parse(f"select {text}")[0]
            return value_of(kind_of(query["targetList"][0])[1]["val"], scope.values)
        except (StatementError, IndexError, KeyError, TypeError):
            raise UnknownError from None

    def _truth(self, text: str, scope: _Scope) -> bool | None:
        """The truth of a condition that constants, tables and policies decide; ``None`` if it is not known."""
        try:
            (_, query) = parse.parse(f"select {text}")[0]
            return self._condition(kind_of(query["targetList"][0])[1]["val"], scope)
        except (StatementError, UnknownError, IndexError, KeyError, TypeError):
            return None

    def _condition(self, node: Any, scope: _Scope) -> bool:
        kind, fields = kind_of(node)
        if kind == "BoolExpr":
            parts = [self._condition(one, scope) for one in fields["args"]]
            match fields["boolop"]:
                case "AND_EXPR":
                    return all(parts)
                case "OR_EXPR":
                    return any(parts)
            return not parts[0]
        if kind == "SubLink" and fields["subLinkType"] == "EXISTS_SUBLINK":
            query = kind_of(fields["subselect"])[1]
            found = next(self._query_rows(query, scope), None) is not None
            names_policies = any(one.get("relname") == "pg_policies" for _, one in parse.walk(query))
            if not found and not names_policies:
                raise UnknownError  # a table can be one of other files
            return found
        value = value_of(node, scope.values)
        if not isinstance(value, bool):
            raise UnknownError
        return value

    def _next_branch(self, at: int, end: int) -> int:
        """Position of the next ``ELSIF``, ``ELSE`` or ``END`` of the same ``IF``."""
        level = 0
        for one in range(at, end):
            value, before = self._value(one), self._value(one - 1)
            if level == 0 and value in {"elsif", "elseif", "else"}:
                return one
            if value == "end":
                if level == 0:
                    return one
                level -= 1
            elif before == "end":
                continue
            elif value in {"begin", "case", "loop"} or (value == "if" and before in _STARTS):
                level += 1
        return end

    def _find(self, at: int, end: int, word: str) -> int:
        """Position of a word outside parentheses, or the end."""
        level = case = 0
        for one in range(at, end):
            token = self.tokens[one]
            value = token.value.lower() if token.kind == "word" else token.value
            level += (value == "(") - (value == ")")
            if token.kind == "word" and one > at and word == "then":
                case += value == "case"
                if case and value == "end":
                    case -= 1
                    continue
            if value == word and level <= 0 and not case and (word != "begin" or one >= at):
                return one
        return end

    def _loop_end(self, at: int, end: int) -> int:
        depth = 0
        for one in range(at, end):
            value = self._value(one)
            if value == "loop":
                if self._value(one - 1) == "end":
                    if depth == 0:
                        return one - 1
                    depth -= 1
                else:
                    depth += 1
        return end

    def _value(self, at: int) -> str:
        if not 0 <= at < len(self.tokens):
            return ""
        token = self.tokens[at]
        return token.value.lower() if token.kind in {"word", "sign", "end"} else ""

    def _text(self, at: int, stop: int) -> str:
        if at >= stop or at >= len(self.tokens):
            return ""
        return self.body[self.tokens[at].at : self.tokens[stop - 1].end]


def tokens(body: str) -> list[Token]:
    """The tokens of a block, without comments."""
    found: list[Token] = []
    at = 0
    while at < len(body):
        match = parse.TOKEN.match(body, at)
        assert match is not None
        kind, value, where = match.lastgroup or "", match.group(), at
        at = match.end()
        if kind == "space":
            continue
        if kind == "comment":
            end = body.find("*/", at)
            at = len(body) if end < 0 else end + 2
            continue
        if kind == "dollar":
            end = body.find(value, at)
            at = len(body) if end < 0 else end + len(value)
            kind = "text"
        if value == ":" and body[at : at + 1] == "=":
            value, at = ":=", at + 1
        found.append(Token(kind, value, where, at))
    return found


def _split(text: str) -> list[parse.SqlText]:
    from tieback.model.errors import InputError
    from tieback.posture.rules.source import RulesText

    try:
        return list(parse.split(RulesText("", text)))
    except InputError:
        return []
