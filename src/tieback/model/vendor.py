"""Who answers for an app or host, what was asked, and its state."""

from datetime import date
from enum import StrEnum

import msgspec


class Vendor(msgspec.Struct, frozen=True):
    """An organisation that answers for apps or hosts."""

    id: str
    name: str
    domains: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    """E-mail addresses or URLs, the best first (RFC 9116 order where security.txt gives one)."""
    signers: tuple[str, ...] = ()
    """SHA-256 of signing certificates."""


class CaseState(StrEnum):
    """Where a case stands."""

    NEW = "new"
    ASKED = "asked"
    ANSWERED = "answered"
    ATTESTED = "attested"
    """The vendor says that it is fixed; not yet re-checked."""
    FIXED = "fixed"
    """A re-check saw it closed."""
    STILL_OPEN = "still_open"
    ATTESTED_STILL_OPEN = "attested_still_open"
    CLOSED = "closed"


class Case(msgspec.Struct, frozen=True):
    """One matter with one vendor."""

    id: str
    vendor: str
    exposures: tuple[str, ...]
    state: CaseState
    opened: date
    due: date | None = None
    note: str = ""
