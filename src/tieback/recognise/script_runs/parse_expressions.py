"""Parser of expressions of scripts. Bodies of functions in braces are skipped, and read when the function is called."""

from tieback.recognise.script_runs.syntax import Function, Node, Source
from tieback.recognise.script_runs.tokens import ScriptSyntaxError, Token, number_of, regex, template, token, unescaped

MAX_DEPTH = 60
"""Most expressions or statements inside each other."""
_LEVELS = {
    "??": 1, "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "==": 7, "===": 7, "!=": 7, "!==": 7, "<": 8, ">": 8, "<=": 8,
    ">=": 8, "in": 8, "instanceof": 8, "<<": 9, ">>": 9, ">>>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11,
    "**": 12,
}  # fmt: skip
_ASSIGNS = frozenset(
    ("=", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "<<=", ">>=", ">>>=", "**=", "&&=", "||=", "??=")
)
_UNARY = frozenset(("!", "-", "+", "~"))
_UNARY_WORDS = frozenset(("typeof", "void", "delete", "await"))
NO_NAMES = frozenset((
    "return", "if", "else", "for", "while", "do", "switch", "case", "default", "break", "continue", "throw", "try",
    "catch", "finally", "var", "const", "in", "instanceof", "typeof", "void", "delete", "new",
))  # fmt: skip
_BEFORE_END = frozenset((")", "]", "}", ",", ";", ":"))


