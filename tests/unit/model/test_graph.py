"""Nodes once each, of two edges the surer one, guesses under the threshold."""

import pytest

from tieback.model.graph import THRESHOLD, Edge, EdgeKind, GraphBuilder, NodeKind


def test_the_builder() -> None:
    builder = GraphBuilder()
    one, two = builder.node(NodeKind.HOST, "a.test", detail="x"), builder.node(NodeKind.ADDRESS, "::1")
    assert builder.node(NodeKind.HOST, "a.test", detail="other") == one == "host:a.test"
    for sure in (0.4, 0.9, 0.5):
        builder.edge(Edge(one, two, EdgeKind.RESOLVES, sure, f"by {sure}"))
    graph = builder.graph()
    assert [(node.id, node.detail) for node in graph.nodes] == [(one, "x"), (two, "")]
    assert [edge.reason for edge in graph.edges] == ["by 0.9"]


@pytest.mark.parametrize(("sure", "guessed"), [(THRESHOLD - 0.01, True), (THRESHOLD, False), (1.0, False)])
def test_edges_below_the_threshold_are_guesses(sure: float, guessed: bool) -> None:
    assert Edge("a", "b", EdgeKind.AT, sure, "").guessed is guessed
