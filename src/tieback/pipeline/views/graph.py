"""The evidence graph of a run, one hop at a time: a node with its neighbours, and the reason of each edge.

Nodes are apps, endpoints, hosts, addresses, providers, owners and stores, as in ``model.graph``. A hop lists at most
``MOST`` neighbours, those with the worst stores first, and says how many there are.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from itertools import batched, chain

import msgspec

from tieback.backends.confidence import RESOLVED, sighting_confidence
from tieback.model.backend import Attribution
from tieback.model.errors import UsageError
from tieback.model.graph import THRESHOLD, EdgeKind, NodeKind
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.views.apps import AppFilter, find_app_rows, list_apps
from tieback.pipeline.views.backends import (
    BackendFilter,
    find_stores,
    find_ways,
    first_places,
    list_backends,
    worst_apps,
)
from tieback.pipeline.views.index_figures import UNPLACED, RunFigures
from tieback.pipeline.views.records import AppRow, AppRowOnly, AppState, BackendRow, CapturedRow, FoundStore, StoreWay
from tieback.pipeline.views.run_index import open_graph, open_index
from tieback.pipeline.views.run_rows import MAX_TEXT
from tieback.pipeline.views.run_state import RunState, find_run, show_run
from tieback.storage.lake.queries.app_pages import Place, places_of
from tieback.storage.lake.queries.graph_index import GraphIndex, Level
from tieback.storage.lake.queries.graph_rows import GraphRows
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.page_index import Condition, PageIndex
from tieback.storage.workspace import Workspace

MOST = 100
"""Maximum number of neighbours in one answer."""
MOST_NAMED = 2_000
"""Maximum number of endpoints of an app or a back end that are put in order before they are cut."""
MOST_STARTS = 10


class GraphNode(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the graph."""

    id: str
    """Kind and name, such as ``host:api.example.org``; pass it as ``node``."""
    kind: NodeKind
    label: str
    detail: str
    """One clause, such as an access state."""
    tone: str
    """``open``, ``unsure``, ``closed``, or empty: the worst store at or behind it."""
    page: str
    """Path of its own page; empty if it has none."""


class GraphEdge(msgspec.Struct, frozen=True, kw_only=True):
    """A relation of two nodes, read from source to target."""

    source: str
    target: str
    kind: EdgeKind
    confidence: float
    """0 to 1."""
    guess: bool
    """True if the confidence is below one half."""
    reason: str
    parts: tuple[tuple[str, float], ...]


class GraphHop(msgspec.Struct, frozen=True, kw_only=True):
    """A node with its neighbours; without a node, some nodes to start from."""

    run: RunState | None
    """``None`` if no run has finished."""
    node: str | None
    """ID of the node in the middle."""
    nodes: tuple[GraphNode, ...]
    """The node itself first."""
    edges: tuple[GraphEdge, ...]
    neighbours: int
    """How many neighbours the node has."""
    truncated: bool
    """True if ``nodes`` does not have all of them."""
    limit: int
    q: str
    """The search whose results are ``nodes``, if there is no node."""


def show_hop(workspace: Workspace, node: str = "", q: str = "", limit: int = MOST, run: str = "") -> GraphHop:
    """A node with its neighbours; without a node, the results of a search, or the worst of the run.

    Args:
        workspace: an open workspace.
        node: ID of a node.
        q: words of an app or back end, or a part of a store's ID or location.
        limit: maximum number of neighbours.
        run: ID of the run; default: the last finished one.

    Raises:
        UsageError: the run or the limit is invalid, or the run does not have this node.
        WorkspaceError: the workspace cannot be read.
    """
    if not 1 <= limit <= MOST:
        raise UsageError(f"{limit} is not between 1 and {MOST}", where="limit")
    shown = find_run(workspace, run)
    if shown is None:
        return GraphHop(run=None, node=None, nodes=(), edges=(), neighbours=0, truncated=False, limit=limit, q=q)
    index = open_index(workspace, shown)
    hop = _Hop(workspace, shown, index, limit)
    if node:
        hop.around(node)
    else:
        hop.start(q)
    return GraphHop(
        run=show_run(workspace, shown),
        node=node or None,
        nodes=tuple(hop.nodes.values()),
        edges=tuple(hop.edges),
        neighbours=hop.neighbours,
        truncated=bool(node) and hop.neighbours > len(hop.nodes) - 1,
        limit=limit,
        q=q,
    )


