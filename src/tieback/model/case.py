"""A case: one vendor and one store, with its state, its re-checks, and its log entries."""

from datetime import date, datetime
from enum import StrEnum

import msgspec

from tieback.model.exposure import Exposure
from tieback.model.figure import Figure
from tieback.model.grant import Depth


class CaseState(StrEnum):
    """State of a case."""

    FOUND = "found"
    """A scan found it."""
    VERIFIED = "verified"
    """A second check, by a person or a re-check, confirmed it."""
    NOTIFIED = "notified"
    """The vendor was notified."""
    ACKNOWLEDGED = "acknowledged"
    FIX_CLAIMED = "fix_claimed"
    """The vendor reports a fix; not yet re-checked."""
    FIXED = "fixed"
    """A re-check found it closed."""
    STILL_OPEN = "still_open"
    """Reported as fixed or seen closed before, but a re-check found it open."""
    CONTRADICTED = "contradicted"
    """The vendor attested in writing that it is secure, but a re-check found it open."""
    DISPUTED = "disputed"
    """The vendor disputes the ownership or the exposure."""
    NO_RESPONSE = "no_response"
    ESCALATED = "escalated"
    HANDED_TO_CERT = "handed_to_cert"
    CLOSED = "closed"


class RecheckVerdict(StrEnum):
    """Result of a re-check of the store."""

    FIXED = "fixed"
    """Closed in two re-checks, hours apart, and no open store that was searched has its strong identity."""
    CLOSED = "closed"
    """Every location of it requires authentication, refuses everyone, or is gone. A later re-check can confirm that it
    is fixed."""
    CLOSED_AT_KNOWN_PLACES = "closed_at_known_places"
    """As ``closed``, but nothing identifies the store elsewhere, so it is never called fixed: it may have moved."""
    MOVED = "moved"
    """The store with the same strong identity allows unauthenticated access at another location."""
    CLOSED_TO_US = "closed_to_us"
    """Our access is denied, but others had access later: closed only to our address."""
    EMPTIED = "emptied"
    """It allows unauthenticated access, but contains nothing any more."""
    WIPED = "wiped"
    RANSOMED = "ransomed"
    OPEN = "open"
    """As before; the figures show the growth."""
    NAMES_ONLY = "names_only"
    """Records are no longer readable, but names are."""
    UNREACHABLE = "unreachable"
    """No verdict: no response, or not covered by this grant. Never counted as fixed."""

    @property
    def closed(self) -> bool:
        """True if every known place was closed, even if the store is not called fixed yet."""
        return self in (RecheckVerdict.FIXED, RecheckVerdict.CLOSED, RecheckVerdict.CLOSED_AT_KNOWN_PLACES)


class Comparison(msgspec.Struct, frozen=True):
    """Personal data and credential fields of an open store, compared with those when its case was opened."""

    depth: Depth
    """Depth of the first look, at which both are compared."""
    fewer: tuple[str, ...] = ()
    """Classes of personal data that are gone, apart from credentials."""
    more: tuple[str, ...] = ()
    """New classes."""
    credentials_gone: tuple[str, ...] = ()
    """Fields with credentials that are gone, with their container."""
    credentials: tuple[str, ...] = ()
    """Fields with credentials that are still there."""
    unclear: tuple[str, ...] = ()
    """Classes that were not found again in containers that were described less."""
    why_not: str = ""
    """Why nothing was compared; empty if it was."""


class Recheck(msgspec.Struct, frozen=True):
    """One re-check of one case."""

    verdict: RecheckVerdict
    """Result of the re-check."""
    time: datetime
    """When it was checked (UTC)."""
    reasons: tuple[str, ...] = ()
    """Reasons, one clause each, with the location."""
    where: tuple[str, ...] = ()
    """Locations that allow unauthenticated access now."""
    records: Figure | None = None
    """Records readable without authentication now."""
    bytes: Figure | None = None
    """Bytes readable without authentication now."""
    records_change: int | None = None
    """Change since the case was opened; ``None`` if the figures prove none, such as two lower bounds."""
    bytes_change: int | None = None
    """Change of the bytes since the case was opened; ``None`` if the figures prove none."""
    closed_since: datetime | None = None
    """Time of the first of the consecutive re-checks that found it closed; ``None`` if this one did not."""
    closed_before: datetime | None = None
    """If this re-check did not decide: time of the last one that found it closed; ``None`` if a later one found it
    open, or if none found it closed."""
    alike: tuple[str, ...] = ()
    """Locations of an open store that may be this one; nothing proves it."""
    compared: Comparison | None = None
    """``None`` if the store is not open any more, or contains none of its data."""


