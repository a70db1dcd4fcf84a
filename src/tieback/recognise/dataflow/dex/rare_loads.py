"""Which strings of a DEX file are loaded by a method that loads few of them.

Lists of thousands of addresses are in a few methods, or in no code at all. The address that an app contacts is in a
method with few others. So it is judged first, in a file with more addresses than the limit.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from tieback.intake.apps.interface import Bytes
from tieback.recognise.dataflow.dex.code_units import places_of
from tieback.recognise.dataflow.dex.dexfile import DexFile
from tieback.recognise.dataflow.dex.libraries import ALL
from tieback.recognise.dataflow.dex.opcode_sets import CONST_JUMBO, CONST_STRING

FEW = 8
"""Most of the strings that a method loads."""


def rarely_loaded(data: Bytes, starts: NDArray[np.int64], places: Sequence[int]) -> NDArray[np.bool_]:
    """For each place in a string, whether code of the app loads the string in a method with at most ``FEW`` of them.

    Args:
        data: the DEX file.
        starts: sorted offsets of its string data items.
        places: offsets inside of strings; other strings do not count.
    """
    dex = DexFile(data)
    numbers = starts.searchsorted(np.asarray(places, np.int64), side="right") - 1
    asked = np.zeros(len(starts) + 1, np.bool_)
    asked[numbers] = True
    asked[-1] = False  # a place before all strings, or a string outside the file
    # A data item begins with its length, before the offset in ``starts``.
    rows = starts.searchsorted(dex.strings, side="right")
    code = dex.code_without(ALL)
    short = places_of(code.units, frozenset((CONST_STRING,)))
    wide = places_of(code.units[:-1], frozenset((CONST_JUMBO,)))
    low, high = (code.units[wide + by].astype(np.int64) for by in (1, 2))
    index = np.concatenate((code.units[short + 1].astype(np.int64), low | high << 16))
    loaded = np.append(rows, len(starts)).take(index, mode="clip")
    kept = asked[loaded]
    at = np.asarray(code.offsets_of(np.concatenate((short, wide))[kept]), np.int64)
    items = dex.items_before(at)
    few = np.bincount(items, minlength=1)[items] <= FEW
    rare = np.zeros(len(starts) + 1, np.bool_)
    rare[loaded[kept][few]] = True
    found: NDArray[np.bool_] = rare[numbers]
    return found
