"""Counts of a posture import: unencrypted, provider key, customer key, and public access.

A resource without facts is listed as unknown. Snapshots, buckets and resources that are only in templates are counted
separately from hosted databases.
"""

from collections.abc import Iterator

from tieback.model.posture import EncryptionCounts, ResourceFigures, YesNoCounts
from tieback.model.resource import Resource, ResourceKind, TriState

FIGURE_2017 = 82
"""Percentage of hosted databases that a report of 2017 found unencrypted."""
METHOD = (
    "The 82 % of 2017 is one figure over all hosted databases, regardless of default encryption and public access. "
    "Here, three figures are separate (not encrypted, provider's key, customer's key), by engine, provider and "
    "account. A service that always encrypts cannot count as unencrypted. Each share is of all databases; those of "
    "unknown state are counted separately. Encryption at rest does not protect a database that "
    "allows unauthenticated access, so the same figures follow for the databases that the Internet can reach."
)


class _Group:
    """Counts of one group."""

    def __init__(self) -> None:
        self.resources = 0
        self.of: dict[str, dict[str, int]] = {}

    def add(self, resource: Resource) -> None:
        """Count one resource."""
        self.resources += 1
        self._count("at_rest", resource.at_rest)
        self._count("authentication", resource.authentication)
        self._count("tls", resource.in_transit)
        self._count("logging", resource.logging)
        if resource.kind is ResourceKind.SNAPSHOT:
            self._count("restorable", resource.backups_public)
            return
        self._count("backups", resource.backups)
        self._count("public", resource.public)
        if resource.public is TriState.YES:
            self._count("public_at_rest", resource.at_rest)

    def _count(self, what: str, value: str) -> None:
        counts = self.of.setdefault(what, {})
        counts[value] = counts.get(value, 0) + 1

    def numbers(self, kind: ResourceKind, by: str, name: str, *, planned: bool) -> ResourceFigures:
        """The counts as a report row."""
        return ResourceFigures(
            by,
            name,
            kind,
            planned,
            self.resources,
            at_rest=EncryptionCounts(**self._of("at_rest")),
            public=YesNoCounts(**self._of("public")),
            public_at_rest=EncryptionCounts(**self._of("public_at_rest")),
            restorable=YesNoCounts(**self._of("restorable")),
            authentication=YesNoCounts(**self._of("authentication")),
            tls=YesNoCounts(**self._of("tls")),
            backups=YesNoCounts(**self._of("backups")),
            logging=YesNoCounts(**self._of("logging")),
        )

    def _of(self, what: str) -> dict[str, int]:
        return self.of.get(what, {})


class ResourceTally:
    """Counts a stream of resources; memory grows only with the number of groups."""

    def __init__(self) -> None:
        self._groups: dict[tuple[ResourceKind, bool, str, str], _Group] = {}

    def add(self, resource: Resource) -> None:
        """Count one resource; a machine is not a hosted store and is left out."""
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
                group = self._groups[key] = _Group()
            group.add(resource)

    def rows(self) -> Iterator[ResourceFigures]:
        """Every group: databases first, totals before their parts, the largest first."""
        order = {kind: place for place, kind in enumerate(ResourceKind)}
        levels = {"all": 0, "provider": 1, "engine": 2, "account": 3}
        yield from sorted(
            (group.numbers(kind, by, name, planned=plan) for (kind, plan, by, name), group in self._groups.items()),
            key=lambda one: (one.planned, order[one.kind], levels[one.by], -one.resources, one.name),
        )
