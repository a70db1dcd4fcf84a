"""Figures by kind, platform and the like, and top lists."""

import msgspec

from tieback.model.figure import Figure


class StoreKind(msgspec.Struct, frozen=True):
    """The share of one product in a run."""

    product: str
    asked: int
    """Distinct stores of this product that responded."""
    exposed: int
    records: Figure
    bytes: Figure


class FigureGroup(msgspec.Struct, frozen=True):
    """One line of a table: counts for a group of apps and stores."""

    name: str
    """``unknown`` if the property is not known."""
    analysed: int | None
    """Analysed apps; ``None`` for groups of stores."""
    using: int | None
    """Apps that lead to a store that responded; ``None`` here and below if the audience must not see it."""
    affected: int | None
    """Apps that lead to a store with unauthenticated access."""
    answering: int
    """Distinct stores; a store in several groups counts in each."""
    exposed: int
    ransomed: int | None
    records: Figure
    """Records of the exposed stores."""
    bytes: Figure
    answering_at_most: int | None = None
    """As ``Headline.stores_answering_at_most``; ``None`` also if the audience must not see it."""
    exposed_at_most: int | None = None


class GroupTable(msgspec.Struct, frozen=True):
    """The main figures by one property of apps or stores."""

    by: str
    """``kind``, ``platform``, ``vendor``, ``provider`` or ``country``: the key of ``tieback report explain``."""
    groups: tuple[FigureGroup, ...]
    """Groups with the most exposed stores first."""
    left_out: int = 0
    """Number of groups not shown."""


class CloserLook(msgspec.Struct, frozen=True):
    """The exposed stores whose fields were described. They are part of the totals, not an addition to them."""

    apps: int
    stores: int
    records: Figure
    bytes: Figure


class ExposureHistory(msgspec.Struct, frozen=True):
    """Current state of stores that allowed unauthenticated access in earlier runs of this workspace."""

    since: str
    """Date of the first of those runs, ISO 8601."""
    runs: int
    before: int
    """Distinct stores that they found open."""
    still_open: int
    remediated: int
    """Responded again, and denied access."""
    unconfirmed: int
    """Did not respond, or were not probed."""


class Breakdown(msgspec.Struct, frozen=True):
    """Exposed stores by kind, for charts."""

    cells: tuple[tuple[str, str, Figure], ...]
    """Product, class of personal data, and the records with it; every combination that occurs."""
    apps: tuple[tuple[str, int], ...]
    """Severity of the worst store that an app leads to, and the number of apps; most severe first."""
    created: tuple[tuple[str, int], ...]
    """Year or range of years, and the number of stores whose oldest container is from then; in order."""
    undated: int
    """Exposed stores without a date; also 0 if the audience must not see it."""


class SharedStore(msgspec.Struct, frozen=True):
    """One of the stores that the most apps lead to."""

    exposure: str
    apps: int
    """Number of apps that lead there, two or more."""
    first: tuple[str, ...]
    """Content hashes of some of them, sorted."""
