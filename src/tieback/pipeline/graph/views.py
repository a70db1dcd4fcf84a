"""Views of the evidence graph: a back end with everything around it, an app with everything it contacts."""

from collections.abc import Iterable

import msgspec

from tieback.backends.confidence import route_confidence
from tieback.model.app import App
from tieback.model.backend import Backend, Route
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.figure import Figure
from tieback.model.passive import PassiveNote, PassiveService, PassiveSighting
from tieback.pipeline.mapping.attribution import HostAttribution
from tieback.report.texts.stores import records_text


class StoreLink(msgspec.Struct, frozen=True):
    """A store that a back end leads to."""

    id: str
    """ID as in the report."""
    product: str
    """Product of the store."""
    version: str
    """Version of the store; empty if unknown."""
    access: str
    """Access state: what a client without an account can do with the store."""
    records: Figure
    """Number of records, as a figure."""
    targets: tuple[str, ...]
    """Addresses of the store."""
    relation: str
    """``direct`` (in the app or its traffic), ``behind an API``, or ``both``."""
    reason: str
    """Reason of the probing candidate."""
    confidence: float
    """Confidence that the store belongs to the operator of the back end."""
    parts: tuple[tuple[str, float], ...]
    """Factors of the confidence, each with its value."""
    endpoint: str
    """The endpoint of the app that leads to the store."""
    undecided: bool = False
    """True if the store is known neither as open nor as closed."""
    entry: str = ""
    """How a client without an account has access, as ``Exposure.entry``."""


class AppLink(msgspec.Struct, frozen=True):
    """An app that leads to a back end, with the best evidence."""

    sha256: str
    """SHA-256 of the package."""
    bundle_id: str
    """Identifier of the app: application ID or bundle identifier."""
    name: str
    """Name of the app."""
    version: str
    """Version of the app; empty if unknown."""
    endpoint: str
    """The endpoint in the app."""
    party: str
    """Operator: the maker of the app, a third party, or the platform."""
    file: str
    """File in the package, or capture."""
    offset: int | None
    """Position in the file, in bytes from 0; ``None`` if unknown."""
    how: str
    """How the endpoint was found in the app."""
    confidence: float
    """Confidence that the app uses the endpoint, 0 to 1."""


class PassiveView(msgspec.Struct, frozen=True):
    """What another tool reported, as text, and our own result that supersedes it."""

    said: str
    """``seen by shodan on 2026-11-01: open, ≈1,200 records``."""
    note: PassiveNote
    """The report of the other tool."""


class BackendView(msgspec.Struct, frozen=True):
    """A back end with everything around it. One line of ``tieback backend show --format json``."""

    host: str
    """Name, address, or cloud resource."""
    why: HostAttribution | None
    """``None`` for a resource without a host of its own."""
    party: str
    """Operator: the maker of the app, a third party, or the platform."""
    endpoints: tuple[str, ...]
    """Endpoints in apps that lead to it, at most as many as are shown."""
    endpoints_total: int
    """Number of all of them."""
    apps: tuple[AppLink, ...]
    """Apps that lead to it, at most as many as are shown."""
    apps_total: int
    """Number of all of them."""
    stores: tuple[StoreLink, ...]
    """Stores behind it."""
    seen: tuple[PassiveView, ...]
    """Reports of other tools."""
    probed: bool = False
    """True if the run probed a target there. Without a store, false means that nothing is known."""
    silent: bool = False
    """True if it was probed and gave no result: no answer, or not to the end. Nothing is known about a store either."""


