"""Which mapping of R8 a package was built with: R8 writes the identifier of the mapping into the code.

Source: R8, ``Marker.java``: a string of each DEX file such as ``~~R8{"pg-map-id":"6e2bb9b","version":"8.5.10"}``.
Libraries that were built with R8 bring such strings of their own. A mapping of ProGuard has no identifier.
"""

import re
from collections.abc import Iterable
from itertools import islice
from pathlib import Path

from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.source.r8_mapping import MAP_ID
from tieback.model.errors import TiebackError

MAX_PACKAGES = 64
"""Most packages of one app that are read: more splits than any store makes."""
MAX_MARKERS = 64
"""Most such strings of one DEX file."""
_MARKER = re.compile(rb'~~R8\{[^{}\x00]{0,400}?"pg-map-id":"(' + MAP_ID.encode() + rb')"')


def map_ids(packages: Iterable[str]) -> frozenset[str]:
    """The identifiers of mappings in the code of packages; empty if they have none, or can no longer be read."""
    found: set[str] = set()
    for path in islice(dict.fromkeys(packages), MAX_PACKAGES):
        try:
            with open_app(Path(path)) as package:
                for artifact in package.artifacts():
                    for buffer in artifact.buffers:
                        if buffer.kind is BufferKind.DEX:
                            markers = islice(_MARKER.finditer(buffer.data), MAX_MARKERS)
                            found.update(one[1].decode("ascii") for one in markers)
        except (TiebackError, OSError, ValueError):
            continue
    return frozenset(found)


def is_of_another_build(known: str, ids: Iterable[str]) -> bool:
    """True if a mapping has an identifier, and the code has only others. Older versions write its beginning only."""
    every = tuple(ids)
    return bool(known and every) and not any(one.startswith(known) or known.startswith(one) for one in every)
