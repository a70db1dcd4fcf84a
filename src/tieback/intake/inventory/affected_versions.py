"""Affected versions as people write them: single versions, ranges, and words such as ``all`` or ``before 2.0``.

Also the ranges of vers (https://github.com/package-url/vers-spec), as CSAF 2.1 names them: ``vers:generic/>=1.0|<2.0``.
"""

import re
from collections.abc import Iterator

import msgspec

_ALL = frozenset({"*", "all", "any", "every", "all versions", "any version", "alle", "alle versionen"})
_VERSION = r"v?[0-9][\w.+-]*"
_SIGNS = (("≤", "<="), ("≥", ">="))
_WORDS = (
    (r"\b(?:before|prior to|below|earlier than|older than|less than|lower than|vor)\s+", " <"),
    (
        r"\s+[-\u2013\u2014]\s+|\s*(?:[\u2013\u2014]|\.\.+)\s*|\b(?:up to|through|until|to|bis)(?: and including)?\s+",
        " <=",
    ),
    (r"\b(?:since|from|starting with|between|ab|von)\s+", " >="),
    (r"\b(?:after|later than|newer than|above)\s+", " >"),
)
"""Words before a version."""
_AFTER = (
    (r"(?:and|or)\s+(?:earlier|older|below|lower|before|prior)", "<="),
    (r"(?:and|or)\s+(?:later|newer|above|higher|up)", ">="),
)
"""Words after a version."""
_FILLERS = re.compile(r"\b(?:versions?|and|und|or|oder)\b|\A(?:all|alle)\b(?=\s*\S)", re.IGNORECASE)
_TOKEN = re.compile(rf"(<=|>=|<|>|==?)\s*({_VERSION})|({_VERSION})", re.IGNORECASE)
_HYPHEN = re.compile(r"v?([0-9]+(?:\.[0-9]+)*)-v?([0-9]+(?:\.[0-9]+)*)", re.IGNORECASE)
_BRANCH = re.compile(r"v?((?:[0-9]{1,9}\.)*)([0-9]{1,9})\.[x*]", re.IGNORECASE)
_VERS = re.compile(r"vers:[a-z0-9.+-]+/", re.IGNORECASE)
_BOUND = re.compile(r"([<>]=?)(.*)", re.DOTALL)


class AffectedVersions(msgspec.Struct, frozen=True):
    """The content of a cell."""

    versions: tuple[str, ...] = ()
    """Single versions, and ranges such as ``<2.0`` or ``>=1.0 <2.0``; empty means all."""
    unknown: tuple[str, ...] = ()
    """What is neither; it is among ``versions`` too, so that it never means all."""


def parse_affected(text: str) -> AffectedVersions:
    """Parse the affected versions of an app. A part that is not understood is kept as it is."""
    text = _VERS.sub("", text).replace("|", ",")
    for sign, plain in _SIGNS:
        text = text.replace(sign, plain)
    found: list[str] = []
    unknown: list[str] = []
    for part in filter(None, (" ".join(part.split()) for part in re.split(r"[,;]", text))):
        if part.casefold() in _ALL:
            return AffectedVersions()
        parsed = list(_part(part))
        if not parsed:
            parsed = [part]
            unknown.append(part)
        for one in parsed:
            if found and is_range(one) and one.startswith("<") and " " not in found[-1] and found[-1].startswith(">"):
                found[-1] = f"{found[-1]} {one}"
            else:
                found.append(one)
    return AffectedVersions(tuple(dict.fromkeys(found)), tuple(dict.fromkeys(unknown)))


def _part(part: str) -> Iterator[str]:
    """The versions and ranges of one part; none if anything in it is not understood."""
    if (ends := _HYPHEN.fullmatch(part)) and _is_range(ends[1], ends[2]):
        part = f">={ends[1]} <={ends[2]}"
    elif branch := _BRANCH.fullmatch(part):
        part = f">={branch[1]}{branch[2]} <{branch[1]}{int(branch[2]) + 1}"
        if not branch[1]:
            part = f">={branch[2]}.0 <{int(branch[2]) + 1}.0"
    for words, sign in _AFTER:
        part = re.sub(rf"({_VERSION})\s+{words}\b", rf"{sign}\1", part, flags=re.IGNORECASE)
    for words, sign in _WORDS:
        part = re.sub(rf"(?:{words})(?=v?[0-9])", sign, part, flags=re.IGNORECASE)
    part = _FILLERS.sub(" ", part)
    if _TOKEN.sub(" ", part).strip():
        return
    found = [f"{'' if sign.startswith('=') else sign}{(bound or plain)}" for sign, bound, plain in _TOKEN.findall(part)]
    if len(found) == 2 and not is_range(found[0]) and found[1].startswith("<"):
        found[0] = f">={found[0]}"  # 1.0 up to 2.0
    yield from found


def _is_range(low: str, high: str) -> bool:
    """True for ``1.0-2.0``; ``2.10.4-1`` and ``1.0-2`` are single versions with a suffix."""
    return ("." in low) == ("." in high) and version_key(low) < version_key(high)


def is_range(text: str) -> bool:
    """True if an affected version is a range of versions."""
    return text.startswith(("<", ">"))


def is_in_range(version: str, text: str) -> bool | None:
    """Whether a version is in a range; ``None`` if they cannot be compared."""
    answers: list[bool | None] = []
    for bound in text.split():
        parsed = _BOUND.fullmatch(bound)
        sign, other = parsed.groups() if parsed else ("", "")
        if not comparable(version, other):
            answers.append(None)
            continue
        one, two = version_key(version), version_key(other)
        answers.append({"<": one < two, "<=": one <= two, ">": one > two, ">=": one >= two}[sign])
    if False in answers:
        return False
    return None if None in answers else True


def version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """Orders versions: numbers by value, before words. Missing parts are zero."""
    parts = [(1, int(part), "") if part.isdigit() else (0, 0, part) for part in _parts(version)]
    while parts and parts[-1] == (1, 0, ""):
        parts.pop()
    return tuple(parts)


def comparable(one: str, other: str) -> bool:
    """True if two versions can be ordered: both are numbers, and neither is a version code beside a version name."""
    parts, others = _parts(one), _parts(other)
    numeric = bool(parts and others) and all(part.isdigit() for part in (*parts, *others))
    return numeric and (len(parts) > 1) == (len(others) > 1)


def _parts(version: str) -> list[str]:
    plain = re.sub(r"\Av(?=[0-9])", "", version[:120].lower())
    return [part[:18] for part in re.findall(r"[0-9]+|[a-z]+", plain) if part.isascii()]
