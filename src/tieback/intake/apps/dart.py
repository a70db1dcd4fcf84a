"""Flutter: texts in the snapshot of a compiled Dart program (``libapp.so``, ``App.framework/App``).

Source: Dart SDK ``runtime/vm/app_snapshot.cc`` (``StringSerializationCluster``) and ``datastream.h``. Each text follows
its doubled length, in groups of seven bits of which the last has its high bit set. There is no end mark, and the length
of the next text may look like a letter, so that texts would run together.
"""

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.distinct import distinct

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
    last = np.flatnonzero(raw >= 0x80)
    if not len(last):
        return np.empty(0, np.int64)
    starts = last + 1
    low = (raw[last] & 0x7F).astype(np.int64)
    before = raw.take(last - 1, mode="clip").astype(np.int64)
    two = (last > 0) & (before < 0x80)
    found = [starts]
    for encoded, possible in ((low, np.ones(len(last), np.bool_)), (before & 0x7F | low << 7, two)):
        ends = starts + (encoded >> 1) * (1 + (encoded & 1))
        fits = possible & (ends < len(raw))
        ends = ends[fits]
        follows = (raw.take(ends) >= 0x80) | (raw.take(ends + 1, mode="clip") >= 0x80)
        found.append(ends[follows])
    return distinct(np.concatenate(found))
