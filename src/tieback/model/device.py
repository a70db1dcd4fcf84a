"""The fleet: which apps are where."""

from datetime import datetime

import msgspec

from tieback.model.app import Platform


class Device(msgspec.Struct, frozen=True):
    """A managed device, by a pseudonym."""

    id: str
    platform: Platform
    ownership: str = ""
    """``corporate``, ``personal``, or empty."""
    source: str = ""


class Install(msgspec.Struct, frozen=True):
    """An app on a device over a time."""

    device: str
    bundle_id: str
    version: str
    first_seen: datetime
    last_seen: datetime
    removed: datetime | None = None
