"""Turns documents into columns: the values of each dotted path, bounded, as text.

A key of a document may be a value: an address, an identifier, the name of a person. Such a key is written ``*`` in the
path, and joins the values that it names. ``is_field_name`` has the rule for one key. The keys of a mapping are also
values if they differ from document to document, or if each names a record of the same form.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

MAX_LEVELS = 6
MAX_PARTS = 4
"""Maximum number of elements of a list that are read."""
ANY_KEY = "*"
"""Part of a path that stands for a key that is a value."""
NAMES_OF_KEYS = " (names of keys)"
"""End of the name of a column whose values are such keys."""

_NAME = re.compile(r"[$@]?[^\W\d][\w $.:/-]{0,63}")
_MAX_DIGITS = 4
_RANDOM = 20
"""A word of this length with capitals, small letters and digits is an identifier."""
_SOME_MAPS, _SOME_KEYS, _SEEN = 5, 8, 1.5
"""From so many mappings with so many keys on, keys that occur fewer times than this on average are values."""
_SOME_RECORDS = 3

type _Places = Sequence[tuple[int, object]]
"""Values at one path, each with the number of its document."""


def is_field_name(key: str) -> bool:
    """True if the key has the form of a field's name; false for addresses, identifiers, numbers and long texts."""
    if not _NAME.fullmatch(key) or sum(letter.isdigit() for letter in key) > _MAX_DIGITS:
        return False
    mixed = any(c.isupper() for c in key) and any(c.islower() for c in key) and any(c.isdigit() for c in key)
    return not (mixed and len(key) >= _RANDOM)


def columns(
    documents: Iterable[object], *, characters: int, most: int, level: int = MAX_LEVELS, prefix: str = ""
) -> dict[str, list[str]]:
    """Map each dotted path to its values: at most one per document, empty for a document without the path.

    A list is represented by its first elements, joined by line feeds if they are texts or numbers. Binary values,
    ``null`` and values that are nested too deeply are left out.

    Args:
        documents: decoded documents of any shape.
        characters: maximum length of one value; the rest is cut off.
        most: maximum number of paths; later ones are left out.
        level: maximum depth that is followed.
        prefix: name that all paths begin with; a document without fields is a value at this path.
    """
    found: dict[str, dict[int, str]] = {}
    _Walk(found, characters, most).go(list(enumerate(documents)), prefix, level)
    return {path: [values.get(n, "") for n in range(max(values) + 1)] for path, values in found.items()}


class _Walk:
    """Fills the columns of ``found`` from the values at one path, then from those below it."""

    def __init__(self, found: dict[str, dict[int, str]], characters: int, most: int) -> None:
        self._found = found
        self._characters = characters
        self._most = most

    def go(self, places: _Places, path: str, level: int) -> None:
        maps: list[tuple[int, Mapping[object, object]]] = []
        for number, value in places:
            if isinstance(value, Mapping):
                maps.append((number, value))
            elif isinstance(value, list):
                self._add(path, number, "\n".join(filter(None, map(_text, value[:MAX_PARTS]))))
                maps += [(number, first) for first in value[:1] if path and isinstance(first, Mapping)]
            else:
                self._add(path, number, _text(value))
        if maps and level and len(self._found) < self._most:
            self._below(maps, path, level)

    def _below(self, maps: list[tuple[int, Mapping[object, object]]], path: str, level: int) -> None:
        values = _keys_that_are_values([one for _, one in maps])
        inside: dict[str, list[tuple[int, object]]] = {}
        keys: list[tuple[int, object]] = []
        for number, one in maps:
            for key, value in one.items():
                name = str(key)
                if name in values:
                    keys.append((number, name))
                    name = ANY_KEY
                inside.setdefault(name, []).append((number, value))
        for name, places in inside.items():
            if len(self._found) >= self._most:
                return
            self.go(places, (f"{path}.{name}" if path else name)[:512], level - 1)
        if keys:
            self.go(keys, f"{path or ANY_KEY}{NAMES_OF_KEYS}", 0)

    def _add(self, path: str, number: int, text: str) -> None:
        if not text or not path or (path not in self._found and len(self._found) >= self._most):
            return
        self._found.setdefault(path, {}).setdefault(number, text[: self._characters])


def _keys_that_are_values(maps: Sequence[Mapping[object, object]]) -> frozenset[str]:
    """The keys of mappings at one path that are values rather than names of fields."""
    seen = Counter(str(key) for one in maps for key in one)
    differ = len(maps) >= _SOME_MAPS and len(seen) >= _SOME_KEYS and seen.total() < _SEEN * len(seen)
    if differ or any(map(_holds_records, maps)):
        return frozenset(seen)
    return frozenset(key for key, times in seen.items() if not is_field_name(key) or (" " in key and times == 1))


def _holds_records(one: Mapping[object, object]) -> bool:
    """True if each value is a mapping, and most of their keys are the same."""
    inner = [frozenset(map(str, value)) for value in one.values() if isinstance(value, Mapping)]
    if len(inner) < _SOME_RECORDS or len(inner) < len(one):
        return False
    common, every = frozenset.intersection(*inner), frozenset().union(*inner)
    return bool(every) and 2 * len(common) >= len(every)


def _text(value: object) -> str:
    """Text, or a number or boolean as text; empty for anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value).lower() if isinstance(value, bool) else ""
    return str(value)
