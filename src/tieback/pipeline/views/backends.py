"""The back ends of a run, and one of them with every statement about it and its evidence."""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import msgspec
import numpy as np

from tieback.backends.confidence import sighting_confidence
from tieback.backends.normalise import host_of
from tieback.backends.registration import registered_contacts
from tieback.model.backend import Attribution, Backend
from tieback.model.graph import THRESHOLD
from tieback.model.report.used import DataUsed
from tieback.pipeline.graph.views import passive_view
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.views.apps import find_app_rows
from tieback.pipeline.views.index_figures import PLACES, UNPLACED, RunFigures
from tieback.pipeline.views.listing import bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.records import AppRow, BackendRow, CapturedRow, FoundStore, StoreWay
from tieback.pipeline.views.run_index import open_graph, open_index
from tieback.pipeline.views.run_rows import conditions_of
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.lake.queries.app_pages import Place, places_of
from tieback.storage.lake.queries.graph_index import Ids, Level
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.lake.tables.imports import services_at
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.page_index import Condition, PageIndex
from tieback.storage.workspace import Workspace

MOST_ENDPOINTS = 200
"""Maximum endpoints of a back end that a page shows and whose statements it reads."""
MOST_STORES = 100
MOST_SEEN = 50
MOST_CAPTURED = 1000
"""Maximum endpoints of an app's captures in which a back end is looked for."""
_EVER = 1e12


class BackendFilter(msgspec.Struct, frozen=True, kw_only=True):
    """Which back ends of a run; each field that is set must match."""

    q: str = ""
    """Words of the name, addresses, provider or owner."""
    provider: str = ""
    party: str = ""
    owner: str = ""
    has_store: bool | None = None


