"""Declarations and literal values of TypeScript modules: what a source says without being executed.

An expression that is not a literal, a name, a member, a call or a function is a ``Other``: its value is not known.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from tieback.posture.rules.source import RulesText
from tieback.posture.rules.tree import ConfigNode
from tieback.posture.rules.typescript import TEMPLATE_OPEN, Tokens

_MAX_DEPTH = 60
"""Most expressions in an expression; a deeper one is not known."""
_MAX_CHAIN = 200
"""Most members, calls or parts of a text that follow each other."""
_MAX_TEXT = 100_000
"""Most characters of a text that ``+`` makes."""
_MAX_TYPE = 400
"""Most tokens of a type that is skipped."""
_ENDS = {",", ")", "]", "}", ";", ":"}
_WORDS = {"true": True, "false": False, "null": None, "undefined": None}


@dataclass(frozen=True, slots=True)
class Node:
    """An expression: the positions of its first token and of the token behind it."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Plain(Node):
    """A text, number, Boolean or null."""

    value: Any


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Member(Node):
    """``of.name``."""

    of: Node
    name: str


@dataclass(frozen=True, slots=True)
class Call(Node):
    """``function(arguments)``, also with ``new``."""

    function: Node
    arguments: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Items(Node):
    """``[a, b]``; an item with ``...`` is a ``Spread``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Spread(Node):
    """``...of``."""

    of: Node


@dataclass(frozen=True, slots=True)
class Record(Node):
    """``{a: b}``: members by name, and the spread and computed ones."""

    members: dict[str, Node]
    keys: dict[str, int]
    """Positions of the names."""
    others: tuple[Node, ...]

    @property
    def is_complete(self) -> bool:
        """True if all its names are known."""
        return not self.others


@dataclass(frozen=True, slots=True)
class Function(Node):
    """A function: its parameters are tokens in brackets or one name; its body an expression or a block."""

    parameters: tuple[int, int]
    body: tuple[int, int]
    """Positions of the body, without the braces of a block."""
    result: Node | None
    """The value of an arrow function without a block."""


@dataclass(frozen=True, slots=True)
class Other(Node):
    """An expression that is not evaluated."""


@dataclass(slots=True)
class Module:
    """Top-level declarations of a file."""

    text: RulesText
    tokens: Tokens
    declared: dict[str, Node] = field(default_factory=dict)
    exports: dict[str, Node] = field(default_factory=dict)
    """Exported values by their exported name."""
    imports: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Local name to module and the name there; ``*`` for all of it."""
    forwarded: dict[str, tuple[str, str]] = field(default_factory=dict)
    """``export { a as b } from "module"``: the exported name to module and the name there."""
    opaque_exports: list[int] = field(default_factory=list)
    """Positions of exports whose names are not known."""

    def resolve(self, node: Node | None) -> Node | None:
        """The value of a constant of this file; other values as they are."""
        for _ in range(10):
            if not isinstance(node, Name) or node.name not in self.declared:
                break
            node = self.declared[node.name]
        return node

    def line(self, node: Node) -> int:
        """Line of a value, from 1."""
        return self.tokens.line(node.start)

    def source(self, node: Node) -> str:
        """Text of a value."""
        return self.tokens.source(node.start, node.end)

    def text_of(self, node: Node | None) -> str | None:
        """A text, or ``None`` if the value is not a known text."""
        node = self.resolve(node)
        return node.value if isinstance(node, Plain) and isinstance(node.value, str) else None


def read_module(text: RulesText) -> Module:
    """The declarations of a file.

    Raises:
        InputError: brackets that do not match, or too many tokens or levels.
    """
    tokens = Tokens(text)
    module = Module(text, tokens)
    _Reader(module).statements()
    return module


