"""Regular expressions: ``java.util.regex`` and the methods of texts that use it.

Only patterns whose work is bounded by the length of the text are run: no repetition within a repetition, few of them
in a row. Source: https://developer.android.com/reference/java/util/regex/Pattern
"""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from tieback.recognise.dalvik.library.strings import Builder, sequence
from tieback.recognise.dalvik.machine import LibraryCall, Machine
from tieback.recognise.dalvik.objects import STRING, JavaArray, JavaObject, NotRunnableError

MAX_PATTERN = 200
"""Most characters of a pattern."""
MAX_SUBJECT = 4_096
"""Most characters of a text in which a pattern is sought."""
MAX_WORK = 1 << 20
"""Most comparisons that a search can take."""
_MAX_OPTIONAL = 6
_PATTERN, _MATCHER = "Ljava/util/regex/Pattern;", "Ljava/util/regex/Matcher;"
_SEQUENCE = "Ljava/lang/CharSequence;"
_BUILDERS = ("Ljava/lang/StringBuffer;", "Ljava/lang/StringBuilder;")
_FLAGS = {1: 0, 2: re.IGNORECASE, 8: re.MULTILINE, 32: re.DOTALL, 64: 0}
"""Flags of Python for those of Java; lines end with a line feed here."""
_KNOWN_ESCAPES = frozenset("dDwWsSbBnrtf0123456789")
_NO_STATE = "Ljava/lang/IllegalStateException;"

type Arguments = Sequence[Any]


class _Shape:
    """The repetitions of a pattern, as far as they decide how long a search takes."""

    def __init__(self, pattern: str) -> None:
        self._text, self._at = pattern, 0
        self.unbounded = self.optional = 0
        self._groups: list[int] = []
        """For each open group the number of repetitions and choices before it."""
        self._parts = 0

    def measure(self) -> None:
        """Read the pattern. Raises ``NotRunnableError`` if its work is not bounded, or if Python reads it otherwise."""
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            inner = 0
            if char == "\\":
                self._escape()
            elif char == "[":
                self._skip_class()
            elif char == "(":
                self._open()
                continue
            elif char == ")":
                inner = self._parts - self._groups.pop() if self._groups else 1
            elif char == "|":
                self._parts += 1
                continue
            self._repetition(inner)

    def _open(self) -> None:
        if self._text.startswith("?", self._at) and not self._text.startswith(("?:", "?=", "?!"), self._at):
            raise NotRunnableError("a group of a kind that is not known")
        self._groups.append(self._parts)
        if self._text.startswith("?", self._at):
            self._at += 2

    def _escape(self) -> None:
        char = self._text[self._at : self._at + 1]
        self._at += 1
        if char.isalnum() and (char not in _KNOWN_ESCAPES or not char.isascii()):
            raise NotRunnableError("an escape that is not known")

    def _skip_class(self) -> None:
        begin = self._at
        while self._at < len(self._text):
            char = self._text[self._at]
            self._at += 1
            if char == "\\":
                self._escape()
            elif char == "]" and self._at > begin + 1:
                return
            elif char in "[&":  # unions and intersections of classes
                raise NotRunnableError("a class of classes")
            elif char in "-~|" and self._text.startswith(char, self._at):  # Python keeps these for differences
                raise NotRunnableError("a class with two signs")
        raise NotRunnableError("a class without an end")

    def _repetition(self, inner: int) -> None:
        found = re.compile(r"[*+?]|\{(\d{1,3})(,(\d{0,3}))?\}").match(self._text, self._at)
        if found is None:
            return
        self._at = found.end()
        if self._text.startswith(("?", "+"), self._at):
            self._at += 1
        if found[0] == "?":
            self.optional += 1
        elif found[0] in "*+" or found[2]:
            self.unbounded += 1
        elif int(found[1]) > MAX_PATTERN:
            raise NotRunnableError("a long repetition")
        if inner and found[0] != "?":
            raise NotRunnableError("a repetition within a repetition")
        self._parts += 1


