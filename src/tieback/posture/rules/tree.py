"""JSON and YAML trees with line numbers.

JSON is read by RFC 8259, with comments and line breaks in strings if a grammar allows them (Firebase does). YAML is
read with libyaml; aliases are followed only within bounds.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tieback.posture.rules.source import RulesText

MAX_DEPTH = 100
MAX_NODES = 100_000
"""A node takes some hundred bytes in memory; while YAML is read, a kilobyte."""
_TOO_MANY = f"more than {MAX_DEPTH} levels or {MAX_NODES:,} values"
_SPACE = re.compile(r"(?:\s+|//[^\n]*|/\*.*?\*/)+", re.DOTALL)
_PLAIN_SPACE = re.compile(r"[ \t\r\n]+")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\.)*+"')
_LOOSE_STRING = re.compile(r'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,99})(?:\.\d{1,99})?(?:[eE][+-]?\d{1,3})?")
_WORD = re.compile(r"true|false|null")
_WORDS = {"true": True, "false": False, "null": None}


@dataclass(frozen=True, slots=True)
class ConfigNode:
    """A value and its line. The line of a member is that of its key."""

    value: Any
    """``str``, ``int``, ``float``, ``bool``, ``None``, ``list[Node]`` or ``dict[str, Node]``."""
    line: int
    offset: int = 0

    def get(self, *keys: str) -> "ConfigNode | None":
        """The value below some keys; dotted keys of settings (``a.b: 1``) are found like nested ones."""
        node: ConfigNode | None = self
        for at, key in enumerate(keys):
            if node is None or not isinstance(node.value, dict):
                return None
            joined = node.value.get(".".join(keys[at:]))
            if joined is not None:
                return joined  # type: ignore[no-any-return] # a tree contains only nodes
            node = node.value.get(key)
        return node

    def items(self) -> Iterator[tuple[str, "ConfigNode"]]:
        """Members; empty if it is not a mapping."""
        return iter(self.value.items() if isinstance(self.value, dict) else ())

    def each(self) -> list["ConfigNode"]:
        """The items of a list; a single value counts as a list of one."""
        return self.value if isinstance(self.value, list) else [self]

    def texts(self) -> list[str]:
        """``each`` as texts."""
        return [str(item.value) for item in self.each() if not isinstance(item.value, (dict, list))]

    @property
    def text(self) -> str:
        """A scalar as the product reads it: ``true``, ``false``, a number or a string; empty for any other value."""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return "" if self.value is None or isinstance(self.value, (dict, list)) else str(self.value)

    @property
    def on(self) -> bool:
        """True if the value means true, in the words that the products accept."""
        return self.text.lower() in {"true", "yes", "on", "1", "enabled"}


def read_json(text: RulesText, *, loose: bool = False) -> ConfigNode:
    """The single value of a JSON text.

    Args:
        text: the file.
        loose: True to accept comments and line breaks in strings.

    Raises:
        InputError: a syntax error, with line and column.
    """
    return _Json(text, loose).whole()


class _Json:
    def __init__(self, text: RulesText, loose: bool) -> None:
        self._text = text
        self._space = _SPACE if loose else _PLAIN_SPACE
        self._string = _LOOSE_STRING if loose else _STRING
        self._loose = loose
        self._nodes = 0

    def whole(self) -> ConfigNode:
        node, at = self._value(self._skip(0), 0)
        if at < len(self._text.text):
            raise self._text.error(at, "the end of the file")
        return node

    def _skip(self, at: int) -> int:
        found = self._space.match(self._text.text, at)
        return found.end() if found else at

    def _value(self, at: int, depth: int) -> tuple[ConfigNode, int]:
        raw = self._text.text
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise self._text.error(at, f"at most {MAX_DEPTH} levels and {MAX_NODES:,} values")
        line = self._text.line(at)
        match raw[at : at + 1]:
            case "{":
                return self._members(at, depth, line)
            case "[":
                return self._list(at, depth, line)
            case '"':
                value, end = self._read_string(at, "a string")
                return ConfigNode(value, line, at), self._skip(end)
        if found := _WORD.match(raw, at):
            return ConfigNode(_WORDS[found.group()], line, at), self._skip(found.end())
        if found := _NUMBER.match(raw, at):
            return ConfigNode(json.loads(found.group()), line, at), self._skip(found.end())
        raise self._text.error(at, "a JSON value")

    def _read_string(self, at: int, what: str) -> tuple[str, int]:
        found = self._string.match(self._text.text, at)
        if found is None:
            raise self._text.error(at, what)
        try:
            return str(json.loads(found.group(), strict=not self._loose)), found.end()
        except ValueError:
            raise self._text.error(at, f"{what} without unknown escapes") from None

    def _members(self, at: int, depth: int, line: int) -> tuple[ConfigNode, int]:
        found: dict[str, ConfigNode] = {}
        begin, at = at, self._skip(at + 1)
        while self._text.text[at : at + 1] != "}":
            key_at = at
            key, at = self._read_string(at, 'a key in double quotes or "}"')
            at = self._skip(at)
            if self._text.text[at : at + 1] != ":":
                raise self._text.error(at, '":"')
            node, at = self._value(self._skip(at + 1), depth + 1)
            found[key] = ConfigNode(node.value, self._text.line(key_at), node.offset)
            at = self._comma(at, "}")
        return ConfigNode(found, line, begin), self._skip(at + 1)

    def _list(self, at: int, depth: int, line: int) -> tuple[ConfigNode, int]:
        found: list[ConfigNode] = []
        begin, at = at, self._skip(at + 1)
        while self._text.text[at : at + 1] != "]":
            node, at = self._value(at, depth + 1)
            found.append(node)
            at = self._comma(at, "]")
        return ConfigNode(found, line, begin), self._skip(at + 1)

    def _comma(self, at: int, end: str) -> int:
        sign = self._text.text[at : at + 1]
        if sign == end:
            return at
        if sign != ",":
            raise self._text.error(at, f'"," or "{end}"')
        behind = self._skip(at + 1)
        if not self._loose and self._text.text[behind : behind + 1] == end:
            raise self._text.error(behind, "another value behind the comma")
        return behind


def read_yaml(text: RulesText) -> ConfigNode:
    """The first document of a YAML text; an empty text is an empty mapping. A second document is an error.

    Raises:
        InputError: a syntax error, with line and column, or too many levels or values.
    """
    documents = _read_yaml(text, several=False)
    return documents[0] if documents else ConfigNode({}, 1)


def read_yaml_documents(text: RulesText) -> list[ConfigNode]:
    """All documents of a YAML text that are not empty, with the limits of one. Raises as ``read_yaml``."""
    return [one for one in _read_yaml(text, several=True) if one.value is not None]


def _read_yaml(text: RulesText, *, several: bool) -> list[ConfigNode]:
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        # Events before nodes: libyaml builds all nodes of a document before any of them can be counted.
        nodes = depth = 0
        for event in yaml.parse(text.text, Loader=loader):
            if isinstance(event, yaml.DocumentEndEvent) and not several:
                break  # a second document is an error below
            if isinstance(event, yaml.NodeEvent):
                nodes += 1
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > MAX_DEPTH or nodes > MAX_NODES:
                raise text.line_error(event.start_mark.line + 1, _TOO_MANY)
        compose = yaml.compose_all if several else yaml.compose
        found = compose(text.text, Loader=loader)
        roots = list(found) if several else [found]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        raise text.line_error(line, f"not valid YAML: {error.problem or error.context} (column {column})") from None
    except (yaml.YAMLError, RecursionError, ValueError):
        raise text.line_error(1, "not valid YAML") from None
    tree = _Yaml(text)
    return [tree.node(root, 0) for root in roots if root is not None]


class _Yaml:
    def __init__(self, text: RulesText) -> None:
        self._text = text
        self._nodes = 0

    def node(self, raw: Any, depth: int) -> ConfigNode:
        import yaml

        line = raw.start_mark.line + 1
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            raise self._text.line_error(line, _TOO_MANY)
        if isinstance(raw, yaml.MappingNode):
            members: dict[str, ConfigNode] = {}
            for key, value in raw.value:
                inner = self.node(value, depth + 1)
                name = str(key.value) if isinstance(key, yaml.ScalarNode) else ""
                members[name] = ConfigNode(inner.value, key.start_mark.line + 1, inner.offset)
            return ConfigNode(members, line)
        if isinstance(raw, yaml.SequenceNode):
            return ConfigNode([self.node(item, depth + 1) for item in raw.value], line)
        return ConfigNode(_scalar(raw.tag, raw.value), line)


def _scalar(tag: str, text: str) -> Any:
    match tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text.lower() in {"true", "yes", "on", "y"}
        case "int" if re.fullmatch(r"-?\d{1,18}", text):
            return int(text)
    return text
