"""The fleet: apps on managed devices, from inventories."""

from collections.abc import Collection
from datetime import date
from enum import StrEnum

import msgspec


class DevicePlatform(StrEnum):
    """The operating system of a managed device. ``android`` and ``ios`` are spelled as in ``model.app.Platform``."""

    ANDROID = "android"
    IOS = "ios"
    """Includes iPadOS: it runs the same apps."""
    MACOS = "macos"
    WINDOWS = "windows"
    CHROMEOS = "chromeos"
    LINUX = "linux"
    UNKNOWN = "unknown"
    """The inventory does not state it."""

    @property
    def mobile(self) -> bool:
        """True if apps of this platform can be analysed; also true if the platform is unknown."""
        return self in {DevicePlatform.ANDROID, DevicePlatform.IOS, DevicePlatform.UNKNOWN}


class Ownership(StrEnum):
    """Owner of a device."""

    CORPORATE = "corporate"
    PERSONAL = "personal"
    UNKNOWN = "unknown"


class CountSource(StrEnum):
    """Source of a device count."""

    LISTED = "listed"
    """An inventory lists each device; it is counted once."""
    REPORTED = "reported"
    """An inventory gives a number; a device with two versions of an app may count twice."""
    UNKNOWN = "unknown"
    """An inventory names the app without a number."""


class InventoryRow(msgspec.Struct, frozen=True):
    """One row of an inventory, as parsed by an importer. Empty text means that the inventory does not state it."""

    platform: DevicePlatform = DevicePlatform.UNKNOWN
    bundle_id: str = ""
    name: str = ""
    version: str = ""
    publisher: str = ""
    store_id: str = ""
    """App Store ID or Google Play package name."""
    signer: str = ""
    """SHA-256 of the signing certificate, lower-case hexadecimal."""
    device: str = ""
    """Device ID of the inventory; empty if a row only counts devices."""
    device_name: str = ""
    user: str = ""
    ownership: Ownership = Ownership.UNKNOWN
    count: int | None = None
    """Number of devices, if the row only counts them."""
    in_house: bool = False
    """True if the organisation distributes the app itself, outside the public stores."""

    @property
    def key(self) -> str:
        """Identifies the same app in two rows: platform with bundle ID, else store ID, else name and publisher."""
        if self.bundle_id:
            # Bundle identifiers are case-insensitive on Apple platforms, but not on Android.
            ident = self.bundle_id if self.platform is DevicePlatform.ANDROID else self.bundle_id.lower()
            return f"{self.platform}:{ident}"
        if self.store_id:
            return f"{self.platform}#{self.store_id}"
        return f"{self.platform}~{self.name.casefold()}|{self.publisher.casefold()}"


class Device(msgspec.Struct, frozen=True):
    """A managed device, under a pseudonym."""

    id: str
    """Pseudonym of the device."""
    platform: DevicePlatform
    """Platform of the device."""
    ownership: Ownership = Ownership.UNKNOWN
    """Who owns it."""
    source: str = ""
    """Name of the inventory."""
    user: str = ""
    """Also a pseudonym."""
    label: str = ""
    """The inventory's own ID, stored only if the user requested it."""


class Install(msgspec.Struct, frozen=True):
    """A version of an app on a device over time; dates are those of the inventories."""

    device: Device
    """The device."""
    version: str
    """Version of the app; empty if unknown."""
    first_seen: date
    """Date of the first inventory that lists it."""
    last_seen: date
    """Date of the last inventory that lists it."""
    removed: date | None = None
    """Date of the first inventory that lists the device without the app."""


