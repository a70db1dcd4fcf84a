"""``resources.arsc``: the pool of string values, their resource names, and the value behind a resource ID.

Source: AOSP ``ResourceTypes.h`` (``ResTable_header``, ``ResTable_package``, ``ResTable_type``, ``ResTable_entry``,
``Res_value``). Only simple string entries have names; names are built on first use.
"""

import struct
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.intake.apps.resource_values import EntryPlaces, ResourceValues
from tieback.intake.apps.stringpool import CHUNK_STRING_POOL, MalformedPoolError, StringPool, pool_frame, read_pool

MAX_CHUNKS = 100_000
"""Chunks walked in one table: types times configurations; large apps have about 5,000."""

MAX_LANGUAGES = 64
"""Configurations searched for a value if the default one has none."""

MAX_NAMED = 1_000
"""Values that are read because of the end of their name, and most names of a pool with a word in them."""

MAX_ITEMS = 1_024
"""Texts of one array."""

_TOGETHER = 256 * 1024
"""Offsets of entries after which type chunks are read in another pass, which bounds the memory."""

MAX_PACKAGES = 8
"""Packages read in one table; apps have one, shared libraries two."""

_PACKAGE, _TYPE = 0x0200, 0x0201
_TYPE_REFERENCE, _TYPE_STRING = 0x01, 0x03
_TYPE_INTEGERS = (0x10, 0x11)
"""Decimal and hexadecimal."""
_COMPLEX, _COMPACT = 0x0001, 0x0008
_SPARSE, _OFFSET16 = 0x01, 0x02
_chunk = struct.Struct("<HHI")
_ITEM = struct.Struct("<I3xBI")
"""``ResTable_map``: kind and value of an item."""
type Offsets = NDArray[np.int64]


_NO_STRINGS = StringPool(b"", 0, 0, 0, np.empty(0, np.int64), np.empty(0, np.int64), False)


class _TypeChunk(msgspec.Struct, frozen=True):
    """The position of the entries of one resource type in one configuration."""

    package: int
    type_id: int
    type_name: str
    keys: StringPool
    at: int
    header: int
    size: int
    flags: int
    count: int
    entries: int
    default: bool
    """True for the configuration without qualifiers."""


class _Values(NamedTuple):
    """Entries of type chunks that have one simple value, in order of chunk and entry."""

    chunk: Offsets
    """Index of the chunk."""
    entry: Offsets
    key: Offsets
    kind: Offsets
    value: Offsets