@lru_cache(512)
def _compiled(pattern: str, flags: int) -> tuple["re.Pattern[str]", int]:
    """The pattern, and how often it repeats something. Raises ``NotRunnableError`` if it is not run."""
    if len(pattern) > MAX_PATTERN:
        raise NotRunnableError("a long pattern")
    shape = _Shape(pattern)
    shape.measure()
    if shape.optional > _MAX_OPTIONAL:
        raise NotRunnableError("a pattern with many choices")
    options = 0
    for bit in range(10):
        if flags >> bit & 1:
            if 1 << bit not in _FLAGS:
                raise NotRunnableError("a flag that is not known")
            options |= _FLAGS[1 << bit]
    try:
        return re.compile(pattern, options | re.ASCII), shape.unbounded
    except (re.error, OverflowError, RecursionError) as error:
        raise NotRunnableError("a pattern that is not known") from error


def _ready(machine: Machine, pattern: str, text: str, flags: int = 0) -> "re.Pattern[str]":
    """A pattern that may be sought in a text, whose work is counted first."""
    found, repeats = _compiled(pattern, flags)
    work = (len(text) + 1) ** min(repeats + 1, 8) << _MAX_OPTIONAL
    if len(text) > MAX_SUBJECT or work > MAX_WORK << _MAX_OPTIONAL:
        raise NotRunnableError("a long text for a pattern")
    machine.spend(8 + (work >> _MAX_OPTIONAL + 4))
    return found


def _put_together(machine: Machine, parts: Sequence[str]) -> str:
    return machine.text("".join(parts))


def _filled(machine: Machine, form: str, found: "re.Match[str]") -> str:
    """What a replacement stands for: a dollar sign and a digit are a group; a backslash makes the next sign plain."""
    if "$" not in form and "\\" not in form:
        return form
    out: list[str] = []
    at = 0
    while at < len(form):
        char = form[at]
        at += 1
        if char == "\\":
            out.append(form[at : at + 1])
            at += 1
        elif char == "$":
            digit = form[at : at + 1]
            at += 1
            if not (digit.isascii() and digit.isdigit()) or int(digit) > (found.re.groups or 0):
                raise NotRunnableError("a replacement that is not known")
            out.append(found[int(digit)] or "")
        else:
            out.append(char)
    machine.allocate(2 * sum(map(len, out)))
    return "".join(out)


def _replaced(machine: Machine, found: Iterator["re.Match[str]"], text: str, form: str) -> str:
    parts: list[str] = []
    last = 0
    for one in found:
        machine.allocate(64 + 2 * len(form))
        parts += (text[last : one.start()], _filled(machine, form, one))
        last = one.end()
    return _put_together(machine, [*parts, text[last:]])


def _replace_all(machine: Machine, a: Arguments) -> str:
    text = sequence(machine, a[0])
    return _replaced(machine, _ready(machine, a[1], text).finditer(text), text, a[2])


def _replace_first(machine: Machine, a: Arguments) -> str:
    text = sequence(machine, a[0])
    found = _ready(machine, a[1], text).search(text)
    return _replaced(machine, iter([found] if found else []), text, a[2])


def _matches(machine: Machine, a: Arguments) -> int:
    text = sequence(machine, a[0])
    return int(_ready(machine, a[1], text).fullmatch(text) is not None)


def _separated(machine: Machine, pattern: "re.Pattern[str]", text: str, limit: int) -> JavaArray:
    """The parts of a text between matches; without a limit, empty ones at the end are left out."""
    parts: list[str] = []
    last = 0
    for found in pattern.finditer(text):
        if 0 < limit <= len(parts) + 1:
            break
        if found.end() == 0:
            continue
        machine.allocate(64)
        parts.append(text[last : found.start()])
        last = found.end()
    parts.append(text[last:])
    machine.allocate(2 * len(text))
    while len(parts) > 1 and not limit and not parts[-1]:
        parts.pop()
    return JavaArray(STRING, list(parts))


def _split(machine: Machine, a: Arguments) -> JavaArray:
    text = sequence(machine, a[0])
    return _separated(machine, _ready(machine, a[1], text), text, a[2] if len(a) > 2 else 0)


