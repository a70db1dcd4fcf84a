"""The graph of a run, of one back end and of one app: every edge has a confidence and a reason."""

import pytest

from tests.unit.pipeline.graph_workspace import API, shared
from tieback.model.graph import EdgeKind, Graph, NodeKind
from tieback.pipeline.graph.drawing import draw_app, draw_backend, draw_run
from tieback.pipeline.graph.run_graph import last_graph


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Graph]:
    workspace = shared(tmp_path_factory)
    host = "api.workhub.test"
    with last_graph(workspace, workspace / "data") as graph:
        (app,) = graph.apps("com.workhub.mobile")
        return {
            "run": draw_run(graph.app_rows(), graph.backends(), graph.exposures(), graph.passive_views()),
            "backend": draw_backend(graph.backend(host), graph.backends(host), graph.app_rows(host)),
            "app": draw_app(app),
        }


@pytest.mark.parametrize("which", ["run", "backend", "app"])
def test_the_way_from_the_app_to_the_store_is_whole(graphs: dict[str, Graph], which: str) -> None:
    graph = graphs[which]
    ids = {node.id for node in graph.nodes}
    assert all(edge.source in ids and edge.target in ids for edge in graph.edges)
    assert all(edge.reason and 0 < edge.confidence <= 1 for edge in graph.edges)
    kinds = {(edge.kind, edge.target) for edge in graph.edges}
    assert (EdgeKind.NAMES, f"endpoint:{API}") in kinds
    assert (EdgeKind.AT, "host:api.workhub.test") in kinds
    assert (EdgeKind.RESOLVES, "address:203.0.113.20") in kinds
    assert (EdgeKind.OWNED, "owner:Workhub Access GmbH") in kinds
    assert (EdgeKind.LEADS, "store:store-m") in kinds
    assert any(edge.kind is EdgeKind.SEEN for edge in graph.edges)


def test_the_run_has_every_app_and_store(graphs: dict[str, Graph]) -> None:
    kinds = [node.kind for node in graphs["run"].nodes]
    assert (kinds.count(NodeKind.APP), kinds.count(NodeKind.STORE)) == (3, 2)


def test_a_guess_is_an_edge_all_the_same(graphs: dict[str, Graph]) -> None:
    guesses = [edge for edge in graphs["run"].edges if edge.guessed]
    assert any(edge.target == "owner:vendor-sdk.test" for edge in guesses) or guesses == []
