"""One matter with one vendor about one store: its state, its re-checks, and the lines of its log."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from tieback.model.exposure import Exposure
from tieback.model.figure import Figure


class CaseState(StrEnum):
    """Where a case stands."""

    FOUND = "found"
    """A scan saw it."""
    VERIFIED = "verified"
    """A second look, by a person or a re-check, saw it too."""
    NOTIFIED = "notified"
    """The vendor was told."""
    ACKNOWLEDGED = "acknowledged"
    FIX_CLAIMED = "fix_claimed"
    """The vendor says that it is closed; not yet re-checked."""
    FIXED = "fixed"
    """A re-check saw it closed."""
    STILL_OPEN = "still_open"
    """Said to be closed, or seen closed before, and a re-check got in."""
    CONTRADICTED = "contradicted"
    """The vendor attested in writing that it is secure, and a re-check got in."""
    DISPUTED = "disputed"
    """The vendor says that it is not theirs, or no exposure."""
    NO_RESPONSE = "no_response"
    ESCALATED = "escalated"
    HANDED_TO_CERT = "handed_to_cert"
    CLOSED = "closed"


class Verdict(StrEnum):
    """What a re-check found, in place of the store that the case is about."""

    FIXED = "fixed"
    """It asks who we are, refuses everyone, or is gone; every place of it was asked."""
    MOVED = "moved"
    """The same store lets strangers in at another place."""
    CLOSED_TO_US = "closed_to_us"
    """We do not get in, and others did after that: closed to our address alone."""
    EMPTIED = "emptied"
    """It lets strangers in and holds nothing any more."""
    WIPED = "wiped"
    RANSOMED = "ransomed"
    OPEN = "open"
    """As before; the figures say by how much it grew."""
    NAMES_ONLY = "names_only"
    """Records no longer answer, names still do."""
    UNREACHABLE = "unreachable"
    """No verdict: no answer, or not asked under this grant. Never taken for fixed."""


class Check(msgspec.Struct, frozen=True):
    """One re-check of one case."""

    verdict: Verdict
    time: datetime
    reasons: tuple[str, ...] = ()
    """One clause each, with the place."""
    where: tuple[str, ...] = ()
    """Places where strangers get in now."""
    records: Figure | None = None
    """Records that a stranger gets now."""
    bytes: Figure | None = None
    records_change: int | None = None
    """Compared with the store as the case was opened; ``None`` where either was not measured."""
    bytes_change: int | None = None


class CaseApp(msgspec.Struct, frozen=True):
    """An app of the vendor that leads to the store."""

    bundle_id: str
    name: str
    version: str
    platform: str
    sha256: str


class Case(msgspec.Struct, frozen=True):
    """One matter with one vendor about one store."""

    id: str
    """Of vendor and store: to open it twice changes nothing."""
    vendor: str
    state: CaseState
    opened: datetime
    since: datetime
    """When it came into its state."""
    store: Exposure
    """As it was when the case was opened: what re-checks compare with."""
    apps: tuple[CaseApp, ...] = ()
    due: date | None = None
    """When something is to happen next."""
    attested: date | None = None
    """When the vendor confirmed in writing that this store is secure."""
    channel: str = ""
    """How the vendor was told, such as ``email``, ``form``, ``cert``."""
    provider: str = ""
    """Who hosts the store."""
    reached: dict[str, datetime] = msgspec.field(default_factory=dict)
    """When each state was first reached."""
    check: Check | None = None
    """The latest re-check."""

    @property
    def active(self) -> bool:
        """Whether something is still to be done or watched."""
        return self.state is not CaseState.CLOSED


class LogLine(msgspec.Struct, frozen=True):
    """A line of the log of all cases; each carries the hash of the one before."""

    seq: int
    time: datetime
    subject: str
    """Id of the case or vendor."""
    event: str
    """``opened``, ``state``, ``check``, ``note``, ``attachment``, ``letter``, ``answer``, ``due``, ``edited``."""
    by: str
    """Who did it: a person's name, ``recheck``, ``watch``."""
    fields: dict[str, str]
    prev: str
    hash: str


class Entry(msgspec.Struct, frozen=True):
    """What is to become a line of the log."""

    subject: str
    event: str
    fields: dict[str, str]
    by: str = ""


class Letter(msgspec.Struct, frozen=True):
    """A letter that was written. Sending it is up to people."""

    id: str
    kind: str
    language: str
    vendor: str
    cases: tuple[str, ...]
    version: int
    """From 1; the same text again is the same version."""
    sha256: str
    """Of the text, UTF-8."""
    created: datetime
    subject: str
    text: str
    due: date | None = None
    files: tuple[tuple[str, str], ...] = ()
    """Names and SHA-256 of the files that were written."""