def _compile(_machine: Machine, a: Arguments) -> JavaObject:
    flags = a[1] if len(a) > 1 else 0
    _compiled(a[0], flags)
    return JavaObject(_PATTERN, (a[0], flags))


def _pattern_of(value: Any) -> tuple[str, int]:
    if not isinstance(value, JavaObject) or not isinstance(value.payload, tuple):
        raise NotRunnableError("a pattern that is not known")
    text, flags = value.payload
    return text, flags


def _split_by(machine: Machine, a: Arguments) -> JavaArray:
    text, (pattern, flags) = sequence(machine, a[1]), _pattern_of(a[0])
    return _separated(machine, _ready(machine, pattern, text, flags), text, a[2] if len(a) > 2 else 0)


def _quote(machine: Machine, a: Arguments) -> str:
    return machine.text(re.sub(r"([^A-Za-z0-9])", r"\\\1", a[0]))


class _Matcher:
    """A search in a text."""

    __slots__ = ("appended", "at", "found", "pattern", "text")

    def __init__(self, pattern: "re.Pattern[str]", text: str) -> None:
        self.pattern = pattern
        self.text = text
        self.at = self.appended = 0
        self.found: re.Match[str] | None = None


def _matcher(machine: Machine, a: Arguments) -> JavaObject:
    (pattern, flags), text = _pattern_of(a[0]), sequence(machine, a[1])
    return JavaObject(_MATCHER, _Matcher(_ready(machine, pattern, text, flags), text))


def _of(value: Any) -> _Matcher:
    if not isinstance(value, JavaObject) or not isinstance(value.payload, _Matcher):
        raise NotRunnableError("a search that is not known")
    return value.payload


def _next(machine: Machine, a: Arguments) -> int:
    its = _of(a[0])
    if len(a) > 1:
        its.at = a[1]
    if not 0 <= its.at <= len(its.text):
        its.found = None
        return 0
    machine.spend(8 + (len(its.text) >> 2))
    found = its.found = its.pattern.search(its.text, its.at)
    if found is not None:
        its.at = found.end() + (found.end() == found.start())
    return int(found is not None)


def _whole(method: Callable[["re.Pattern[str]", str], "re.Match[str] | None"]) -> LibraryCall:
    def match(machine: Machine, a: Arguments) -> int:
        its = _of(a[0])
        machine.spend(8 + (len(its.text) >> 2))
        its.found = method(its.pattern, its.text)
        return int(its.found is not None)

    return match


def _match(machine: Machine, its: _Matcher) -> "re.Match[str]":
    if its.found is None:
        raise machine.thrown(_NO_STATE)
    return its.found


def _number(machine: Machine, found: "re.Match[str]", a: Arguments) -> int:
    group = a[1] if len(a) > 1 else 0
    if not 0 <= group <= found.re.groups:
        raise machine.thrown("Ljava/lang/IndexOutOfBoundsException;")
    return int(group)


def _group(machine: Machine, a: Arguments) -> Any:
    found = _match(machine, _of(a[0]))
    text = found[_number(machine, found, a)]
    return 0 if text is None else machine.text(text)


def _begin(machine: Machine, a: Arguments) -> int:
    found = _match(machine, _of(a[0]))
    return found.start(_number(machine, found, a))


def _end(machine: Machine, a: Arguments) -> int:
    found = _match(machine, _of(a[0]))
    return found.end(_number(machine, found, a))


def _append(machine: Machine, a: Arguments) -> Any:
    its = _of(a[0])
    found = _match(machine, its)
    _add(machine, a[1], its.text[its.appended : found.start()] + _filled(machine, a[2], found))
    its.appended = found.end()
    return a[0]


def _append_rest(machine: Machine, a: Arguments) -> Any:
    its = _of(a[0])
    _add(machine, a[1], its.text[its.appended :])
    return a[1]


def _add(machine: Machine, builder: Any, text: str) -> None:
    if not isinstance(builder, JavaObject) or not isinstance(builder.payload, Builder):
        raise NotRunnableError("a text that is not known")
    machine.allocate(8 * len(text))
    builder.payload.units += text


