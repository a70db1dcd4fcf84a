"""Values of expressions in a script, by reading the expression and following its names to constants.

There is no engine: statements are never run, and only operators, string and array methods, object and array literals,
functions whose result is one expression, and modules of bundles are understood. Everything else is an unknown part of a
text. Bounds: ``MAX_DEPTH`` nested expressions, ``MAX_CALLS`` nested calls, and the budget of the script.
"""

from collections.abc import Sequence

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.values import HOLE
from tieback.recognise.scripts import members
from tieback.recognise.scripts.callers import Missing
from tieback.recognise.scripts.folding import MADE, unquoted
from tieback.recognise.scripts.methods import (
    MAX_ITEMS, below, buffer_text, function_result, items_method, json_value, resolved_url, text_method,
)  # fmt: skip
from tieback.recognise.scripts.names import Binding, Names, Way
from tieback.recognise.scripts.reader import Budget, Reader, Token, TokenKind
from tieback.recognise.scripts.scopes import Scopes
from tieback.recognise.scripts.values import (
    MAX_TEXT, NO_ENV, UNKNOWN, Cases, Client, Deferred, Env, Items, Kind, Merged, Pattern, Plain, Source, Text,
    Unknown, Value, as_text, chained, choice, combine, joined, named, single,
)  # fmt: skip

MAX_DEPTH = 36
"""Most expressions inside each other, with those of names."""
MAX_CALLS = 8
_MAX_ARGUMENTS = 4_096
_LEVELS = {
    "??": 1, "||": 1, "&&": 2, "|": 3, "^": 4, "&": 5, "==": 6, "===": 6, "!=": 6, "!==": 6, "<": 7, ">": 7, "<=": 7,
    ">=": 7, "in": 7, "instanceof": 7, "<<": 8, ">>": 8, ">>>": 8, "+": 9, "-": 9, "*": 10, "/": 10, "%": 10,
}  # fmt: skip
_GLOBALS = frozenset(
    "String Number parseInt atob unescape escape decodeURIComponent decodeURI encodeURIComponent encodeURI Buffer JSON "
    "Object Array URL Math RegExp Symbol Promise console process document navigator location".split()
)
_THROUGH = ("window", "globalThis", "self", "global")


