"""Calls of a string array that go through other functions, and numbers of calls in objects, as obfuscators write them.

``function _0xb(p,q,r){return _0xa(q- -0x3d,r);}`` passes one argument with an offset, another as the key, and ignores
the rest. Functions of inner scopes call those of outer ones. ``{_0xc:0x12}`` has the numbers of the calls of a
function. Source: the README of https://github.com/javascript-obfuscator/javascript-obfuscator
(``stringArrayWrappersType: 'function'``, ``stringArrayCallsTransform``). Only hexadecimal names are followed, which are
unique in a file; other names can have another meaning in each scope.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from tieback.model.lazy_pattern import lazy_pattern

MAX_WRAPPERS = 5_000
"""Most functions and most objects of a script."""
MAX_CALLS = 50_000
"""Most calls of them that are replaced, and most numbers of objects."""
_MAX_CHAIN = 20
_HEX = r"(?:[A-Za-z][A-Za-z0-9]{0,20})?_0x[0-9a-f]{1,16}"
"""The prefix is that of the file, if several are obfuscated (``identifiersPrefix``)."""
_NUMBER = r"-?(?:0x[0-9a-f]{1,8}|\d{1,9})"
_TEXT = r"'[^'\\]{0,40}'|\"[^\"\\]{0,40}\""
_WRAPPER = lazy_pattern(
    rf"(?:function\s({_HEX})|({_HEX})\s?=\s?function)\s?\(({_HEX}(?:,\s?{_HEX}){{0,9}})\)\s?\{{\s?"
    rf"return\s({_HEX})\(([^(){{}}]{{1,300}})\)\s?;?\s?\}}"
)
_ARGUMENT = lazy_pattern(rf"({_HEX})(?:\s?([-+])\s?({_NUMBER}))?")
_CALL = lazy_pattern(rf"(?<![\w$.])({_HEX})\((\s?(?:{_NUMBER}|{_TEXT})(?:,\s?(?:{_NUMBER}|{_TEXT})){{0,9}})\s?\)")
_PART = lazy_pattern(rf"{_NUMBER}|{_TEXT}")
_OBJECT = lazy_pattern(rf"(?<![\w$.])({_HEX})\s?=\s?\{{((?:{_HEX}:(?:{_NUMBER}|{_TEXT}),?){{1,2000}})\}}")
_PAIR = lazy_pattern(rf"({_HEX}):({_NUMBER}|{_TEXT})")
_MEMBER = lazy_pattern(rf"(?<![\w$.])({_HEX})\.({_HEX})(?![\w$(])")


class _Argument(NamedTuple):
    """A parameter with an offset."""

    parameter: int
    offset: int


class _Wrapper(NamedTuple):
    target: str
    arguments: tuple[_Argument | None, ...]
    """Those of the call of the target; ``None`` if it is none of the known forms."""


def without_wrappers(script: str, accessors: Collection[str]) -> str:
    """A script that calls the functions of its string arrays directly, with numbers; unchanged if it does already.

    Args:
        script: the text.
        accessors: names of the functions that read the arrays.
    """
    script = _without_objects(script)
    wrappers = dict(_wrappers(script))
    reached: dict[str, _Wrapper] = {}
    for name in wrappers:
        if (whole := _resolved(name, wrappers, accessors)) is not None:
            reached[name] = whole

    def direct(call: re.Match[str]) -> str:
        wrapper = reached.get(call[1])
        parts = _PART.findall(call[2]) if wrapper is not None else []
        passed = [_passed(one, parts) for one in wrapper.arguments[:2]] if wrapper is not None else []
        if wrapper is None or not passed or passed[0] is None:
            return call[0]
        # A number in place of a key: the texts of this array are not encrypted.
        key = next((part for part in passed[1:] if part and part[0] in "'\""), None)
        return f"{wrapper.target}({passed[0]}{f',{key}' if key else ''})"

    return _without_unused(_CALL.sub(direct, script, count=MAX_CALLS)) if reached else script


def _without_unused(script: str) -> str:
    """A script without the functions that nothing calls any more."""
    for _ in range(_MAX_CHAIN):
        used = Counter(re.findall(_HEX, script))

        def kept(found: re.Match[str], used: Counter[str] = used) -> str:
            return "" if found[1] and used[found[1]] == 1 else found[0]

        shorter = _WRAPPER.sub(kept, script, count=MAX_WRAPPERS)
        if len(shorter) == len(script):
            break
        script = shorter
    return script


def _without_objects(script: str) -> str:
    values: dict[tuple[str, str], str] = {}
    for _, found in zip(range(MAX_WRAPPERS), _OBJECT.finditer(script), strict=False):
        for key, value in _PAIR.findall(found[2]):
            if len(values) < MAX_CALLS:
                values[found[1], key] = value
    if not values:
        return script
    return _MEMBER.sub(lambda found: values.get((found[1], found[2]), found[0]), script)


def _wrappers(script: str) -> Iterator[tuple[str, _Wrapper]]:
    for _, found in zip(range(MAX_WRAPPERS), _WRAPPER.finditer(script), strict=False):
        parameters = re.findall(_HEX, found[3])
        yield found[1] or found[2], _Wrapper(found[4], tuple(_argument(one, parameters) for one in found[5].split(",")))


def _argument(text: str, parameters: list[str]) -> _Argument | None:
    found = _ARGUMENT.fullmatch(text.strip())
    if found is None or found[1] not in parameters:
        return None
    offset = int(found[3], 0) if found[3] else 0
    return _Argument(parameters.index(found[1]), -offset if found[2] == "-" else offset)


def _resolved(name: str, wrappers: Mapping[str, _Wrapper], accessors: Collection[str]) -> _Wrapper | None:
    """A wrapper as a call of an accessor; ``None`` if its chain of calls ends elsewhere."""
    whole = wrappers[name]
    for _ in range(_MAX_CHAIN):
        if whole.target in accessors:
            return whole
        inner = wrappers.get(whole.target)
        if inner is None:
            return None
        arguments: list[_Argument | None] = []
        for one in inner.arguments:
            outer = whole.arguments[one.parameter] if one and one.parameter < len(whole.arguments) else None
            arguments.append(_Argument(outer.parameter, outer.offset + one.offset) if one and outer else None)
        whole = _Wrapper(inner.target, tuple(arguments))
    return None


def _passed(one: _Argument | None, parts: list[str]) -> str | None:
    """What a call passes on: a number with the offset, or a text."""
    if one is None or one.parameter >= len(parts):
        return None
    part = parts[one.parameter]
    if part[0] in "'\"":
        return None if one.offset else part
    number = int(part, 0) + one.offset
    return hex(number) if number >= 0 else None
