"""Ransom campaigns: groups of stores whose notes share a wallet or a contact, compared by salted digest.

The amount is not used: half of all notes demand the same few amounts. Names are not used either: ``READ_ME`` is common.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from tieback.model.probe import Ransom
from tieback.model.report.headline import Campaign

_JOINING = ("wallet:", "contact:")


class RansomedStore(Protocol):
    """A store with the marks of its ransom note, such as ``model.exposure.Exposure``."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as in ``Exposure``
    @property
    def ransom(self) -> Ransom: ...  # noqa: D102


def find_campaigns(exposures: Iterable[RansomedStore]) -> tuple[Campaign, ...]:
    """Return groups of two or more stores, largest first. The order of the exposures does not matter."""
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
