"""Comments and documentation in the source of Python, Lua, Ruby, Kivy and Godot, which some apps contain as it is.

A text of the code itself is judged like one of compiled code. Sources: Python Language Reference, sections 2.1.3, 2.4.1
and PEP 257; Lua 5.4 Reference Manual, section 3.1; Godot, GDScript reference. Bounds: each byte is looked at once, at
most 500,000 tokens; what is behind them is left undecided.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator

import msgspec

from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts import prose

DOCUMENTED = "only in the documentation of a module, class or function"
LUA = frozenset(("lua", "luau", "aly"))
PYTHON = frozenset(("py", "pyw", "kv", "gd", "rb"))
MAX_TOKENS = 500_000
_REACH = 400
"""Bytes before a text that show whether it is documentation."""
_PYTHON = lazy_pattern(rb"#|\"\"\"|'''|\"|'")
_LUA = lazy_pattern(rb"--\[(?P<comment>=*)\[|--|\[(?P<text>=*)\[|\"|'")
_LINE_TEXTS = {mark: lazy_pattern(rb"(?:[^%b\\\n]|\\.)*+" % mark, re.DOTALL) for mark in (b'"', b"'")}
_DEFINES = lazy_pattern(rb"\s*(?:async\s|def\s|class\s)|.*(?:\)|\])\s*(?:->[^\n]{0,200})?:\s*\Z")
"""The line before the documentation of a class or function, or the last one of its head."""


class _Token(msgspec.Struct, frozen=True, gc=False):
    start: int
    end: int
    reason: str
    """Empty for a text of the code."""


class OtherCode:
    """The tokens of a file, made once."""

    def __init__(self, data: bytes, suffix: str) -> None:
        """Read a file with this suffix of its name."""
        self._data = data
        self._tokens = list(_lua(data) if suffix in LUA else _python(data))
        self._starts = [token.start for token in self._tokens]

    def reason(self, offset: int) -> str:
        """Why the URL at an offset is no address that the code uses; empty if it may be one."""
        index = bisect_right(self._starts, offset) - 1
        if index < 0 or offset >= self._tokens[index].end:
            return ""
        token = self._tokens[index]
        if token.reason == DOCUMENTED and b"__doc__" in self._data:
            return ""  # code reads the text
        return token.reason or prose.literal_reason(self._data, token.start, offset, token.end)


def _python(data: bytes) -> Iterator[_Token]:
    at, code = 0, False
    for _ in range(MAX_TOKENS):
        found = _PYTHON.search(data, at)
        if found is None:
            return
        code = code or bool(data[at : found.start()].strip(b" \t\r\n;\xef\xbb\xbf"))
        mark = found[0]
        if mark == b"#":
            at = _line_end(data, found.end())
            yield _Token(found.start(), at, prose.COMMENT)
            continue
        start = found.end()
        end = _block_end(data, start, mark) if len(mark) > 1 else _text_end(data, start, mark)
        at = min(end + len(mark), len(data))
        yield _Token(start, end, DOCUMENTED if _documents(data, found.start(), code=code) else "")
        code = True


def _documents(data: bytes, start: int, *, code: bool) -> bool:
    """True if the text is the first statement of a module, class or function."""
    line = data.rfind(b"\n", max(0, start - _REACH), start) + 1
    if (not line and start > _REACH) or data[line:start].strip(b" \t\xef\xbb\xbf"):
        return False
    if not code:
        return True
    before = data[max(0, line - _REACH) : line].rstrip()
    return before.endswith(b":") and _DEFINES.match(before[before.rfind(b"\n") + 1 :]) is not None


def _lua(data: bytes) -> Iterator[_Token]:
    at = 0
    for _ in range(MAX_TOKENS):
        found = _LUA.search(data, at)
        if found is None:
            return
        mark, start = found[0], found.end()
        level = found["comment"] if found["comment"] is not None else found["text"]
        if level is not None:
            close = b"]" + level + b"]"
            end = _block_end(data, start, close)
            at = min(end + len(close), len(data))
        elif mark == b"--":
            at = end = _line_end(data, start)
        else:
            end = _text_end(data, start, mark)
            at = min(end + 1, len(data))
        yield _Token(start, end, prose.COMMENT if mark.startswith(b"--") else "")


def _text_end(data: bytes, at: int, mark: bytes) -> int:
    """The end of a text in one line."""
    found = _LINE_TEXTS[mark].match(data, at)
    return found.end() if found is not None else at


def _line_end(data: bytes, at: int) -> int:
    end = data.find(b"\n", at)
    return len(data) if end < 0 else end


def _block_end(data: bytes, at: int, close: bytes) -> int:
    end = data.find(close, at)
    return len(data) if end < 0 else end