class Evaluator:
    """The values of one script. Names and objects are read when they are needed."""

    def __init__(self, data: Bytes, budget: Budget, *, markup: bool = False) -> None:
        """Read this script with a budget."""
        self.data, self.budget = data, budget
        self.scopes = Scopes(data, markup=markup)
        self.names = Names(data, self.scopes, budget)
        self.members = members.Members(self)
        self.depth = self.calls = 0
        self.active: set[object] = set()
        self.cut = 0
        """How often a value was left unknown because of a cycle or a bound; such a result is not kept."""
        self.missing: dict[Missing, None] = {}
        """Parameters whose values were needed since this was emptied."""
        self._known: dict[object, Cases] = {}

    def value(self, at: int, env: Env = NO_ENV) -> Cases:
        """The value of the expression that begins at an offset. Raises ``BudgetError``."""
        return self.read(at, env)[0]

    def value_before(self, at: int, end: int) -> Cases:
        """The value of an expression of which only the part before ``end`` counts. Raises ``BudgetError``."""
        expression = _Expression(self, at, NO_ENV)
        expression.reader.end = min(expression.reader.end, end)
        return expression.assignment()

    def read(self, at: int, env: Env = NO_ENV) -> tuple[Cases, int]:
        """The value of an expression, and where it ends. Raises ``BudgetError``."""
        if self.depth >= MAX_DEPTH:
            self.cut += 1
            return UNKNOWN, at
        self.depth += 1
        try:
            expression = _Expression(self, at, env)
            return expression.assignment(), expression.reader.at
        finally:
            self.depth -= 1

    def once(self, key: object, at: int, env: Env = NO_ENV) -> Cases:
        """The value of an expression that a name stands for; unknown inside itself."""
        if key in self.active:
            self.cut += 1
            return UNKNOWN
        if not env and key in self._known:
            return self._known[key]
        self.active.add(key)
        cut = self.cut
        try:
            value = self.value(at, env)
        finally:
            self.active.discard(key)
        if not env and (cut == self.cut or not self.active):
            self._known[key] = value
        return value

    def name(self, name: str, at: int, env: Env) -> Cases:
        """The value of a name at an offset."""
        binding = self.names.find(name, at)
        if binding is None or not binding.at:
            return single(Unknown(name))
        found = self._bound(name, binding, at, env)
        return tuple((when, named(value, name)) for when, value in found)

    def _bound(self, name: str, binding: Binding, at: int, env: Env) -> Cases:
        match binding.way:
            case Way.FUNCTION:
                return single(Source(Kind.FUNCTION, self._head(binding.at[0]), env))
            case Way.CLASS:
                return single(Source(Kind.CLASS, self.data.rfind(b"class", 0, binding.at[0]), env))
            case Way.PARAMETER:
                return self._parameter(name, binding, env)
            case Way.MEMBER:
                return self.members.member(self.once(("pattern", binding.at[0]), binding.at[0], env), binding.key, at)
            case Way.ELEMENT:
                rows = self.members.items(self.once(("of", binding.at[0]), binding.at[0], env))
                return choice(("of", binding.at[0]), rows[:17]) if rows else UNKNOWN
        places = list(binding.at)
        if len(places) > 1 and self.scopes.function(at) == binding.scope:
            places = [place for place in places if place <= at] or places
        options = [self.once(("=", place), place, env) for place in places]
        known = [one for one in options if not all(isinstance(value, Unknown) for _, value in one)]
        value = choice(("name", binding.scope.start, name), known or options)
        for place in binding.added:
            if places[0] < place < at:
                value = combine(_plus, value, self.once(("+=", place), place, env))
        return value

    def _head(self, at: int) -> int:
        """The beginning of a function declaration whose name is at an offset."""
        return self.data.rfind(b"function", 0, at)

    def _parameter(self, name: str, binding: Binding, env: Env) -> Cases:
        known = env.get((binding.scope.key, name))
        if known is not None:
            return known
        found = self.members.parameter(name, binding)
        if binding.scope.head >= 0 and any(isinstance(value, Unknown) for _, value in found):
            self.missing[Missing(binding.scope, name)] = None
            self.cut += 1  # what was read with it is read again for each call
        return found

    def call(self, function: Source, arguments: Sequence[Cases]) -> Cases:
        """The result of a function of the script."""
        if self.calls >= MAX_CALLS or function.kind is not Kind.FUNCTION:
            self.cut += 1
            return UNKNOWN
        self.calls += 1
        try:
            return self.members.result(function, arguments)
        finally:
            self.calls -= 1


