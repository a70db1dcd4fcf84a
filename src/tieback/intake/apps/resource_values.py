"""Which resources of a table have a string, and which refer to another resource: all values, in one pass.

Source: AOSP ``ResourceTypes.h`` (``Res_value``, ``ResTable_map_entry``). A value begins with its size (8), a zero and
its type, and these bytes are found at any place of a type chunk. So simple values and those of arrays and styles are
read alike. All chunks of a table are aligned to four bytes; values elsewhere are not found.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.stringpool import StringPool

MAX_HOLDERS = 256
"""Most resources that have one string, or refer to it."""

_STRING = 0x03000008
_REFERENCES = (0x01000008, 0x02000008, 0x07000008, 0x08000008)
"""References and attributes, static and dynamic."""
_COMPACT = 0x0008
_KINDS = {0x03: True, 0x01: False, 0x07: False}

type Numbers = NDArray[np.int64]


class EntryPlaces(NamedTuple):
    """Entries of type chunks, sorted by their offset."""

    place: Numbers
    stop: Numbers
    """Offset of the end of the chunk."""
    identifier: Numbers
    """``0xPPTTEEEE``."""


class ResourceValues:
    """The values of one table. Its cost is bounded by the size of its bytes."""

    def __init__(
        self,
        data: bytes,
        entries: EntryPlaces,
        keys: Sequence[tuple[StringPool, Numbers]],
        types: Mapping[int, str],
    ) -> None:
        """Find the values.

        Args:
            data: the table.
            entries: its entries.
            keys: pools of names, and for each entry (in the same order) the index of its name, or -1 in another pool.
            types: names of the types by their identifier, ``0xPPTT``.
        """
        self._keys, self._types = keys, types
        words = np.frombuffer(data, "<u4", len(data) // 4)
        kinds = words[:-1]
        marks = kinds == _STRING
        for kind in _REFERENCES:
            marks |= kinds == kind
        at = np.flatnonzero(marks)
        entry = entries.place.searchsorted(at * 4, side="right") - 1
        fits = entry >= 0
        at, entry = at[fits], entry[fits]
        fits = at * 4 + 8 <= entries.stop[entry]
        at, entry = at[fits], entry[fits]
        string, holder, value = kinds[at] == _STRING, entries.identifier[entry], words[at + 1].astype(np.int64)
        more = _compact(data, entries)
        string = np.append(string, more[0])
        holder, value = np.append(holder, more[1]), np.append(value, more[2])
        self._strings = _Index(value[string], holder[string])
        self._references = _Index(value[~string], holder[~string])
        self._rows = _Index(entries.identifier, np.arange(len(entries.identifier), dtype=np.int64))

    def with_string(self, index: int) -> frozenset[int]:
        """Identifiers of the resources with a string of the pool, in any language; empty if they are too many."""
        found = self._strings.under(index)
        return frozenset(found) if len(found) <= MAX_HOLDERS else frozenset()

    def referring(self, identifiers: Iterable[int]) -> frozenset[int] | None:
        """These resources, and all that refer to one of them directly or not; ``None`` if they are too many."""
        found = dict.fromkeys(identifiers)
        queue = list(found)
        for identifier in queue:
            for user in self._references.under(identifier):
                if user not in found:
                    found[user] = None
                    queue.append(user)
            if len(found) > MAX_HOLDERS:
                return None
        return frozenset(found)

    def labels(self, identifiers: Iterable[int]) -> frozenset[str]:
        """Types and names of resources, such as ``string/backend_url``."""
        found = set()
        for identifier in identifiers:
            kind = self._types.get(identifier >> 16, "")
            for row in self._rows.under(identifier):
                found |= {f"{kind}/{pool.text(int(keys[row]), 512)}" for pool, keys in self._keys if keys[row] >= 0}
        return frozenset(found)


class _Index:
    """Numbers by another number."""

    def __init__(self, keys: Numbers, values: Numbers) -> None:
        order = keys.argsort(kind="stable")
        self._keys, self._values = keys[order], values[order]

    def under(self, key: int) -> list[int]:
        """The distinct numbers of a key, at most one more than ``MAX_HOLDERS``."""
        first, last = self._keys.searchsorted(np.array((key, key + 1), np.int64)).tolist()
        return list(dict.fromkeys(self._values[first : min(last, first + MAX_HOLDERS + 1)].tolist()))


def _compact(data: bytes, entries: EntryPlaces) -> tuple[NDArray[np.bool_], Numbers, Numbers]:
    """The values of compact entries, which have a type in their flags: whether it is a string, holder and value."""
    place = entries.place[(entries.place & 3 == 0) & (entries.place + 8 <= len(data))]
    words = np.frombuffer(data, "<u4", len(data) // 4)
    heads = words[place // 4] if len(place) else np.empty(0, np.uint32)
    mark = heads >> 16 & _COMPACT != 0
    kind = (heads >> 24).astype(np.int64)
    known = mark & np.isin(kind, tuple(_KINDS))
    rows = entries.place.searchsorted(place[known])
    return kind[known] == 0x03, entries.identifier[rows], words[place[known] // 4 + 1].astype(np.int64)
