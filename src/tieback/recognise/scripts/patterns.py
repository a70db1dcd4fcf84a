"""Patterns of objects and arrays in scripts, which give names to members: ``const {host, port: p = 80} = …``.

Source: https://tc39.es/ecma262/#sec-destructuring-assignment
"""

from collections.abc import Iterator
from typing import NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern

PATTERN_REACH = 400
"""Most bytes of a pattern that are read."""
_MAX_PARTS = 32
_PATTERN_PART = lazy_pattern(
    rb"\s*(?P<key>[A-Za-z_$][\w$]*)\s*(?::\s*(?P<name>[A-Za-z_$][\w$]*|(?P<opens>\{)))?"
    rb"(?:\s*=(?![=>])\s*(?P<default>[^,{}()\[\]]{1,120}))?\s*(?P<end>[,}])?"
)


class Part(NamedTuple):
    """A name in a pattern of an object."""

    name: bytes
    at: int
    path: str
    """The members that lead to it, with slashes between them."""
    default: int
    """Where its default value begins; -1 if it has none."""


def opening_brace(data: Bytes, close: int) -> int:
    """The brace that a closing one belongs to; -1 if it is too far away, or if there is more than names inside."""
    depth = 0
    for at in range(close, max(-1, close - PATTERN_REACH), -1):
        sign = data[at]
        depth += (sign == 0x7D) - (sign == 0x7B)
        if not depth:
            return at
        if sign in b"();":
            return -1
    return -1


def pattern_parts(data: Bytes, start: int) -> Iterator[Part]:
    """The names in a pattern of an object that begins at a brace."""
    path: list[str] = []
    at = start + 1
    for _ in range(_MAX_PARTS):
        part = _PATTERN_PART.match(data, at, start + PATTERN_REACH)
        if part is None:
            return
        key = part["key"].decode()
        at = part.end()
        if part["opens"]:
            path.append(key)
            continue
        name = part["name"] or part["key"]
        place = part.start("name" if part["name"] else "key")
        yield Part(bytes(name), place, "/".join((*path, key)), part.start("default"))
        closed = part["end"] == b"}"
        while closed:
            if not path:
                return
            path.pop()
            sign = data[at : at + 1]
            closed = sign == b"}"
            if sign not in (b",", b"}"):
                return
            at += 1


def part_of(pattern: bytes, name: bytes) -> str:
    """The index or key of the part that has a name in a pattern without others inside; empty if there is none.

    Args:
        pattern: ``[name, host]`` or ``{host, port: p}``, with its brackets.
        name: a name.
    """
    for index, part in enumerate(pattern[1:-1].split(b",")):
        key, _, renamed = (one.strip() for one in part.partition(b"=")[0].partition(b":"))
        if (renamed or key) == name:
            return str(index) if pattern[:1] == b"[" else key.decode("utf-8", "replace")
    return ""