class _Hop:
    """Collects a node and its neighbours, at most ``limit``."""

    def __init__(self, workspace: Workspace, run: RunRow, index: PageIndex, limit: int) -> None:
        self._workspace = workspace
        self._run = run
        self._index = index
        self._limit = limit
        self.nodes: dict[str, GraphNode] = {}
        self.edges: list[GraphEdge] = []
        self.neighbours = 0
        self._statements: Mapping[str, tuple[Attribution, ...]] = {}

    def around(self, node: str) -> None:
        kind, mark, name = node.partition(":")
        find = _FINDERS.get(kind)
        if not mark or find is None or not find(self, name):
            raise UsageError(
                "the run has no such node", where="node", advice="Search for an app, a back end or a store in the graph"
            )

    def start(self, q: str) -> None:
        if not q.strip():
            for store in self._index.document("figures", RunFigures).worst[:MOST_STARTS]:
                self._add(_store_node(store))
            for row in list_backends(self._workspace, BackendFilter(), limit=MOST_STARTS, run=self._run.id).items:
                self._add(_host_node(row))
            return
        for app in list_apps(self._workspace, AppFilter(q=q), limit=MOST_STARTS, run=self._run.id).items:
            self._add(_app_node(app))
        for row in list_backends(self._workspace, BackendFilter(q=q), limit=MOST_STARTS, run=self._run.id).items:
            self._add(_host_node(row))
        found = Condition("instr(lower(CAST(document AS TEXT)), ?) > 0", (q.strip().lower()[:MAX_TEXT],))
        for one in self._index.page("stores", FoundStore, "place", (found,), "place", MOST_STARTS):
            self._add(_store_node(one.document))

    def app(self, name: str) -> bool:
        graph = self._graph
        rows = self._index.page("apps", AppRowOnly, "place", (Condition("sha256 = ?", (name,)),), "place", 1)
        if not rows and graph.find(Level.APP, name) is None:
            return False
        self._add(_app_node(rows[0].document.row) if rows else _node(NodeKind.APP, name, name[:12], "in a capture"))
        found = graph.reach(Level.APP, name, Level.ENDPOINT)
        self.neighbours = len(found)
        values = self._worst_first(list(graph.names(found, MOST_NAMED)))[: self._limit]
        places = {one.value: one for one in places_of(self._workspace.lake, self._run.id, [name], values)}
        captured = self._captured(name)
        for value in values:
            self._add(self._endpoint_node(value))
            place = places.get(value) or captured.get(value)
            if place is not None:
                self._names(name, value, place)
        return True

    def endpoint(self, value: str) -> bool:
        graph = self._graph
        if graph.find(Level.ENDPOINT, value) is None:
            return False
        self._add(self._endpoint_node(value))
        backend = self._backend_of(value)
        if backend is not None:
            self._add(_host_node(backend))
            self._at(value, backend)
        found = graph.reach(Level.ENDPOINT, value, Level.APP)
        self.neighbours = len(found) + (backend is not None)
        room = self._limit - (backend is not None)
        places, _ = worst_apps(self._index, found, 0, room)
        rows = find_app_rows(self._index, places)
        where = first_places(self._workspace, self._run, self._index, [row.sha256 for row in rows], [value])
        for row in rows:
            self._add(_app_node(row))
            if row.sha256 in where:
                self._names(row.sha256, value, where[row.sha256])
        return True

    def host(self, name: str) -> bool:
        rows = self._index.page("backends", BackendRow, "place", (Condition("name = ?", (name,)),), "place", 1)
        if not rows:
            return False
        row, place = rows[0].document, rows[0].key[0]
        self._add(_host_node(row))
        ways = {
            way.store: way
            for way in sorted(chain(*find_ways(self._index, place).values()), key=lambda one: one.confidence)
        }
        for store in find_stores(self._index, set(ways)):
            if self._add(_store_node(store)):
                self._leads(name, ways[store.id])
        self._read_statements([name])
        self._holders(row)
        sure = RESOLVED.get(row.resolved_by, 0.5)
        addresses = [address for address in row.addresses if address != name]
        for address in addresses:
            if self._add(_node(NodeKind.ADDRESS, address, address, "")):
                self._edge(
                    _id(NodeKind.HOST, name), _id(NodeKind.ADDRESS, address), EdgeKind.RESOLVES, sure,
                    f"resolved by {row.resolved_by}",
                )  # fmt: skip
        sql = "SELECT value FROM endpoints WHERE backend = ? ORDER BY value LIMIT ?"
        values = [value for (value,) in self._index.rows(sql, (place, MOST_NAMED))]
        for value in self._worst_first(values):
            if self._add(self._endpoint_node(value)):
                self._at(value, row)
        holders = bool(row.provider) + bool(row.owner)
        self.neighbours = len(ways) + holders + len(addresses) + row.endpoints
        return True

    def address(self, name: str) -> bool:
        which = Condition("place IN (SELECT backend FROM addresses WHERE address = ?)", (name,))
        rows = self._hosts(which)
        self._add(_node(NodeKind.ADDRESS, name, name, ""), first=True)
        for row in rows:
            if row.name != name:
                sure = RESOLVED.get(row.resolved_by, 0.5)
                self._edge(
                    _id(NodeKind.HOST, row.name), _id(NodeKind.ADDRESS, name), EdgeKind.RESOLVES, sure,
                    f"resolved by {row.resolved_by}",
                )  # fmt: skip
        return bool(rows)

    def provider(self, name: str) -> bool:
        return self._held(NodeKind.PROVIDER, name)

    def owner(self, name: str) -> bool:
        return self._held(NodeKind.OWNER, name)

    def store(self, name: str) -> bool:
        stores = find_stores(self._index, {name})
        if not stores:
            return False
        self._add(_store_node(stores[0]))
        sql = """SELECT ways.document, backends.document FROM ways JOIN endpoints ON value = ways.endpoint
            JOIN backends ON place = backend WHERE store = ? ORDER BY place LIMIT ?"""
        best: dict[str, tuple[BackendRow, StoreWay]] = {}
        for way_text, backend_text in self._index.rows(sql, (name, MOST_NAMED)):
            way, row = self._index.decode(way_text, StoreWay), self._index.decode(backend_text, BackendRow)
            if row.name not in best or best[row.name][1].confidence < way.confidence:
                best[row.name] = (row, way)
        self.neighbours = len(best)
        for row, way in best.values():
            if self._add(_host_node(row)):
                self._leads(row.name, way)
        return True

    def _held(self, kind: NodeKind, name: str) -> bool:
        """A provider or an owner, with its back ends."""
        rows = self._hosts(Condition(f"{kind.value} = ?", (name,)))
        self._read_statements(row.name for row in rows)
        self._add(_node(kind, name, name, ""), first=True)
        for row in rows:
            self._holders(row, {kind: name})
        return bool(rows)

    def _hosts(self, which: Condition) -> list[BackendRow]:
        """The first back ends that meet a condition, as nodes; counts all of them."""
        rows = self._index.page("backends", BackendRow, "place", (which,), "place", self._limit)
        self.neighbours = self._index.count("backends", (which,))
        found = [row.document for row in rows]
        for row in found:
            self.nodes.setdefault(_id(NodeKind.HOST, row.name), _host_node(row))
        return found

    def _holders(self, row: BackendRow, only: Mapping[NodeKind, str] | None = None) -> None:
        """The provider and the owner of a back end, with the most certain statement about each."""
        wanted = {kind: name for kind, name in ((NodeKind.PROVIDER, row.provider), (NodeKind.OWNER, row.owner)) if name}
        for kind, name in wanted.items():
            if only is not None and only.get(kind) != name:
                continue
            if not self._add(_node(kind, name, name, "")):
                continue
            said = next(
                (one for one in self._statements.get(row.name, ()) if one.claim == kind.value and one.value == name),
                None,
            )
            sure, reason, parts = (
                (said.confidence, said.reason, said.parts) if said else (0.5, "no reason is stored", ())
            )
            self._edge(_id(NodeKind.HOST, row.name), _id(kind, name), _HELD[kind], sure, reason, parts)

    def _read_statements(self, names: Iterable[str]) -> None:
        """Read the statements about some back ends at once."""
        rows = GraphRows(self._workspace.lake, self._run.id, TRAFFIC_ANALYSIS)
        self._statements = {name: backend.attributions for name, backend in rows.first_of_backends(names)}

    @cached_property
    def _graph(self) -> GraphIndex:
        return open_graph(self._workspace, self._run)

    def _backend_of(self, value: str) -> BackendRow | None:
        sql = "SELECT document FROM endpoints JOIN backends ON place = backend WHERE value = ?"
        rows = self._index.rows(sql, (value,))
        return self._index.decode(rows[0][0], BackendRow) if rows else None

    def _captured(self, app: str) -> dict[str, Place]:
        """The endpoints that an app contacted in captures."""
        which = (Condition("app = ?", (app,)),)
        rows = self._index.page("captured", CapturedRow, "number", which, "number", MOST_NAMED)
        found = (row.document for row in rows)
        return {one.value: Place(app, one.value, one.file, None, one.how, one.party) for one in found}

    def _worst_first(self, values: Sequence[str]) -> list[str]:
        """Endpoints that lead to stores first, the worst store first."""
        places: dict[str, int] = {}
        for some in batched(values, 500):
            sql = f"""SELECT endpoint, min(stores.place) FROM ways JOIN stores ON stores.id = store
                WHERE endpoint IN ({", ".join("?" * len(some))}) GROUP BY endpoint"""  # noqa: S608 - only placeholders
            places.update(self._index.rows(sql, some))
        return sorted(values, key=lambda value: places.get(value, UNPLACED))

    def _endpoint_node(self, value: str) -> GraphNode:
        sql = """SELECT stores.document FROM ways JOIN stores ON stores.id = store
            WHERE endpoint = ? ORDER BY place LIMIT 1"""
        rows = self._index.rows(sql, (value,))
        tone = _tone(self._index.decode(rows[0][0], FoundStore)) if rows else ""
        return _node(NodeKind.ENDPOINT, value, value, "", tone)

    def _add(self, node: GraphNode, *, first: bool = False) -> bool:
        """Add a node; false if there is no room for one more."""
        if first:
            self.nodes = {node.id: node} | self.nodes
        elif node.id not in self.nodes:
            if len(self.nodes) > self._limit:
                return False
            self.nodes[node.id] = node
        return True

    def _names(self, app: str, value: str, place: Place) -> None:
        where = place.file if place.offset is None else f"{place.file}+{place.offset:#x}"
        sure = sighting_confidence(place.how)
        source, target = _id(NodeKind.APP, app), _id(NodeKind.ENDPOINT, value)
        self._edge(source, target, EdgeKind.NAMES, sure, f"{place.how} in {where}")

    def _at(self, value: str, row: BackendRow) -> None:
        source, target = _id(NodeKind.ENDPOINT, value), _id(NodeKind.HOST, row.name)
        self._edge(source, target, EdgeKind.AT, 1.0, "the endpoint contains this host")

    def _leads(self, host: str, way: StoreWay) -> None:
        source, target = _id(NodeKind.HOST, host), _id(NodeKind.STORE, way.store)
        self._edge(source, target, EdgeKind.LEADS, way.confidence, way.reason, way.parts)

    def _edge(
        self,
        source: str,
        target: str,
        kind: EdgeKind,
        sure: float,
        reason: str,
        parts: tuple[tuple[str, float], ...] = (),
    ) -> None:
        self.edges.append(
            GraphEdge(
                source=source,
                target=target,
                kind=kind,
                confidence=sure,
                guess=sure < THRESHOLD,
                reason=reason,
                parts=parts,
            )
        )


