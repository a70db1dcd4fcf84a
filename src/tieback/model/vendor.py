"""Who answers for apps, and how to reach them."""

from datetime import date
from enum import StrEnum

import msgspec


class Contact(msgspec.Struct, frozen=True):
    """A way to reach a vendor."""

    address: str
    """An e-mail address or an ``https:`` or ``tel:`` URI, as RFC 9116 writes contacts."""
    source: str
    """``security.txt``, ``rdap``, ``store``, ``imported``, or ``operator`` where a person entered it."""


class Answer(StrEnum):
    """What a vendor's legal department answered to the assurance request."""

    NONE = "none"
    """Not asked, or no answer yet."""
    ATTESTED = "attested"
    """It confirms in writing that the back ends are secured."""
    PARTLY = "partly"
    """It confirms some of what was asked."""
    DECLINED = "declined"


class Vendor(msgspec.Struct, frozen=True):
    """An organisation that answers for apps."""

    id: str
    name: str
    domains: tuple[str, ...] = ()
    contacts: tuple[Contact, ...] = ()
    """The best first."""
    signers: tuple[str, ...] = ()
    """SHA-256 of signing certificates: what makes two apps of one vendor."""
    bundle_ids: tuple[str, ...] = ()
    """Apps without a signer of their own (none, or a key that everybody has) that belong to it."""
    language: str = "en"
    """Of its letters."""
    postal: str = ""
    """Postal address, lines joined by newlines."""
    asked: date | None = None
    """When the assurance request was sent."""
    due: date | None = None
    """By when its answer is asked for."""
    answer: Answer = Answer.NONE
    answered: date | None = None
    note: str = ""