class Resources:
    """An opened resource table. Its cost is bounded by the size of its bytes."""

    def __init__(self, file: str, data: bytes) -> None:
        """Read the structure of the table.

        Raises:
            MalformedError: there is no global string pool.
        """
        self._file = file
        self._data = data
        if len(data) < 12 or data[:2] != b"\x02\x00":
            raise MalformedPoolError("no resource table")
        header = int.from_bytes(data[2:4], "little")
        top = list(_chunks(data, header, len(data)))
        pools = [at for kind, at, _, _ in top if kind == CHUNK_STRING_POOL]
        if not pools:
            raise MalformedPoolError("the resource table has no string pool")
        self._pool_at = pools[0]
        self._frame = pool_frame(data, pools[0])
        self._packages = [(at, head, size) for kind, at, head, size in top if kind == _PACKAGE]

    def contains(self, raw: bytes) -> bool:
        """True if these bytes are somewhere in the table."""
        return raw in self._data

    def artifact(self) -> Artifact:
        """The global string pool as one buffer with its resource names."""
        frame = self._frame
        buffer = Buffer(
            self._file,
            BufferKind.RESOURCES,
            self._data[frame.start : frame.stop],
            base=frame.start,
            starts=self._begins,
            utf16=not frame.utf8,
            names=StringNames(self),
            resources=self,
        )
        return Artifact(self._file, (buffer,))

    @cached_property
    def pool(self) -> StringPool:
        """The strings of all values."""
        return read_pool(self._data, self._pool_at)

    def _begins(self) -> Offsets:
        return self.pool.begins()

    def text(self, resource: int) -> str:
        """The string behind a resource ID (``0xPPTTEEEE``), of the default configuration if there is one.

        References are followed eight levels deep; empty if there is no string.
        """
        for _ in range(8):
            found = self._value(resource)
            if found is None:
                return ""
            kind, value = found
            if kind == _TYPE_STRING:
                return self.pool.text(value)
            if kind != _TYPE_REFERENCE:
                return ""
            resource = value
        return ""

    def named(self, name: str) -> str:
        """The string resource with a name; empty if there is none."""
        for offset, _ in StringNames(self).matching((name,)):
            for index in np.flatnonzero(self.pool.starts - self.pool.start == offset)[:1]:
                return self.pool.text(int(index))
        return ""

    def items(self, resource: int) -> tuple[str, ...]:
        """The texts of an array, of the default configuration if there is one; empty if it is none.

        An item that is no string is an empty text. At most ``MAX_ITEMS``.
        """
        chunks = sorted(islice(self._chunks_of(resource), MAX_LANGUAGES), key=lambda chunk: not chunk.default)
        found = next((its for chunk in chunks if (its := _items(self._data, chunk, resource & 0xFFFF))), ())
        return tuple(
            self.pool.text(value) if kind == _TYPE_STRING else self.text(value) if kind == _TYPE_REFERENCE else ""
            for kind, value in found
        )

    def integer(self, resource: int) -> int | None:
        """The integer with a resource ID; ``None`` if there is none, or not the same one in each configuration."""
        chunks = islice(self._chunks_of(resource), MAX_LANGUAGES)
        found = {_one(self._data, chunk, resource & 0xFFFF) for chunk in chunks} - {None}
        kind, value = (found.pop() or (0, 0)) if len(found) == 1 else (0, 0)
        return (value ^ 1 << 31) - (1 << 31) if kind in _TYPE_INTEGERS else None

    def ending(self, end: str) -> dict[str, str]:
        """The strings and integers whose name has this end of small letters, in either case, by name.

        They are those of the default configuration, at most ``MAX_NAMED``.
        """
        pools, values = self._defaults
        every = {id(pool): _with_end(pool, end) for pool in pools}
        ends = np.zeros(len(values.key), bool)
        for number, pool in enumerate(pools):
            rows = np.flatnonzero((values.chunk == number) & (values.key >= 0) & (values.key < len(pool.starts)))
            ends[rows] = every[id(pool)][values.key[rows]]
        found: dict[str, str] = {}
        for row in np.flatnonzero(ends)[:MAX_NAMED].tolist():
            kind, value = int(values.kind[row]), int(values.value[row])
            text = str(value) if kind in _TYPE_INTEGERS else self.pool.text(value) if kind == _TYPE_STRING else ""
            if text:
                found.setdefault(pools[int(values.chunk[row])].text(int(values.key[row]), 256), text)
        return found

    @cached_property
    def _defaults(self) -> tuple[list[StringPool], _Values]:
        """The strings and integers of the default configuration, and for each of their chunks the pool of names."""
        default = (one for one in self._type_chunks() if one.default and one.type_name in ("string", "integer"))
        chunks = list(islice(default, MAX_LANGUAGES))
        return [chunk.keys for chunk in chunks], _simple(self._data, chunks)

    @cached_property
    def values(self) -> ResourceValues:
        """Which resources have a string, or refer to another one."""
        chunks = list(self._type_chunks())
        chunk, index, place = _entries(self._data, chunks)

        def spread(numbers: Iterable[int]) -> Offsets:
            return np.fromiter(numbers, np.int64, len(chunks))[chunk]

        identifier = spread((one.package << 24 | one.type_id << 16) & 0xFFFFFFFF for one in chunks) | index
        stop = spread(min(one.at + one.size, len(self._data)) for one in chunks)
        fits = place + 8 <= stop
        order = np.flatnonzero(fits)[place[fits].argsort(kind="stable")]
        place = place[order]
        head, key = _numbers(self._data, place, 2)
        compact = (head >> 16 & _COMPACT) != 0
        key = np.where(compact, head & 0xFFFF, key)
        pools = list({id(chunk.keys): chunk.keys for chunk in chunks}.values())
        pool = spread(next(n for n, one in enumerate(pools) if one is chunk.keys) for chunk in chunks)[order]
        names = [(one, np.where(pool == number, key, -1)) for number, one in enumerate(pools)]
        types = {(one.package << 8 | one.type_id) & 0xFFFF: one.type_name for one in chunks}
        return ResourceValues(self._data, EntryPlaces(place, stop[order], identifier[order]), names, types)

    def string_at(self, offset: int) -> int:
        """Index of the string that contains the byte at an offset of the file; -1 if there is none, or several."""
        pool = self.pool
        found = np.flatnonzero((pool.starts >= 0) & (pool.starts <= offset) & (offset < pool.starts + pool.lengths))
        return int(found[0]) if len(found) == 1 else -1

    def string_of(self, text: str) -> int:
        """Index of exactly this string; -1 if it is not there, or more than once."""
        found = list(_indexes(self.pool, text))
        return found[0] if len(found) == 1 else -1

    def string_names(self) -> tuple[Offsets, Offsets, list[StringPool]]:
        """Sorted offsets (in the buffer) of named strings, and for each one its key and the pool of that key."""
        chunks = [chunk for chunk in self._type_chunks() if chunk.type_name == "string"]
        pools = list({id(chunk.keys): chunk.keys for chunk in chunks}.values())
        numbers = {id(pool): number for number, pool in enumerate(pools)}
        found = _simple(self._data, chunks)
        mask = (found.kind == _TYPE_STRING) & (found.value < len(self.pool.starts))
        offsets, first = np.unique(self.pool.starts[found.value[mask]] - self.pool.start, return_index=True)
        pool_of = np.array([numbers[id(chunk.keys)] for chunk in chunks], np.int64)
        return offsets, (found.key[mask] * 128 + np.minimum(pool_of[found.chunk[mask]], 127))[first], pools

    def _value(self, resource: int) -> tuple[int, int] | None:
        entry = resource & 0xFFFF
        others: list[_TypeChunk] = []
        for chunk in self._chunks_of(resource):
            if not chunk.default:
                others.append(chunk)
                continue
            found = _one(self._data, chunk, entry)
            if found is not None:
                return found
        values = (_one(self._data, chunk, entry) for chunk in others[:MAX_LANGUAGES])
        return next((value for value in values if value is not None), None)

    def _chunks_of(self, resource: int) -> Iterator[_TypeChunk]:
        """The chunks that can have a resource, without names."""
        for place in self._packages[:MAX_PACKAGES]:
            for chunk in _package(self._data, *place, only=resource >> 16 & 0xFF):
                if chunk.package == resource >> 24:
                    yield chunk

    def _type_chunks(self) -> Iterator[_TypeChunk]:
        return (chunk for package in self._packages[:MAX_PACKAGES] for chunk in _package(self._data, *package))