_FINDERS: Mapping[str, Callable[[_Hop, str], bool]] = {
    NodeKind.APP: _Hop.app,
    NodeKind.ENDPOINT: _Hop.endpoint,
    NodeKind.HOST: _Hop.host,
    NodeKind.ADDRESS: _Hop.address,
    NodeKind.PROVIDER: _Hop.provider,
    NodeKind.OWNER: _Hop.owner,
    NodeKind.STORE: _Hop.store,
}
_HELD = {NodeKind.PROVIDER: EdgeKind.HOSTED, NodeKind.OWNER: EdgeKind.OWNED}
_TONES = {
    AppState.EXPOSED: "open",
    AppState.NOT_DECIDED: "unsure",
    AppState.PARTLY_READ: "unsure",
    AppState.CLOSED: "closed",
}


def _id(kind: NodeKind, name: str) -> str:
    return f"{kind}:{name}"


def _node(kind: NodeKind, name: str, label: str, detail: str, tone: str = "", page: str = "") -> GraphNode:
    return GraphNode(id=_id(kind, name), kind=kind, label=label, detail=detail, tone=tone, page=page)


def _app_node(row: AppRow) -> GraphNode:
    label = f"{row.name or row.bundle_id or row.sha256[:12]} {row.version}".strip()
    return _node(NodeKind.APP, row.sha256, label, row.bundle_id, _TONES.get(row.state, ""), f"/apps/{row.sha256}")


def _host_node(row: BackendRow) -> GraphNode:
    detail = row.provider or row.owner
    if not row.probed and not row.stores:
        detail = f"{detail}; not probed" if detail else "not probed"
    return _node(NodeKind.HOST, row.name, row.name, detail, _backend_tone(row), f"/backends/{row.id}")


def _store_node(row: FoundStore) -> GraphNode:
    label = f"{row.product} {row.version}".strip() or "store"
    detail = f"{'not decided' if row.not_decided else row.access.replace('_', ' ')}, at {', '.join(row.targets[:2])}"
    return _node(NodeKind.STORE, row.id, label, detail, _tone(row), f"/stores/{row.id}")


def _backend_tone(row: BackendRow) -> str:
    if row.stores_exposed:
        return "open"
    return "unsure" if row.stores_not_decided else "closed" if row.stores else ""


def _tone(store: FoundStore) -> str:
    return "open" if store.exposed else "unsure" if store.not_decided else "closed"
