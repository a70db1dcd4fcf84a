"""Scripts without the objects in which obfuscators hide operators, calls and texts.

``var o={'abcde':function(a,b){return a+b;},'fghij':'/api'};x(o.abcde(host,o.fghij))`` becomes ``x(host+'/api')``: the
readers of scripts look for calls and sums as people write them. Source: the README of
https://github.com/javascript-obfuscator/javascript-obfuscator (``controlFlowFlattening``). Its objects have keys of
five letters, and names that are unique in a file. A key that is written anywhere but in its object stays as it is.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern

MAX_MEMBERS = 50_000
"""Most members of a script."""
_MAX_CHAIN = 20
_MAX_DEPTH = 200
_HEX = r"(?:[A-Za-z][A-Za-z0-9]{0,20})?_0x[0-9a-f]{1,16}"
"""The prefix is that of the file, as in ``wrappers``."""
_KEY = "[A-Za-z]{5}"
_LITERAL = r"'(?:[^'\\\n]|\\[^\n]){0,4096}'|\"(?:[^\"\\\n]|\\[^\n]){0,4096}\""
_PROXY = (
    rf"function\s?\((?P<parameters>{_HEX}(?:,\s?{_HEX}){{0,9}})\)\s?\{{\s?return\s(?:"
    rf"(?P<left>{_HEX})\s?(?P<sign>[-+*/%&|^<>!=]{{1,3}}|in|instanceof)\s?(?P<right>{_HEX})"
    rf"|(?P<called>{_HEX}(?:\.{_KEY})?)\((?P<passed>(?:{_HEX}(?:,\s?{_HEX}){{0,9}})?)\));?\s?\}}"
    rf"|function\s?\((?P<only>{_HEX})\)\s?\{{\s?return\s(?P<same>{_HEX})\(\);?\s?\}}"
)
_VALUE = rf"(?P<text>{_LITERAL})|(?P<member>{_HEX}\.{_KEY})(?=\s?[,;}}])|{_PROXY}"
_ENTRY = lazy_pattern(rf"\s?(?:'(?P<quoted>{_KEY})'|(?P<key>{_KEY}))\s?:\s?(?:{_VALUE})\s?(?P<end>[,}}])")
_OBJECT = lazy_pattern(rf"(?<![\w$.])(?P<name>{_HEX})\s?=\s?\{{(?=\s?'?{_KEY}'?\s?:)")
_SET = lazy_pattern(rf"(?<![\w$.])(?P<name>{_HEX})\.(?P<key>{_KEY})\s?=(?!=)\s?(?:{_VALUE})?")
_ALIAS = lazy_pattern(rf"(?<![\w$.])(?P<name>{_HEX})\s?=\s?(?P<same>{_HEX})(?=\s?[,;}}])")
_PIECE = lazy_pattern(
    rf"(?P<literal>{_LITERAL})|(?<=[(,=:!&|?{{}};\[])/(?:[^\\/\[\n\r]|\\[^\n\r]|\[(?:[^\]\\\n\r]|\\[^\n\r]){{0,400}}\]){{1,400}}/"
    rf"|(?<![\w$.])(?P<name>{_HEX})\.(?P<key>{_KEY})(?![\w$]|\s?=(?!=))(?P<call>\()?|[()\[\]{{}},]"
)
_WHOLE = lazy_pattern(rf"(?:(?<![\w$.])|(?<=\.\.\.))({_HEX})(?![\w$]|\.{_KEY}(?![\w$]))")
"""A name that is not followed by such a key."""
_SIMPLE = lazy_pattern(rf"\s*(?:{_LITERAL}|[\w$.]+(?:\([\w$.,]*\))*)\s*")


class _Member(NamedTuple):
    """What a member stands for; one of its fields is set."""

    text: str = ""
    """A literal, or another member."""
    sign: str = ""
    """An operator between two arguments."""
    called: str = ""
    """``0`` if the first argument is called with the others; or another member that gets all arguments."""


class _Frame(NamedTuple):
    """A call of such a member, or an open bracket."""

    member: _Member | None
    arguments: list[list[str]]
    sums: list[bool]
    """For each argument, true if it is a sum that was written for a member."""


class _Definition(NamedTuple):
    """A key of an object, and what it is set to."""

    name: str
    key: str
    member: _Member | None
    """``None`` if it is set to something else."""
    text: tuple[int, int]
    """Where its text begins and ends; -1 if it is none."""


def without_proxies(script: str) -> str:
    """The script with what such members stand for in their place; unchanged if it has none."""
    definitions = list(islice(_definitions(script), MAX_MEMBERS))
    members = _members(definitions)
    if not members:
        return script
    aliases = _aliases(script, {name for name, _ in members})
    whole = Counter(_WHOLE.findall(script))
    for other, name in aliases.items():
        whole[name] -= 1
        whole[name] += whole[other] - 1
    # All that reads these texts gets them, so that they are at the places that use them, and only there.
    unused = [
        one.text for one in definitions if one.text[0] >= 0 and (one.name, one.key) in members and whole[one.name] == 1
    ]
    for other, name in aliases.items():
        for key in [key for owner, key in members if owner == name]:
            members.setdefault((other, key), members[name, key])
    return _replaced(_without(script, sorted(unused)), members) or script


def _without(script: str, texts: list[tuple[int, int]]) -> str:
    parts: list[str] = []
    at = 0
    for start, end in texts:
        parts += (script[at:start], "''")
        at = end
    return "".join((*parts, script[at:]))


def _aliases(script: str, names: set[str]) -> dict[str, str]:
    """Other names of the objects."""
    return {one["name"]: one["same"] for one in _ALIAS.finditer(script) if one["same"] in names}


def _members(definitions: Iterable[_Definition]) -> dict[tuple[str, str], _Member]:
    """The members that are set once."""
    found: dict[tuple[str, str], _Member] = {}
    others: set[tuple[str, str]] = set()
    for one in definitions:
        place = one.name, one.key
        if one.member is None or place in found:
            others.add(place)
        else:
            found[place] = one.member
    return {place: one for place, one in found.items() if place not in others}


def _definitions(script: str) -> Iterator[_Definition]:
    for start in _OBJECT.finditer(script):
        at = start.end()
        while entry := _ENTRY.match(script, at):
            yield _Definition(start["name"], entry["quoted"] or entry["key"], _member(entry), entry.span("text"))
            at = entry.end()
            if entry["end"] == "}":
                break
    for one in _SET.finditer(script):
        yield _Definition(one["name"], one["key"], _member(one), one.span("text"))


def _member(found: re.Match[str]) -> _Member | None:
    """The value of a key; ``None`` if it is another one."""
    if found["text"] or found["member"]:
        return _Member(text=found["text"] or found["member"])
    if found["only"]:
        return _Member(called="0") if found["only"] == found["same"] else None
    if not found["parameters"]:
        return None
    parameters = re.findall(_HEX, found["parameters"])
    if found["sign"]:
        return _Member(sign=found["sign"]) if parameters == [found["left"], found["right"]] else None
    passed = re.findall(_HEX, found["passed"])
    if parameters == [found["called"], *passed]:
        return _Member(called="0")
    return _Member(called=found["called"]) if "." in found["called"] and parameters == passed else None


def _resolved(name: str, key: str, members: Mapping[tuple[str, str], _Member]) -> _Member | None:
    """A member at the end of a chain of members that stand for each other."""
    for _ in range(_MAX_CHAIN):
        one = members.get((name, key))
        if one is None or one.sign or one.called == "0" or one.text[:1] in ("'", '"'):
            return one
        name, _, key = (one.text or one.called).partition(".")
    return None


def _replaced(script: str, members: Mapping[tuple[str, str], _Member]) -> str:
    """One pass from left to right; the arguments of a call are kept until it closes. Empty if brackets do not match."""
    frames: list[_Frame] = [_Frame(None, [[]], [False])]
    at = 0
    for piece in _PIECE.finditer(script):
        frames[-1].arguments[-1].append(script[at : piece.start()])
        at = piece.end()
        sign, out = piece[0], frames[-1].arguments[-1]
        if piece["name"]:
            one = _resolved(piece["name"], piece["key"], members)
            if one is not None and piece["call"] and not one.text and len(frames) < _MAX_DEPTH:
                frames.append(_Frame(one, [[]], [False]))
                continue
            out.append(sign if one is None or not one.text else one.text + (piece["call"] or ""))
            if piece["call"]:
                frames.append(_Frame(None, [out], [False]))
        elif sign in ("(", "[", "{"):
            out.append(sign)
            frames.append(_Frame(None, [out], [False]))
        elif sign in (")", "]", "}") and len(frames) > 1:
            frame = frames.pop()
            if frame.member is None:
                frames[-1].arguments[-1].append(sign)
            elif sign != ")":
                return ""
            else:
                _write(frame, frames[-1], script[at : at + 1])
        elif sign == "," and frames[-1].member is not None:
            frames[-1].arguments.append([])
            frames[-1].sums.append(False)
        else:
            out.append(sign)
    return "".join((*frames[0].arguments[0], script[at:])) if len(frames) == 1 else ""


def _write(frame: _Frame, outer: _Frame, behind: str) -> None:
    """Write what a call of a member stands for behind the text of the bracket around it."""
    values = ["".join(one) for one in frame.arguments]
    out = outer.arguments[-1]
    assert frame.member is not None
    sign = frame.member.sign
    if not sign:
        out.append(
            f"{values[0]}({','.join(values[1:])})"
            if _is_simple(values[0])
            else f"({values[0]})({','.join(values[1:])})"
        )
        return
    if len(values) != 2:
        out.append(f"({','.join(values)})")
        return
    left = values[0] if _is_simple(values[0]) or (sign == "+" and frame.sums[0]) else f"({values[0]})"
    right = values[1] if _is_simple(values[1]) else f"({values[1]})"
    word = f" {sign} " if sign.isalpha() else sign
    begins = not "".join(out).strip() if outer.member is not None else _begins(out)
    if begins and behind in ",;)]}":
        out.append(f"{left}{word}{right}")
        outer.sums[-1] = outer.member is not None and sign == "+"
    else:
        out.append(f"({left}{word}{right})")


def _begins(out: list[str]) -> bool:
    """True if a whole expression begins behind a text."""
    before = "".join(out[-2:]).rstrip()
    return (
        before[-1:] in ("(", "[", ",", "{", ";", ":", "?")
        or before.endswith("return")
        or (before[-1:] == "=" and before[-2:-1] not in ("=", "!", "<", ">"))
    )


def _is_simple(text: str) -> bool:
    return _SIMPLE.fullmatch(text) is not None
