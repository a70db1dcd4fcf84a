"""Methods of texts and regular expressions. Source: https://tc39.es/ecma262/#sec-text-processing."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from tieback.recognise.script_runs.library.backtracking import MAX_SOURCE, Backtracking, backtracking
from tieback.recognise.script_runs.library.iteration import first, iterator
from tieback.recognise.script_runs.machine import Machine, Natives
from tieback.recognise.script_runs.values import (
    GAP,
    MAX_TEXT,
    UNDEFINED,
    List,
    Regex,
    Unknown,
    Value,
    is_callable,
    joined,
    limited,
    number,
)

MAX_MATCHES = 2_000
"""Most matches that are used."""
_MEMORY = 1 << 20
_PATTERN_STEPS, _LARGE_STEPS = 5, 200
"""Steps of a new regular expression, and of one that is too large."""
_PROGRAM_STEP, _SEARCH_STEP = 10, 2_000
"""Instructions of its program that take one more step, and instructions for characters of a text that take one."""
_REFERENCE = re.compile(r"\$([$&]|[0-9]{1,2}|<[^>]{0,100}>)")
"""https://tc39.es/ecma262/#sec-getsubstitution"""
_MAX_LOOKED = 1_000
"""Most characters of a text that is matched with backtracking."""


def this_text(machine: Machine, this: Value) -> str:
    """``this`` as text."""
    return this if isinstance(this, str) else machine.to_text(this)


def index_of(value: Value, default: int) -> int | None:
    """An argument as an integer; ``None`` if it is not known."""
    if value is UNDEFINED:
        return default
    found = number(value)
    if found is None:
        return None
    return 0 if found != found else int(max(-(2.0**53), min(2.0**53, found)))  # noqa: PLR0124


def _clamped(text: str, at: int, *, wraps: bool) -> int:
    if at < 0:
        return max(0, len(text) + at) if wraps else 0
    return min(at, len(text))


def _cut(wraps: bool, *, swaps: bool = False) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        text = this_text(machine, this)
        begin, end = index_of(first(arguments), 0), index_of(first(arguments, 1), len(text))
        if begin is None or end is None:
            return GAP
        if GAP in text:
            return _cut_open(text, begin, end, whole=len(arguments) < 2)
        low, high = _clamped(text, begin, wraps=wraps), _clamped(text, end, wraps=wraps)
        if swaps and low > high:
            low, high = high, low
        return text[low:high]

    return run


def _cut_open(text: str, begin: int, end: int, *, whole: bool) -> str:
    """A part of a text of which not all is known."""
    known = text.index(GAP)
    if whole and 0 <= begin <= known:
        return text[begin:]
    if 0 <= begin <= end <= known:
        return text[begin:end]
    if begin == 0 and end < 0 and GAP not in text[end:]:
        return text[:end]
    return GAP


