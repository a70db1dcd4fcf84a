"""Stores that one extortionist visited: their notes share a wallet or a contact, by salted digest.

An amount is no sign: half of all notes ask for the same few. Nor is a name: everybody copies ``READ_ME``.
"""

from collections.abc import Iterable
from hashlib import sha256
from typing import Protocol

from tieback.model.probe import Ransom
from tieback.model.report import Campaign

_JOINING = ("wallet:", "contact:")


class Marked(Protocol):
    """A store with the marks of its note; ``model.exposure.Exposure`` is one."""

    @property
    def id(self) -> str: ...  # noqa: D102 - as in ``Exposure``
    @property
    def ransom(self) -> Ransom: ...  # noqa: D102


def campaigns(exposures: Iterable[Marked]) -> tuple[Campaign, ...]:
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
