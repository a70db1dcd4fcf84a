"""SQLite databases that apps ship: the whole file, with the offsets at which columns begin.

Source: https://www.sqlite.org/fileformat2.html (sections 1.3, 1.6 and 2.1). The columns of a record follow each other
without a separator. Texts that continue in an overflow page end there.
"""

from collections.abc import Iterator
from functools import partial

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind

MAX_CELLS = 300_000
"""Records whose columns are separated; of further records only the pages are."""

MAX_COLUMNS = 200
MAX_EDGES = 2_000_000
_LEAF_TABLE, _LEAF_INDEX = 0x0D, 0x0A
_TEXT = 12
"""Least serial type of a text or other bytes."""
_SIZES = np.array((0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0), np.int64)
"""Bytes of a value by serial type, below those of texts."""
_CELLS_AT_ONCE = 2_048
"""Most records that are read together, which bounds the memory: a record has at most 400 edges."""
_HUGE = np.uint64(1 << 40)
"""More than any offset. A number that is greater leads behind every page as well."""
type _Numbers = NDArray[np.int64]
type _Octets = NDArray[np.uint8]


def read_sqlite(file: str, data: bytes) -> Artifact:
    """The database as one buffer of kind ``BINARY``."""
    return Artifact(file, (Buffer(file, BufferKind.BINARY, data, starts=partial(_starts, data)),))


def _starts(data: bytes) -> _Numbers:
    left, parts = MAX_EDGES, [np.empty(0, np.int64)]
    for places, edges in _edges(data):
        # Only the first edges are kept, in the order of the pages and of their records.
        kept = edges if len(edges) <= left else edges[places.argsort(kind="stable")[:left]]
        parts.append(kept)
        left -= len(kept)
        if not left:
            break
    found = np.concatenate(parts)
    found = found[found <= len(data)]
    if 8 * len(found) < len(data):
        return distinct(found)
    is_edge = np.zeros(len(data) + 1, np.bool_)  # no more memory than the offsets, and no order is needed
    is_edge[found] = True
    return np.flatnonzero(is_edge)


