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
    text = zlib.decompressobj().decompress(packed, MAX_SIZE).decode()
    sections = (section.split("\n") for section in text.split("\f"))
    return {name: frozenset(words) for name, *words in sections}


def airports() -> frozenset[str]:
    """IATA location identifiers."""
    return load_gazetteer()["airport"]
