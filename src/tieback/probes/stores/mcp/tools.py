"""Kinds of MCP tools by the words of their names, from ``tool_words.toml``."""

import re
from functools import cache
from importlib.resources import files

import msgspec

TOOL = "tool"
_WORD = re.compile(r"s3(?![a-z])|[A-Z]?[a-z]+|[A-Z]+(?![a-z])", re.ASCII)


class ToolClass(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Words that show what a tool works on."""

    kind: str
    words: frozenset[str]
    source: str
    match: tuple[str, ...]
    avoid: tuple[str, ...]


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    classes: tuple[ToolClass, ...] = msgspec.field(name="class")


@cache
def tool_classes() -> tuple[ToolClass, ...]:
    """The classes, the first one first."""
    text = files("tieback.probes.stores.mcp").joinpath("tool_words.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).classes


def tool_kind(name: str) -> str:
    """Kind of a tool: that of the first class with a word of its name, else ``tool``."""
    words = {word.lower() for word in _WORD.findall(name[:256])}
    return next((one.kind for one in tool_classes() if not one.words.isdisjoint(words)), TOOL)