class _Expression:
    """Reads one expression. After something that it does not understand, the rest is unknown."""

    def __init__(self, run: Evaluator, at: int, env: Env) -> None:
        self.run, self.env = run, env
        self.reader = Reader(run.data, at, run.budget)
        self.broken = False

    def stop(self) -> Cases:
        """What is not understood; nothing is read behind it."""
        self.broken = True
        return UNKNOWN

    def assignment(self) -> Cases:
        """An expression without commas."""
        self.run.depth += 1
        try:
            if self.run.depth > MAX_DEPTH:
                self.run.cut += 1
                return self.stop()
            value = self._ternary()
            if not self.broken and self.reader.takes("="):
                return self.assignment()
            return value
        finally:
            self.run.depth -= 1

    def _ternary(self) -> Cases:
        condition = self._binary(1)
        if self.broken or not self.reader.is_next("?"):
            return condition
        origin = self.reader.take().start
        first = self.assignment()
        if self.broken or not self.reader.takes(":"):
            self.broken = True
            return choice(("?", origin), (first, UNKNOWN))
        second = self.assignment()
        truth = {_truth(value) for _, value in condition}
        if truth == {True}:
            return first
        return second if truth == {False} else choice(("?", origin), (first, second))

    def _binary(self, least: int) -> Cases:
        left = self._unary()
        while not self.broken:
            token = self.reader.peek()
            level = _LEVELS.get(token.text, 0) if token.kind in (TokenKind.SIGN, TokenKind.NAME) else 0
            if level < least:
                return left
            self.reader.take()
            right = self._binary(level + 1)
            left = _operation(token.text, left, right, token.start)
        return left

    def _unary(self) -> Cases:
        token = self.reader.peek()
        if token.kind is TokenKind.SIGN and token.text in ("!", "-", "+", "~"):
            self.reader.take()
            return combine(lambda one: _negated(token.text, one), self._nested())
        if token.kind is TokenKind.NAME and token.text in ("typeof", "void", "delete", "await", "yield"):
            self.reader.take()
            value = self._nested()
            return value if token.text == "await" else UNKNOWN
        return self._postfix(self._primary())

    def _nested(self) -> Cases:
        self.run.depth += 1
        try:
            return self._unary() if self.run.depth <= MAX_DEPTH else self.stop()
        finally:
            self.run.depth -= 1

    def _primary(self) -> Cases:
        token = self.reader.take()
        match token.kind:
            case TokenKind.TEXT:
                return single(_literal(token))
            case TokenKind.NUMBER:
                return single(_number(token.text))
            case TokenKind.NAME:
                return self._name(token)
            case TokenKind.SIGN:
                return self._bracket(token)
        return self.stop()

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
        if name in _THROUGH and self.run.names.find(name, token.start) is None:
            return single(Unknown(name))
        return self.run.name(name, token.start, self.env)

    def _function(self, at: int) -> Cases:
        """A function that begins at an offset; continue behind it."""
        end = self.run.members.function_end(at)
        if end < 0:
            return self.stop()
        self.reader.go(end)
        return single(Source(Kind.FUNCTION, at, self.env))

    def _new(self) -> Cases:
        token = self.reader.take()
        if token.kind is not TokenKind.NAME:
            return self.stop()
        made = self._name(token)
        path = token.text
        while not self.broken and self.reader.takes("."):
            token = self.reader.take()
            path = f"{path}.{token.text}"
            made = self.run.members.member(made, token.text, token.start)
        arguments = self._arguments() if self.reader.takes("(") else []
        if token.text == "URL" and arguments:
            return _url(arguments)
        if token.text in ("Request", "String", "Uri") and arguments:
            return arguments[0]
        one = made[0][1]
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
                return combine(_row, *texts)
            texts.append(self.assignment())
            while not self.broken and self.reader.takes(","):
                texts[-1] = self.assignment()
            if self.broken or not self.reader.is_next("}"):
                self.broken = True
                break
            place = self.reader.take().end
        return combine(_row, *texts, UNKNOWN)

    def _arguments(self) -> list[Cases]:
        """The arguments of a call, up to the closing parenthesis."""
        found: list[Cases] = []
        while not self.broken and not self.reader.takes(")"):
            spread = self.reader.takes("...")
            value = self.assignment()
            found += self.run.members.items(value) if spread else [value]
            if not self.broken and not self.reader.takes(",") and not self.reader.is_next(")"):
                self.broken = True
            if len(found) > _MAX_ARGUMENTS:
                self.broken = True
        return found

    def _postfix(self, value: Cases) -> Cases:
        members_of = self.run.members
        for _ in range(200):
            if self.broken:
                return value
            token = self.reader.peek()
            if token.kind is not TokenKind.SIGN:
                return value
            match token.text:
                case "." | "?.":
                    self.reader.take()
                    if token.text == "?." and self.reader.is_next("(", "["):
                        continue
                    name = self.reader.take()
                    if name.kind is not TokenKind.NAME:
                        return self.stop()
                    if self.reader.is_next("("):
                        value = self._method(value, name)
                    elif self.reader.is_next("`") and name.text == "raw":
                        value = self._template(self.reader.take().start, raw=True)
                    else:
                        value = members_of.member(value, name.text, name.start)
                case "[":
                    self.reader.take()
                    key = self.assignment()
                    if self.broken or not self.reader.takes("]"):
                        return self.stop()
                    text = as_text(key[0][1]).text if len(key) == 1 else HOLE
                    if HOLE not in text and self.reader.is_next("(") and not isinstance(key[0][1], int):
                        value = self._method(value, Token(TokenKind.NAME, text, token.start, token.end))
                    else:
                        value = members_of.element(value, key, token.start)
                case "(":
                    self.reader.take()
                    value = self._call(value, self._arguments(), token.start)
                case "++" | "--":
                    self.reader.take()
                    value = UNKNOWN
                case _:
                    return value
        return self.stop()

    def _method(self, value: Cases, name: Token) -> Cases:
        start = self.reader.take().start
        arguments = self._arguments()
        found = chained(lambda one: self._method_of(one, name, arguments, start), value)
        return UNKNOWN if self.broken and not found else found

    def _method_of(self, value: Value, name: Token, arguments: list[Cases], start: int) -> Cases:
        run = self.run
        if name.text in ("create", "extend") and arguments and not isinstance(value, Text):
            if (client := run.members.client(arguments[0], start)) is not None:
                return client
        if isinstance(value, int):
            radix = arguments[0][0][1] if arguments else 10
            plain = name.text == "toString" and radix == 10
            return single(Text(str(value))) if plain else UNKNOWN
        if isinstance(value, Unknown) and value.path.rpartition(".")[2] in ("String", "Object", "JSON", "Buffer", "Array"):
            return run.members.static(value.path.rpartition(".")[2], name.text, arguments)
        if isinstance(value, Text | Plain):
            text = as_text(value)

            def method(*values: Value) -> Value:
                made = text_method(name.text, text, values)
                return Text(HOLE) if made is None else made

            return combine(method, *arguments)
        if isinstance(value, Items) or (isinstance(value, Source) and value.kind is Kind.ARRAY):
            return run.members.array_method(value, name.text, arguments)
        if isinstance(value, Client):  # the address that it requests
            return combine(lambda path: below(value, as_text(path)), arguments[0]) if arguments else UNKNOWN
        if isinstance(value, Unknown) and value.path in ("window", "globalThis", "self", "global"):
            return self._call(single(Unknown(name.text)), arguments, start)
        return self._call(run.members.member(single(value), name.text, name.start), arguments, start)

    def _call(self, value: Cases, arguments: list[Cases], start: int) -> Cases:
        return chained(lambda one: self._result(one, arguments, start), value)

    def _result(self, value: Value, arguments: list[Cases], start: int) -> Cases:
        run = self.run
        if isinstance(value, Source) and value.kind is Kind.FUNCTION:
            if arguments and run.data.find(b"exports", value.at, value.at + 400) >= 0:
                loaded = run.members.unknown_call(Unknown("()"), arguments)
                if isinstance(loaded[0][1], Deferred | Source):
                    return loaded
            found = run.call(value, arguments)
            passed = arguments[0][0][1] if arguments else Unknown()
            if isinstance(passed, Source) and passed.kind is Kind.MODULE and not any(
                isinstance(one, Text) for _, one in found
            ):
                return arguments[0]  # a function of a bundler that wraps modules
            return tuple((when, named(one, value.via[0]) if value.via else one) for when, one in found)
        if isinstance(value, Source) and value.kind is Kind.MODULE:
            passed = arguments[0][0][1] if arguments else value
            # A function of a bundler that wraps modules, or a module that is called.
            return single(passed if isinstance(passed, Source) and passed.kind is Kind.MODULE else value)
        if isinstance(value, Deferred):
            return run.members.first_use(value)
        if not isinstance(value, Unknown):
            return UNKNOWN
        name = value.path.rpartition(".")[2]
        if name == "URL" and arguments:
            return _url(arguments)

        def function(*values: Value) -> Value:
            made = function_result(name, values)
            return Unknown() if made is None else made

        made = combine(function, *arguments) if arguments and name else UNKNOWN
        if not all(isinstance(one, Unknown) for _, one in made):
            return made
        return run.members.unknown_call(value, arguments)