def calls_in(module: Module, start: int, end: int) -> Iterator[Call]:
    """All calls by name between two tokens: ``name(...)``, ``new Name(...)``, ``a.name(...)``, outermost first."""
    reader = _Reader(module)
    at = start
    while at < end:
        if module.tokens.name(at) and not module.tokens.is_at(at - 1, ".", "?."):
            node = reader.value(at, 0)
            if isinstance(node, Call):
                yield node
        at += 1


def value_at(module: Module, at: int) -> Node:
    """The expression that begins at a token."""
    return _Reader(module).value(at, 0)


class _Reader:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._tokens = module.tokens

    def statements(self) -> None:
        tokens, at = self._tokens, 0
        while at < len(tokens):
            exported = False
            start = at
            if tokens.is_at(at, "import"):
                at = self._import(at + 1)
                continue
            if tokens.is_at(at, "export"):
                exported = True
                at += 1
            if exported and tokens.is_at(at, "default"):
                node = self.value(at + 1, 0)
                self._module.exports["default"] = node
                at = max(node.end, at + 1)
            elif exported and tokens.is_at(at, "{"):
                at = self._export_list(at)
            elif exported and tokens.is_at(at, "*"):
                self._module.opaque_exports.append(start)
                at += 1
            elif tokens.is_at(at, "const", "let", "var"):
                at = self._variables(at + 1, exported)
            elif tokens.is_at(at, "async", "function") and (function := self._function(at)) is not None:
                at = self._declared_function(at, function, exported)
            else:
                at = tokens.after(at)

    def _declared_function(self, at: int, node: Function, exported: bool) -> int:
        while self._tokens.is_at(at, "async", "function", "*"):
            at += 1
        if name := self._tokens.name(at):
            self._declare(name, node, exported)
        return max(node.end, at + 1)

    def _declare(self, name: str, node: Node, exported: bool) -> None:
        self._module.declared[name] = node
        if exported:
            self._module.exports[name] = node

    def _import(self, at: int) -> int:
        tokens, module = self._tokens, self._module
        found: list[tuple[str, str]] = []
        while at < len(tokens) and not tokens.is_at(at, ";", "import", "export", "const"):
            if tokens.items[at].kind == "text":
                for local, name in found:
                    module.imports[local] = (tokens.items[at].value, name)
                return at + 1
            if tokens.is_at(at, "{"):
                found += self._names(at)
            elif tokens.is_at(at, "*") and tokens.is_at(at + 1, "as"):
                found.append((tokens.name(at + 2), "*"))
                at += 2
            elif tokens.name(at) and not tokens.is_at(at, "type", "from"):
                found.append((tokens.name(at), "default"))
            at = tokens.after(at)
        return at

    def _names(self, at: int) -> list[tuple[str, str]]:
        """``{ a, b as c }`` as pairs of local name and other name."""
        tokens = self._tokens
        end = tokens.closing[at]
        found: list[tuple[str, str]] = []
        at += 1
        while at < end:
            if tokens.is_at(at, "type") and tokens.name(at + 1) and not tokens.is_at(at + 1, "as"):
                at += 1
            name = tokens.name(at)
            if name and tokens.is_at(at + 1, "as", ":"):
                found.append((tokens.name(at + 2), name))
                at += 3
            else:
                if name:
                    found.append((name, name))
                at += 1
        return found

    def _export_list(self, at: int) -> int:
        """``export { a, b as c }``, possibly ``from`` another module."""
        pairs = self._names(at)
        end = self._tokens.closing[at] + 1
        source = (
            self._tokens.items[end + 1] if self._tokens.is_at(end, "from") and end + 1 < len(self._tokens) else None
        )
        for shown, name in pairs:
            if source is not None:
                self._module.forwarded[shown] = (source.value, name)
            else:
                self._module.exports[shown] = Name(at, end, name)
        return end

    def _variables(self, at: int, exported: bool) -> int:
        tokens = self._tokens
        while at < len(tokens):
            name = tokens.name(at)
            pattern = at if tokens.is_at(at, "{", "[") else -1
            at = tokens.after(at)
            if tokens.is_at(at, "!"):
                at += 1
            if tokens.is_at(at, ":"):
                at = self._skip_type(at + 1, stop={"=", ";", ","})
            if not tokens.is_at(at, "="):
                return at
            node = self.value(at + 1, 0)
            if name:
                self._declare(name, node, exported)
            elif pattern >= 0 and tokens.is_at(pattern, "{"):
                for local, member in self._names(pattern):
                    self._declare(local, Member(pattern, node.end, node, member), exported)
            elif exported:
                self._module.opaque_exports.append(pattern)
            at = max(node.end, at + 1)
            if not tokens.is_at(at, ","):
                return at
            at += 1
        return at

    def value(self, at: int, depth: int) -> Node:
        """An expression up to the sign that ends it."""
        tokens, start = self._tokens, at
        if depth > _MAX_DEPTH or at >= len(tokens):
            return Other(at, self._end_of_value(at))
        node = self._postfix(self._primary(at, depth), depth)
        for _ in range(_MAX_CHAIN):
            if not tokens.is_at(node.end, "+"):
                break
            other = self._postfix(self._primary(node.end + 1, depth + 1), depth + 1)
            parts = (node, other)
            known = [one.value for one in parts if isinstance(one, Plain) and isinstance(one.value, str)]
            if len(known) < 2 or len(known[0]) > _MAX_TEXT:
                return Other(start, self._end_of_value(node.end))
            node = Plain(start, other.end, "".join(known))
        end = node.end
        if tokens.is_at(end, "as", "satisfies") and not tokens.items[end].after_line:
            node = replace(node, end=self._skip_type(end + 1, stop=_ENDS))
        elif not self._is_end(end):
            node = Other(start, self._end_of_value(end))
        return node

    def _is_end(self, at: int) -> bool:
        tokens = self._tokens
        if at >= len(tokens) or tokens.is_at(at, *_ENDS):
            return True
        token = tokens.items[at]
        return token.after_line and (token.kind != "sign" or token.value in {"{", "@"})

    def _end_of_value(self, at: int) -> int:
        """Position of the sign that ends an expression of any kind."""
        tokens, ends = self._tokens, self._tokens.ends
        walked: list[int] = []
        while at < len(tokens) and at not in ends and not tokens.is_at(at, ",", ")", "]", "}", ";"):
            walked.append(at)
            at = tokens.after(at)
        end = ends.get(at, at)
        ends.update(dict.fromkeys(walked, end))
        return end

    def _skip_type(self, at: int, stop: set[str]) -> int:
        tokens, angle = self._tokens, 0
        for _ in range(_MAX_TYPE):
            if at >= len(tokens):
                break
            if tokens.is_at(at, "<"):
                angle += 1
            elif tokens.is_at(at, ">") and angle:
                angle -= 1
            elif not angle and (tokens.is_at(at, *stop) or self._is_new_statement(at)):
                break
            at = tokens.after(at)
        return at

    def _is_new_statement(self, at: int) -> bool:
        return self._tokens.items[at].after_line and self._tokens.items[at].kind != "sign"

    def _postfix(self, node: Node, depth: int) -> Node:
        tokens = self._tokens
        for _ in range(_MAX_CHAIN):
            at = node.end
            if tokens.is_at(at, ".", "?.") and tokens.name(at + 1):
                node = Member(node.start, at + 2, node, tokens.name(at + 1))
            elif tokens.is_at(at, "?.") and tokens.is_at(at + 1, "("):
                node = self._call(node, at + 1, depth)
            elif tokens.is_at(at, "("):
                node = self._call(node, at, depth)
            elif tokens.is_at(at, "[") and not tokens.items[at].after_line:
                node = self._index(node, at)
            elif tokens.is_at(at, "!") and not tokens.items[at].after_line:
                node = replace(node, end=at + 1)
            elif tokens.is_at(at, "<") and (end := self._type_arguments(at)):
                node = replace(node, end=end)
            else:
                return node
        return Other(node.start, self._end_of_value(node.end))

    def _index(self, node: Node, at: int) -> Node:
        end = self._tokens.closing[at]
        if end == at + 2 and self._tokens.items[at + 1].kind == "text":
            return Member(node.start, end + 1, node, self._tokens.items[at + 1].value)
        return Other(node.start, end + 1)

    def _type_arguments(self, at: int) -> int:
        """The position behind ``<types>`` if a call follows; 0 if it is a comparison."""
        tokens, angle = self._tokens, 0
        for _ in range(_MAX_TYPE):
            if at >= len(tokens) or tokens.is_at(at, ";", ")", "&&", "||"):
                return 0
            angle += tokens.is_at(at, "<") - tokens.is_at(at, ">")
            at = tokens.after(at)
            if not angle:
                return at if tokens.is_at(at, "(") else 0
        return 0

    def _call(self, function: Node, at: int, depth: int) -> Node:
        items = self._list(at, depth)
        return Call(function.start, self._tokens.closing[at] + 1, function, items)

    def _list(self, at: int, depth: int) -> tuple[Node, ...]:
        tokens = self._tokens
        end = tokens.closing[at]
        found: list[Node] = []
        at += 1
        while at < end:
            if tokens.is_at(at, "..."):
                inner = self.value(at + 1, depth + 1)
                found.append(Spread(at, inner.end, inner))
            else:
                found.append(self.value(at, depth + 1))
            at = max(self._end_of_value(found[-1].end), at) if not tokens.is_at(at, ",") else at
            at += 1
        return tuple(found)

    def _primary(self, at: int, depth: int) -> Node:
        tokens = self._tokens
        if at >= len(tokens) or depth > _MAX_DEPTH:
            return Other(at, self._end_of_value(at))
        token = tokens.items[at]
        if token.kind == "text":
            return Plain(at, at + 1, token.value)
        if token.kind == "number":
            return Plain(at, at + 1, float(token.value) if token.value.replace(".", "", 1).isdigit() else token.value)
        if (function := self._function(at, depth)) is not None:
            return function
        if token.kind == "name":
            if token.value in {"await", "new", "async"}:
                return self._primary(at + 1, depth + 1)
            if token.value in _WORDS:
                return Plain(at, at + 1, _WORDS[token.value])
            return Name(at, at + 1, token.value)
        if token.value == "{":
            return self._record(at, depth)
        if token.value == "[":
            return Items(at, tokens.closing[at] + 1, self._list(at, depth))
        if token.value == "(":
            inner = self.value(at + 1, depth + 1)
            end = tokens.closing[at]
            return replace(inner, end=end + 1) if inner.end == end else Other(at, end + 1)
        if token.value == TEMPLATE_OPEN:
            return Other(at, tokens.closing[at] + 1)
        return Other(at, self._end_of_value(at))

    def _record(self, at: int, depth: int) -> Record:
        tokens = self._tokens
        start, end = at, tokens.closing[at]
        members: dict[str, Node] = {}
        keys: dict[str, int] = {}
        others: list[Node] = []
        at += 1
        while at < end:
            token = tokens.items[at]
            if tokens.is_at(at, "..."):
                node: Node = self.value(at + 1, depth + 1)
                others.append(node)
            elif tokens.is_at(at, "["):
                key = at + 1 if tokens.closing[at] == at + 2 and tokens.items[at + 1].kind == "text" else -1
                inside = tokens.closing[at] + 1
                node = self.value(inside + 1, depth + 1) if tokens.is_at(inside, ":") else Other(at, inside)
                if key >= 0:
                    members[tokens.items[key].value], keys[tokens.items[key].value] = node, at
                else:
                    others.append(Other(at, node.end))
            else:
                while tokens.is_at(at, "async", "get", "set", "*") and not tokens.is_at(at + 1, ":", ",", "}", "("):
                    at += 1
                    token = tokens.items[at]
                node = self._member(at, depth)
                if token.kind in {"name", "text", "number"}:
                    members[token.value], keys[token.value] = node, at
            at = max(self._end_of_value(node.end), at) + 1
        return Record(start, end + 1, members, keys, tuple(others))

    def _member(self, at: int, depth: int) -> Node:
        """The value behind a name: ``name: value``, ``name(parameters) { }`` or the short ``name``."""
        tokens = self._tokens
        if tokens.is_at(at + 1, ":"):
            return self.value(at + 2, depth + 1)
        if tokens.is_at(at + 1, "("):
            close = tokens.closing[at + 1]
            body = close + 1
            if tokens.is_at(body, ":"):
                body = self._skip_type(body + 1, stop={"{"})
            if tokens.is_at(body, "{"):
                end = tokens.closing[body]
                return Function(at, end + 1, (at + 2, close), (body + 1, end), None)
            return Other(at, close + 1)
        return Name(at, at + 1, tokens.name(at)) if tokens.name(at) else Other(at, at + 1)

    def _function(self, at: int, depth: int = 0) -> Function | None:
        tokens, start = self._tokens, at
        if tokens.is_at(at, "async") and not tokens.is_at(at + 1, "=>"):
            at += 1
        if tokens.is_at(at, "function"):
            at += 1
            while at < len(tokens) and not tokens.is_at(at, "(", "{", ";"):
                at += 1
            if not tokens.is_at(at, "("):
                return None
            close = tokens.closing[at]
            body = close + 1
            if tokens.is_at(body, ":"):
                # A type in braces before the body: the last pair of braces is the body.
                body = self._skip_type(body + 1, stop={"{", ";"})
                while tokens.is_at(body, "{") and tokens.is_at(tokens.closing[body] + 1, "{"):
                    body = tokens.closing[body] + 1
            if not tokens.is_at(body, "{"):
                return None
            return Function(start, tokens.closing[body] + 1, (at + 1, close), (body + 1, tokens.closing[body]), None)
        if tokens.name(at) and tokens.is_at(at + 1, "=>"):
            return self._arrow(start, (at, at + 1), at + 2, depth)
        if tokens.is_at(at, "<"):
            at = self._type_arguments(at) or at
        if tokens.is_at(at, "("):
            close = tokens.closing[at]
            arrow = close + 1
            if tokens.is_at(arrow, ":"):
                arrow = self._skip_type(arrow + 1, stop={"=>", ";", ",", ")"})
            if tokens.is_at(arrow, "=>"):
                return self._arrow(start, (at + 1, close), arrow + 1, depth)
        return None

    def _arrow(self, start: int, parameters: tuple[int, int], body: int, depth: int) -> Function:
        tokens = self._tokens
        if tokens.is_at(body, "{"):
            end = tokens.closing[body]
            return Function(start, end + 1, parameters, (body + 1, end), None)
        result = self.value(body, depth + 1)
        return Function(start, result.end, parameters, (body, result.end), result)


class Hidden:
    """The value of an expression that is not literal."""


HIDDEN = Hidden()


def to_config(module: Module, node: Node | None, names: Mapping[str, Node] | None = None, depth: int = 0) -> ConfigNode:
    """A literal as a tree of settings; what is not literal has the value ``HIDDEN``."""
    if isinstance(node, Name) and names and node.name in names:
        node = names[node.name]
    node = module.resolve(node)
    if node is None or depth > _MAX_DEPTH:
        return ConfigNode(HIDDEN, 0)
    line = module.line(node)
    if isinstance(node, Plain):
        return ConfigNode(node.value, line)
    if isinstance(node, Items):
        return ConfigNode([to_config(module, one, names, depth + 1) for one in node.items], line)
    if isinstance(node, Record):
        members = {
            name: ConfigNode(to_config(module, one, names, depth + 1).value, module.tokens.line(node.keys[name]))
            for name, one in node.members.items()
        }
        return ConfigNode(members, line)
    return ConfigNode(HIDDEN, line)
