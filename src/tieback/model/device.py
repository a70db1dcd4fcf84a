"""The fleet: which apps are on which devices, as inventories tell it."""

from datetime import date
from enum import StrEnum

import msgspec


class DevicePlatform(StrEnum):
    """The operating system of a managed device. ``android`` and ``ios`` are written as in ``model.app.Platform``."""

    ANDROID = "android"
    IOS = "ios"
    """iPadOS too: apps are the same."""
    MACOS = "macos"
    WINDOWS = "windows"
    CHROMEOS = "chromeos"
    LINUX = "linux"
    UNKNOWN = "unknown"
    """The inventory does not say."""

    @property
    def mobile(self) -> bool:
        """Whether apps of this platform can be analysed; where nothing is said, they may be."""
        return self in {DevicePlatform.ANDROID, DevicePlatform.IOS, DevicePlatform.UNKNOWN}


class Ownership(StrEnum):
    """Whose device it is."""

    CORPORATE = "corporate"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


class Counted(StrEnum):
    """How a number of devices came about."""

    LISTED = "listed"
    """Each device stands in an inventory; it is counted once."""
    REPORTED = "reported"
    """An inventory gives the number; a device with two versions of an app may be in it twice."""
    UNKNOWN = "unknown"
    """An inventory names the app and no number."""


class Reported(msgspec.Struct, frozen=True):
    """One row of an inventory, as an importer reads it. Empty text: the inventory does not say."""

    platform: DevicePlatform = DevicePlatform.UNKNOWN
    bundle_id: str = ""
    name: str = ""
    version: str = ""
    publisher: str = ""
    store_id: str = ""
    """App Store's number or Google Play's package name."""
    signer: str = ""
    """SHA-256 of the signing certificate, lower-case hexadecimal."""
    device: str = ""
    """The inventory's own id of a device; empty where a row only counts devices."""
    device_name: str = ""
    user: str = ""
    ownership: Ownership = Ownership.UNKNOWN
    count: int | None = None
    """Devices, where the row only counts them."""
    in_house: bool = False
    """Whether the organisation distributes it itself, outside the public stores."""

    @property
    def key(self) -> str:
        """What makes it the same app in two rows: platform with bundle id, else store id, else name and publisher."""
        if self.bundle_id:
            # Apple compares bundle identifiers without regard to case, Android does not.
            ident = self.bundle_id if self.platform is DevicePlatform.ANDROID else self.bundle_id.lower()
            return f"{self.platform}:{ident}"
        if self.store_id:
            return f"{self.platform}#{self.store_id}"
        return f"{self.platform}~{self.name.casefold()}|{self.publisher.casefold()}"


class Device(msgspec.Struct, frozen=True):
    """A managed device, by a pseudonym."""

    id: str
    platform: DevicePlatform
    ownership: Ownership = Ownership.UNKNOWN
    source: str = ""
    user: str = ""
    """By a pseudonym too."""
    label: str = ""
    """The inventory's own id, kept only where the user asked for it."""


class Install(msgspec.Struct, frozen=True):
    """A version of an app on a device over a time; days are those of the inventories that say so."""

    device: Device
    version: str
    first_seen: date
    last_seen: date
    removed: date | None = None
    """Day of the first inventory that names the device without it."""


class FleetApp(msgspec.Struct, frozen=True):
    """An app of the fleet over all inventories."""

    id: int
    """In this workspace alone."""
    platform: DevicePlatform
    bundle_id: str
    name: str
    publisher: str
    store_id: str
    signer: str
    in_house: bool
    devices: int
    """That have it now."""
    counted: Counted
    sources: tuple[str, ...]
    first_seen: date
    last_seen: date
    removed: date | None = None
    """Since when no device is known to have it."""
    versions: tuple[tuple[str, int], ...] = ()
    """Version and devices that have it now, most devices first."""

    @property
    def label(self) -> str:
        """Name for people: the name, else what identifies it."""
        return self.name or self.bundle_id or self.store_id


class Strength(StrEnum):
    """What an app of the fleet and an analysed app have in common, the surest first."""

    BUNDLE_ID = "bundle_id"
    """Bundle identifier and platform."""
    STORE_ID = "store_id"
    SIGNER = "signer"
    """Signing certificate and name."""
    NAME_PUBLISHER = "name_publisher"
    NAME = "name"
    """The name alone, where one side tells no publisher."""

    @property
    def weak(self) -> bool:
        """Whether a person should look before acting on it."""
        return self in {Strength.NAME_PUBLISHER, Strength.NAME}


class Fleet(msgspec.Struct, frozen=True):
    """What a report says of the inventory."""

    apps: int
    """Mobile apps on some device now."""
    devices: int
    """Devices that inventories list now."""
    not_analysed: int
    """Of the apps."""
    devices_not_analysed: int
    """Devices of the most widespread app among those."""