def _literal(token: Token) -> Text:
    plain = unquoted(token.text)
    made = plain.replace(MADE, "")
    return Text(made[:MAX_TEXT], token.start, (made,) if "\\" not in token.text and made == plain else ())


def _number(text: str) -> Value:
    if text[:2] in ("0x", "0X"):
        return int(text, 16)
    return int(text) if text.isdigit() else Unknown()


def _plus(left: Value, right: Value) -> Value:
    if isinstance(left, int) and isinstance(right, int):
        return left + right
    return joined(as_text(left), as_text(right))


def _row(*values: Value) -> Value:
    return joined(*(as_text(one) for one in values))


def _url(arguments: list[Cases]) -> Cases:
    def made(path: Value, base: Value | None = None) -> Value:
        return resolved_url(as_text(path), None if base is None else as_text(base))

    return combine(made, *arguments[:2])


def _truth(value: Value) -> bool | None:
    if isinstance(value, int):
        return bool(value)
    if isinstance(value, Text):
        return None if HOLE in value.text else bool(value.text)
    if isinstance(value, Unknown):
        return False if value.path in ("null", "undefined") else None
    return True if isinstance(value, Source | Items | Merged | Client) else None


def _negated(sign: str, value: Value) -> Value:
    truth = _truth(value)
    if sign == "!":
        return Unknown() if truth is None else int(not truth)
    if not isinstance(value, int):
        return Unknown()
    return {"-": -value, "+": value, "~": ~value}[sign]


