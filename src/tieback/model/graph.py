"""The evidence graph: app → endpoint → name → address → provider → owner, and the stores behind, each with a reason."""

from enum import StrEnum

import msgspec

THRESHOLD = 0.5
"""Edges with a lower confidence are guesses: drawn dashed, never dropped."""


class NodeKind(StrEnum):
    """Type of a node."""

    APP = "app"
    ENDPOINT = "endpoint"
    HOST = "host"
    """A name, an address that an app or its traffic names, or a cloud resource."""
    ADDRESS = "address"
    PROVIDER = "provider"
    OWNER = "owner"
    STORE = "store"
    SEEN = "seen"
    """A report of another tool."""


class EdgeKind(StrEnum):
    """Relation of two nodes, read from source to target."""

    NAMES = "names"
    AT = "at"
    RESOLVES = "resolves to"
    HOSTED = "hosted by"
    OWNED = "answered for by"
    LEADS = "leads to"
    SEEN = "seen by"


class Node(msgspec.Struct, frozen=True):
    """A node of the graph, with evidence."""

    id: str
    """For example ``host:api.example.org``: type and unique name."""
    kind: NodeKind
    label: str
    detail: str = ""
    """One clause for the user, such as a product or a verdict."""


class Edge(msgspec.Struct, frozen=True):
    """A relation of two nodes, with confidence and reason."""

    source: str
    target: str
    kind: EdgeKind
    confidence: float
    """0 to 1."""
    reason: str
    parts: tuple[tuple[str, float], ...] = ()
    """The evidence behind the confidence, if there is more than one item."""

    @property
    def guessed(self) -> bool:
        """True if the confidence is below the threshold."""
        return self.confidence < THRESHOLD


class Graph(msgspec.Struct, frozen=True):
    """The nodes, each once, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class GraphBuilder:
    """Collects nodes and edges. The first node with a name wins; of two equal edges, the more certain one wins."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, EdgeKind], Edge] = {}

    def node(self, kind: NodeKind, name: str, label: str = "", detail: str = "") -> str:
        """Add a node; returns its ID."""
        key = f"{kind}:{name}"
        if key not in self._nodes:
            self._nodes[key] = Node(key, kind, label or name, detail)
        return key

    def edge(self, edge: Edge) -> None:
        """Add an edge between two known nodes."""
        key = (edge.source, edge.target, edge.kind)
        known = self._edges.get(key)
        if known is None or known.confidence < edge.confidence:
            self._edges[key] = edge

    def graph(self) -> Graph:
        """The nodes and edges, in the order they were added."""
        return Graph(tuple(self._nodes.values()), tuple(self._edges.values()))
