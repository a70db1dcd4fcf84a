"""Evidence graph as JSON, CSV, GraphML and DOT; every edge has its confidence and reason.

GraphML: http://graphml.graphdrawing.org/. DOT: https://graphviz.org/doc/info/lang.html. Both contain untrusted text:
control characters are replaced, and all text is escaped as the format requires.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from xml.sax.saxutils import escape, quoteattr

from tieback.backends.graph_svg import as_svg
from tieback.model.document import encode
from tieback.model.graph import Edge, Graph, NodeKind
from tieback.model.spreadsheet import as_cell

_SHAPES = {
    NodeKind.APP: "box",
    NodeKind.ENDPOINT: "plaintext",
    NodeKind.HOST: "ellipse",
    NodeKind.ADDRESS: "oval",
    NodeKind.PROVIDER: "house",
    NodeKind.OWNER: "hexagon",
    NodeKind.STORE: "cylinder",
    NodeKind.SEEN: "note",
}
_EDGE_KEYS = (
    ("kind", "string"),
    ("confidence", "double"),
    ("reason", "string"),
    ("parts", "string"),
    ("guessed", "boolean"),
)
_NODE_KEYS = (("kind", "string"), ("label", "string"), ("detail", "string"))


def as_json(graph: Graph) -> Iterator[str]:
    """The graph as one JSON document."""
    yield encode("graph", graph).decode() + "\n"


def as_csv(graph: Graph) -> Iterator[str]:
    """The edges, one row per edge. A cell that a spreadsheet could read as a formula begins with an apostrophe."""
    nodes = {node.id: node for node in graph.nodes}
    yield _row(("source", "source_kind", "target", "target_kind", "edge", "confidence", "guessed", "reason", "parts"))
    for edge in graph.edges:
        source, target = nodes[edge.source], nodes[edge.target]
        yield _row(
            (
                source.label,
                source.kind,
                target.label,
                target.kind,
                edge.kind,
                f"{edge.confidence:.4g}",
                "yes" if edge.guessed else "no",
                edge.reason,
                _parts(edge),
            )
        )


def as_graphml(graph: Graph) -> Iterator[str]:
    """GraphML with attributes that yEd, Gephi and networkx read."""
    yield '<?xml version="1.0" encoding="UTF-8"?>\n<graphml xmlns="http://graphml.graphdrawing.org/xmlns">\n'
    for side, keys in (("node", _NODE_KEYS), ("edge", _EDGE_KEYS)):
        for name, kind in keys:
            yield f'  <key id="{side}-{name}" for="{side}" attr.name="{name}" attr.type="{kind}"/>\n'
    yield '  <graph edgedefault="directed">\n'
    for node in graph.nodes:
        values = {"kind": node.kind, "label": node.label, "detail": node.detail}
        yield f"    <node id={quoteattr(_plain(node.id))}>{_data('node', values)}</node>\n"
    for edge in graph.edges:
        values = {
            "kind": edge.kind,
            "confidence": f"{edge.confidence:.4g}",
            "reason": edge.reason,
            "parts": _parts(edge),
            "guessed": "true" if edge.guessed else "false",
        }
        ends = f"source={quoteattr(_plain(edge.source))} target={quoteattr(_plain(edge.target))}"
        yield f"    <edge {ends}>{_data('edge', values)}</edge>\n"
    yield "  </graph>\n</graphml>\n"


def as_dot(graph: Graph) -> Iterator[str]:
    """DOT for Graphviz: one shape per kind of node, guessed edges dashed, the reason as tooltip."""
    yield "digraph tieback {\n  rankdir=LR;\n"
    yield "  node [fontname=sans, fontsize=10];\n  edge [fontname=sans, fontsize=8];\n"
    for node in graph.nodes:
        label = node.label + (f"\n{node.detail}" if node.detail else "")
        yield f"  {_quoted(node.id)} [shape={_SHAPES[node.kind]}, label={_quoted(label, lines=True)}];\n"
    for edge in graph.edges:
        style = "dashed" if edge.guessed else "solid"
        yield (
            f"  {_quoted(edge.source)} -> {_quoted(edge.target)} "
            f"[style={style}, label={_quoted(f'{edge.kind} {edge.confidence:.2f}')}, tooltip={_quoted(edge.reason)}];\n"
        )
    yield "}\n"


FORMATS: Mapping[str, Callable[[Graph], Iterator[str]]] = {
    "json": as_json,
    "csv": as_csv,
    "graphml": as_graphml,
    "dot": as_dot,
    "svg": as_svg,
}


def _row(cells: tuple[str, ...]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow([as_cell(_plain(text)) for text in cells])
    return out.getvalue()


def _parts(edge: Edge) -> str:
    return "; ".join(f"{reason} {sure:.2f}" for reason, sure in edge.parts)


def _data(side: str, values: Mapping[str, str]) -> str:
    kept = {name: text for name, text in values.items() if text}
    return "".join(f'<data key="{side}-{name}">{escape(_plain(text))}</data>' for name, text in kept.items())


def _plain(text: str) -> str:
    return "".join(char if char.isprintable() else "\ufffd" for char in text)


def _quoted(text: str, *, lines: bool = False) -> str:
    """A DOT string. Backslashes are escaped, because they begin Graphviz escapes."""
    parts = text.split("\n") if lines else [text]
    return '"' + "\\n".join(_plain(part).replace("\\", "\\\\").replace('"', '\\"') for part in parts) + '"'