class PartyRole(StrEnum):
    """Role of a further party of a case."""

    VENDOR = "vendor"
    """Another vendor concerned."""
    PROVIDER = "provider"
    """Runs the host or the network."""
    COORDINATOR = "coordinator"
    """A CERT or another coordinator."""


class PartyState(StrEnum):
    """State of a further party."""

    NOT_INFORMED = "not_informed"
    INFORMED = "informed"
    ACKNOWLEDGED = "acknowledged"
    DONE = "done"
    """It did its part, or needs nothing more."""
    DECLINED = "declined"
    NO_RESPONSE = "no_response"


class CaseParty(msgspec.Struct, frozen=True):
    """A further party of a case; the vendor that answers for the store has the state of the case."""

    name: str
    """Name of the party."""
    role: PartyRole
    """Its part in the case."""
    since: datetime
    """When it entered its state."""
    state: PartyState = PartyState.NOT_INFORMED
    """State of this party."""
    contact: str = ""
    """Where it is informed; empty if unknown."""
    due: date | None = None
    """Due date of its answer."""
    letter: str = ""
    """ID of the letter that informed it last."""


class UnfixedClosing(msgspec.Struct, frozen=True):
    """A person closed the case although no re-check found the store closed."""

    time: datetime
    """When it was closed (UTC)."""
    by: str
    """Person who closed it."""
    reason: str
    """Reason, as the person stated it."""
    verdict: RecheckVerdict | None
    """Verdict of the latest re-check; ``None`` if there was none."""


class LetterDates(msgspec.Struct, frozen=True):
    """Dates that a letter states. Once it was sent, they are those of its cases."""

    acknowledge: date
    """By when the vendor acknowledges receipt."""
    close: date
    """By when the vendor closes access; always later."""
    share: date
    """Until this day, we inform neither a hosting provider nor a CERT."""
    publish: date
    """Until this day, we publish nothing about the case."""


class Confirmation(msgspec.Struct, frozen=True):
    """A person confirmed an experimental verdict."""

    day: date
    """Day of the confirmation, UTC."""
    by: str
    """Person who confirmed it."""
    file: str
    """Name of the evidence; a copy is in ``attachments/`` under its hash."""
    sha256: str
    """SHA-256 of the evidence."""


class CaseApp(msgspec.Struct, frozen=True):
    """An app that leads to the store."""

    bundle_id: str
    """Identifier of the app: application ID or bundle identifier."""
    name: str
    """Name of the app."""
    version: str
    """Version of the app; empty if unknown."""
    platform: str
    """Platform of the app."""
    sha256: str
    """SHA-256 of the package."""