def _substr(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text = this_text(machine, this)
    begin, length = index_of(first(arguments), 0), index_of(first(arguments, 1), len(text))
    if begin is None or length is None or GAP in text:
        return GAP
    low = _clamped(text, begin, wraps=True)
    return text[low : low + max(0, length)]


def _char_at(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, at = this_text(machine, this), index_of(first(arguments), 0)
    if at is None or (GAP in text and text.index(GAP) <= at):
        return GAP
    return text[at] if 0 <= at < len(text) else ""


def _at(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, at = this_text(machine, this), index_of(first(arguments), 0)
    if at is None or GAP in text:
        return GAP
    return text[at] if -len(text) <= at < len(text) else UNDEFINED


def _char_code(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, at = this_text(machine, this), index_of(first(arguments), 0)
    if at is None or (GAP in text and text.index(GAP) <= at):
        return Unknown()
    return ord(text[at]) if 0 <= at < len(text) else float("nan")


def _find(how: str) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        text, wanted = this_text(machine, this), first(arguments)
        if isinstance(wanted, Unknown):
            return Unknown()
        needle = machine.to_text(wanted)
        begin = index_of(first(arguments, 1), 0)
        if GAP in needle and GAP not in text and needle.partition(GAP)[0] not in text:
            return -1 if how.endswith("ndexOf") else False
        if GAP in needle or begin is None:
            return Unknown()
        if GAP in text:
            return _find_open(text, needle, how)
        match how:
            case "indexOf":
                return text.find(needle, max(0, begin))
            case "lastIndexOf":
                return text.rfind(needle)
            case "includes":
                return needle in text[max(0, begin) :]
            case "startsWith":
                return text.startswith(needle, max(0, begin))
        end = index_of(first(arguments, 1), len(text))
        return text[:end].endswith(needle)

    return run


def _find_open(text: str, needle: str, how: str) -> Value:
    """What can be told of a text of which not all is known."""
    begin, end = text[: text.index(GAP)], text[text.rindex(GAP) + 1 :]
    if how == "startsWith":
        if len(begin) >= len(needle):
            return begin.startswith(needle)
        return Unknown() if needle.startswith(begin) else False
    if how == "endsWith":
        if len(end) >= len(needle):
            return end.endswith(needle)
        return Unknown() if needle.endswith(end) else False
    if how == "includes" and needle in text:
        return True
    if how == "indexOf" and needle in begin:
        return begin.index(needle)
    return Unknown()


def _split(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, by = this_text(machine, this), first(arguments)
    if by is UNDEFINED:
        return machine.array([text])
    if isinstance(by, Regex):
        pattern = _read(machine, by, text)
        if pattern is None or GAP in text:
            return Unknown()
        parts = list(_regex_split(machine, pattern, text))
    else:
        separator = machine.to_text(by)
        if GAP in separator or (GAP in text and not separator):
            return Unknown()
        known, _, rest = text.partition(GAP)
        parts = (known.split(separator) if separator else list(known)) if GAP in text else []
        parts = [*parts[:-1], parts[-1] + GAP] if GAP in text else text.split(separator) if separator else list(text)
        if separator and separator in rest:  # how many parts there are is not known
            return machine.array([*parts, Unknown()])
    most = index_of(first(arguments, 1), len(parts))
    machine.step(1 + len(parts) // 50)
    return machine.array(list(parts if most is None else parts[:most]))


def _regex_split(machine: Machine, pattern: Any, text: str) -> list[Value]:
    found: list[Value] = []
    at = 0
    for match in _matches(machine, pattern, text):
        if match.end() == match.start():
            if match.start() in (0, len(text)):
                continue
            found.append(text[at : match.start()])
            at = match.start()
            continue
        found.append(text[at : match.start()])
        found.extend(UNDEFINED if one is None else one for one in match.groups())
        at = match.end()
    return [*found, text[at:]]


def _matches(machine: Machine, pattern: Any, text: str) -> list[Any]:
    found = []
    machine.step(1 + len(text) // 100)
    for match in pattern.finditer(text):
        found.append(match)
        if len(found) >= MAX_MATCHES:
            break
    machine.step(len(found) // 4)
    return found


def _read(machine: Machine, pattern: Regex, text: str) -> Any:
    """The pattern of a regular expression for a text; ``None`` if its time is not bounded. It takes steps."""
    key = pattern.source, pattern.flags
    found = compiled(*key, text)
    size = getattr(found, "programsize", 0)
    if key not in machine.patterns:
        machine.patterns.add(key)
        # One with bounds and without a result was refused when it was nearly made.
        machine.step(
            _LARGE_STEPS if found is None and "{" in pattern.source else _PATTERN_STEPS + size // _PROGRAM_STEP
        )
    machine.step(len(text) * size // _SEARCH_STEP)
    return found.spending(machine.step) if isinstance(found, Backtracking) else found


def compiled(source: str, flags: str, text: str = "") -> Any:
    """A pattern whose time on a text is bounded; ``None`` if it has another form."""
    found = _linear(source, flags)
    return found if found is not None or len(text) > _MAX_LOOKED else backtracking(source, flags)


@lru_cache(maxsize=256)
def _linear(source: str, flags: str) -> Any:
    """A pattern whose time grows with the text only."""
    if len(source) > MAX_SOURCE:
        return None
    import re2

    options = re2.Options()
    options.max_mem = _MEMORY
    options.log_errors = False
    options.case_sensitive = "i" not in flags
    prefix = ("m" if "m" in flags else "") + ("s" if "s" in flags else "")
    text = source.replace("(?<", "(?P<").replace("(?P<=", "(?<=").replace("(?P<!", "(?<!").replace("[^]", "(?s:.)")
    text = text.replace(r"\/", "/").replace("[]", "[^\\x00-\\x{10FFFF}]")
    try:
        return re2.compile(f"(?{prefix}){text}" if prefix else text, options)
    except re2.error:
        return None


def _replace(machine: Machine, this: Value, arguments: list[Value], *, every: bool = False) -> Value:
    text, old, new = this_text(machine, this), first(arguments), first(arguments, 1)
    if isinstance(old, Unknown):
        return text if GAP in text else GAP
    if isinstance(old, Regex):
        pattern = _read(machine, old, text)
        if pattern is None:
            return GAP
        return _replaced(machine, text, pattern, new, every="g" in old.flags)
    needle = machine.to_text(old)
    if GAP in needle or needle not in text:
        return text
    out: list[str] = []
    at = size = 0
    for _ in range(MAX_MATCHES if every else 1):
        place = text.find(needle, at)
        if place < 0 or size > MAX_TEXT:
            break
        if is_callable(new):
            out += (text[at:place], machine.to_text(machine.call(new, UNDEFINED, [needle, place, text])))
        else:
            fixed = machine.to_text(new)
            machine.step(fixed.count("$") // 20)
            out += (text[at:place], _filled(fixed, (needle,), {}))
        size += len(out[-1]) + place - at
        at = place + len(needle)
        if not needle:
            out.append(text[at : at + 1])
            at += 1
    return limited("".join((*out, text[at:])))


def _replaced(machine: Machine, text: str, pattern: Any, new: Value, *, every: bool) -> Value:
    """A text with matches replaced. What is not known never matches."""
    out: list[str] = []
    at = size = 0
    fixed = "" if is_callable(new) else machine.to_text(new)
    for match in _matches(machine, pattern, text)[: None if every else 1]:
        if size > MAX_TEXT:
            break
        if GAP in match[0] and match[0] != text:
            return GAP if at == 0 and match.start() == 0 else limited("".join((*out, text[at : match.start()], GAP)))
        out.append(text[at : match.start()])
        if is_callable(new):
            groups = [UNDEFINED if one is None else one for one in match.groups()]
            out.append(machine.to_text(machine.call(new, UNDEFINED, [match[0], *groups, match.start(), text])))
        else:
            machine.step(fixed.count("$") // 20)
            out.append(_filled(fixed, (match[0], *match.groups()), match.groupdict()))
        size += len(out[-1]) + match.start() - at
        at = match.end()
    return limited("".join((*out, text[at:])))


def _filled(text: str, groups: Sequence[str | None], names: Mapping[str, str | None]) -> str:
    """A replacement with the whole match, which is the first group, and the others."""
    if "$" not in text:
        return text

    def parts() -> Iterator[str]:
        at = 0
        for found in _REFERENCE.finditer(text):
            yield text[at : found.start()]
            sign = found[1]
            if sign == "$":
                yield "$"
            elif sign == "&":
                yield groups[0] or ""
            elif sign[0] == "<":
                yield names[sign[1:-1]] or "" if sign[1:-1] in names else found[0]
            elif 0 < int(sign) < len(groups):
                yield groups[int(sign)] or ""
            elif 0 < int(sign[0]) < len(groups):
                yield (groups[int(sign[0])] or "") + sign[1:]
            else:
                yield found[0]
            at = found.end()
        yield text[at:]

    return joined(parts())


def _replace_all(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return _replace(machine, this, arguments, every=True)


def exec_on(machine: Machine, pattern: Regex, text: str) -> Value:
    """The match of a regular expression with a text, or ``null``."""
    made = _read(machine, pattern, text)
    machine.step(1 + len(text) // 100)
    if made is None or GAP in text:
        return Unknown()
    sticky = "g" in pattern.flags or "y" in pattern.flags
    last = pattern.members.get("lastIndex", 0)
    begin = last if sticky and isinstance(last, int) else 0
    find = made.match if "y" in pattern.flags else made.search
    match = find(text, begin) if 0 <= begin <= len(text) else None
    if match is None:
        if sticky:
            pattern.members["lastIndex"] = 0
        return None
    if sticky:
        pattern.members["lastIndex"] = match.end() + (match.end() == match.start())
    return _match_value(machine, match, text)


def _match_value(machine: Machine, match: Any, text: str) -> Value:
    found = machine.array([match[0], *(UNDEFINED if one is None else one for one in match.groups())])
    found.members["index"], found.members["input"] = match.start(), text
    groups = machine.object()
    groups.members.update({key: UNDEFINED if one is None else one for key, one in match.groupdict().items()})
    found.members["groups"] = groups if groups.members else UNDEFINED
    return found


def _match(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, pattern = this_text(machine, this), first(arguments)
    if isinstance(pattern, str):
        pattern = Regex(pattern, "", machine.prototypes["RegExp"])
    if not isinstance(pattern, Regex):
        return Unknown()
    if "g" not in pattern.flags:
        return exec_on(machine, pattern, text)
    made = _read(machine, pattern, text)
    if made is None or GAP in text:
        return Unknown()
    found = [match[0] for match in _matches(machine, made, text)]
    return machine.array(list(found)) if found else None


def _match_all(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, pattern = this_text(machine, this), first(arguments)
    made = _read(machine, pattern, text) if isinstance(pattern, Regex) else None
    if made is None or GAP in text:
        return Unknown()
    return machine.array([_match_value(machine, match, text) for match in _matches(machine, made, text)])


def _search(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    found = _match(machine, this, arguments)
    return -1 if found is None else found.members.get("index", Unknown()) if isinstance(found, List) else Unknown()


def _pad(*, ends: bool) -> Callable[[Machine, Value, list[Value]], Value]:
    def run(machine: Machine, this: Value, arguments: list[Value]) -> Value:
        text, length = this_text(machine, this), index_of(first(arguments), 0)
        fill = " " if len(arguments) < 2 else machine.to_text(arguments[1])
        if length is None or GAP in text or GAP in fill or not fill or length > 10_000:
            return GAP if GAP in text or GAP in fill or length is None else text
        missing = max(0, length - len(text))
        pad = (fill * (missing // len(fill) + 1))[:missing]
        return text + pad if ends else pad + text

    return run


def _repeat(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    text, times = this_text(machine, this), index_of(first(arguments), 0)
    if times is None:
        return GAP
    return limited(text * max(0, min(times, 20_001 // max(1, len(text)) + 1)))


def _simple(change: Callable[[str], str]) -> Callable[[Machine, Value, list[Value]], Value]:
    return lambda machine, this, _arguments: change(this_text(machine, this))


def _concat(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return joined((this_text(machine, this), *(machine.to_text(one) for one in arguments)))


def _normalize(machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    return unicodedata.normalize("NFC", this_text(machine, this))


def _compare(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    one, other = this_text(machine, this), machine.to_text(first(arguments))
    return Unknown() if GAP in one + other else (one > other) - (one < other)


def _iterate(machine: Machine, this: Value, _arguments: list[Value]) -> Value:
    return iterator(machine, list(machine.items(this_text(machine, this)) or []))


TEXT: Natives = {
    "charAt": _char_at, "at": _at, "charCodeAt": _char_code, "codePointAt": _char_code, "concat": _concat,
    "includes": _find("includes"), "indexOf": _find("indexOf"), "lastIndexOf": _find("lastIndexOf"),
    "startsWith": _find("startsWith"), "endsWith": _find("endsWith"), "slice": _cut(wraps=True),
    "substring": _cut(wraps=False, swaps=True), "substr": _substr, "split": _split, "replace": _replace,
    "replaceAll": _replace_all, "toLowerCase": _simple(str.lower), "toUpperCase": _simple(str.upper),
    "toLocaleLowerCase": _simple(str.lower), "toLocaleUpperCase": _simple(str.upper), "trim": _simple(str.strip),
    "trimStart": _simple(str.lstrip), "trimEnd": _simple(str.rstrip), "trimLeft": _simple(str.lstrip),
    "trimRight": _simple(str.rstrip), "padStart": _pad(ends=False), "padEnd": _pad(ends=True), "repeat": _repeat,
    "match": _match, "matchAll": _match_all, "search": _search, "localeCompare": _compare, "normalize": _normalize,
    "toString": _simple(str), "valueOf": _simple(str), "@@iterator": _iterate,
}  # fmt: skip


def _exec(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    return exec_on(machine, this, machine.to_text(first(arguments))) if isinstance(this, Regex) else Unknown()


def _test(machine: Machine, this: Value, arguments: list[Value]) -> Value:
    found = _exec(machine, this, arguments)
    if isinstance(found, Unknown):
        text = machine.to_text(first(arguments))
        known = text[: text.find(GAP)] if GAP in text else ""
        simple = isinstance(this, Regex) and this.source.startswith("^") and known and "g" not in this.flags
        made = _read(machine, this, text) if simple else None
        match = made.search(known) if made is not None else None
        # A match that ends before what is not known does not depend on it.
        return True if match is not None and match.end() < len(known) and "$" not in this.source else found
    return found is not None


PATTERN: Natives = {"exec": _exec, "test": _test, "toString": lambda machine, this, _arguments: machine.to_text(this)}


def pattern(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``RegExp(…)``."""
    source, flags = first(arguments), first(arguments, 1)
    if isinstance(source, Regex):
        return Regex(source.source, source.flags if flags is UNDEFINED else machine.to_text(flags), source.above)  # type: ignore[arg-type]
    text = machine.to_text(source)
    if GAP in text:
        return Unknown("RegExp")
    return Regex(text, "" if flags is UNDEFINED else machine.to_text(flags), machine.prototypes["RegExp"])


def from_codes(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``String.fromCharCode``."""
    machine.step(1 + len(arguments) // 20)
    found = []
    for one in arguments[:20_000]:
        code = index_of(one, 0)
        found.append(GAP if code is None else chr(code & 0xFFFF if code < 0x10000 else min(code, 0x10FFFF)))
    return "".join(found)


def as_text(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``String(…)``."""
    return machine.to_text(arguments[0]) if arguments else ""


def raw(machine: Machine, _this: Value, arguments: list[Value]) -> Value:
    """``String.raw``."""
    parts = machine.items(machine.get(first(arguments), "raw")) or []
    values = [*arguments[1:], *[""] * len(parts)]
    return joined(machine.to_text(part) + machine.to_text(value) for part, value in zip(parts, values, strict=False))
