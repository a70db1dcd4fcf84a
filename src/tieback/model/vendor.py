"""Vendors responsible for apps, and their contacts."""

from datetime import date
from enum import StrEnum

import msgspec

TEAM = "team:"
"""Before a team identifier among the signers of a vendor."""


def vendor_label(name: str, key: str) -> str:
    """The name of a vendor with what distinguishes it from others of this name: ``test (key 6c41b0d2)``.

    Args:
        name: its name.
        key: one of its signers, its ID in the register, or empty if it has none.
    """
    if key.startswith(TEAM):
        return f"{name} (team {key.removeprefix(TEAM)})"
    if key.startswith("v-"):
        return f"{name} ({key})"
    return f"{name} (key {key[:8]})" if key else f"{name} (no key)"


class Contact(msgspec.Struct, frozen=True):
    """A contact of a vendor."""

    address: str
    """An e-mail address or an ``https:`` or ``tel:`` URI, in the format of RFC 9116."""
    source: str
    """``security.txt``, ``rdap``, ``store``, ``imported``, or ``operator`` if entered by the user."""
    encryption: str = ""
    """URI of a key to encrypt with, from ``Encryption`` of the ``security.txt``; empty if it has none."""


class AssuranceAnswer(StrEnum):
    """A vendor's answer to the assurance request."""

    NONE = "none"
    """No request, or no answer yet."""
    ATTESTED = "attested"
    """Confirms in writing that the back ends are secured."""
    PARTLY = "partly"
    """Confirms a part of what was requested."""
    DECLINED = "declined"


class Vendor(msgspec.Struct, frozen=True):
    """An organisation responsible for apps."""

    id: str
    """ID of the vendor."""
    name: str
    """Name of the organisation."""
    domains: tuple[str, ...] = ()
    """Domains of the organisation."""
    contacts: tuple[Contact, ...] = ()
    """The best contact first."""
    signers: tuple[str, ...] = ()
    """They identify its apps: SHA-256 of signing certificates, or team identifiers of Apple (``team:A1B2C3D4E5``)."""
    bundle_ids: tuple[str, ...] = ()
    """Apps of the vendor without an own signer (none, or a key that signs apps of many makers). An app with the
    identifier of a template is listed by the SHA-256 of its package."""
    language: str = "en"
    """Language of its letters."""
    postal: str = ""
    """Postal address, lines joined by newlines."""
    asked: date | None = None
    """When the assurance request was sent."""
    due: date | None = None
    """Due date of its answer."""
    answer: AssuranceAnswer = AssuranceAnswer.NONE
    """Answer to the assurance request."""
    answered: date | None = None
    """Day of the answer; ``None`` without one."""
    note: str = ""
    """Note of a person."""
