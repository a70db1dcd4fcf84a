"""Evidence graph as one SVG without scripts: one column per kind of node, guessed edges dashed, the reason as tooltip.

SVG 1.1 (https://www.w3.org/TR/SVG11/). Untrusted text is escaped and cut to the width of its box; the tooltip has the
whole text.
"""

from collections.abc import Iterator, Mapping
from xml.sax.saxutils import escape

from tieback.model.count_text import count_text
from tieback.model.graph import Edge, Graph, Node, NodeKind

MAX_NODES = 400
"""Most nodes that are drawn; the number of the others is shown below the picture."""
_COLUMNS = (
    (NodeKind.APP,),
    (NodeKind.ENDPOINT,),
    (NodeKind.HOST,),
    (NodeKind.ADDRESS, NodeKind.PROVIDER, NodeKind.OWNER),
    (NodeKind.STORE, NodeKind.SEEN),
)
_WIDTH, _APART, _HEIGHT, _GAP, _MARGIN = 210, 70, 34, 10, 16
"""Pixels: width of a box, gap between columns, height of a box, gap between boxes, outer margin."""
_CHARACTERS = 32
_FILLS = {
    NodeKind.APP: "#e8eefc",
    NodeKind.ENDPOINT: "#ffffff",
    NodeKind.HOST: "#eef7ee",
    NodeKind.ADDRESS: "#f6f6f6",
    NodeKind.PROVIDER: "#fdf3e3",
    NodeKind.OWNER: "#f3ecfa",
    NodeKind.STORE: "#fbe9e7",
    NodeKind.SEEN: "#fffde7",
}

type _Place = tuple[int, int]


def as_svg(graph: Graph) -> Iterator[str]:
    """A picture of the first ``MAX_NODES`` nodes; within a column, nodes are ordered by their predecessors."""
    nodes = _ordered(graph)[:MAX_NODES]
    places = _places(nodes)
    left_out = len(graph.nodes) - len(nodes)
    right = max((x for x, _ in places.values()), default=0) + _WIDTH + _MARGIN
    bottom = max((y for _, y in places.values()), default=0) + _HEIGHT + _MARGIN + 20 * bool(left_out)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{right}" height="{bottom}" viewBox="0 0 {right} {bottom}" '
        'font-family="sans-serif" font-size="11">\n<title>Evidence graph</title>\n'
        f'<rect width="{right}" height="{bottom}" fill="#ffffff"/>\n'
    )
    for edge in graph.edges:
        if edge.source in places and edge.target in places:
            yield _line(edge, places)
    for node in nodes:
        yield _box(node, places[node.id])
    if left_out:
        more = count_text(left_out, "more node")
        yield f'<text x="{_MARGIN}" y="{bottom - _MARGIN}">{more}: use the DOT format</text>\n'
    yield "</svg>\n"


def _ordered(graph: Graph) -> list[Node]:
    """Nodes by column, from left to right; within a column near their predecessors, so that fewer lines cross."""
    rank: dict[str, float] = {}
    above: dict[str, list[str]] = {}
    for edge in graph.edges:
        above.setdefault(edge.target, []).append(edge.source)
    ordered: list[Node] = []
    for kinds in _COLUMNS:
        column = [node for node in graph.nodes if node.kind in kinds]
        keyed = []
        for number, node in enumerate(column):
            known = [rank[source] for source in above.get(node.id, ()) if source in rank]
            keyed.append((sum(known) / len(known) if known else float(number), number, node))
        for place, (_, _, node) in enumerate(sorted(keyed, key=lambda one: one[:2])):
            rank[node.id] = float(place)
            ordered.append(node)
    # A large graph loses the same share of nodes in each column.
    share = max(1, MAX_NODES // len(_COLUMNS)) if len(ordered) > MAX_NODES else len(ordered)
    return [node for kinds in _COLUMNS for node in [one for one in ordered if one.kind in kinds][:share]]


def _places(nodes: list[Node]) -> dict[str, _Place]:
    places: dict[str, _Place] = {}
    used = [kinds for kinds in _COLUMNS if any(node.kind in kinds for node in nodes)]
    for number, kinds in enumerate(used):
        for row, node in enumerate(node for node in nodes if node.kind in kinds):
            places[node.id] = (_MARGIN + number * (_WIDTH + _APART), _MARGIN + row * (_HEIGHT + _GAP))
    return places


def _line(edge: Edge, places: Mapping[str, _Place]) -> str:
    (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
    x1, y1, y2 = x1 + _WIDTH, y1 + _HEIGHT // 2, y2 + _HEIGHT // 2
    if x2 < x1:
        # Within a column or back to an earlier one: drawn from the other sides to keep the line off the boxes.
        x1, x2 = x1 - _WIDTH, x2 + _WIDTH
    middle = (x1 + x2) // 2
    dashed = ' stroke-dasharray="5 4"' if edge.guessed else ""
    said = f"{edge.kind} {edge.confidence:.2f}: {edge.reason}"
    return (
        f'<path d="M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}" fill="none" stroke="#5f6b7a"{dashed}>'
        f"<title>{_plain(said)}</title></path>\n"
    )


def _box(node: Node, place: _Place) -> str:
    x, y = place
    lines = [node.label, node.detail or str(node.kind)]
    texts = "".join(
        f'<text x="{x + 8}" y="{y + down}" fill="{ink}">{_plain(_cut(line))}</text>'
        for line, down, ink in zip(lines, (14, 28), ("#1b1f24", "#5f6b7a"), strict=True)
    )
    whole = f"{node.kind}: {node.label}" + (f" ({node.detail})" if node.detail else "")
    return (
        f'<g><title>{_plain(whole)}</title><rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="4" '
        f'fill="{_FILLS[node.kind]}" stroke="#9aa5b1"/>{texts}</g>\n'
    )


def _cut(text: str) -> str:
    return text if len(text) <= _CHARACTERS else text[: _CHARACTERS - 1] + "…"


def _plain(text: str) -> str:
    return escape("".join(char if char.isprintable() else "\ufffd" for char in text))
