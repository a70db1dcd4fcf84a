"""The view from inside the owner's cloud accounts, as reports tell it: three numbers, and the join with the outside."""

from enum import StrEnum

import msgspec

from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.model.probe import Access
from tieback.model.resource import AtRest, Resource, ResourceKind

RULES = "posture-"
"""What the names of the rules begin with that tell of the owner's accounts: no other audience is told of them."""


class Keys(msgspec.Struct, frozen=True):
    """Resources by encryption at rest."""

    none: int = 0
    provider_key: int = 0
    customer_key: int = 0
    encrypted: int = 0
    """Encrypted; whose key, is not told."""
    unknown: int = 0

    @property
    def known(self) -> int:
        """The denominator of each share."""
        return self.none + self.provider_key + self.customer_key + self.encrypted

    @property
    def total(self) -> int:
        """With those of which nothing is known."""
        return self.known + self.unknown

    def share(self, count: int) -> float | None:
        """Per cent of the known ones; ``None`` where none is known."""
        return 100 * count / self.known if self.known else None


class Share(msgspec.Struct, frozen=True):
    """Numbers of yes, no and unknown."""

    yes: int = 0
    no: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """The denominator."""
        return self.yes + self.no

    @property
    def total(self) -> int:
        """With those of which nothing is known."""
        return self.known + self.unknown


class Numbers(msgspec.Struct, frozen=True):
    """The figures of one group of resources."""

    by: str
    """``all``, ``provider``, ``account`` or ``engine``."""
    name: str
    kind: ResourceKind
    planned: bool = False
    """In templates alone, not deployed."""
    resources: int = 0
    at_rest: Keys = Keys()
    public: Share = Share()
    """Reachable from the Internet: flag and route and port."""
    public_at_rest: Keys = Keys()
    """Encryption of those that are."""
    restorable: Share = Share()
    """Snapshots that everybody may restore."""
    authentication: Share = Share()
    tls: Share = Share()
    """Whether TLS is insisted on."""
    backups: Share = Share()
    logging: Share = Share()


class How(StrEnum):
    """What a resource and a store have in common, most certain first."""

    NAME = "name"
    CLOUD_ID = "cloud_id"
    CERTIFICATE = "certificate"
    """The name in the certificate that the store showed: what an app calls it may be an alias."""
    ADDRESS = "address"


class Store(msgspec.Struct, frozen=True):
    """Summary of a store as seen from outside."""

    id: str
    product: str
    access: Access
    exposed: bool
    severity: Severity
    records: Figure
    targets: tuple[str, ...]
    pii: tuple[str, ...]
    apps: tuple[str, ...]
    """Content hashes of the apps that lead to it."""
    cleartext: bool


class AppName(msgspec.Struct, frozen=True):
    """An app with its display name and the devices that have it."""

    sha256: str
    label: str
    bundle_id: str
    devices: int | None = None
    """``None`` where no inventory tells."""


class Owned(msgspec.Struct, frozen=True):
    """A resource of a cloud account that was probed, named by an app, or both."""

    resource: Resource
    how: How
    stores: tuple[Store, ...]
    """Those that answered a probe; empty where apps name it and nothing was asked or answered."""
    endpoints: tuple[str, ...]
    """What apps call it."""
    apps: tuple[AppName, ...] = ()
    says: str = ""


class Unseen(msgspec.Struct, frozen=True):
    """A resource that is public according to its account, but that no probe or app led to."""

    resource: Resource
    says: str = ""


class Foreign(msgspec.Struct, frozen=True):
    """A store that is open from outside and is in no imported account: forgotten, or owned by another party."""

    store: Store
    provider: str
    """As its name tells; empty where it does not."""
    account: str
    ours: bool
    """Whether that account, project or bucket is one of an imported account all the same."""
    apps: tuple[AppName, ...] = ()
    says: str = ""


def badness(resource: Resource) -> int:
    """How bad it is that a resource is public, to put the worst first: no login, no encryption, no TLS."""
    return 4 * (resource.authentication == "no") + 2 * (resource.at_rest is AtRest.NONE) + (resource.in_transit == "no")


class PostureExport(msgspec.Struct, frozen=True):
    """An export that the figures are based on."""

    source: str
    """Which tool or export it is of."""
    path: str
    """As the user named it."""
    seen: str
    """The moment that its statements are of where they name none, ISO 8601."""
    missed: int = 0
    """What it says could not be collected: unknown, and never a pass."""
    incomplete: str = ""
    """Why it is not whole; empty where it is."""


class Posture(msgspec.Struct, frozen=True):
    """Data stores according to the owner's accounts, next to what was seen of them from outside."""

    numbers: tuple[Numbers, ...]
    """Databases first, the whole before its parts, the largest first."""
    figure_2017: int
    """Per cent of hosted databases that a report of 2017 found unencrypted."""
    method: str
    """Why that figure and these are two things."""
    resources: int
    accounts: int | None = None
    """``None`` here and below, and no rows, where this audience is not told."""
    owned: tuple[Owned, ...] = ()
    """Resources that the outside knows, the worst first; the most telling where there are many."""
    owned_total: int | None = None
    leaking: int | None = None
    """Of these, those that show records to strangers."""
    unseen: tuple[Unseen, ...] = ()
    """Public by their account's word, and nothing outside led there; the worst of them."""
    unseen_total: int | None = None
    foreign: tuple[Foreign, ...] = ()
    """Open outside, and in none of the accounts."""
    foreign_total: int | None = None
    exports: tuple[PostureExport, ...] = ()