class BackendsPage(msgspec.Struct, frozen=True, kw_only=True):
    """A page of the back ends of a run, those with the worst stores first, then those of the most apps."""

    items: tuple[BackendRow, ...]
    next: str | None
    """Cursor of the next page, for ``after``; it keeps the run of this page."""
    total: int
    """Back ends that the filters include."""
    run: RunState | None
    """``None`` if no run has finished."""
    backends: int
    """All back ends of the run."""
    not_probed: int
    """Back ends of the run whose host was not probed."""
    providers: tuple[tuple[str, int], ...]
    """Each provider with its number of back ends, the most first; at most 200."""
    owners: tuple[tuple[str, int], ...]
    parties: tuple[tuple[str, int], ...]


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement about a back end, with its evidence."""

    claim: str
    value: str
    reason: str
    confidence: float
    """0 to 1."""
    guess: bool
    """True if the confidence is below one half."""
    parts: tuple[tuple[str, float], ...]
    """Each piece of evidence with its weight; evidence against is negative."""
    endpoints: int
    """How many of the endpoints read it is about."""


class BackendEndpoint(msgspec.Struct, frozen=True, kw_only=True):
    """An endpoint of a back end."""

    value: str
    host: str
    """The host that a grant must cover to probe it; empty for an identifier that no probe sends alone."""
    addresses: tuple[str, ...]
    resolved_by: str
    """``literal``, ``hosts``, ``dns``, ``capture``, or why there is no address."""
    party: str
    ways: tuple[StoreWay, ...]
    """The stores that it leads to, each with the reason."""


class BackendApp(msgspec.Struct, frozen=True, kw_only=True):
    """An app that names a back end, with one place."""

    app: AppRow
    endpoint: str
    file: str
    offset: int | None
    how: str
    party: str
    confidence: float


class BackendApps(msgspec.Struct, frozen=True, kw_only=True):
    """Some of the apps that name a back end, worst first."""

    items: tuple[BackendApp, ...]
    next: str | None
    """Cursor of the next ones, for ``after``."""
    total: int
    unlisted: int
    """Apps of captures that lead to no store: the list of apps does not have them."""


class SeenByOthers(msgspec.Struct, frozen=True, kw_only=True):
    """What another tool reported about a back end: never our own proof."""

    said: str
    source: str
    note: str
    superseded_by: str
    """Our own result at the same place; empty if there is none."""


class BackendPage(msgspec.Struct, frozen=True, kw_only=True):
    """One back end, with every statement about it."""

    run: RunState
    backend: BackendRow
    statements: tuple[Statement, ...]
    """The most certain of each claim first."""
    contacts: tuple[str, ...]
    """From imported registration data (RDAP)."""
    endpoints: tuple[BackendEndpoint, ...]
    """At most 200."""
    endpoints_total: int
    stores: tuple[FoundStore, ...]
    """Worst first; at most 100."""
    stores_total: int
    apps: BackendApps
    seen: tuple[SeenByOthers, ...]
    data: tuple[DataUsed, ...]
    """Address data that the run used for its statements."""


EMPTY = BackendsPage(
    items=(), next=None, total=0, run=None, backends=0, not_probed=0, providers=(), owners=(), parties=()
)  # fmt: skip


def list_backends(
    workspace: Workspace, which: BackendFilter, after: str = "", limit: int = 50, run: str = ""
) -> BackendsPage:
    """A page of the back ends of a run. Arguments and errors as of ``list_apps``."""
    limit = bounded_limit(limit)
    cursor = decode_cursor(after, tuple[str, int]) if after else None
    shown = find_run(workspace, run or (cursor[0] if cursor is not None else ""))
    if shown is None:
        return EMPTY
    index = open_index(workspace, shown)
    figures = index.document("figures", RunFigures)
    conditions = _conditions(which)
    start = [Condition("place > ?", (cursor[1],))] if cursor is not None else []
    rows = index.page("backends", BackendRow, "place", (*conditions, *start), "place", limit + 1)
    return BackendsPage(
        items=tuple(one.document for one in rows[:limit]),
        next=encode_cursor((shown.id, rows[limit - 1].key[0])) if len(rows) > limit else None,
        total=index.count("backends", conditions) if conditions else figures.backends,
        run=show_run(workspace, shown),
        backends=figures.backends,
        not_probed=figures.backends_not_probed,
        providers=figures.providers,
        owners=figures.owners,
        parties=figures.parties,
    )


def show_backend(workspace: Workspace, key: str, after: str = "", limit: int = 50, run: str = "") -> BackendPage | None:
    """One back end of a run; ``None`` if the run has none with this ID.

    Args:
        workspace: an open workspace.
        key: ID of the back end.
        after: cursor of its apps.
        limit: maximum number of apps.
        run: ID of the run; default: the last finished one.

    Raises:
        UsageError: the limit, the cursor or the run is invalid.
        WorkspaceError: the workspace cannot be read.
    """
    limit = bounded_limit(limit)
    place = decode_cursor(after, tuple[int])[0] if after else 0
    shown = find_run(workspace, run)
    if shown is None:
        return None
    index = open_index(workspace, shown)
    rows = index.page("backends", BackendRow, "place", (Condition("id = ?", (key,)),), "place", 1)
    if not rows:
        return None
    backend = rows[0].document
    found = list(islice(GraphRows(workspace.lake, shown.id, TRAFFIC_ANALYSIS).of_backend(backend.name), MOST_ENDPOINTS))
    ways = find_ways(index, rows[0].key[0])
    stores = find_stores(index, {way.store for some in ways.values() for way in some})
    apps = _apps(workspace, shown, index, backend.name, [one.endpoint.value for one in found], place, limit)
    statements = tuple(dict.fromkeys(one for some in found for one in some.attributions))
    hosts = {backend.name, *backend.addresses}
    return BackendPage(
        run=show_run(workspace, shown),
        backend=backend,
        statements=_statements(found),
        contacts=registered_contacts(statements),
        endpoints=tuple(
            BackendEndpoint(
                value=one.endpoint.value,
                host=host_of(one.endpoint),
                addresses=one.addresses,
                resolved_by=one.resolved_by,
                party=one.party.value,
                ways=tuple(ways.get(one.endpoint.value, ())),
            )
            for one in found
        ),
        endpoints_total=backend.endpoints,
        stores=tuple(stores),
        stores_total=backend.stores,
        apps=apps,
        seen=_seen(workspace, hosts, stores),
        data=index.document("figures", RunFigures).data,
    )


def find_ways(index: PageIndex, place: int, limit: int = 1000) -> dict[str, list[StoreWay]]:
    """How a back end leads to stores, by endpoint.

    Args:
        index: the index of the run.
        place: place of the back end.
        limit: maximum number of ways.
    """
    sql = "SELECT ways.document FROM ways JOIN endpoints ON value = endpoint WHERE backend = ? LIMIT ?"
    found: dict[str, list[StoreWay]] = {}
    for (document,) in index.rows(sql, (place, limit)):
        way = index.decode(document, StoreWay)
        found.setdefault(way.endpoint, []).append(way)
    return found


def find_stores(index: PageIndex, keys: set[str], limit: int = MOST_STORES) -> list[FoundStore]:
    """The stores with these IDs, worst first."""
    some = sorted(keys)[:1000]
    which = Condition(f"id IN ({', '.join('?' * len(some))})", tuple(some))
    return [one.document for one in index.page("stores", FoundStore, "place", (which,), "place", limit)]


def worst_apps(index: PageIndex, nodes: Ids, after: int, limit: int) -> tuple[list[int], int]:
    """Places of the worst apps among nodes of the graph, and how many nodes the list of apps does not have.

    Args:
        index: the index of the run.
        nodes: apps.
        after: only higher places; 0 for the first page.
        limit: maximum number of places.
    """
    places = np.load(index.folder / PLACES, mmap_mode="r", allow_pickle=False)[nodes]
    listed = places[places != UNPLACED]
    rest = listed[listed > after]
    if len(rest) > limit:
        rest = np.partition(rest, limit - 1)[:limit]
    return np.sort(rest).tolist(), len(places) - len(listed)


def _apps(
    workspace: Workspace, run: RunRow, index: PageIndex, name: str, values: Collection[str], after: int, limit: int
) -> BackendApps:
    nodes = open_graph(workspace, run).reach(Level.BACKEND, name, Level.APP)
    places, unlisted = worst_apps(index, nodes, after, limit + 1)
    rows = find_app_rows(index, places[:limit])
    found = first_places(workspace, run, index, [row.sha256 for row in rows], values)
    return BackendApps(
        items=tuple(_backend_app(row, found.get(row.sha256)) for row in rows),
        next=encode_cursor((places[limit - 1],)) if len(places) > limit else None,
        total=len(nodes),
        unlisted=unlisted,
    )


def first_places(
    workspace: Workspace, run: RunRow, index: PageIndex, apps: Sequence[str], values: Collection[str]
) -> dict[str, Place]:
    """Where each of these apps names one of these endpoints first: in its package, or else in a capture."""
    found: dict[str, Place] = {}
    for one in places_of(workspace.lake, run.id, apps, values):
        known = found.get(one.app)
        if known is None or one.value < known.value:
            found[one.app] = one
    wanted = frozenset(values)
    for app in (app for app in apps if app not in found):
        which = (Condition("app = ?", (app,)),)
        for row in index.page("captured", CapturedRow, "app", which, "number", MOST_CAPTURED):
            seen = row.document
            if seen.value in wanted:
                found[app] = Place(app, seen.value, seen.file, None, seen.how, seen.party)
                break
    return found


def _backend_app(row: AppRow, place: Place | None) -> BackendApp:
    if place is None:  # the app names another endpoint than those that were read
        return BackendApp(app=row, endpoint="", file="", offset=None, how="", party="", confidence=0.0)
    return BackendApp(
        app=row,
        endpoint=place.value,
        file=place.file,
        offset=place.offset,
        how=place.how,
        party=place.party,
        confidence=sighting_confidence(place.how),
    )


def _statements(found: Sequence[Backend]) -> tuple[Statement, ...]:
    """The distinct statements about the endpoints, the most certain of each claim first."""
    counts: dict[Attribution, int] = Counter(one for backend in found for one in dict.fromkeys(backend.attributions))
    claims = {one.claim: number for number, one in reversed(list(enumerate(counts)))}
    ordered = sorted(counts.items(), key=lambda pair: (claims[pair[0].claim], -pair[0].confidence))
    return tuple(
        Statement(
            claim=one.claim,
            value=one.value,
            reason=one.reason,
            confidence=one.confidence,
            guess=one.confidence < THRESHOLD,
            parts=one.parts,
            endpoints=count,
        )
        for one, count in ordered
    )


def _seen(workspace: Workspace, hosts: Collection[str], stores: Iterable[FoundStore]) -> tuple[SeenByOthers, ...]:
    """What other tools reported. Our own result at the same place supersedes a report."""
    if not workspace.lake.has("passive_services"):
        return ()
    ours = {target: store.access for store in stores for target in store.targets}
    found = []
    for service in islice(services_at(workspace.lake, hosts, _EVER), MOST_SEEN):
        said = passive_view(service, (), ()).said
        own = next((ours[place] for place in service.places if place in ours), "")
        found.append(SeenByOthers(said=said, source=service.source, note=service.note, superseded_by=own))
    return tuple(found)


def _conditions(which: BackendFilter) -> list[Condition]:
    values = {"provider": which.provider, "party": which.party or "", "owner": which.owner}
    found = conditions_of("backends", which.q, values)
    if which.has_store is not None:
        found.append(Condition("stores > 0" if which.has_store else "stores = 0"))
    return found
