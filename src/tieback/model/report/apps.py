"""Rows of a report about apps."""

import msgspec

from tieback.model.app import App
from tieback.model.device import AppStoreSummary
from tieback.model.sighting import Problem, Sighting, UnreadCode, UnreadKind, remarks


class AppSummary(msgspec.Struct, frozen=True):
    """Summary line and section of one app."""

    app: App
    path: str
    """Input as given by the user."""
    endpoints: int
    """Distinct endpoints that count as back ends."""
    exposures: tuple[str, ...]
    """IDs of exposures that it leads to."""
    has_api: bool
    """True if the app uses an HTTP API and does not contact the store directly."""
    problems: tuple[Problem, ...] = ()
    captured: bool = False
    """True if the app was not scanned: it is known only from a capture."""
    unread: tuple[UnreadCode, ...] = ()
    """Parts of the app that were not read; the app is then only partly read."""
    store: AppStoreSummary | None = None
    """What app stores state about it; ``None`` if nothing is known."""

    @property
    def damaged(self) -> bool:
        """True if its package is cut off or damaged."""
        return any(one.kind is UnreadKind.DAMAGED for one in self.unread)

    @property
    def failed(self) -> bool:
        """True if an error in tieback's own code ended the search of a part of it."""
        return any(one.kind is UnreadKind.FAILED for one in self.unread)

    @property
    def remarks(self) -> tuple[Problem, ...]:
        """The problems that are not in ``unread``."""
        return remarks(self.problems, self.unread)


class AppSighting(msgspec.Struct, frozen=True):
    """A row of the sightings table."""

    app_sha256: str
    path: str
    sighting: Sighting


class DroppedName(msgspec.Struct, frozen=True):
    """A name or address in an app that is not one of its back ends."""

    app_sha256: str
    value: str
    """Without credentials."""
    reason: str
