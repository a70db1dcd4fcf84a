"""Flutter: texts in the snapshot of a compiled Dart program (``libapp.so``, ``App.framework/App``).

Source: Dart SDK ``runtime/vm/app_snapshot.cc`` (``StringSerializationCluster``) and ``datastream.h``. Each text follows
its doubled length, in groups of seven bits of which the last has its high bit set. There is no end mark, and the length
of the next text may look like a letter, so that texts would run together.
"""

import numpy as np
from numpy.typing import NDArray

MAX_EDGES = 10_000_000
"""Most edges of one snapshot, several times those of large apps. The texts behind them end at other bytes only."""
_BLOCK = 1 << 18
"""Bytes that are looked at together, which bounds the memory."""
_MARK = b"_kDartIsolateSnapshotData"


def is_dart(data: bytes | bytearray) -> bool:
    """True if a native library or binary exports a Dart snapshot."""
    return data.find(_MARK) >= 0


def text_edges(data: bytes | bytearray) -> NDArray[np.int64]:
    """Sorted offsets at which texts may begin and end.

    A length is accepted if another length follows the text that it announces. A false one only adds an edge next to a
    byte above 127, which addresses hardly ever contain.
    """
    raw = np.frombuffer(data, np.uint8)
    edges = np.zeros(len(raw) + 1, np.bool_)
    for begin in range(0, len(raw), _BLOCK):
        _mark(raw, begin + np.flatnonzero(raw[begin : begin + _BLOCK] >= 0x80), edges)
    found: NDArray[np.int64] = np.empty(min(MAX_EDGES, int(np.count_nonzero(edges))), np.int64)
    count = 0
    for begin in range(0, len(edges), _BLOCK):
        places = begin + np.flatnonzero(edges[begin : begin + _BLOCK])[: len(found) - count]
        found[count : count + len(places)] = places
        count += len(places)
    return found


def _mark(raw: NDArray[np.uint8], last: NDArray[np.int64], edges: NDArray[np.bool_]) -> None:
    """Mark the edges next to the numbers that end at ``last``, and those of the texts that they can announce."""
    starts = last + 1
    edges[starts] = True
    low = (raw[last] & 0x7F).astype(np.int64)
    before = raw.take(last - 1, mode="clip").astype(np.int64)
    two = (last > 0) & (before < 0x80)
    for encoded, possible in ((low, np.ones(len(last), np.bool_)), (before & 0x7F | low << 7, two)):
        ends = starts + (encoded >> 1) * (1 + (encoded & 1))
        ends = ends[possible & (ends < len(raw))]
        follows = (raw.take(ends) >= 0x80) | (raw.take(ends + 1, mode="clip") >= 0x80)
        edges[ends[follows]] = True
