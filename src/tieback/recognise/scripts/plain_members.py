"""Scripts without what obfuscators do to names: ``x['open']('PO'+'ST')`` becomes ``x.open('POST')``.

Obfuscators write each member as a text, so that it can go into their array of texts, and cut texts into short parts.
Readers of scripts expect what people write. A name of a method is a text in brackets, too. Source: the README of
https://github.com/javascript-obfuscator/javascript-obfuscator (``stringArray``, ``splitStrings``).
"""

import re
from collections.abc import Iterator

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.texts.script import ScriptSpans

MAX_LITERALS = 200_000
"""Most literals of a script; the text behind them stays as it is."""
_PLUS = lazy_pattern(rb"\s{0,9}\+\s{0,9}")
_NAME = lazy_pattern(rb"[A-Za-z_$][\w$]{0,80}")
_OBJECT = lazy_pattern(rb"([\w$]+|[\])])\s{0,9}(\?\.)?\[\s{0,9}\Z")
_CLOSING = lazy_pattern(rb"\s{0,9}\]")
_METHOD = lazy_pattern(rb"(?:(?<=[{};])|(?<![\w$.])(?:get|set|static|async)\s{0,9})\[\s{0,9}\Z")
_HEAD = lazy_pattern(rb"\s{0,9}\]\s{0,9}(?:(?P<method>(?=\([\w$,\s=.]{0,200}\)\s{0,9}\{))|(?==(?![=>])))")
"""Before and behind the name of a method of a class or an object, or of a field of a class."""
_QUOTES = (b"'", b'"')
_REACH = 120
_KEYWORDS = frozenset(
    b"return typeof case do else in instanceof new void delete throw yield await of default extends".split()
)
"""Words before a bracket that opens an array, and not a member."""


def with_plain_members(script: bytes) -> bytes:
    """The script with sums of literals joined, and with members in brackets as members behind a dot."""
    parts: list[bytes] = []
    at = 0
    for start, end in _sums(script):
        if start < at:
            continue
        text = _joined(script, start, end)
        before, behind = script[max(0, start - _REACH) : start], _CLOSING.match(script, end)
        head = _HEAD.match(script, end) if behind else None
        method = _METHOD.search(before) if head is not None else None
        if (
            method is not None
            and head is not None
            and not (head["method"] is None and method[0][:1].isalpha() and not method[0].startswith(b"static"))
            and _NAME.fullmatch(text, 1, len(text) - 1)
        ):
            bracket = start - len(before) + before.rindex(b"[")
            parts += (script[at:bracket], b" " * (before[: before.rindex(b"[")][-1:].isalpha()), text[1:-1])
            at = head.end()
            continue
        opened = _OBJECT.search(before) if behind and _NAME.fullmatch(text, 1, len(text) - 1) else None
        if opened is not None and behind is not None and opened[1] not in _KEYWORDS and not opened[1].isdigit():
            parts += (script[at : start - len(before) + opened.end(1)], opened[2] or b".", text[1:-1])
            at = behind.end()
        else:
            parts += (script[at:start], text)
            at = end
    return b"".join((*parts, script[at:])) if parts else script


def _sums(script: Bytes) -> Iterator[tuple[int, int]]:
    """Where each literal, or each sum of literals with the same quotes, begins and ends."""
    ranges = ScriptSpans(script, 0, len(script)).ranges()
    begin = last = -1
    for place in range(0, min(len(ranges), 2 * MAX_LITERALS), 2):
        start, end = ranges[place], ranges[place + 1]
        if end - start < 2 or script[start : start + 1] not in _QUOTES or script[end - 1] != script[start]:
            continue
        if begin >= 0:
            if script[start] == script[begin] and _PLUS.fullmatch(script, last, start):
                last = end
                continue
            yield begin, last
        begin, last = start, end
    if begin >= 0:
        yield begin, last


def _joined(script: bytes, start: int, end: int) -> bytes:
    """One literal for a sum of them."""
    quote = script[start : start + 1]
    between = re.compile(rb"((?:[^\\" + quote + rb"]|\\[\s\S])*)" + quote)
    text, at = b"", start + 1
    while at <= end and (found := between.match(script, at, end)) is not None:
        text += found[1]
        plus = _PLUS.match(script, found.end(), end)
        if plus is None:
            break
        at = plus.end() + 1
    return quote + text + quote
