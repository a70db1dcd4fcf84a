"""Convert views of the evidence graph to nodes and edges; each edge has confidence, reason and parts."""

from collections.abc import Iterable

from tieback.backends.confidence import BY_OTHERS, RESOLVED, route_confidence, sighting_confidence
from tieback.backends.normalise import host_of
from tieback.model.backend import Attribution, Backend
from tieback.model.endpoint import EndpointKind
from tieback.model.exposure import Exposure
from tieback.model.graph import Edge, EdgeKind, Graph, GraphBuilder, NodeKind
from tieback.model.passive import PassiveService
from tieback.model.probe import Access
from tieback.pipeline.graph.views import AppView, BackendView, PassiveView, StoreLink
from tieback.storage.lake.queries.graph_rows import AppRow


class Drawing:
    """Builds a graph."""

    def __init__(self) -> None:
        self._builder = GraphBuilder()
        self._hosts: dict[str, str] = {}
        """Node of each endpoint's host. A resource at a shared host has its own node."""

    def graph(self) -> Graph:
        """The finished graph."""
        return self._builder.graph()

    def app(self, row: AppRow) -> None:
        """Add an app that names an endpoint."""
        label = f"{row.bundle_id or row.name or row.key[:12]} {row.version_name}".strip()
        source = self._builder.node(NodeKind.APP, row.key, label, row.name if row.name != label else "")
        target = self._builder.node(NodeKind.ENDPOINT, row.value)
        place = f"{row.file}+{row.offset:#x}" if row.offset is not None else row.file
        self._add(source, target, EdgeKind.NAMES, sighting_confidence(row.how), f"{row.how} in {place}")

    def backend(self, backend: Backend) -> str:
        """Add an endpoint with its host, addresses, provider and owner; returns the host's node."""
        value = backend.endpoint.value
        host = host_of(backend.endpoint) or value
        endpoint = self._builder.node(NodeKind.ENDPOINT, value)
        node = self._builder.node(NodeKind.HOST, host, detail=_product(backend.attributions))
        self._add(endpoint, node, EdgeKind.AT, 1.0, "the endpoint contains this host")
        self._hosts[value] = endpoint if backend.endpoint.kind is EndpointKind.CLOUD else node
        sure = RESOLVED.get(backend.resolved_by, 0.5)
        for address in backend.addresses:
            if address != host:
                to = self._builder.node(NodeKind.ADDRESS, address)
                self._add(node, to, EdgeKind.RESOLVES, sure, f"resolved by {backend.resolved_by}")
        for one in backend.attributions:
            kind, edge = _CLAIMS.get(one.claim, (None, None))
            if kind is not None and edge is not None:
                # The owner of a resource comes from the endpoint, because many customers share its host.
                source = endpoint if one.claim == "boundary" and one.value == value else node
                self._add(source, self._builder.node(kind, one.value), edge, one.confidence, one.reason, one.parts)
        return node

    def exposure(self, exposure: Exposure) -> None:
        """Add a store with the endpoints that lead to it."""
        store = self._store(exposure.id, _name(exposure), _state(exposure))
        for route in exposure.routes:
            sure, parts = route_confidence(route.candidate, route.endpoint)
            self._add(self._source(route.endpoint), store, EdgeKind.LEADS, sure, route.candidate.reason, parts)

    def seen(self, service: PassiveService, said: str, hosts: Iterable[str]) -> None:
        """Add a report of another tool about one of these hosts."""
        place = service.places[0] if service.places else service.resource
        node = self._builder.node(NodeKind.SEEN, f"{service.source}:{place}:{service.note}", said, service.note)
        for host in hosts:
            kind = NodeKind.ADDRESS if host == service.address else NodeKind.HOST
            self._add(self._builder.node(kind, host), node, EdgeKind.SEEN, BY_OTHERS, said)

    def view_store(self, endpoint: str, store: StoreLink) -> None:
        """Add a store of a view."""
        node = self._store(store.id, _name(store), _state(store))
        self._add(self._source(endpoint), node, EdgeKind.LEADS, store.confidence, store.reason, store.parts)

    def notes(self, seen: Iterable[PassiveView], hosts: Iterable[str]) -> None:
        """Add reports of other tools about the hosts of a view."""
        places = frozenset(hosts)
        for one in seen:
            service = one.note.service
            at = [host for host in (service.address, *service.names) if host in places]
            self.seen(service, one.said, at)

    def _source(self, endpoint: str) -> str:
        return self._hosts.get(endpoint) or self._builder.node(NodeKind.ENDPOINT, endpoint)

    def _store(self, identity: str, product: str, access: str) -> str:
        return self._builder.node(NodeKind.STORE, identity, product or "store", access)

    def _add(
        self,
        source: str,
        target: str,
        kind: EdgeKind,
        sure: float,
        reason: str,
        parts: tuple[tuple[str, float], ...] = (),
    ) -> None:
        self._builder.edge(Edge(source, target, kind, sure, reason, parts))


_CLAIMS = {
    "provider": (NodeKind.PROVIDER, EdgeKind.HOSTED),
    "owner": (NodeKind.OWNER, EdgeKind.OWNED),
    "boundary": (NodeKind.OWNER, EdgeKind.OWNED),
}


def _product(found: Iterable[Attribution]) -> str:
    named = [one for one in found if one.claim == "product"]
    return max(named, key=lambda one: one.confidence).value if named else ""


def draw_backend(view: BackendView, backends: Iterable[Backend], rows: Iterable[AppRow]) -> Graph:
    """A back end with the apps that lead to it."""
    drawing = Drawing()
    for row in rows:
        drawing.app(row)
    hosts = {view.host}
    first = ""
    for backend in backends:
        drawing.backend(backend)
        first = first or backend.endpoint.value
        hosts |= {host_of(backend.endpoint), *backend.addresses}
    for store in view.stores:
        drawing.view_store(store.endpoint or first, store)
    drawing.notes(view.seen, hosts)
    return drawing.graph()


def draw_app(view: AppView) -> Graph:
    """An app with its endpoints, back ends and stores."""
    drawing = Drawing()
    app = view.app
    for one in view.endpoints:
        drawing.app(
            AppRow(
                app.sha256 or app.bundle_id,
                app.bundle_id,
                app.name,
                app.version_name,
                one.value,
                one.party,
                one.file,
                one.offset,
                one.how,
            )
        )
        if one.backend is not None:
            drawing.backend(one.backend)
        for store in one.stores:
            drawing.view_store(one.value, store)
        drawing.notes(one.seen, (one.host, *(one.backend.addresses if one.backend is not None else ())))
    return drawing.graph()


def draw_run(
    rows: Iterable[AppRow], backends: Iterable[Backend], exposures: Iterable[Exposure], seen: Iterable[PassiveView]
) -> Graph:
    """Everything found by a run; built in memory."""
    drawing = Drawing()
    for row in rows:
        drawing.app(row)
    hosts: set[str] = set()
    for backend in backends:
        drawing.backend(backend)
        hosts |= {host_of(backend.endpoint), *backend.addresses}
    for exposure in exposures:
        drawing.exposure(exposure)
    drawing.notes(seen, hosts - {""})
    return drawing.graph()


def _name(store: Exposure | StoreLink) -> str:
    return f"{store.product} {store.version}".strip()


def _state(store: Exposure | StoreLink) -> str:
    """The access state; a refusal that leaves another access path untested is not drawn as closed."""
    return str(Access.UNKNOWN if store.undecided else store.access)