class EndpointLink(msgspec.Struct, frozen=True):
    """An endpoint of an app with its back end."""

    value: str
    """The endpoint, as the app has it."""
    service: str
    """Service that its scheme, port or path indicates; empty if unknown."""
    party: str
    """Operator: the maker of the app, a third party, or the platform."""
    owner: str
    """Organisation that the host belongs to; empty if unknown."""
    party_reason: str
    """Why it belongs to this operator."""
    file: str
    """File in the package, or capture."""
    offset: int | None
    """Position in the file, in bytes from 0; ``None`` if unknown."""
    how: str
    """How the endpoint was found in the app."""
    confidence: float
    """Confidence that the app uses the endpoint, 0 to 1."""
    host: str
    """Host, or cloud resource."""
    backend: Backend | None
    """``None`` if the run did not map it."""
    stores: tuple[StoreLink, ...]
    """Stores that it leads to."""
    seen: tuple[PassiveView, ...]
    """Reports of other tools."""


class AppView(msgspec.Struct, frozen=True):
    """An app with everything it contacts. One line of ``tieback backend app --format json``."""

    app: App
    """The app."""
    path: str
    """Path of the input."""
    endpoints: tuple[EndpointLink, ...]
    """Endpoints of the app, at most as many as are shown."""
    endpoints_total: int
    """Number of all of them."""
    others: tuple[PassiveSighting, ...]
    """Endpoints of this app that only other tools reported."""


class BackendLine(msgspec.Struct, frozen=True):
    """Summary of a back end. One line of ``tieback backend list --format json``."""

    host: str
    """Name, address, or cloud resource."""
    endpoints: int
    """Number of endpoints in apps that lead to it."""
    apps: int
    """Number of apps that lead to it."""
    addresses: tuple[str, ...]
    """Addresses that the run used."""
    provider: str
    """Hosting provider; empty if unknown."""
    region: str
    """Region of the provider; empty if unknown."""
    owner: str
    """Organisation that the host belongs to; empty if unknown."""
    party: str
    """Operator: the maker of the app, a third party, or the platform."""
    access: tuple[str, ...]
    """Access states of the stores behind it, from our own probes."""
    seen_by: tuple[str, ...]
    """Other tools that reported something there."""
    probed: bool = False
    """True if the run probed a target there. Without a store, false means that nothing is known."""
    silent: bool = False
    """True if it was probed and gave no result: no answer, or not to the end. Nothing is known about a store either."""


def link_store(exposure: Exposure, values: Iterable[str]) -> StoreLink:
    """A store as seen from these endpoints, by the best route."""
    wanted = frozenset(values)
    routes = [route for route in exposure.routes if route.endpoint in wanted] or list(exposure.routes)
    first = min(routes, key=lambda route: route.candidate.route is not Route.NAMED)
    sure, parts = route_confidence(first.candidate, first.endpoint)
    return StoreLink(
        exposure.id,
        exposure.product,
        exposure.version,
        str(exposure.access),
        exposure.records,
        exposure.targets,
        store_relation(routes),
        first.candidate.reason,
        sure,
        parts,
        first.endpoint,
        exposure.undecided,
        exposure.entry.value,
    )


def store_relation(routes: Iterable[AppRoute]) -> str:
    """Whether apps or their traffic name a store directly, reach it only through its API, or both."""
    kinds = {route.candidate.route for route in routes}
    return "both" if len(kinds) > 1 else "direct" if kinds == {Route.NAMED} else "behind an API"


def passive_view(service: PassiveService, reached: tuple[str, ...], stores: Iterable[StoreLink]) -> PassiveView:
    """Describe what another tool reported.

    Args:
        service: the service reported.
        reached: content hashes of the apps that lead there.
        stores: our own results; one at the same port supersedes the report.
    """
    places = frozenset(service.places)
    ours = next((store for store in stores if not places.isdisjoint(store.targets)), None)
    words = [service.claims.replace("_", " ") if service.claims != "unknown" else "responds"]
    if service.records is not None:
        words.append(records_text(service.records))
    on = f" on {service.seen[:10]}" if service.seen else ""
    said = f"seen by {service.source}{on}: {service.service or service.product or 'a service'} {', '.join(words)}"
    return PassiveView(said, PassiveNote(service, reached, ours.access if ours is not None else ""))
