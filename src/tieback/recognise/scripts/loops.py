"""Functions that append to a text in a loop, and return it: decoders of texts that are kept as numbers or shifted.

``function s(a,k){var o='';for(var i=0;i<a.length;i++)o+=String.fromCharCode(a[i]^k);return o}`` is read once for each
element. The loop must be all that the function does. Bounds: ``MAX_ROUNDS`` rounds of a loop.
"""

import re
from typing import TYPE_CHECKING, NamedTuple

from tieback.intake.apps.interface import Bytes
from tieback.model.lazy_pattern import lazy_pattern
from tieback.recognise.scripts.operators import row
from tieback.recognise.scripts.reader import Budget, Reader
from tieback.recognise.scripts.values import UNKNOWN, Cases, Env, Text, combine, single

if TYPE_CHECKING:
    from tieback.recognise.scripts.evaluate import Evaluator

MAX_ROUNDS = 512
"""Most rounds of a loop."""
_MAX_VARIABLES = 6
_NAME = rb"[A-Za-z_$][\w$]{0,60}"
_EMPTY = rb"(?:''|\"\"|``)"
_DECLARES = rb"(?:var|let|const)\s{1,9}"
_LENGTH = rb"(?:[A-Za-z_$][\w$]{0,60}(?:\.length|\[[\"']length[\"']\])|[A-Za-z_$][\w$]{0,60}|\d{1,4}|0x[0-9a-f]{1,4})"
_DECLARED = lazy_pattern(
    rb"\s{0,40}(?:%(declares)s)(?=%(name)s\s{0,9}=(?!\s{0,9}%(empty)s))"
    % {b"declares": _DECLARES, b"name": _NAME, b"empty": _EMPTY}
)
"""A variable before the text, which the loop can use."""
_MORE = lazy_pattern(rb"\s{0,40}(?=%(name)s\s{0,9}=(?!\s{0,9}%(empty)s))" % {b"name": _NAME, b"empty": _EMPTY})
_BEGIN = lazy_pattern(
    rb"\s{0,40}(?:(?:%(declares)s)?(?P<text>%(name)s)\s{0,9}=\s{0,9}%(empty)s\s{0,9}[;,]\s{0,40})?for\s{0,9}\("
    % {b"declares": _DECLARES, b"name": _NAME, b"empty": _EMPTY}
)
_COUNTED = lazy_pattern(
    rb"\s{0,9}(?:%(declares)s)?(?:(?P<text>%(name)s)\s{0,9}=\s{0,9}%(empty)s\s{0,9},\s{0,9})?"
    rb"(?P<number>%(name)s)\s{0,9}=\s{0,9}(?P<first>\d{1,3}|0x[0-9a-f]{1,3})"
    rb"(?:\s{0,9},\s{0,9}(?P<bound>%(name)s)\s{0,9}=\s{0,9}(?P<length>%(length)s))?\s{0,9};"
    rb"\s{0,9}(?P=number)\s{0,9}<\s{0,9}(?P<end>%(length)s)\s{0,9};"
    rb"\s{0,9}(?:\+\+\s{0,9}(?P=number)|(?P=number)\s{0,9}(?:\+\+|\+=\s{0,9}(?P<step>\d{1,2}|0x[0-9a-f]{1,2})))\s{0,9}\)"
    rb"\s{0,40}" % {b"declares": _DECLARES, b"name": _NAME, b"empty": _EMPTY, b"length": _LENGTH}
)
_EACH = lazy_pattern(
    rb"\s{0,9}(?:%(declares)s)?(?P<element>%(name)s)\s{1,9}of(?:\s{1,9}|(?=[\[(\"']))"
    % {b"declares": _DECLARES, b"name": _NAME}
)
_END = lazy_pattern(
    rb"\s{0,9};?\s{0,40}\}?\s{0,9};?\s{0,40}return\s{1,9}(?P<text>%(name)s)\s{0,9};?\s{0,9}\}" % {b"name": _NAME}
)


class Loop(NamedTuple):
    """A loop that appends to a text."""

    variable: str
    """The number of a round, or the element."""
    over: int
    """Where the number of rounds, or the elements, begin."""
    counts: bool
    first: int
    step: int
    part: int
    """Where what is appended begins."""
    text: bytes
    """The name of the text."""


def loop(data: Bytes, body: int, budget: Budget) -> Loop | None:
    """The loop of the function whose body begins at a brace; ``None`` if it does anything else."""
    begin = _BEGIN.match(data, _behind_variables(data, body + 1, budget))
    if begin is None:
        return None
    header = _COUNTED.match(data, begin.end())
    elements = None if header else _EACH.match(data, begin.end())
    if header is not None:
        text, at = begin["text"] or header["text"], header.end()
    elif elements is not None:
        end = Reader(data, elements.end(), budget).behind(elements.end())
        if end < 0 or data[end : end + 1] != b")":
            return None
        text, at = begin["text"], end + 1
    else:
        return None
    if not text:
        return None
    part = re.compile(rb"\s{0,40}\{?\s{0,40}%b\s{0,9}\+=" % re.escape(text)).match(data, at)
    if part is None:
        return None
    if elements is not None:
        return Loop(elements["element"].decode(), elements.end(), False, 0, 1, part.end(), text)
    assert header is not None
    over = header.start("length" if header["bound"] is not None and header["bound"] == header["end"] else "end")
    step = int(header["step"] or b"1", 0)
    return (
        Loop(header["number"].decode(), over, True, int(header["first"], 0), step, part.end(), text) if step else None
    )


def _behind_variables(data: Bytes, at: int, budget: Budget) -> int:
    """Where the text is declared, behind other variables."""
    reader = Reader(data, at, budget)
    declared = _DECLARED.match(data, at)
    for _ in range(_MAX_VARIABLES):
        if declared is None:
            break
        end = reader.behind(declared.end())
        if end < 0 or data[end : end + 1] not in (b",", b";"):
            break
        at = end + 1
        declared = (_MORE if data[end : end + 1] == b"," else _DECLARED).match(data, at)
    return at


def joined(run: "Evaluator", found: Loop, key: int, env: Env) -> Cases:
    """The text that a loop makes.

    Args:
        run: the values of the script.
        found: the loop.
        key: number of its function in environments.
        env: the parameters of the function.
    """
    # A variable of a loop has a key of its own: a parameter that gets another value has one, too.
    over = run.value(found.over, env)
    if found.counts:
        count = over[0][1] if len(over) == 1 else None
        if not isinstance(count, int) or not 0 < count <= MAX_ROUNDS * found.step:
            return UNKNOWN
        rounds = [single(number) for number in range(found.first, count, found.step)][:MAX_ROUNDS]
    else:
        rounds = run.arrays.items(over)
    if not 0 < len(rounds) <= MAX_ROUNDS:
        return UNKNOWN
    parts = []
    for one in rounds:
        part = run.value(found.part, {**env, (-key, found.variable): one})
        if len(part) != 1 or not isinstance(part[0][1], Text):
            return UNKNOWN
        parts.append(part)
    return combine(row, *parts)


def is_whole(run: "Evaluator", found: Loop) -> bool:
    """True if nothing but the return of the text is behind the loop."""
    end = Reader(run.data, found.part, run.budget).behind(found.part)
    behind = _END.match(run.data, end, end + 200) if end >= 0 else None
    return behind is not None and behind["text"] == found.text
