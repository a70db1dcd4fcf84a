"""Reader of one expression of a script: its value, as far as it is constant.

The grammar is that of https://tc39.es/ecma262/#sec-ecmascript-language-expressions without assignments to members. What
is not understood is unknown, and so is everything behind it.
"""

from typing import TYPE_CHECKING

from tieback.recognise.dataflow.methods.values import HOLE
from tieback.recognise.scripts.async_functions import SENT
from tieback.recognise.scripts.call_results import THROUGH
from tieback.recognise.scripts.folding import unquoted
from tieback.recognise.scripts.map_values import BYTES
from tieback.recognise.scripts.operators import literal, negated, number, operation, row, truth, url
from tieback.recognise.scripts.reader import Reader, Token, TokenKind
from tieback.recognise.scripts.replay import CUT
from tieback.recognise.scripts.state_paths import SELECTED, selected
from tieback.recognise.scripts.values import (
    NO_ENV,
    UNKNOWN,
    Cases,
    Deferred,
    Env,
    Items,
    Kind,
    Pattern,
    Source,
    Table,
    Text,
    Unknown,
    as_text,
    chained,
    choice,
    combine,
    is_unknown,
    single,
)  # fmt: skip

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_DEPTH = 36
"""Most expressions inside each other, with those of names."""
_MAX_ARGUMENTS = 4_096
_MAX_CHAIN = 200
"""Most members, elements and calls in a row."""
_LEVELS = {
    "??": 1, "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "===": 6, "!=": 6, "!==": 6, "<": 7, ">": 7, "<=": 7,
    ">=": 7, "in": 7, "instanceof": 7, "<<": 8, ">>": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_GLOBALS = frozenset((
    "String", "Number", "parseInt", "atob", "unescape", "escape", "decodeURIComponent", "decodeURI", "encodeURI",
    "encodeURIComponent", "Buffer", "JSON", "Object", "Array", "URL", "Math", "RegExp", "Symbol", "Promise", "console",
    "process", "document", "navigator", "location",
))  # fmt: skip
_THIS = single(Unknown("this"))
_SIGN, _NAME = TokenKind.SIGN, TokenKind.NAME
_KEYWORDS = frozenset(("true", "false", "null", "undefined", "NaN", "async", "function", "class", "new", "this"))


class Expression:
    """Reads one expression. After something that it does not understand, the rest is unknown."""

    def __init__(self, run: "Evaluator", at: int, env: Env) -> None:
        self.run, self.env = run, env
        self.reader = Reader(run.data, at, run.budget)
        self.broken = False
        self.named: Token | None = None
        """The name that the primary expression is that was read last."""

    def stop(self) -> Cases:
        """What is not understood; nothing is read behind it."""
        self.broken = True
        return UNKNOWN

    def assignment(self) -> Cases:
        """An expression without commas."""
        run = self.run
        run.depth += 1
        try:
            run.record.deepest = max(run.record.deepest, run.depth)
            if run.depth > MAX_DEPTH:
                run.record.deepest = CUT
                run.cut += 1
                return self.stop()
            value = self._ternary()
            if not self.broken and self.reader.takes("="):
                return self.assignment()
            return value
        finally:
            run.depth -= 1

    def _ternary(self) -> Cases:
        condition = self._binary(1)
        if self.broken or not self.reader.is_next("?"):
            return condition
        origin = self.reader.take().start
        first = self.assignment()
        if not self._goes_on(":"):
            self.broken = True
            return choice(("?", origin), (first, UNKNOWN))
        second = self.assignment()
        known = {truth(value) for _, value in condition}
        if known == {True}:
            return first
        return second if known == {False} else choice(("?", origin), (first, second))

    def _goes_on(self, sign: str) -> bool:
        """Take a sign, if it is next and all before it was understood."""
        return not self.broken and self.reader.takes(sign)

    def _binary(self, least: int) -> Cases:
        left = self._unary()
        while not self.broken:
            token = self.reader.peek()
            level = _LEVELS.get(token.text, 0) if token.kind is _SIGN or token.kind is _NAME else 0
            if level < least:
                return left
            self.reader.take()
            right = self._binary(level + 1)
            left = operation(token.text, left, right, token.start)
        return left

    def _unary(self) -> Cases:
        token = self.reader.peek()
        if token.kind is _SIGN and token.text in ("!", "-", "+", "~"):
            self.reader.take()
            return combine(lambda one: negated(token.text, one), self._nested())
        if token.kind is _NAME and token.text in ("typeof", "void", "delete", "await", "yield"):
            self.reader.take()
            operand = self.reader.peek()
            value = self._nested()
            if token.text == "yield" and (call := SELECTED.match(self.run.data, token.end, token.end + 140)):
                chosen = selected(self.run, call.end())
                value = value if is_unknown(chosen) else chosen
            if (
                token.text == "typeof"
                and operand.text == "window"
                and self.run.data[operand.end : operand.end + 1] != b"."
            ):
                return single(Text("object"))  # scripts of an app run in a browser, or have its global object
            return value if token.text in ("await", "yield") else UNKNOWN
        return self._postfix(self._primary())

    def _nested(self) -> Cases:
        run = self.run
        run.depth += 1
        try:
            if run.depth <= MAX_DEPTH:
                run.record.deepest = max(run.record.deepest, run.depth)
                return self._unary()
            run.record.deepest = CUT
            return self.stop()
        finally:
            run.depth -= 1

    def _primary(self) -> Cases:
        token = self.reader.take()
        match token.kind:
            case TokenKind.TEXT:
                value = single(literal(token))
            case TokenKind.NUMBER:
                value = single(number(token.text))
            case TokenKind.NAME:
                value = self._name(token)
            case TokenKind.SIGN:
                value = self._bracket(token)
            case _:
                return self.stop()
        self.named = token if token.kind is TokenKind.NAME and token.text not in _KEYWORDS else None
        return value

    def _bracket(self, token: Token) -> Cases:
        match token.text:
            case "`":
                return self._template(token.start)
            case "/" | "/=":
                found = self.reader.regex(token.start)
                return single(Pattern(*found)) if found else self.stop()
            case "[" | "{":
                end = self.reader.closing(token.start)
                if end < 0:
                    self.broken = True
                else:
                    self.reader.go(end)
                return single(Source(Kind.ARRAY if token.text == "[" else Kind.OBJECT, token.start, self.env))
            case "(":
                end = self.reader.closing(token.start)
                if end >= 0 and self._arrow_follows(end):
                    return self._function(token.start)
                value = self.assignment()
                while not self.broken and self.reader.takes(","):
                    value = self.assignment()
                if not self.broken and not self.reader.takes(")"):
                    self.broken = True
                if self.broken and end >= 0:
                    # Only this part of the expression is not understood.
                    self.broken = False
                    self.reader.go(end)
                return value
        return self.stop()

    def _arrow_follows(self, at: int) -> bool:
        return bytes(self.run.data[at : at + 8]).lstrip().startswith(b"=>")

    def _name(self, token: Token) -> Cases:
        name = token.text
        match name:
            case "true" | "false":
                return single(int(name == "true"))
            case "null" | "undefined" | "NaN":
                return single(Unknown(name))
            case "async" if not self.reader.is_next(".", ",", ")", ";"):
                return self._function(token.start)
            case "function":
                return self._function(token.start)
            case "class":
                end = self.run.data.find(b"{", self.reader.at, self.reader.end)
                close = self.reader.closing(end) if end >= 0 else -1
                if close < 0:
                    return self.stop()
                self.reader.go(close)
                return single(Source(Kind.CLASS, token.start, self.env))
            case "new":
                return self._new()
            case "this":
                return single(Unknown("this"))
        if self.reader.is_next("=>"):
            return self._function(token.start)
        if name in _GLOBALS:
            return single(Unknown(name))
        if name in THROUGH and self.run.names.find(name, token.start) is None:
            return single(Unknown(name))
        return self.run.name(name, token.start, self.env)

    def _function(self, at: int) -> Cases:
        """A function that begins at an offset; continue behind it."""
        end = self.run.functions.function_end(at)
        if end < 0:
            return self.stop()
        self.reader.go(end)
        return single(Source(Kind.FUNCTION, at, self.env))

    def _new(self) -> Cases:
        token = self.reader.take()
        if token.kind is not TokenKind.NAME:
            return self.stop()
        made = self._name(token) if token.text != "new" else self.stop()
        path = token.text
        while not self.broken and self.reader.takes("."):
            token = self.reader.take()
            path = f"{path}.{token.text}"
            made = self.run.objects.member(made, token.text, token.start)
        arguments = self._arguments(self.reader.take().start) if self.reader.is_next("(") else []
        if token.text == "URL" and arguments:
            return url(arguments)
        if token.text in ("Request", "String", "Uri") and arguments:
            return arguments[0]
        if path == "Map" and arguments and (rows := self.run.arrays.items(arguments[0])):
            return single(Table(Items(tuple(rows))))
        if path == "Map" and not arguments:
            return single(Table(Items(()), token.start))
        if path in BYTES and arguments:
            return arguments[0]
        one = made[0][1]
        if isinstance(one, Source) and one.kind is Kind.MODULE:
            one = self.run.modules.export(one, "default")[0][1]
        if isinstance(one, Source) and one.kind in (Kind.CLASS, Kind.FUNCTION):
            return single(Source(Kind.INSTANCE, one.at, NO_ENV))
        return single(Unknown(f"new {path}"))

    def _template(self, at: int, *, raw: bool = False) -> Cases:
        texts: list[Cases] = []
        place = at + 1
        for _ in range(200):
            text, follows = self.reader.template(place)
            plain = text if raw else unquoted(f"`{text}`")
            texts.append(single(Text(plain, at, (text,) if plain == text and text else ())))
            if not follows:
                return combine(row, *texts)
            texts.append(self.assignment())
            while not self.broken and self.reader.takes(","):
                texts[-1] = self.assignment()
            if self.broken or not self.reader.is_next("}"):
                self.broken = True
                break
            place = self.reader.take().end
        return combine(row, *texts, UNKNOWN)

    def _arguments(self, opening: int) -> list[Cases]:
        """The arguments of a call, and the closing parenthesis."""
        found = self._values()
        if self.broken:
            # Only these arguments are not understood.
            end = self.reader.closing(opening)
            if end >= 0:
                self.broken = False
                self.reader.go(end)
        return found

    def _values(self) -> list[Cases]:
        found: list[Cases] = []
        while not self.broken and not self.reader.takes(")"):
            spread = self.reader.takes("...")
            value = self.assignment()
            found += (self.run.arrays.items(value) or [UNKNOWN]) if spread and not is_unknown(value) else [value]
            if not self._goes_on(",") and not self.reader.is_next(")"):
                self.broken = True
            if len(found) > _MAX_ARGUMENTS:
                self.broken = True
        return found

    def _postfix(self, value: Cases) -> Cases:
        path, start = (self.named.text, self.named.start) if self.named else ("", 0)
        for _ in range(_MAX_CHAIN):
            if self.broken:
                return value
            token = self.reader.peek()
            if token.kind is not _SIGN or token.text not in (".", "?.", "[", "(", "++", "--"):
                return value
            self.reader.take()
            match token.text:
                case "." | "?.":
                    if token.text == "?." and self.reader.is_next("(", "["):
                        continue
                    key = self.reader.peek().text
                    known = (
                        self.run.objects.of_path(path, key, start, of_this=value == _THIS)
                        if path
                        and (is_unknown(value) or (key == "value" and isinstance(value[0][1], (Deferred, Source))))
                        else None
                    )
                    if key in SENT and path and is_unknown(value):
                        known = self.run.functions.awaited(path, start) or known
                    value = self._dot(value, known)
                    path = f"{path}.{key}" if path else ""
                    continue
                case "[":
                    value = self._index(value, token)
                case "(":
                    value = self.run.called.call(value, self._arguments(token.start), token.start)
                case _:
                    value = UNKNOWN
            path = ""
        return self.stop()

    def _dot(self, value: Cases, assigned: Cases | None) -> Cases:
        """A member of a value; ``assigned``: what it is known to be, if the value is not known."""
        name = self.reader.take()
        if name.kind is not TokenKind.NAME:
            return self.stop()
        if self.reader.is_next("("):
            if name.text in SENT and assigned is not None:
                self._arguments(self.reader.take().start)
                return assigned
            return self._method(value, name)
        if self.reader.is_next("`") and name.text == "raw":
            return self._template(self.reader.take().start, raw=True)
        return assigned or self.run.objects.member(value, name.text, name.start)

    def _index(self, value: Cases, token: Token) -> Cases:
        key = self.assignment()
        if self.broken or not self.reader.takes("]"):
            return self.stop()
        text = as_text(key[0][1]).text if len(key) == 1 else HOLE
        if HOLE not in text and self.reader.is_next("(") and not isinstance(key[0][1], int):
            return self._method(value, Token(TokenKind.NAME, text, token.start, token.end))
        return self.run.arrays.element(value, key, token.start)

    def _method(self, value: Cases, name: Token) -> Cases:
        start = self.reader.take().start
        arguments = self._arguments(start)
        return chained(lambda one: self.run.called.method_of(one, name, arguments, start, self.env), value)
