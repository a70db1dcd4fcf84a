"""The evidence graph: app → endpoint → name → address → provider → owner, and the stores behind, reason by reason."""

from enum import StrEnum

import msgspec

THRESHOLD = 0.5
"""Below it an edge is a guess: drawn dashed, never dropped."""


class NodeKind(StrEnum):
    """What a node is."""

    APP = "app"
    ENDPOINT = "endpoint"
    HOST = "host"
    """A name, an address that an app names itself, or a cloud resource."""
    ADDRESS = "address"
    PROVIDER = "provider"
    OWNER = "owner"
    STORE = "store"
    SEEN = "seen"
    """What another tool saw."""


class EdgeKind(StrEnum):
    """How two nodes belong together, read from source to target."""

    NAMES = "names"
    AT = "at"
    RESOLVES = "resolves to"
    HOSTED = "hosted by"
    OWNED = "answered for by"
    LEADS = "leads to"
    SEEN = "seen by"


class Node(msgspec.Struct, frozen=True):
    """A thing with evidence."""

    id: str
    """``host:api.example.org``: kind and what tells it from all others of its kind."""
    kind: NodeKind
    label: str
    detail: str = ""
    """One clause for people, such as a product or a verdict."""


class Edge(msgspec.Struct, frozen=True):
    """That two things belong together, how sure that is, and why."""

    source: str
    target: str
    kind: EdgeKind
    confidence: float
    """0 to 1."""
    reason: str
    parts: tuple[tuple[str, float], ...] = ()
    """What the confidence was made from, where that is more than one thing."""

    @property
    def guessed(self) -> bool:
        """Whether it is under the threshold."""
        return self.confidence < THRESHOLD


class Graph(msgspec.Struct, frozen=True):
    """Nodes, each once, and the edges between them."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]


class GraphBuilder:
    """Collects nodes and edges; the first of each kind and pair holds, and of two edges the surer one."""

    def __init__(self) -> None:
        self._nodes: dict[str, Node] = {}
        self._edges: dict[tuple[str, str, EdgeKind], Edge] = {}

    def node(self, kind: NodeKind, name: str, label: str = "", detail: str = "") -> str:
        """Add a node; returns its id."""
        key = f"{kind}:{name}"
        if key not in self._nodes:
            self._nodes[key] = Node(key, kind, label or name, detail)
        return key

    def edge(self, edge: Edge) -> None:
        """Add an edge between nodes that were added."""
        key = (edge.source, edge.target, edge.kind)
        known = self._edges.get(key)
        if known is None or known.confidence < edge.confidence:
            self._edges[key] = edge

    def graph(self) -> Graph:
        """What was added, in the order in which it first was."""
        return Graph(tuple(self._nodes.values()), tuple(self._edges.values()))
