"""Passive evidence: what others say they saw. Never a proof of ours; a probe of ours supersedes it."""

import msgspec

from tieback.model.app import App
from tieback.model.figure import Figure
from tieback.model.probe import Access
from tieback.model.sighting import Sighting


class PassiveService(msgspec.Struct, frozen=True):
    """A service that another tool's report says it saw."""

    source: str
    """Who says so, such as ``shodan``."""
    seen: str
    """When they saw it, ISO 8601 UTC to the second; empty where the report does not tell."""
    address: str
    """Canonical address; empty where the report gives a name or a resource only."""
    port: int | None
    names: tuple[str, ...] = ()
    """Lower-case host names that the report gives it, sorted."""
    service: str = ""
    """As a probe of ours is named, such as ``mongodb``; empty where the report does not tell or names another."""
    product: str = ""
    """In the report's own words, at most 80 characters."""
    version: str = ""
    claims: Access = Access.UNKNOWN
    """What the report says a stranger gets; ``unknown`` where it says only that something listens."""
    records: Figure | None = None
    bytes: Figure | None = None
    containers: tuple[str, ...] = ()
    """Names of databases and indices that the report lists; at most 100, no values."""
    resource: str = ""
    """A URL or cloud resource, where that is what was seen, without query and credentials."""
    note: str = ""
    """The rule, module or template that says so, at most 160 characters."""

    @property
    def places(self) -> tuple[str, ...]:
        """Every ``host:port`` that it may be known by, the address first; IPv6 in brackets."""
        if self.port is None:
            return ()
        hosts = (*((self.address,) if self.address else ()), *self.names)
        return tuple(f"[{host}]:{self.port}" if ":" in host else f"{host}:{self.port}" for host in hosts)


class PassiveText(msgspec.Struct, frozen=True):
    """A text of an app's report that names an endpoint, before anything of ours has read it."""

    source: str
    seen: str
    app: App
    """``sha256`` is empty where the report does not tell."""
    text: str
    """A URL or a host."""
    where: str
    """File of the app, or part of the report."""
    how: str
    """What of the report says so, such as ``urls``."""


class PassiveSighting(msgspec.Struct, frozen=True):
    """An endpoint that another tool saw in an app."""

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
    """What our own probe of the same place says, such as ``open``, or ``refused`` where nothing listens; empty where it
    was not asked or did not answer."""
    asked_on: str = ""
    """Day of that probe, ISO 8601."""

    @property
    def superseded(self) -> bool:
        """Whether our own probe is as new as what they saw, and counts in its place."""
        return bool(self.asked) and self.asked_on >= self.service.seen[:10]
