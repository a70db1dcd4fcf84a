"""Findings that a person set apart."""

import msgspec

from tieback.model.exposure import Finding


class Suppression(msgspec.Struct, frozen=True):
    """A decision to accept a finding. All of the last four fields that are not empty must match."""

    reason: str
    author: str
    expires: str
    """ISO 8601 date: the last day on which it is valid."""
    finding: str = ""
    """ID of a finding."""
    rule: str = ""
    app: str = ""
    """Pattern with ``*`` for bundle identifiers."""
    store: str = ""
    """Pattern with ``*`` for a store's ID, target or address."""


class SuppressedFinding(msgspec.Struct, frozen=True):
    """A suppressed finding, which is listed separately."""

    finding: Finding
    by: Suppression
