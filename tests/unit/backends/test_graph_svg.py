"""The picture of the graph: whole SVG without scripts, guesses dashed, large graphs cut and counted."""

import xml.etree.ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.backends.graph_svg import MAX_NODES, as_svg
from tieback.model.graph import Edge, EdgeKind, Graph, GraphBuilder, NodeKind

NS = "{http://www.w3.org/2000/svg}"


def graph(apps: int = 1, label: str = "app", sure: float = 0.9) -> Graph:
    builder = GraphBuilder()
    host = builder.node(NodeKind.HOST, "a.test")
    for number in range(apps):
        app = builder.node(NodeKind.APP, str(number), f"{label}{number}", "detail")
        builder.edge(Edge(app, host, EdgeKind.AT, sure, f"because of {label}"))
    return builder.graph()


def drawn(of: Graph) -> ET.Element:
    return ET.fromstring("".join(as_svg(of)))


def test_boxes_lines_and_reasons() -> None:
    root = drawn(graph(2))
    assert [text.text for text in root.iter(f"{NS}text")] == ["app0", "detail", "app1", "detail", "a.test", "host"]
    titles = [title.text for title in root.findall(f"{NS}path/{NS}title")]
    assert titles == ["at 0.90: because of app", "at 0.90: because of app"]
    boxes = [(int(box.get("x", "")), int(box.get("y", ""))) for box in root.findall(f"{NS}g/{NS}rect")]
    assert len(set(boxes)) == 3
    assert max(x for x, _ in boxes) + 210 < int(root.get("width", ""))


@pytest.mark.parametrize(("sure", "dashed"), [(0.4, True), (0.6, False)])
def test_guesses_are_dashed(sure: float, dashed: bool) -> None:
    (line,) = drawn(graph(sure=sure)).findall(f"{NS}path")
    assert (line.get("stroke-dasharray") is not None) is dashed


def test_large_graph_is_truncated_with_a_notice() -> None:
    root = drawn(graph(1000))
    boxes = root.findall(f"{NS}g")
    assert len(boxes) <= MAX_NODES
    assert f"{1001 - len(boxes):,} more nodes: use the DOT format" in [text.text for text in root.iter(f"{NS}text")]


def test_an_empty_graph_is_a_picture() -> None:
    assert drawn(Graph((), ())).tag == f"{NS}svg"


@given(st.text(max_size=60))
def test_hostile_names_are_escaped(label: str) -> None:
    root = drawn(graph(1, f"<script>{label}"))
    assert root.findall(f".//{NS}script") == []
