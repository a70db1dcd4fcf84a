"""Parser of statements of scripts."""

import re
from typing import Any

from tieback.recognise.script_runs.parse_expressions import MAX_DEPTH, NO_NAMES, ExpressionParser
from tieback.recognise.script_runs.syntax import Node, names_in
from tieback.recognise.script_runs.tokens import ScriptSyntaxError, Token, token, unescaped

_STOPS = re.compile(r"[;{(]")

_STATEMENTS = {
    "var": "_variables", "let": "_variables", "const": "_variables", "function": "_function_statement",
    "async": "_async_statement", "class": "_class_statement", "return": "_return", "throw": "_throw", "if": "_if",
    "while": "_while", "do": "_do", "for": "_for", "break": "_jump", "continue": "_jump", "try": "_try",
    "switch": "_switch", "import": "_import", "export": "_export",
}  # fmt: skip
"""The methods that read statements, by their first word."""


class Parser(ExpressionParser):
    """Reads a range of a script. All methods raise ``ScriptSyntaxError``."""

    def program(self) -> list[Node]:
        """All statements of the range."""
        found = []
        while self._token.kind != "end":
            found.append(self._statement())
        return found

    def is_over(self) -> bool:
        """True if nothing is left."""
        return self._token.kind == "end"

    def next_statement(self) -> Node:
        """The next statement. One that cannot be read is empty, if it is known where it ends."""
        start = self._last
        try:
            return self._statement()
        except ScriptSyntaxError:
            self._depth, self._no_in = 0, False
            self._recover(start)
            return ("empty",)

    def _recover(self, start: int) -> None:
        """Go behind a statement that cannot be read: behind the semicolon or brace that ends it."""
        script, at = self._script, max(start, self._token.start)
        while True:
            found = _STOPS.search(script, at, self._end)
            if found is None:
                raise ScriptSyntaxError
            at = found.end()
            if found[0] in "{(":
                at = self._closing(found.start()) + 1
                if at <= found.start():
                    raise ScriptSyntaxError
                if found[0] == "{" or at >= self._end:
                    break
            elif found[0] == ";":
                break
        self._last = at
        try:
            self._token = token(script, at, self._end)
        except ScriptSyntaxError:
            self._token = Token("end", "", self._end, self._end, True)

    def _statement(self) -> Node:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ScriptSyntaxError
        try:
            return self._read_statement()
        finally:
            self._depth -= 1

    def _read_statement(self) -> Node:
        one = self._token
        if one.kind == "sign":
            if one.text == "{":
                return self._block()
            if one.text == ";":
                self._next()
                return ("empty",)
        if one.kind == "name":
            name = _STATEMENTS.get(one.text)
            if name is not None:
                found: Node | None = getattr(self, name)()
                if found is not None:
                    return found
            elif self._behind().text == ":" and one.text not in NO_NAMES and one.text != "default":
                self._next()
                self._next()
                return ("label", one.text, self._statement())
        value = self.expression()
        self._ends()
        return ("expr", value)

    def _block(self) -> Node:
        """``block``, its statements, and the functions that it declares."""
        self._expect("{")
        found = []
        outer, self.functions = self.functions, []
        while not self._is("}"):
            if self._token.kind == "end":
                raise ScriptSyntaxError
            found.append(self._statement())
        self._next()
        functions, self.functions = self.functions, outer
        return ("block", found, functions)

    def _variables(self) -> Node | None:
        if self._token.text == "let":
            behind = self._behind()
            if behind.kind != "name" and behind.text not in ("[", "{"):
                return None
        kind = self._next().text
        found = self._declarators(kind)
        self._ends()
        return ("var", kind, found)

    def _declarators(self, kind: str) -> list[Node]:
        found: list[Node] = []
        while True:
            target = self._target()
            if kind == "var":
                self.declared += names_in(target)
            found.append((target, self._assignment() if self._takes("=") else None))
            if not self._takes(","):
                return found

    def _function_statement(self) -> Node:
        function = self._function()
        self.functions.append(function)
        return ("empty",)

    def _async_statement(self) -> Node | None:
        behind = self._behind()
        return self._function_statement() if behind.text == "function" and not behind.after_line else None

    def _class_statement(self) -> Node:
        made = self._class()
        return ("class", made[1], made)

    def _return(self) -> Node:
        self._next()
        value = None
        if not (self._is(";") or self._is("}") or self._token.kind == "end" or self._token.after_line):
            value = self.expression()
        self._ends()
        return ("return", value)

    def _throw(self) -> Node:
        self._next()
        value = self.expression()
        self._ends()
        return ("throw", value)

    def _condition(self) -> Node:
        self._expect("(")
        value = self.expression()
        self._expect(")")
        return value

    def _if(self) -> Node:
        self._next()
        test, first = self._condition(), self._statement()
        return ("if", test, first, self._statement() if self._takes("else") else None)

    def _while(self) -> Node:
        self._next()
        return ("while", self._condition(), self._statement())

    def _do(self) -> Node:
        self._next()
        body = self._statement()
        self._expect("while")
        test = self._condition()
        self._takes(";")
        return ("do", body, test)

    def _for(self) -> Node:
        self._next()
        self._takes("await")
        self._expect("(")
        kind = ""
        first: Any = None
        self._no_in = True
        if self._token.text in ("var", "let", "const") and self._behind().text not in (";", "=", "in", "of", ")"):
            kind = self._next().text
            first = self._declarators(kind)
        elif not self._is(";"):
            first = self.expression()
        self._no_in = False
        if self._is("of") or self._is("in"):
            way = self._next().text
            target = first[0][0] if kind and isinstance(first, list) else first
            rows = self.expression()
            self._expect(")")
            return ("each", way, kind, target, rows, self._statement())
        self._expect(";")
        test = None if self._is(";") else self.expression()
        self._expect(";")
        update = None if self._is(")") else self.expression()
        self._expect(")")
        return ("for", kind, first, test, update, self._statement())

    def _jump(self) -> Node:
        word = self._next().text
        label = ""
        if self._token.kind == "name" and not self._token.after_line:
            label = self._next().text
        self._ends()
        return (word, label)

    def _try(self) -> Node:
        self._next()
        body = self._block()
        target, handler, last = None, None, None
        if self._takes("catch"):
            if self._takes("("):
                target = self._target()
                self._expect(")")
            handler = self._block()
        if self._takes("finally"):
            last = self._block()
        return ("try", body, target, handler, last)

    def _switch(self) -> Node:
        self._next()
        value = self._condition()
        self._expect("{")
        cases: list[Node] = []
        while not self._takes("}"):
            test = None
            if self._takes("case"):
                test = self.expression()
            else:
                self._expect("default")
            self._expect(":")
            body: list[Node] = []
            while not (self._is("case") or self._is("default") or self._is("}")):
                body.append(self._statement())
            cases.append((test, body))
        return ("switch", value, cases)

    def _import(self) -> Node | None:
        behind = self._behind()
        if behind.text in ("(", "."):
            return None
        self._next()
        names: list[tuple[str, str]] = []
        if self._token.kind != "text":
            names = self._imported()
            self._expect("from")
        path = unescaped(self._next().text[1:-1])
        if self._takes("with") or self._takes("assert"):
            self._primary()
        self._ends()
        return ("import", names, path)

    def _imported(self) -> list[tuple[str, str]]:
        """Pairs of a name of another module and the name here; ``*`` for all of them."""
        if self._is("{"):
            return self._pairs()
        if self._takes("*"):
            self._expect("as")
            return [("*", self._name())]
        found = [("default", self._name())]
        if self._takes(","):
            found += self._imported()
        return found

    def _pairs(self) -> list[tuple[str, str]]:
        """Pairs of names in braces: ``{first as other}``."""
        self._expect("{")
        found = []
        while not self._takes("}"):
            first = self._export_name()
            found.append((first, self._export_name() if self._takes("as") else first))
            if not self._is("}"):
                self._expect(",")
        return found

    def _export_name(self) -> str:
        one = self._next()
        if one.kind not in ("name", "text"):
            raise ScriptSyntaxError
        return one.text if one.kind == "name" else unescaped(one.text[1:-1])

    def _export(self) -> Node:
        self._next()
        if self._takes("default"):
            return self._export_default()
        if self._is("{"):
            pairs = self._pairs()
            path = unescaped(self._next().text[1:-1]) if self._takes("from") else ""
            self._ends()
            return ("export", pairs, path)
        if self._takes("*"):
            name = self._export_name() if self._takes("as") else ""
            self._expect("from")
            path = unescaped(self._next().text[1:-1])
            self._ends()
            return ("export", [("*", name)], path)
        before = len(self.functions)
        made = self._statement()
        names = [name for target, _ in made[2] for name in names_in(target)] if made[0] == "var" else []
        names += [made[1]] if made[0] == "class" else []
        names += [one.name for one in self.functions[before:]]
        return ("exported", made, [(name, name) for name in names])

    def _export_default(self) -> Node:
        is_function = self._is("function") or (self._is("async") and self._behind().text == "function")
        if is_function or self._is("class"):
            before = len(self.functions)
            value = self._primary() if self._is("class") else ("fn", self._function())
            name = value[1] if value[0] == "class" else value[1].name
            if name and value[0] == "fn":
                self.functions[before:] = [value[1]]
                return ("exported", ("empty",), [(name, "default")])
            if name:
                return ("exported", ("class", name, value), [(name, "default")])
            return ("default", value)
        value = self._assignment()
        self._ends()
        return ("default", value)
