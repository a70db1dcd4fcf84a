"""Passive evidence: what other tools reported. It is never a proof; our own probe supersedes it."""

import msgspec

from tieback.model.app import App
from tieback.model.figure import Figure
from tieback.model.probe import Access
from tieback.model.sighting import Sighting


class PassiveService(msgspec.Struct, frozen=True):
    """A service that another tool reported."""

    source: str
    """The reporting tool, such as ``shodan``."""
    seen: str
    """Time of the observation, ISO 8601 UTC to the second; empty if the report does not contain it."""
    address: str
    """Canonical address; empty if the report contains only a name or a resource."""
    port: int | None
    names: tuple[str, ...] = ()
    """Lower-case host names in the report, sorted."""
    service: str = ""
    """Name of our matching probe, such as ``mongodb``; empty if unknown or if we have no such probe."""
    product: str = ""
    """The report's own product name, at most 80 characters."""
    version: str = ""
    claims: Access = Access.UNKNOWN
    """The reported access state; ``unknown`` if the report only shows that something listens."""
    records: Figure | None = None
    bytes: Figure | None = None
    containers: tuple[str, ...] = ()
    """Names of databases and indices in the report; at most 100, no values."""
    resource: str = ""
    """A URL or cloud resource, if the report is about one, without query and credentials."""
    note: str = ""
    """The rule, module or template of the report, at most 160 characters."""

    @property
    def places(self) -> tuple[str, ...]:
        """Every ``host:port`` of the service, the address first; IPv6 in brackets."""
        if self.port is None:
            return ()
        hosts = (*((self.address,) if self.address else ()), *self.names)
        return tuple(f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}" for host in hosts)


class PassiveText(msgspec.Struct, frozen=True):
    """A text in an app's report that names an endpoint, before parsing."""

    source: str
    seen: str
    app: App
    """``sha256`` is empty if the report does not contain it."""
    text: str
    """A URL or a host."""
    where: str
    """File of the app, or part of the report."""
    how: str
    """The part of the report that contains it, such as ``urls``."""


class PassiveSighting(msgspec.Struct, frozen=True):
    """An endpoint that another tool reported for an app."""

    source: str
    seen: str
    app: App
    sighting: Sighting


class PassiveNote(msgspec.Struct, frozen=True):
    """A service that another tool reported, next to what this run knows of it: a row of the report's table."""

    service: PassiveService
    reached: tuple[str, ...]
    """Content hashes of the apps of this run that lead to its host, sorted, at most 1,000."""
    asked: str = ""
    """Result of our own probe at the same location, such as ``open``, or ``refused`` if nothing listens; empty if it
    was not probed or did not respond."""
    asked_on: str = ""
    """Date of that probe, ISO 8601."""

    @property
    def superseded(self) -> bool:
        """True if our own probe is at least as recent as the report, and replaces it."""
        return bool(self.asked) and self.asked_on >= self.service.seen[:10]