def _replace_found(machine: Machine, a: Arguments) -> str:
    its = _of(a[0])
    return _replaced(machine, its.pattern.finditer(its.text), its.text, a[1])


def _replace_first_found(machine: Machine, a: Arguments) -> str:
    its = _of(a[0])
    found = its.pattern.search(its.text)
    return _replaced(machine, iter([found] if found else []), its.text, a[1])


def _reset(_machine: Machine, a: Arguments) -> Any:
    its = _of(a[0])
    its.at = its.appended = 0
    its.found = None
    return a[0]


def _same(_machine: Machine, a: Arguments) -> Any:
    return a[0]


CALLS: dict[str, LibraryCall] = {
    f"{STRING}->replaceAll({STRING}{STRING})": _replace_all,
    f"{STRING}->replaceFirst({STRING}{STRING})": _replace_first,
    f"{STRING}->matches({STRING})": _matches,
    f"{STRING}->split({STRING})": _split,
    f"{STRING}->split({STRING}I)": _split,
    f"Landroid/text/TextUtils;->split({STRING}{STRING})": _split,
    f"{_PATTERN}->compile({STRING})": _compile,
    f"{_PATTERN}->compile({STRING}I)": _compile,
    f"{_PATTERN}->quote({STRING})": _quote,
    f"{_PATTERN}->matches({STRING}{_SEQUENCE})": lambda machine, a: _matches(machine, (a[1], a[0])),
    f"{_PATTERN}->pattern()": lambda _, a: _pattern_of(a[0])[0],
    f"{_PATTERN}->toString()": lambda _, a: _pattern_of(a[0])[0],
    f"{_PATTERN}->flags()": lambda _, a: _pattern_of(a[0])[1],
    f"{_PATTERN}->matcher({_SEQUENCE})": _matcher,
    f"{_PATTERN}->split({_SEQUENCE})": _split_by,
    f"{_PATTERN}->split({_SEQUENCE}I)": _split_by,
    f"{_MATCHER}->find()": _next,
    f"{_MATCHER}->find(I)": _next,
    f"{_MATCHER}->matches()": _whole(lambda pattern, text: pattern.fullmatch(text)),
    f"{_MATCHER}->lookingAt()": _whole(lambda pattern, text: pattern.match(text)),
    f"{_MATCHER}->group()": _group,
    f"{_MATCHER}->group(I)": _group,
    f"{_MATCHER}->groupCount()": lambda _, a: _of(a[0]).pattern.groups,
    f"{_MATCHER}->start()": _begin,
    f"{_MATCHER}->start(I)": _begin,
    f"{_MATCHER}->end()": _end,
    f"{_MATCHER}->end(I)": _end,
    f"{_MATCHER}->replaceAll({STRING})": _replace_found,
    f"{_MATCHER}->replaceFirst({STRING})": _replace_first_found,
    f"{_MATCHER}->reset()": _reset,
    f"{_MATCHER}->pattern()": lambda _, a: JavaObject(_PATTERN, (_of(a[0]).pattern.pattern, 0)),
    f"{_MATCHER}->useAnchoringBounds(Z)": _same,
    f"{_MATCHER}->useTransparentBounds(Z)": _same,
    f"{_MATCHER}->toMatchResult()": _same,
    **{f"{_MATCHER}->appendReplacement({kind}{STRING})": _append for kind in _BUILDERS},
    **{f"{_MATCHER}->appendTail({kind})": _append_rest for kind in _BUILDERS},
}
for _name in ("group", "start", "end"):
    CALLS[f"Ljava/util/regex/MatchResult;->{_name}(I)"] = CALLS[f"{_MATCHER}->{_name}(I)"]
    CALLS[f"Ljava/util/regex/MatchResult;->{_name}()"] = CALLS[f"{_MATCHER}->{_name}()"]
CALLS["Ljava/util/regex/MatchResult;->groupCount()"] = CALLS[f"{_MATCHER}->groupCount()"]
