"""Words by which names, places and trades are known, read from ``gazetteer.zz`` when first asked for.

The file is a zlib stream of sections separated by form feeds, each a name and its words, one a line, folded and in
lower case. ``tools/build-gazetteer`` writes it from Faker (MIT), GeoNames (CC BY 4.0) and airportsdata (MIT).
"""

import zlib
from functools import lru_cache
from importlib import resources

MAX_SIZE = 16 << 20
"""Bytes of the file when inflated."""


@lru_cache(1)
def load_gazetteer() -> dict[str, frozenset[str]]:
    """Section to words."""
    packed = resources.files("tieback.pii.values").joinpath("gazetteer.zz").read_bytes()
    data = zlib.decompressobj().decompress(packed, MAX_SIZE)
    del packed
    found: dict[str, frozenset[str]] = {}
    # Section by section: one letter beyond the basic plane makes a whole text four times as large in memory.
    for section in data.split(b"\f"):
        name, *words = section.decode().split("\n")
        found[name] = frozenset(words)
    return found


def airports() -> frozenset[str]:
    """IATA location identifiers."""
    return load_gazetteer()["airport"]