class StringNames(Mapping[int, str]):
    """Offset of a string in the buffer to its resource name, such as ``string/backend_url``; built on first use."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._built: tuple[Offsets, Offsets, list[StringPool]] | None = None

    def _tables(self) -> tuple[Offsets, Offsets, list[StringPool]]:
        if self._built is None:
            self._built = self._resources.string_names()
        return self._built

    def __getitem__(self, offset: int) -> str:
        offsets, keys, pools = self._tables()
        index = int(np.searchsorted(offsets, offset))
        if index == len(offsets) or offsets[index] != offset:
            raise KeyError(offset)
        key = int(keys[index])
        name = pools[key % 128].text(key // 128, 256)
        if not name:
            raise KeyError(offset)
        return f"string/{name}"

    def matching(self, names: Iterable[str], _starts: Offsets | None = None) -> Iterator[tuple[int, str]]:
        """Offsets of the strings whose resource has one of these names, with the name; no other name is read."""
        wanted = tuple(names)
        for number, pool in enumerate(self._tables()[2][:128]):
            for name in wanted:
                for index in _indexes(pool, name):
                    yield from ((offset, name) for offset in self._offsets(index * 128 + number))

    def containing(self, words: Iterable[str], _starts: Offsets) -> Iterator[tuple[int, str]]:
        """Offsets of the strings whose resource name contains one of these words in any case, with the name."""
        texts = tuple(words)
        for number, pool in enumerate(self._tables()[2][:128]):
            lower = pool.data[pool.start : pool.stop].lower()
            encoding = "utf-16-le" if pool.utf16 else "utf-8"
            raw = {text.encode(encoding) for text in texts}
            shortest = [one for one in raw if not any(other in one for other in raw - {one})]
            hits = sorted(pool.start + place for one in shortest for place in _places(lower, one))
            for index in _indexes_at(pool, hits[:MAX_NAMED]):
                yield from ((offset, pool.text(index, 256)) for offset in self._offsets(index * 128 + number))

    def _offsets(self, key: int) -> Iterator[int]:
        offsets, keys, _ = self._tables()
        return (int(offsets[at]) for at in np.flatnonzero(keys == key))

    def __iter__(self) -> Iterator[int]:
        return (int(offset) for offset in self._tables()[0])

    def __len__(self) -> int:
        return len(self._tables()[0])


def _with_end(pool: StringPool, end: str) -> NDArray[np.bool_]:
    """Which texts of a pool have this end of small letters of ASCII, in either case."""
    width = 1 + pool.utf16
    raw = np.frombuffer(pool.data, np.uint8)
    rows = np.flatnonzero((pool.starts >= 0) & (pool.lengths >= len(end) * width))
    stops = pool.starts[rows] + pool.lengths[rows]
    for number, letter in enumerate(reversed(end), start=1):
        kept = raw.take(stops - number * width, mode="clip") | 0x20 == ord(letter)
        rows, stops = rows[kept], stops[kept]
    mask = np.zeros(len(pool.starts), np.bool_)
    mask[rows] = True
    return mask


def _indexes_at(pool: StringPool, places: Sequence[int]) -> list[int]:
    """Indexes of the strings in which these offsets are, each once, in ascending order."""
    order = pool.starts.argsort(kind="stable")
    starts = pool.starts[order]
    found = starts.searchsorted(np.array(places, np.int64), side="right") - 1
    return sorted(set(order[found[found >= 0]].tolist()))


def _indexes(pool: StringPool, text: str) -> Iterator[int]:
    """Indexes of exactly this text in a pool."""
    raw = text.encode("utf-16-le" if pool.utf16 else "utf-8")
    at = pool.data.find(raw, pool.start, pool.stop)
    while at >= 0:
        yield from (int(index) for index in np.flatnonzero((pool.starts == at) & (pool.lengths == len(raw))))
        at = pool.data.find(raw, at + 1, pool.stop)


def _chunks(data: bytes, at: int, stop: int) -> Iterator[tuple[int, int, int, int]]:
    """Type, offset, header size and size of each chunk; ends at the first one that does not fit."""
    for _ in range(MAX_CHUNKS):
        if at + 8 > stop:
            return
        kind, header, size = _chunk.unpack_from(data, at)
        if header < 8 or size < header:
            return
        yield kind, at, header, min(size, stop - at)
        at += size


def _package(data: bytes, at: int, header: int, size: int, only: int | None = None) -> Iterator[_TypeChunk]:
    """The types of a package; with ``only`` those of that ID, without names."""
    if header < 284 or at + 284 > len(data):
        return
    (package,) = struct.unpack_from("<I", data, at + 8)
    type_names, _, key_names = struct.unpack_from("<III", data, at + 268)
    types = keys = _NO_STRINGS
    if only is None:
        try:
            types, keys = read_pool(data, at + type_names), read_pool(data, at + key_names)
        except MalformedPoolError:
            return
    names: dict[int, str] = {}
    for kind, where, head, length in _chunks(data, at + header, at + size):
        if kind != _TYPE or head < 24 or where + head > len(data) or (only is not None and data[where + 8] != only):
            continue
        type_id, flags, _, count, entries, config = struct.unpack_from("<BBHIII", data, where + 8)
        qualifiers = data[where + 24 : where + min(head, 20 + config)]
        name = names.get(type_id)
        if name is None:
            name = names[type_id] = types.text(type_id - 1, 64)
        yield _TypeChunk(package, type_id, name, keys, where, head, length, flags, count, entries, not any(qualifiers))


def _places(data: bytes, text: bytes) -> Iterator[int]:
    """Offsets of a text."""
    at = data.find(text)
    while at >= 0:
        yield at
        at = data.find(text, at + 1)


def _simple(data: bytes, chunks: Sequence[_TypeChunk]) -> _Values:
    """The simple entries of type chunks; entries that are misaligned or exceed their chunk are left out.

    A table has one chunk per language: all are read in one vectorised pass, because each step is costly.
    """
    chunk, index, place = _entries(data, chunks)
    stop = np.array([min(one.at + one.size, len(data)) for one in chunks], np.int64)[chunk]
    fits = place + 8 <= stop
    chunk, index, place, stop = chunk[fits], index[fits], place[fits], stop[fits]
    head, second, third, fourth = _numbers(data, place, 4)
    flags = head >> 16
    compact = (flags & _COMPACT) != 0
    key = np.where(compact, head & 0xFFFF, second)
    kind = np.where(compact, flags >> 8, third >> 24)
    value = np.where(compact, second, fourth)
    simple = compact | ((flags & _COMPLEX) == 0) & (place + 16 <= stop)
    return _Values(chunk[simple], index[simple], key[simple], kind[simple], value[simple])


def _one(data: bytes, chunk: _TypeChunk, entry: int) -> tuple[int, int] | None:
    """Kind and value of one entry, if it is a simple one."""
    if chunk.flags & _SPARSE:
        found = _simple(data, [chunk])
        where = np.flatnonzero(found.entry == entry)
        return (int(found.kind[where[0]]), int(found.value[where[0]])) if len(where) else None
    place, stop = _place(data, chunk, entry)
    if place < 0:
        return None
    flags = int.from_bytes(data[place + 2 : place + 4], "little")
    if flags & _COMPACT:
        return flags >> 8, int.from_bytes(data[place + 4 : place + 8], "little")
    if flags & _COMPLEX or place + 16 > stop:
        return None
    return data[place + 11], int.from_bytes(data[place + 12 : place + 16], "little")


def _items(data: bytes, chunk: _TypeChunk, entry: int) -> list[tuple[int, int]]:
    """Kind and value of each item of one entry, if it is an array."""
    if chunk.flags & _SPARSE:
        index, places = _own_entries(data, chunk)
        where = np.flatnonzero(index == entry)
        place, stop = int(places[where[0]]) if len(where) else -1, min(chunk.at + chunk.size, len(data))
    else:
        place, stop = _place(data, chunk, entry)
    if place < 0 or place + 16 > stop:
        return []
    flags, count = (
        int.from_bytes(data[place + 2 : place + 4], "little"),
        int.from_bytes(data[place + 12 : place + 16], "little"),
    )
    if not flags & _COMPLEX or flags & _COMPACT or count > (stop - place - 16) // _ITEM.size:
        return []
    every = _ITEM.iter_unpack(data[place + 16 : place + 16 + min(count, MAX_ITEMS) * _ITEM.size])
    return [(kind, value) for _, kind, value in every]


def _place(data: bytes, chunk: _TypeChunk, entry: int) -> tuple[int, int]:
    """Offset of an entry of a chunk that is not sparse, or -1, and the end of the chunk."""
    stop = min(chunk.at + chunk.size, len(data))
    width = 2 if chunk.flags & _OFFSET16 else 4
    at = chunk.at + chunk.header + entry * width
    if entry >= chunk.count or at + width > stop:
        return -1, stop
    offset = int.from_bytes(data[at : at + width], "little")
    place = chunk.at + chunk.entries + offset * (4 if width == 2 else 1)
    return (place, stop) if offset != (1 << 8 * width) - 1 and place + 8 <= stop else (-1, stop)


def _entries(data: bytes, chunks: Sequence[_TypeChunk]) -> tuple[Offsets, Offsets, Offsets]:
    """The entries that type chunks have: number of the chunk, index, and offset in ``data``; in this order."""
    none = np.empty(0, np.int64)
    found = [(none, none, none)]
    first = 0
    while first < len(chunks):
        last, left = first, _TOGETHER
        while last < len(chunks) and left > 0 and _is_plain(chunks[last]):
            left -= chunks[last].count
            last += 1
        if last > first:
            found.append(_plain_entries(data, chunks[first:last], first))
        else:
            index, place = _own_entries(data, chunks[first])
            found.append((np.full(len(index), first, np.int64), index, place))
            last += 1
        first = last
    chunk, index, place = (np.concatenate(column) for column in zip(*found, strict=True))
    return chunk, index, place


def _is_plain(chunk: _TypeChunk) -> bool:
    """True if the offsets of entries are aligned numbers of 32 bits, as in nearly all tables."""
    return not chunk.flags & (_SPARSE | _OFFSET16) and not (chunk.at + chunk.header) % 4


def _plain_entries(data: bytes, chunks: Sequence[_TypeChunk], first: int) -> tuple[Offsets, Offsets, Offsets]:
    """The entries of such chunks, which have numbers from ``first`` on."""
    words = np.frombuffer(data, "<u4", len(data) // 4)
    tables = [words[(one.at + one.header) // 4 :][: _count(data, one, 4)] for one in chunks]
    offset = np.concatenate(tables)
    at = np.flatnonzero(offset != 0xFFFFFFFF)
    begins = np.append(0, np.cumsum([len(table) for table in tables])[:-1])
    chunk = begins.searchsorted(at, side="right") - 1
    base = np.array([one.at + one.entries for one in chunks], np.int64)
    return chunk + first, at - begins[chunk], offset[at].astype(np.int64) + base[chunk]


def _own_entries(data: bytes, chunk: _TypeChunk) -> tuple[Offsets, Offsets]:
    """Index and offset in ``data`` of the entries of any chunk."""
    table = chunk.at + chunk.header
    width = 2 if chunk.flags & _OFFSET16 and not chunk.flags & _SPARSE else 4
    count = _count(data, chunk, width)
    if chunk.flags & _SPARSE:
        pairs = np.frombuffer(data, "<u2", count * 2, table).astype(np.int64).reshape(-1, 2)
        return pairs[:, 0], pairs[:, 1] * 4 + (chunk.at + chunk.entries)
    offset = np.frombuffer(data, f"<u{width}", count, table)
    index = np.flatnonzero(offset != (0xFFFF if width == 2 else 0xFFFFFFFF))
    return index, offset[index].astype(np.int64) * (4 if width == 2 else 1) + (chunk.at + chunk.entries)


def _count(data: bytes, chunk: _TypeChunk, width: int) -> int:
    """Number of offsets of entries in the table of a chunk."""
    table = chunk.at + chunk.header
    return min(chunk.count, max(min(chunk.at + chunk.size, len(data)) - table, 0) // width)


def _numbers(data: bytes, at: Offsets, count: int) -> list[Offsets]:
    """Consecutive little-endian numbers of 32 bits from any offsets, aligned or not."""
    if (at & 3).any():
        raw = np.frombuffer(data, np.uint8)
        return [_number(raw, at + 4 * number) for number in range(count)]
    words = np.frombuffer(data, "<u4", len(data) // 4)
    return [words.take(at // 4 + number, mode="clip").astype(np.int64) for number in range(count)]


def _number(raw: NDArray[np.uint8], at: Offsets) -> Offsets:
    total = np.zeros(len(at), np.int64)
    for byte in range(4):
        total |= raw.take(at + byte, mode="clip").astype(np.int64) << (8 * byte)
    return total
