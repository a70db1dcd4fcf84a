"""The internal view of the owner's cloud accounts in reports: encryption figures, and the join with the scan."""

from enum import StrEnum

import msgspec

from tieback.model.exposure import Severity
from tieback.model.figure import Figure
from tieback.model.probe import Access
from tieback.model.resource import AtRest, Resource, ResourceKind

RULES = "posture-"
"""Name prefix of rules about the owner's accounts: only the internal audience sees their findings."""


class EncryptionCounts(msgspec.Struct, frozen=True):
    """Number of resources by encryption at rest."""

    none: int = 0
    provider_key: int = 0
    customer_key: int = 0
    encrypted: int = 0
    """Encrypted, with an unknown key."""
    unknown: int = 0

    @property
    def known(self) -> int:
        """Resources with known encryption."""
        return self.none + self.provider_key + self.customer_key + self.encrypted

    @property
    def total(self) -> int:
        """All resources, including those with unknown encryption."""
        return self.known + self.unknown

    def share(self, count: int) -> float | None:
        """Per cent of the known resources; ``None`` if none is known."""
        return 100 * count / self.known if self.known else None


class YesNoCounts(msgspec.Struct, frozen=True):
    """Numbers of yes, no and unknown."""

    yes: int = 0
    no: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """Resources with a known answer."""
        return self.yes + self.no

    @property
    def total(self) -> int:
        """All resources, including those with an unknown answer."""
        return self.known + self.unknown


class ResourceFigures(msgspec.Struct, frozen=True):
    """The figures of one group of resources."""

    by: str
    """``all``, ``provider``, ``account`` or ``engine``."""
    name: str
    kind: ResourceKind
    planned: bool = False
    """Only in templates, not deployed."""
    resources: int = 0
    at_rest: EncryptionCounts = EncryptionCounts()
    public: YesNoCounts = YesNoCounts()
    """Reachable from the Internet, by flag, route and port."""
    public_at_rest: EncryptionCounts = EncryptionCounts()
    """Encryption at rest of the public ones."""
    restorable: YesNoCounts = YesNoCounts()
    """Snapshots that anyone may restore."""
    authentication: YesNoCounts = YesNoCounts()
    tls: YesNoCounts = YesNoCounts()
    """TLS enforced."""
    backups: YesNoCounts = YesNoCounts()
    logging: YesNoCounts = YesNoCounts()


class ResourceMatch(StrEnum):
    """What a resource and a store have in common, most certain first."""

    NAME = "name"
    CLOUD_ID = "cloud_id"
    CERTIFICATE = "certificate"
    """The name in the certificate of the store; the name in the app may be an alias."""
    ADDRESS = "address"


class StoreSummary(msgspec.Struct, frozen=True):
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
    """``None`` without an inventory."""


class OwnedResource(msgspec.Struct, frozen=True):
    """A resource of a cloud account that was probed, named by an app, or both."""

    resource: Resource
    how: ResourceMatch
    stores: tuple[StoreSummary, ...]
    """Stores that responded to a probe; empty if apps only name the resource."""
    endpoints: tuple[str, ...]
    """Endpoints in apps that name it."""
    apps: tuple[AppName, ...] = ()
    says: str = ""


class UnprobedPublicResource(msgspec.Struct, frozen=True):
    """A resource that is public according to its account, but that no probe or app led to."""

    resource: Resource
    says: str = ""


class UnclaimedStore(msgspec.Struct, frozen=True):
    """A store that is open from outside and is in no imported account: forgotten, or owned by another party."""

    store: StoreSummary
    provider: str
    """From its name; empty if the name does not show it."""
    account: str
    ours: bool
    """True if its account, project or bucket nevertheless belongs to an imported account."""
    apps: tuple[AppName, ...] = ()
    says: str = ""


def rank_exposure(resource: Resource) -> int:
    """Sort key for public resources, worst first: no login, no encryption, no TLS."""
    return 4 * (resource.authentication == "no") + 2 * (resource.at_rest is AtRest.NONE) + (resource.in_transit == "no")


class PostureExport(msgspec.Struct, frozen=True):
    """An export that the figures are based on."""

    source: str
    """The exporting tool or format."""
    path: str
    """Path as given by the user."""
    seen: str
    """Time of statements without their own time, ISO 8601."""
    missed: int = 0
    """Number of items that the export could not collect: unknown, never a pass."""
    incomplete: str = ""
    """Why it is incomplete; empty if it is complete."""


class Posture(msgspec.Struct, frozen=True):
    """Data stores according to the owner's accounts, next to what was seen of them from outside."""

    numbers: tuple[ResourceFigures, ...]
    """Databases first; totals before their parts; largest first."""
    figure_2017: int
    """Per cent of hosted databases that a report of 2017 found unencrypted."""
    method: str
    """Why this figure and these figures are not directly comparable."""
    resources: int
    accounts: int | None = None
    """``None`` here and below, and no rows, if the audience must not see it."""
    owned: tuple[OwnedResource, ...] = ()
    """Resources that the scan knows, worst first; only the most important if there are many."""
    owned_total: int | None = None
    leaking: int | None = None
    """Of these, resources that expose records without authentication."""
    unseen: tuple[UnprobedPublicResource, ...] = ()
    """The worst public resources, according to their account, that no app or probe led to."""
    unseen_total: int | None = None
    foreign: tuple[UnclaimedStore, ...] = ()
    """Open stores in none of the accounts."""
    foreign_total: int | None = None
    exports: tuple[PostureExport, ...] = ()
