"""Three numbers instead of one: not encrypted at rest, with the provider's key, with the customer's; and who is public.

Every share stands beside what it is a share of. A resource of which nothing is known is in no share: it is counted as
unknown, in sight. Snapshots, buckets and what stands in templates alone are counted apart from hosted databases.
"""

from collections.abc import Iterator

import msgspec

from tieback.model.resource import Answer, AtRest, Resource, ResourceKind

FIGURE_2017 = 82
"""Per cent of hosted databases that a report of 2017 found unencrypted."""
METHOD = (
    "The 82 % of 2017 are one figure over all hosted databases, whatever encrypts them by default and whoever reaches"
    " them. Here three figures stand apart (not encrypted, provider's key, customer's key), by engine, provider and "
    "account; a service that always encrypts cannot count as unencrypted; each share is of the databases whose state "
    "is known, and those of unknown state are counted beside it. An encrypted disk protects nobody from a database "
    "that answers strangers: that is why the same figures follow for what the Internet reaches."
)


class Keys(msgspec.Struct):
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

    def add(self, at_rest: AtRest) -> None:
        """Count one."""
        setattr(self, at_rest.value, getattr(self, at_rest.value) + 1)


class Share(msgspec.Struct):
    """How many of those of which it is known."""

    yes: int = 0
    no: int = 0
    unknown: int = 0

    @property
    def known(self) -> int:
        """The denominator."""
        return self.yes + self.no

    def add(self, answer: Answer) -> None:
        """Count one."""
        setattr(self, answer.value, getattr(self, answer.value) + 1)


class Numbers(msgspec.Struct):
    """The figures of one group of resources."""

    by: str
    """``all``, ``provider``, ``account`` or ``engine``."""
    name: str
    kind: ResourceKind
    planned: bool = False
    resources: int = 0
    at_rest: Keys = msgspec.field(default_factory=Keys)
    public: Share = msgspec.field(default_factory=Share)
    """Reachable from the Internet: flag and route and port."""
    public_at_rest: Keys = msgspec.field(default_factory=Keys)
    """Encryption of those that are."""
    restorable: Share = msgspec.field(default_factory=Share)
    """Snapshots that everybody may restore."""
    authentication: Share = msgspec.field(default_factory=Share)
    tls: Share = msgspec.field(default_factory=Share)
    """Whether TLS is insisted on."""
    backups: Share = msgspec.field(default_factory=Share)
    logging: Share = msgspec.field(default_factory=Share)

    def add(self, resource: Resource) -> None:
        """Count one."""
        self.resources += 1
        self.at_rest.add(resource.at_rest)
        self.authentication.add(resource.authentication)
        self.tls.add(resource.in_transit)
        self.logging.add(resource.logging)
        if resource.kind is ResourceKind.SNAPSHOT:
            self.restorable.add(resource.backups_public)
            return
        self.backups.add(resource.backups)
        self.public.add(resource.public)
        if resource.public is Answer.YES:
            self.public_at_rest.add(resource.at_rest)


class Tally:
    """Counts resources as they come; holds no more than the groups."""

    def __init__(self) -> None:
        self._groups: dict[tuple[ResourceKind, bool, str, str], Numbers] = {}

    def add(self, resource: Resource) -> None:
        """Count one; a machine is no hosted store and is left out."""
        if resource.kind is ResourceKind.HOST:
            return
        for by, name in (
            ("all", ""),
            ("provider", resource.provider),
            ("account", f"{resource.provider} {resource.account or '?'}"),
            ("engine", resource.product or resource.service or "?"),
        ):
            key = (resource.kind, resource.planned, by, name)
            group = self._groups.get(key)
            if group is None:
                group = self._groups[key] = Numbers(by, name, resource.kind, resource.planned)
            group.add(resource)

    def rows(self) -> Iterator[Numbers]:
        """Every group: databases first, the whole before its parts, the largest first."""
        order = {kind: place for place, kind in enumerate(ResourceKind)}
        levels = {"all": 0, "provider": 1, "engine": 2, "account": 3}
        yield from sorted(
            self._groups.values(),
            key=lambda one: (one.planned, order[one.kind], levels[one.by], -one.resources, one.name),
        )
