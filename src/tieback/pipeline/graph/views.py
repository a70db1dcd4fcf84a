"""What is shown of the evidence graph: a back end from every side, an app with everything that it reaches."""

from collections.abc import Iterable

import msgspec

from tieback.backends.confidence import of_route
from tieback.model.app import App
from tieback.model.backend import Backend, Route
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.figure import Figure, Quality
from tieback.model.passive import PassiveNote, PassiveService, PassiveSighting
from tieback.pipeline.mapping.attribution import Why

_SIGNS = {Quality.EXACT: "", Quality.ESTIMATE: "≈", Quality.LOWER_BOUND: "≥"}


class StoreAt(msgspec.Struct, frozen=True):
    """A store that a back end leads to."""

    id: str
    """As in the report."""
    product: str
    version: str
    access: str
    records: Figure
    targets: tuple[str, ...]
    relation: str
    """``direct`` (the app names it), ``behind an API``, or ``both``."""
    reason: str
    """The candidate's own words."""
    confidence: float
    """That it is a store of whoever runs the back end."""
    parts: tuple[tuple[str, float], ...]
    endpoint: str
    """Of the app, that leads there."""


class AppAt(msgspec.Struct, frozen=True):
    """An app that leads to a back end, with the best evidence."""

    sha256: str
    bundle_id: str
    name: str
    version: str
    endpoint: str
    party: str
    file: str
    offset: int | None
    how: str
    confidence: float


class Seen(msgspec.Struct, frozen=True):
    """What another tool saw, in words, and what of ours takes its place."""

    said: str
    """``seen by shodan on 2026-11-01: open, ≈1,200 records``."""
    note: PassiveNote


class BackendView(msgspec.Struct, frozen=True):
    """A back end from every side. The line of ``tieback backend show --format json``."""

    host: str
    """Name, address, or cloud resource."""
    why: Why | None
    """``None`` for a resource that has no host of its own."""
    party: str
    endpoints: tuple[str, ...]
    endpoints_total: int
    apps: tuple[AppAt, ...]
    apps_total: int
    stores: tuple[StoreAt, ...]
    seen: tuple[Seen, ...]


class EndpointAt(msgspec.Struct, frozen=True):
    """An endpoint of an app with its back end."""

    value: str
    service: str
    party: str
    owner: str
    party_reason: str
    file: str
    offset: int | None
    how: str
    confidence: float
    host: str
    backend: Backend | None
    """``None`` where the run did not map it."""
    stores: tuple[StoreAt, ...]
    seen: tuple[Seen, ...]


class AppView(msgspec.Struct, frozen=True):
    """An app with everything that it reaches. The line of ``tieback app show --format json``."""

    app: App
    path: str
    endpoints: tuple[EndpointAt, ...]
    endpoints_total: int
    others: tuple[PassiveSighting, ...]
    """Endpoints that other tools saw in it and we did not."""


class BackendLine(msgspec.Struct, frozen=True):
    """A back end in short. The line of ``tieback backend list --format json``."""

    host: str
    endpoints: int
    apps: int
    addresses: tuple[str, ...]
    provider: str
    region: str
    owner: str
    party: str
    access: tuple[str, ...]
    """Of the stores that it leads to, as our probes found them."""
    seen_by: tuple[str, ...]
    """Other tools that saw something there."""


def store_at(exposure: Exposure, values: Iterable[str]) -> StoreAt:
    """A store as some endpoints lead there, by the best of their ways."""
    wanted = frozenset(values)
    routes = [route for route in exposure.routes if route.endpoint in wanted] or list(exposure.routes)
    first = min(routes, key=lambda route: route.candidate.route is not Route.NAMED)
    sure, parts = of_route(first.candidate, first.endpoint)
    return StoreAt(
        exposure.id,
        exposure.product,
        exposure.version,
        str(exposure.access),
        exposure.records,
        exposure.targets,
        relation(routes),
        first.candidate.reason,
        sure,
        parts,
        first.endpoint,
    )


def relation(routes: Iterable[AppRoute]) -> str:
    """Whether apps name a store themselves, reach it by its API alone, or both."""
    kinds = {route.candidate.route for route in routes}
    return "both" if len(kinds) > 1 else "direct" if kinds == {Route.NAMED} else "behind an API"


def seen_by(service: PassiveService, reached: tuple[str, ...], stores: Iterable[StoreAt]) -> Seen:
    """What another tool saw, in words.

    Args:
        service: what it saw.
        reached: content hashes of the apps that lead there.
        stores: ours: one at the same port takes its place.
    """
    places = frozenset(service.places)
    ours = next((store for store in stores if not places.isdisjoint(store.targets)), None)
    words = [service.claims.replace("_", " ") if service.claims != "unknown" else "it answers"]
    if service.records is not None:
        words.append(f"{_SIGNS[service.records.quality]}{service.records.value:,} records")
    on = f" on {service.seen[:10]}" if service.seen else ""
    said = f"seen by {service.source}{on}: {service.service or service.product or 'a service'} {', '.join(words)}"
    return Seen(said, PassiveNote(service, reached, ours.access if ours is not None else ""))