class FleetApp(msgspec.Struct, frozen=True):
    """An app of the fleet, over all inventories."""

    id: int
    """Valid only in this workspace."""
    platform: DevicePlatform
    """Platform of the devices."""
    bundle_id: str
    """Identifier of the app; empty if inventories have only its name."""
    name: str
    """Name in the inventories."""
    publisher: str
    """Publisher in the inventories; empty if unknown."""
    store_id: str
    """ID in the app store; empty if unknown."""
    signer: str
    """Signer in the inventories; empty if unknown."""
    in_house: bool
    """True if an inventory marks it as an app of the organisation."""
    devices: int
    """Devices that have it now."""
    counted: CountSource
    """Whether devices were listed, or only their number was reported."""
    sources: tuple[str, ...]
    """Names of the inventories."""
    first_seen: date
    """First day on which an inventory had it."""
    last_seen: date
    """Last day on which an inventory had it."""
    removed: date | None = None
    """Since when no known device has it."""
    versions: tuple[tuple[str, int], ...] = ()
    """Versions with the number of devices that have them now, most devices first."""
    ownership: dict[Ownership, int] = {}
    """Number of listed devices that have it now, by ownership."""
    merged: tuple[int, ...] = ()
    """Further rows of the ledger that describe this app, by ID."""

    @property
    def label(self) -> str:
        """Display name: the name, or else the identifier."""
        return self.name or self.bundle_id or self.store_id

    @property
    def rows(self) -> tuple[int, ...]:
        """All rows of the ledger that describe this app, by ID."""
        return (self.id, *self.merged)

    def on(self, ownership: Ownership | None) -> bool:
        """True if a device of this ownership has it now; ``None`` means any app."""
        return ownership is None or bool(self.ownership.get(ownership))


class MatchStrength(StrEnum):
    """The common property of a fleet app and an analysed app, strongest first."""

    BUNDLE_ID = "bundle_id"
    """Bundle identifier and platform."""
    STORE_ID = "store_id"
    SIGNER = "signer"
    """Signing certificate and name."""
    NAME_PUBLISHER = "name_publisher"
    NAME = "name"
    """Only the name, if one side names no publisher."""
    TEMPLATE_ID = "template_id"
    """The bundle identifier, which a template or a build tool writes into unrelated apps."""

    @property
    def weak(self) -> bool:
        """True if a person should check it before acting on it."""
        return self in {MatchStrength.NAME_PUBLISHER, MatchStrength.NAME, MatchStrength.TEMPLATE_ID}


class Fleet(msgspec.Struct, frozen=True):
    """The inventory section of a report."""

    apps: int
    """Mobile apps on some device now."""
    devices: int
    """Devices that inventories list now."""
    not_analysed: int
    """Number of these apps."""
    devices_not_analysed: int
    """Devices with the most widespread of these apps."""


class AppStoreState(StrEnum):
    """Whether an app store offers an app."""

    AVAILABLE = "available"
    REMOVED = "removed"
    """The store does not offer it any more, or never did."""
    UNKNOWN = "unknown"
    """There was no look-up, or it had no result."""


class AppStoreFact(msgspec.Struct, frozen=True):
    """What an app store stated about an app on a day, in one country."""

    platform: DevicePlatform
    """Platform of the app."""
    ident: str
    """Bundle identifier or store ID."""
    storefront: str = ""
    """Country or store, such as ``de`` or ``play``; empty if not stated."""
    state: AppStoreState = AppStoreState.UNKNOWN
    """Whether the store offers the app."""
    version: str = ""
    """Latest version in the store."""
    downloads: int | None = None
    """Lower bound, as Google Play states it."""
    category: str = ""
    """Category in the store; empty if not stated."""
    seen_on: date = date.min
    """Day of the statement."""
    last_available: date | None = None
    """Last day on which the store offered it, as far as known."""
    source: str = ""
    """File or command that stated it."""


class AppStoreSummary(msgspec.Struct, frozen=True):
    """What app stores state about an app, over all storefronts."""

    state: AppStoreState = AppStoreState.UNKNOWN
    """Available in one storefront, or removed from all that are known."""
    downloads: int | None = None
    """Lower bound; ``None`` if no store states it."""
    category: str = ""
    """From the latest look-up."""

    @classmethod
    def of(cls, facts: Collection[AppStoreFact]) -> "AppStoreSummary":
        """The summary of the facts about one app."""
        states = {fact.state for fact in facts}
        removed = AppStoreState.REMOVED if states == {AppStoreState.REMOVED} else AppStoreState.UNKNOWN
        named = [fact for fact in facts if fact.category]
        return cls(
            AppStoreState.AVAILABLE if AppStoreState.AVAILABLE in states else removed,
            max((fact.downloads for fact in facts if fact.downloads is not None), default=None),
            max(named, key=lambda fact: fact.seen_on).category if named else "",
        )