def _operation(sign: str, left: Cases, right: Cases, at: int) -> Cases:
    if sign in ("||", "??", "&&"):
        return _logical(sign, left, right, at)
    if sign == "+":
        return combine(_plus, left, right)
    return combine(lambda one, other: _computed(sign, one, other), left, right)


def _logical(sign: str, left: Cases, right: Cases, at: int) -> Cases:
    truth = {_truth(value) for _, value in left}
    if sign == "&&":
        return left if truth == {False} else right
    if truth == {True}:
        return left
    if all(isinstance(value, Unknown) for _, value in left):
        # A short word such as the name of an environment can be another one.
        word = all(isinstance(value, Text) and value.text.isalnum() for _, value in right)
        unknown = truth == {None}
        return choice(("|", at), (left, right)) if word and unknown else right
    return right if truth == {False} else choice(("|", at), (left, right))


def _computed(sign: str, left: Value, right: Value) -> Value:
    if sign in ("==", "===", "!=", "!=="):
        if type(left) is type(right) and isinstance(left, Text | int):
            one = left.text if isinstance(left, Text) else left
            other = right.text if isinstance(right, Text) else right
            if HOLE not in str(one) and HOLE not in str(other):
                return int((one == other) == (sign[0] == "="))
        return Unknown()
    if not isinstance(left, int) or not isinstance(right, int) or max(abs(left), abs(right)) >= 1 << 32:
        return Unknown()
    match sign:
        case "-":
            return left - right
        case "*":
            return left * right
        case "%" if right:
            return abs(left) % abs(right) * (1 if left >= 0 else -1)
        case "/" if right and left % right == 0:
            return left // right
        case "^":
            return left ^ right
        case "&":
            return left & right
        case "|":
            return left | right
        case "<<" if 0 <= right < 32:
            return left << right
        case ">>" | ">>>" if 0 <= right < 32 and left >= 0:
            return left >> right
        case "<" | ">" | "<=" | ">=":
            return int({"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[sign])
    return Unknown()
