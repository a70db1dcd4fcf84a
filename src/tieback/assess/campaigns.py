"""Stores that one extortionist visited: their notes share a wallet or a contact, by salted digest.

An amount is no sign: half of all notes ask for the same few. Nor is a name: everybody copies ``READ_ME``.
"""

from collections.abc import Iterable
from hashlib import sha256

import msgspec

from tieback.model.exposure import Exposure

_JOINING = ("wallet:", "contact:")


class Campaign(msgspec.Struct, frozen=True):
    """Stores whose notes name the same wallet or contact."""

    id: str
    """Of the marks that join them; the same in every run of a workspace that finds the same marks."""
    exposures: tuple[str, ...]
    """Ids, sorted; two or more."""
    marks: tuple[str, ...]
    """Every mark of their notes, sorted."""


def campaigns(exposures: Iterable[Exposure]) -> tuple[Campaign, ...]:
    """Groups of two or more, the largest first. The order of the exposures does not matter."""
    groups: list[tuple[set[str], set[str]]] = []
    marks_of: dict[str, tuple[str, ...]] = {}
    for exposure in exposures:
        joining = {mark for mark in exposure.ransom.marks if mark.startswith(_JOINING)}
        if not joining:
            continue
        marks_of[exposure.id] = exposure.ransom.marks
        ids = {exposure.id}
        apart = []
        for marks, members in groups:
            if marks & joining:
                joining |= marks
                ids |= members
            else:
                apart.append((marks, members))
        groups = [*apart, (joining, ids)]
    found = [
        Campaign(
            f"campaign-{sha256(min(marks).encode()).hexdigest()[:12]}",
            tuple(sorted(ids)),
            tuple(sorted({mark for one in ids for mark in marks_of[one]})),
        )
        for marks, ids in groups
        if len(ids) > 1
    ]
    return tuple(sorted(found, key=lambda campaign: (-len(campaign.exposures), campaign.id)))