class Case(msgspec.Struct, frozen=True):
    """A disclosure case: one vendor and one store."""

    id: str
    """Derived from vendor and store: opening a case twice has no effect."""
    vendor: str
    """ID of the vendor."""
    state: CaseState
    """State of the case."""
    opened: datetime
    """When the case was opened (UTC)."""
    since: datetime
    """When it entered its state."""
    store: Exposure
    """The store when the case was opened; re-checks compare with it."""
    apps: tuple[CaseApp, ...] = ()
    """Apps of the vendor that lead to the store."""
    due: date | None = None
    """Due date of the next action."""
    attested: date | None = None
    """When the vendor confirmed in writing that this store is secure."""
    channel: str = ""
    """How the vendor was notified, such as ``email``, ``form``, ``cert``."""
    provider: str = ""
    """Hosting provider of the store."""
    reached: dict[str, datetime] = msgspec.field(default_factory=dict)
    """When each state was first reached."""
    check: Recheck | None = None
    """The latest re-check."""
    parties: tuple[CaseParty, ...] = ()
    """Further parties, each with its own state and letters."""
    late: date | None = None
    """The due day whose passing was reported; another due day is reported again."""
    unfixed: tuple[UnfixedClosing, ...] = ()
    """Each time at which it was closed without a fix. They stay for ever."""
    owner: str = ""
    """Owner of the back end, as the evidence graph names it; host letters name it. Empty if unknown."""
    also: tuple[CaseApp, ...] = ()
    """Apps of other vendors that also lead to the store. Letters do not name them, and their vendors get no details."""
    dates: LetterDates | None = None
    """Those of the last letter that was sent."""
    shared: date | None = None
    """When a hosting provider or a CERT was informed."""
    confirmed: Confirmation | None = None
    """Who confirmed an experimental verdict."""
    places: tuple[str, ...] = ()
    """Locations, besides ``store.targets``, at which a re-check or a later scan saw the store. A re-check probes them
    like the first ones."""
    suspects: tuple[str, ...] = ()
    """Locations at which a re-check or a later scan saw a store that may be this one. The case cannot become fixed
    before these are closed, too."""

    @property
    def unconfirmed(self) -> bool:
        """True if the verdict is experimental and nobody confirmed it: no letter is written."""
        return self.store.experimental and self.confirmed is None

    def silent_until(self, today: date) -> date | None:
        """The day until which a letter promises to inform no provider or CERT; ``None`` if no promise is in force.

        A vendor who says that the store is not theirs gives the promise back.
        """
        if self.dates is None or self.shared is not None or self.state is CaseState.DISPUTED:
            return None
        return self.dates.share if today <= self.dates.share else None

    def unpublished_until(self, today: date) -> date | None:
        """The day before which a letter promises to publish nothing; ``None`` if no promise is in force."""
        return self.dates.publish if self.dates is not None and today < self.dates.publish else None

    @property
    def all_places(self) -> tuple[str, ...]:
        """Every location of the store: the first ones, then those that were seen later."""
        return tuple(dict.fromkeys((*self.store.targets, *self.places)))

    @property
    def seen_closed(self) -> datetime | None:
        """Time of the re-check that found the store closed; ``None`` if none did, or if a later one found it open.

        A later re-check without a verdict does not open the store again.
        """
        if self.check is None:
            return None
        return self.check.time if self.check.verdict.closed else self.check.closed_before

    @property
    def open_places(self) -> tuple[str, ...]:
        """Locations that were open in the latest re-check; all of them if none decided; none if it was closed."""
        if self.check is not None and self.check.where:
            return self.check.where
        return self.all_places if self.seen_closed is None else ()

    @property
    def active(self) -> bool:
        """True if the case still needs action or watching."""
        return self.state is not CaseState.CLOSED


class LogLine(msgspec.Struct, frozen=True):
    """An entry of the log of all cases; each contains the hash of the previous one."""

    seq: int
    """Number of the entry, from 1, without gaps."""
    time: datetime
    """When it was written (UTC)."""
    subject: str
    """ID of the case or vendor."""
    event: str
    """``opened``, ``state``, ``check``, ``note``, ``attachment``, ``letter``, ``answer``, ``due``, ``edited``."""
    by: str
    """Author: a person's name, ``recheck``, or ``watch``."""
    fields: dict[str, str]
    """Facts of the event, by name."""
    prev: str
    """Hash of the previous entry."""
    hash: str
    """Hash of this entry, which includes ``prev``."""


class NewLogLine(msgspec.Struct, frozen=True):
    """A new log entry before it is written."""

    subject: str
    event: str
    fields: dict[str, str]
    by: str = ""


class Letter(msgspec.Struct, frozen=True):
    """A letter that was written. People send it."""

    id: str
    """ID of the letter."""
    kind: str
    """Kind of the letter, as ``tieback letter write`` names it."""
    language: str
    """Language of the text."""
    vendor: str
    """ID of the vendor."""
    cases: tuple[str, ...]
    """IDs of the cases that it is about."""
    version: int
    """Starts at 1; an unchanged text keeps its version."""
    sha256: str
    """Hash of the UTF-8 text."""
    created: datetime
    """When it was written (UTC)."""
    subject: str
    """Subject line."""
    text: str
    """The whole text."""
    due: date | None = None
    """Day by which it requests an answer; ``None`` if it requests none."""
    to: str = ""
    """Recipient, if it is not the vendor; a party of its cases may have this name."""
    dates: LetterDates | None = None
    """The dates that it states; ``None`` if it is about no case."""
    files: tuple[tuple[str, str], ...] = ()
    """Names and SHA-256 of the files written."""
    watched: date | None = None
    """Day until which it promises further re-checks; ``None`` if it promises none."""
