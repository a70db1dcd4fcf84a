"""Figures of the index of a run, which its pages show, and what its tables have in common."""

import msgspec

from tieback.model.report.headline import Headline
from tieback.model.report.scope import RunScope
from tieback.model.report.used import DataUsed
from tieback.pipeline.views.records import FoundStore

MOST_WORST = 10
MOST_PARTLY_READ = 200
PLACES = "places.npy"
"""File with the place of each app of the evidence graph in the list of apps, by node."""
UNPLACED = 2**31 - 1
"""Place of a node that the list of apps does not have: the largest of 32 bits."""


class PartlyReadCapture(msgspec.Struct, frozen=True, kw_only=True):
    """A capture, archive or log with parts that were not read: it may have had more servers, apps and data."""

    path: str
    what: str
    """The parts, with their places."""
    damaged: bool
    """True if it is cut off or damaged."""


class RecipientFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What was readable in the captures of a run, and what pages of recipients need for their filters."""

    rows: int = 0
    flows: int = 0
    """Flows with servers."""
    read: int = 0
    """Flows in which content of an app was read."""
    with_data: int = 0
    """Those of them with personal data or credentials that the app sent."""
    longer: int = 0
    """Those of ``read`` with more than 4 KiB in one direction: of these, maybe only the beginning was searched."""
    unreadable: int = 0
    """Flows that are encrypted without keys: what was sent in them is unknown, not nothing."""
    quic: int = 0
    """Those of ``unreadable`` that are QUIC, which is not decrypted, with or without keys."""
    not_sent: int = 0
    """Flows of which nothing was sent to the server: refused, without a connection, or answered from a cache."""
    captures_partly_read: int = 0
    """Captures with parts that were not read: what was sent there is unknown, not nothing."""
    partly_read: tuple[PartlyReadCapture, ...] = ()
    """The first of them, at most ``MOST_PARTLY_READ``."""
    received: tuple[str, ...] = ()
    """Classes of personal data and credentials that apps received in cleartext, sorted."""
    parties: tuple[tuple[str, int], ...] = ()
    classes: tuple[tuple[str, int], ...] = ()
    owners: tuple[tuple[str, int], ...] = ()
    declared: tuple[tuple[str, int], ...] = ()
    """Rows by what their apps declare."""


class DeclaredFigures(msgspec.Struct, frozen=True, kw_only=True):
    """What pages of declarations need for their filters."""

    rows: int = 0
    captures_partly_read: int = 0
    """Captures with parts that were not read: what was not seen may be there."""
    states: tuple[tuple[str, int], ...] = ()


class RunFigures(msgspec.Struct, frozen=True, kw_only=True):
    """The headline of a run, what it did not probe, and what pages need for their filters."""

    headline: Headline
    scope: RunScope | None
    """``None`` if there was no grant and nothing was contacted."""
    problems: int
    """Inputs that could not be read, and targets without a verdict."""
    unidentified: tuple[str, ...]
    """How many servers answered and are not known data stores, or demand a login first, as the report says it."""
    apps: int
    """Rows in the list of apps: also apps of captures that lead to a store."""
    backends: int
    backends_not_probed: int
    platforms: tuple[tuple[str, int], ...]
    vendors: tuple[tuple[str, int], ...]
    """The vendors with the most apps, at most ``MOST_FACETS``; likewise the next two for back ends."""
    providers: tuple[tuple[str, int], ...]
    owners: tuple[tuple[str, int], ...]
    parties: tuple[tuple[str, int], ...]
    data: tuple[DataUsed, ...]
    """Address data that the run used."""
    worst: tuple[FoundStore, ...]
    """The worst exposed stores, at most ``MOST_WORST``."""
