"""The one document that every renderer reads."""

from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from tieback.model.app import App
from tieback.model.backend import Backend
from tieback.model.exposure import Exposure, Finding
from tieback.model.figure import Figure
from tieback.model.probe import ProbeReport
from tieback.model.sighting import Problem, Sighting


class StoreKind(msgspec.Struct, frozen=True):
    """One product's share of a run."""

    product: str
    asked: int
    """Distinct stores of this product that answered."""
    exposed: int
    records: Figure
    bytes: Figure


class Headline(msgspec.Struct, frozen=True):
    """The figures on top of a report. Closer looks and system containers are never added in."""

    apps_analysed: int
    apps_affected: int
    stores_answering: int
    stores_exposed: int
    stores_ransomed: int
    records: Figure
    bytes: Figure
    kinds: tuple[StoreKind, ...]
    pii: tuple[tuple[str, Figure], ...]
    """Class and the records of the containers that hold it, most first."""


class AppSummary(msgspec.Struct, frozen=True):
    """One app's line and section."""

    app: App
    path: str
    """Input as the user named it."""
    endpoints: int
    """Distinct endpoints that count as back ends."""
    exposures: tuple[str, ...]
    """Ids of exposures that it leads to."""
    has_api: bool
    """Whether the app talks to an HTTP API and not to the store itself."""
    problems: tuple[Problem, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """What the run was allowed to do and did."""

    authorised_by: str
    contact: str
    not_after: str
    note: str
    targets_asked: int
    targets_out_of_scope: int
    bytes_sent: int
    bytes_read: int
    audit_log: str
    """Path of the audit log, or empty without a grant."""


class Handle[T](msgspec.Struct, frozen=True):
    """A long table that a renderer may stream as often as it needs."""

    count: int
    rows: Callable[[], Iterator[T]]
    """Opens the table anew, from its first row."""


class AppSighting(msgspec.Struct, frozen=True):
    """A row of the sightings table."""

    app_sha256: str
    path: str
    sighting: Sighting


class Report(msgspec.Struct, frozen=True):
    """A run's conclusions: aggregates and top lists as values, long tables as handles."""

    title: str
    created: datetime
    tool_version: str
    scope: Scope | None
    """``None`` where there was no grant and nothing was contacted."""
    headline: Headline
    apps: tuple[AppSummary, ...]
    exposures: tuple[Exposure, ...]
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]
    sightings: Handle[AppSighting]
    backends: Handle[Backend]
    probes: Handle[ProbeReport]