class ExpressionParser:
    """Reads a range of a script. All methods raise ``ScriptSyntaxError``."""

    def __init__(self, source: Source, start: int, end: int) -> None:
        """Begin to read the range from ``start`` to ``end``."""
        self._source, self._script, self._end = source, source.script, end
        self.tokens = 0
        """Tokens that were read."""
        self.declared: list[str] = []
        """Names that ``var`` declares."""
        self.functions: list[Function] = []
        """Functions that are declared."""
        self._depth = 0
        self._no_in = False
        self._last = start
        """Where the last token ended."""
        self._ahead: Token | None = None
        """The token that begins behind the offset of ``_ahead_of``, if it was read before."""
        self._ahead_of = -1
        self._token: Token = token(self._script, start, end)

    def _place(self, at: int) -> int:
        """An offset in the file, or -1 in a text that the script runs."""
        return at + self._source.base if self._source.is_file else -1

    def _closing(self, at: int) -> int:
        return self._source.closing.get(at, -1)

    def _next(self) -> Token:
        taken = self._token
        self.tokens += 1
        self._last = taken.end
        ahead = self._ahead
        if ahead is not None and self._ahead_of == taken.end:
            self._token, self._ahead = ahead, None
        else:
            self._token = token(self._script, taken.end, self._end)
        return taken

    def _go(self, at: int) -> None:
        self._last = at
        self._token = token(self._script, at, self._end)

    def _is(self, text: str) -> bool:
        one = self._token
        return one.text == text and one.kind in ("sign", "name")

    def _takes(self, text: str) -> bool:
        if self._is(text):
            self._next()
            return True
        return False

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            raise ScriptSyntaxError
        return self._next()

    def _ends(self) -> None:
        """The end of a statement, which may be implied."""
        if not self._takes(";") and not (self._token.after_line or self._is("}") or self._token.kind == "end"):
            raise ScriptSyntaxError

    def _behind(self) -> Token:
        """The token behind the next one."""
        at = self._token.end
        if self._ahead is None or self._ahead_of != at:
            self._ahead, self._ahead_of = token(self._script, at, self._end), at
        return self._ahead

    def _name(self) -> str:
        one = self._next()
        if one.kind != "name":
            raise ScriptSyntaxError
        return one.text

    def expression(self) -> Node:
        """An expression, also with commas."""
        first = self._assignment()
        if not self._is(","):
            return first
        found = [first]
        while self._takes(","):
            found.append(self._assignment())
        return ("seq", found)

    def _assignment(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ScriptSyntaxError
        try:
            return self._read_assignment()
        finally:
            self._depth -= 1

    def _read_assignment(self) -> Node:
        one = self._token
        if one.kind == "name":
            if one.text == "yield":
                return self._yield()
            behind = self._behind()
            if behind.text == "=>" and behind.kind == "sign":
                self._next()
                return self._arrow([("name", one.text)], "", one.start)
            if one.text == "async" and not behind.after_line:
                arrow = self._async_arrow(behind)
                if arrow is not None:
                    return arrow
        left = self._conditional()
        sign = self._token
        if sign.kind == "sign" and sign.text in _ASSIGNS:
            self._next()
            return ("assign", sign.text, left, self._assignment())
        return left

    def _yield(self) -> Node:
        self._next()
        way = self._takes("*")
        empty = self._token.after_line or self._token.text in _BEFORE_END or self._token.kind == "end"
        return ("yield", None if empty and not way else self._assignment(), way)

    def _async_arrow(self, behind: Token) -> Node | None:
        start = self._token.start
        if behind.kind == "name" and behind.text != "function":
            self._next()
            name = self._name()
            if not self._is("=>"):
                raise ScriptSyntaxError
            return self._arrow([("name", name)], "a", start)
        if behind.text == "(":
            close = self._parenthesis(behind.start)
            if close >= 0 and self._follows_arrow(close):
                self._next()
                return self._arrow(self._parameters(), "a", start)
        return None

    def _parenthesis(self, at: int) -> int:
        """The offset behind the parenthesis that belongs to the one at an offset; -1 if there is none."""
        close = self._closing(at)
        return close + 1 if at < close < self._end else -1

    def _follows_arrow(self, at: int) -> bool:
        one = token(self._script, at, self._end)
        return one.text == "=>" and one.kind == "sign"

    def _arrow(self, parameters: list[Node], flags: str, at: int) -> Node:
        self._expect("=>")
        function = Function(self._source, "", parameters, flags + ">", at)
        if self._is("{"):
            self._body(function)
        else:
            no_in, self._no_in = self._no_in, False
            start = self._token.start
            function.body = ("return", self._assignment())
            function.start, function.end = start, self._last
            self._no_in = no_in
        return ("fn", function)

    def _body(self, function: Function) -> None:
        opening = self._token.start
        close = self._closing(opening)
        if not opening < close < self._end:
            raise ScriptSyntaxError
        function.start, function.end = opening + 1, close
        self._go(close + 1)

    def _target(self) -> Node:
        """A name or a pattern."""
        if self._is("[") or self._is("{"):
            return self._primary()
        return ("name", self._name())

    def _parameters(self) -> list[Node]:
        self._expect("(")
        found: list[Node] = []
        while not self._takes(")"):
            if self._takes("..."):
                found.append(("spread", self._target()))
            else:
                target = self._target()
                found.append(("assign", "=", target, self._assignment()) if self._takes("=") else target)
            if not self._is(")"):
                self._expect(",")
        return found

    def _function(self) -> Function:
        at = self._token.start
        flags = "a" if self._takes("async") else ""
        self._expect("function")
        flags += "g" if self._takes("*") else ""
        name = "" if self._is("(") else self._name()
        function = Function(self._source, name, self._parameters(), flags, at)
        self._body(function)
        return function

    def _method(self, name: str, flags: str) -> Function:
        function = Function(self._source, name, [], flags + "m", self._token.start)
        function.parameters = self._parameters()
        self._body(function)
        return function

    def _conditional(self) -> Node:
        test = self._binary(1)
        if not self._is("?"):
            return test
        self._next()
        no_in, self._no_in = self._no_in, False
        first = self._assignment()
        self._no_in = no_in
        self._expect(":")
        return ("cond", test, first, self._assignment())

    def _binary(self, least: int) -> Node:
        left = self._unary()
        while True:
            one = self._token
            level = _LEVELS.get(one.text, 0) if one.kind in ("sign", "name") else 0
            if level < least or not level or (self._no_in and one.text == "in"):
                return left
            self._next()
            right = self._binary(level if one.text == "**" else level + 1)
            left = ("logic" if one.text in ("&&", "||", "??") else "bin", one.text, left, right)

    def _unary(self) -> Node:
        one = self._token
        if (one.kind == "sign" and one.text in _UNARY) or (one.kind == "name" and one.text in _UNARY_WORDS):
            if one.text == "await" and self._behind().text in _BEFORE_END | {"=", "."}:
                return self._postfix()
            self._next()
            self._depth += 1
            if self._depth > MAX_DEPTH:
                raise ScriptSyntaxError
            value = self._unary()
            self._depth -= 1
            return ("await", value) if one.text == "await" else ("unary", one.text, value)
        if one.text in ("++", "--") and one.kind == "sign":
            self._next()
            return ("update", one.text, True, self._unary())
        return self._postfix()

    def _postfix(self) -> Node:
        value = self._members(self._primary())
        one = self._token
        if one.kind == "sign" and one.text in ("++", "--") and not one.after_line:
            self._next()
            return ("update", one.text, False, value)
        return value

    def _members(self, value: Node) -> Node:
        chained = False
        while True:
            one = self._token
            if one.kind != "sign":
                break
            optional = one.text == "?."
            if optional:
                chained = True
                self._next()
                one = self._token
            if one.text == "(" and one.kind == "sign":
                value = ("call", value, self._arguments(), self._place(one.start), optional)
            elif one.text == "[" and one.kind == "sign":
                self._next()
                no_in, self._no_in = self._no_in, False
                value = ("index", value, self.expression(), optional)
                self._no_in = no_in
                self._expect("]")
            elif optional:
                value = ("member", value, self._name(), True)
            elif one.text == ".":
                self._next()
                value = ("member", value, self._name(), False)
            elif one.text == "`":
                value = ("tagged", value, *self._template()[1:])
            else:
                break
        return ("chain", value) if chained else value

    def _arguments(self) -> list[Node]:
        self._expect("(")
        no_in, self._no_in = self._no_in, False
        found: list[Node] = []
        while not self._takes(")"):
            found.append(("spread", self._assignment()) if self._takes("...") else self._assignment())
            if not self._is(")"):
                self._expect(",")
        self._no_in = no_in
        return found

    def _primary(self) -> Node:
        one = self._token
        if one.kind == "text":
            self._next()
            return ("value", unescaped(one.text[1:-1]), self._place(one.start))
        if one.kind == "number":
            self._next()
            return ("value", number_of(one.text))
        if one.kind == "name":
            return self._word(one)
        match one.text:
            case "(":
                return self._parentheses(one)
            case "[":
                return self._array()
            case "{":
                return self._object()
            case "`":
                return self._template()
            case "/" | "/=":
                source, flags, end = regex(self._script, one.start, self._end)
                self._go(end)
                return ("regex", source, flags)
        raise ScriptSyntaxError

    def _word(self, one: Token) -> Node:
        match one.text:
            case "function":
                return ("fn", self._function())
            case "async" if self._behind().text == "function":
                return ("fn", self._function())
            case "class":
                return self._class()
            case "new":
                return self._new()
            case "import":
                self._next()
                if self._takes("."):
                    self._next()
                    return ("name", "import.meta")
                return ("imported", self._arguments())
        if one.text in NO_NAMES:
            raise ScriptSyntaxError
        self._next()
        return ("name", one.text)

    def _parentheses(self, one: Token) -> Node:
        close = self._parenthesis(one.start)
        if close >= 0 and self._follows_arrow(close):
            return self._arrow(self._parameters(), "", one.start)
        self._next()
        no_in, self._no_in = self._no_in, False
        value = self.expression()
        self._no_in = no_in
        self._expect(")")
        return ("group", value) if value[0] == "chain" else value

    def _new(self) -> Node:
        at = self._place(self._next().start)
        if self._takes("."):
            self._next()
            return ("name", "new.target")
        made = self._new() if self._is("new") else self._primary()
        while self._is(".") or self._is("["):
            if self._takes("."):
                made = ("member", made, self._name(), False)
            else:
                self._next()
                made = ("index", made, self.expression(), False)
                self._expect("]")
        return ("new", made, self._arguments() if self._is("(") else [], at)

    def _array(self) -> Node:
        self._next()
        no_in, self._no_in = self._no_in, False
        found: list[Node | None] = []
        while not self._takes("]"):
            if self._takes(","):
                found.append(None)
                continue
            found.append(("spread", self._assignment()) if self._takes("...") else self._assignment())
            if not self._is("]"):
                self._expect(",")
        self._no_in = no_in
        return ("array", found)

    def _key(self) -> Node:
        one = self._next()
        if one.text == "[" and one.kind == "sign":
            value = self._assignment()
            self._expect("]")
            return value
        if one.kind == "text":
            return ("value", unescaped(one.text[1:-1]))
        if one.kind == "number":
            return ("value", number_of(one.text))
        if one.kind != "name":
            raise ScriptSyntaxError
        return ("value", one.text)

    def _modifiers(self) -> str:
        """``a``, ``g``, ``get`` or ``set`` before the key of a method."""
        flags = ""
        for word, flag in (("async", "a"), ("get", "get"), ("set", "set")):
            if self._is(word) and self._behind().text not in ("(", ",", "}", ":", "=", ";"):
                if word == "async" and self._behind().after_line:
                    continue
                self._next()
                flags += flag
                break
        if self._takes("*"):
            flags += "g"
        return flags

    def _object(self) -> Node:
        self._next()
        no_in, self._no_in = self._no_in, False
        found: list[Node] = []
        while not self._takes("}"):
            if self._takes("..."):
                found.append(("spread", self._assignment()))
            else:
                found.append(self._property())
            if not self._is("}"):
                self._expect(",")
        self._no_in = no_in
        return ("object", found)

    def _property(self) -> Node:
        flags = self._modifiers()
        named = self._token
        key = self._key()
        if self._is("("):
            function = self._method(
                key[1] if isinstance(key[1], str) else "", flags.replace("get", "").replace("set", "")
            )
            return (flags if flags in ("get", "set") else "method", key, function)
        if self._takes(":"):
            return ("init", key, self._assignment())
        if named.kind != "name":
            raise ScriptSyntaxError
        if self._takes("="):
            return ("short", key, ("assign", "=", ("name", named.text), self._assignment()))
        return ("short", key, ("name", named.text))

    def _class(self) -> Node:
        at = self._next().start
        name = "" if self._is("{") or self._is("extends") else self._name()
        above = self._members(self._primary()) if self._takes("extends") else None
        self._expect("{")
        found: list[Node] = []
        while not self._takes("}"):
            if self._takes(";"):
                continue
            found.append(self._class_member())
        constructor = next((one[3] for one in found if _is_constructor(one)), None)
        if constructor is None:
            constructor = Function(self._source, name, [], "m", at)
            constructor.body = ("super", above is not None)
        constructor.name = name
        return ("class", name, above, found, constructor)

    def _class_member(self) -> Node:
        static = self._is("static") and self._behind().text not in ("(", "=", ";", "}")
        if static:
            self._next()
            if self._is("{"):
                function = Function(self._source, "", [], "m", self._token.start)
                self._body(function)
                return (True, "block", None, function)
        flags = self._modifiers()
        key = self._key()
        if self._is("("):
            function = self._method(
                key[1] if isinstance(key[1], str) else "", flags.replace("get", "").replace("set", "")
            )
            return (static, flags if flags in ("get", "set") else "method", key, function)
        value = self._assignment() if self._takes("=") else None
        self._ends()
        return (static, "field", key, value)

    def _template(self) -> Node:
        """``template``, the texts, the raw texts, and the values between them."""
        texts: list[str] = []
        raws: list[str] = []
        values: list[Node] = []
        at = self._token.end
        while True:
            raw, at, follows = template(self._script, at, self._end)
            raws.append(raw)
            texts.append(unescaped(raw))
            if not follows:
                self._go(at)
                return ("template", texts, raws, values)
            self._go(at)
            values.append(self.expression())
            if not self._is("}"):
                raise ScriptSyntaxError
            at = self._token.end


def _is_constructor(member: Node) -> bool:
    static, kind, key, _ = member
    return not static and kind == "method" and key[0] == "value" and key[1] == "constructor"