def _edges(data: bytes) -> Iterator[tuple[_Numbers, _Numbers]]:
    """Offsets of pages and columns, and for each the offset of the cell to which it belongs, or of the page."""
    size = int.from_bytes(data[16:18])
    size = 65_536 if size == 1 else size
    if size < 512 or size & (size - 1):
        return
    usable = size - int.from_bytes(data[20:21])
    octets = np.frombuffer(data, np.uint8)
    pages = np.arange(0, len(data), size)
    headers = np.where(pages == 0, 100, pages)
    kinds = _octets(octets, headers)
    counts = np.minimum(_pairs(octets, headers + 3), (size - 8) // 2)
    counts[(kinds != _LEAF_TABLE) & (kinds != _LEAF_INDEX)] = 0
    counts[counts.cumsum() - counts >= MAX_CELLS] = 0
    cells = first = 0
    for number, count in enumerate((*counts.tolist(), _CELLS_AT_ONCE)):
        if cells + count > _CELLS_AT_ONCE or number == len(pages):
            part = slice(first, number)
            yield from _of_pages(octets, pages[part], headers[part], counts[part], size, usable)
            cells, first = 0, number
        cells += count


def _of_pages(
    octets: _Octets, pages: _Numbers, headers: _Numbers, counts: _Numbers, size: int, usable: int
) -> Iterator[tuple[_Numbers, _Numbers]]:
    """The edges in some pages; see ``_edges``. In parts only for one page with many records."""
    of_page = np.repeat(np.arange(len(pages)), counts)
    pointers = headers[of_page] + 8 + 2 * (np.arange(len(of_page)) - (counts.cumsum() - counts)[of_page])
    cells = _pairs(octets, pointers)
    inside = (cells > 0) & (cells < size)
    of_page, pointers = of_page[inside], pointers[inside]
    starts = pages[of_page] + cells[inside]
    stops = np.minimum(pages[of_page] + size, len(octets))
    in_table = octets[headers[of_page]] == _LEAF_TABLE
    for begin in range(0, max(1, len(starts)), _CELLS_AT_ONCE):
        part = slice(begin, begin + _CELLS_AT_ONCE)
        records, edges = _columns(octets, starts[part], stops[part], in_table[part], usable)
        places = pointers[part][records]
        yield (places, edges) if begin else (np.concatenate((pages, places)), np.concatenate((pages, edges)))


def _columns(
    octets: _Octets, at: _Numbers, stops: _Numbers, in_table: NDArray[np.bool_], usable: int
) -> tuple[_Numbers, _Numbers]:
    """The number of a record, and an offset at which one of its columns begins or ends."""
    payloads, at = _varints(octets, at, stops)
    _, behind = _varints(octets, at, stops)
    at = np.where(in_table, behind, at)
    stops = np.minimum(stops, at + _local(payloads, in_table, usable))
    lengths, kinds = _varints(octets, at, stops)
    bodies = at + lengths
    places, records = bodies, np.arange(len(at))
    found = [(records[:0], at[:0])]
    for _ in range(MAX_COLUMNS):
        left = np.flatnonzero((kinds < bodies) & (places < stops))
        if not len(left):
            break
        kinds, bodies, stops, places, records = (one[left] for one in (kinds, bodies, stops, places, records))
        types, kinds = _varints(octets, kinds, stops)
        sizes = np.where(types < _TEXT, _SIZES[np.minimum(types, _TEXT - 1)], (types - _TEXT) // 2)
        found.append((records, places))
        places = places + sizes
        found.append((records, np.minimum(places, stops)))
    of_record, edges = (np.concatenate(column) for column in zip(*found, strict=True))
    return of_record, edges


def _local(payloads: _Numbers, in_table: NDArray[np.bool_], usable: int) -> _Numbers:
    """Bytes of a record in its own page: the next ones there are of another record. Section 1.6 has the formula."""
    least = (usable - 12) * 32 // 255 - 23
    most = np.where(in_table, usable - 35, (usable - 12) * 64 // 255 - 23)
    kept = least + (payloads - least) % (usable - 4)
    return np.where(payloads <= most, payloads, np.where(kept <= most, kept, least))


def _varints(octets: _Octets, at: _Numbers, stops: _Numbers) -> tuple[_Numbers, _Numbers]:
    """Numbers of up to nine bytes, most significant first, at most ``_HUGE``; and the offsets behind them."""
    first = _octets(octets, at)
    values, ends = first.astype(np.int64), at + 1
    more = np.flatnonzero((at >= stops) | (first >= 0x80))
    if len(more):
        values[more], ends[more] = _long_varints(octets, at[more], stops[more])
    return values, ends


def _long_varints(octets: _Octets, at: _Numbers, stops: _Numbers) -> tuple[_Numbers, _Numbers]:
    """``_varints`` for numbers of any length; 0 for one that does not end before its page."""
    raw, ends, left = np.zeros(len(at), np.uint64), stops.copy(), np.arange(len(at))
    ended = np.zeros(len(at), np.bool_)
    for number in range(8):
        left = left[at[left] + number < stops[left]]
        octet = octets[at[left] + number]
        raw[left] = raw[left] << np.uint64(7) | (octet & 0x7F)
        last = left[octet < 0x80]
        ended[last], ends[last] = True, at[last] + number + 1
        left = left[octet >= 0x80]
    left = left[at[left] + 9 <= stops[left]]
    raw[left] = raw[left] << np.uint64(8) | octets[at[left] + 8]
    ended[left], ends[left] = True, at[left] + 9
    raw[~ended] = 0
    return np.minimum(raw, _HUGE).astype(np.int64), ends


def _octets(octets: _Octets, at: _Numbers) -> _Octets:
    """The bytes at some offsets; 0 behind the end."""
    found = octets.take(at, mode="clip")
    found[at >= len(octets)] = 0
    return found


def _pairs(octets: _Octets, at: _Numbers) -> _Numbers:
    """Numbers of two bytes; the last byte of the file alone is one, too."""
    high, low = _octets(octets, at).astype(np.int64), _octets(octets, at + 1)
    return np.where(at + 1 < len(octets), high << 8 | low, high)
