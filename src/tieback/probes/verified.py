"""Products and versions that a recorded conversation with the real server confirms, from ``verified.tsv``.

``tools/write-verified`` writes the file from the recordings of the repository. A product whose verdict rests on the
vendor's documentation alone is not in it: its verdict is experimental.
"""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

import msgspec

from tieback.model.probe import Access


class VerifiedVersion(msgspec.Struct, frozen=True, order=True):
    """A version whose verdict a recorded conversation confirms."""

    product: str
    version: str
    """Empty if the recording does not name it."""
    exposed: bool
    """True if the server was open; false if it was only recognised, or refused us."""


@cache
def verified_versions() -> Mapping[str, tuple[VerifiedVersion, ...]]:
    """The versions by name of the probe."""
    found: dict[str, list[VerifiedVersion]] = {}
    text = (files("tieback.probes") / "verified.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        probe, product, version, state = line.split("\t")
        found.setdefault(probe, []).append(VerifiedVersion(product, version, state == "open"))
    return {probe: tuple(versions) for probe, versions in found.items()}


def is_experimental(probe: str, product: str, access: Access) -> bool:
    """True if no recorded conversation confirms this kind of verdict on this product.

    An open store and a refusal are two kinds: a probe that recognises a refusal may still count wrongly.
    """
    versions = verified_versions().get(probe, ())
    return not any(one.product == product and one.exposed in (access.exposed, True) for one in versions)
