"""The index of a run for pages: its figures are those of the report, and it is built once, also in another process."""

import errno
import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.unit.pipeline.graph_workspace import shared
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.graph import NodeKind
from tieback.pipeline.report import build_report, run_unidentified
from tieback.pipeline.views import run_index, trend
from tieback.pipeline.views.apps import AppFilter, list_apps
from tieback.pipeline.views.backends import BackendFilter, list_backends, show_backend
from tieback.pipeline.views.graph import show_hop
from tieback.pipeline.views.index_builder import build_index
from tieback.pipeline.views.index_figures import RunFigures
from tieback.pipeline.views.overview import show_overview
from tieback.pipeline.views.run_index import open_index
from tieback.pipeline.views.trend import show_trend
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.retention import RetentionPolicy, prune
from tieback.storage.workspace import Workspace


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """A copy, because other tests that share the workspace only read."""
    directory = tmp_path_factory.mktemp("index") / "ws"
    shutil.copytree(shared(tmp_path_factory), directory)
    shutil.rmtree(directory / "graph", ignore_errors=True)
    with Workspace.open(directory, trusted=False) as opened:
        yield opened


def last(workspace: Workspace) -> RunRow:
    run = workspace.ledger.latest_run()
    assert run is not None
    return run


def test_its_figures_are_those_of_the_report(workspace: Workspace) -> None:
    run = last(workspace)
    figures = open_index(workspace, run).document("figures", RunFigures)
    report = build_report(workspace, run.id)
    assert (figures.headline, figures.scope) == (report.headline, report.scope)
    unnamed = run_unidentified(workspace.lake, run.id)  # these have a result: a login is required
    assert figures.problems == report.problems.count - len(unnamed)
    rows = list_apps(workspace, AppFilter()).items
    assert {row.sha256 for row in rows} == {one.app.sha256 for one in report.apps.rows()}
    assert sum(row.stores_exposed > 0 for row in rows) == report.headline.apps_affected
    assert {row.sha256: row.endpoints for row in rows} == {one.app.sha256: one.endpoints for one in report.apps.rows()}
    assert figures.apps == report.apps.count


def test_what_was_not_probed_is_counted_by_app_and_by_back_end(workspace: Workspace) -> None:
    backends = {row.name: row for row in list_backends(workspace, BackendFilter()).items}
    probed = {name for name, row in backends.items() if row.probed}
    # A target that the grant refused was not probed, and neither was a host without any target.
    assert {"api.workhub.test", "es.fieldhand.test"} <= probed
    silent = {name for name, row in backends.items() if not row.probed}
    assert silent
    assert list_backends(workspace, BackendFilter()).not_probed == len(silent)
    for row in list_apps(workspace, AppFilter()).items:
        assert 0 <= row.endpoints_not_probed <= row.endpoints
    assert any(row.endpoints_not_probed for row in list_apps(workspace, AppFilter()).items)


def test_a_large_run_is_indexed_by_another_process(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = last(workspace)
    before = list_apps(workspace, AppFilter())
    shutil.rmtree(open_index(workspace, run).folder)
    monkeypatch.setattr(run_index, "IN_PROCESS", 0)
    assert list_apps(workspace, AppFilter()) == before


def test_a_failure_of_the_other_process_is_an_error(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run_index, "IN_PROCESS", 0)
    monkeypatch.setattr(run_index, "BUILDER", "tieback.no_such_module")
    folder = open_index(workspace, last(workspace)).folder
    kept = folder.rename(folder.with_name("kept"))
    try:
        with pytest.raises(WorkspaceError, match="could not be built"):
            open_index(workspace, last(workspace))
    finally:
        kept.rename(folder)


def test_requests_for_the_same_missing_index_wait_for_one_build(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = last(workspace)
    shutil.rmtree(open_index(workspace, run).folder)
    built: list[str] = []
    build = build_index

    def counted(opened: Workspace, key: str) -> None:
        built.append(key)
        build(opened, key)

    monkeypatch.setattr(run_index, "build_index", counted)
    with ThreadPoolExecutor(3) as threads:
        found = list(threads.map(lambda _: list_apps(workspace, AppFilter()).total, range(3)))
    assert (built, len(set(found))) == ([run.id], 1)


def test_a_hop_is_cut_and_says_how_many_neighbours_there_are(workspace: Workspace) -> None:
    whole = show_hop(workspace, "host:api.workhub.test")
    assert not whole.truncated
    assert whole.neighbours == len(whole.nodes) - 1 > 2
    cut = show_hop(workspace, "host:api.workhub.test", limit=1)
    assert (cut.truncated, cut.neighbours, len(cut.nodes)) == (True, whole.neighbours, 2)
    # The store is more important than an endpoint.
    assert cut.nodes[1].kind is NodeKind.STORE
    assert {edge.source for edge in cut.edges} | {edge.target for edge in cut.edges} <= {one.id for one in cut.nodes}


def test_each_neighbour_leads_back(workspace: Workspace) -> None:
    seen: dict[str, set[str]] = {}
    waiting = ["store:store-m", "store:store-e"]
    while waiting:
        node = waiting.pop()
        seen[node] = {one.id for one in show_hop(workspace, node).nodes[1:]}
        waiting += [other for other in seen[node] if other not in seen and other not in waiting]
    assert {node.partition(":")[0] for node in seen} == set(NodeKind) - {NodeKind.SEEN, NodeKind.PROVIDER}
    for node, neighbours in seen.items():
        assert all(node in seen[other] for other in neighbours), node


def test_a_node_of_another_run_is_an_error(workspace: Workspace) -> None:
    for node in ("host:elsewhere.test", "app:", ":", "nothing", "seen:shodan", "store:%"):
        with pytest.raises(UsageError, match="no such node"):
            show_hop(workspace, node)


def test_statements_of_a_back_end_have_their_evidence(workspace: Workspace) -> None:
    (row,) = list_backends(workspace, BackendFilter(q="api.workhub.test")).items
    page = show_backend(workspace, row.id)
    assert page is not None
    assert page.statements
    for one in page.statements:
        assert one.reason
        assert one.guess is (one.confidence < 0.5)
    owners = [one.confidence for one in page.statements if one.claim == "owner"]
    assert owners == sorted(owners, reverse=True)
    assert show_backend(workspace, "0" * 32) is None


def test_the_trend_is_counted_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    run = last(workspace)
    first = show_trend(workspace, run)
    monkeypatch.setattr(trend, "summarise", None)
    assert show_trend(workspace, run) == first
    (point,) = first.points
    head = build_report(workspace, run.id).headline
    assert (point.apps_analysed, point.apps_affected) == (head.apps_analysed, head.apps_affected)
    assert (point.stores_exposed, point.records, point.grant) == (head.stores_exposed, head.records, False)


def test_runs_with_other_inputs_are_marked(workspace: Workspace) -> None:
    other = workspace.ledger.start_run(["other"])
    workspace.ledger.conclusions.save(other, (), ())
    workspace.ledger.end_run(other)
    try:
        shown = show_overview(workspace, names=True, run=last(workspace).id)
        assert [point.same_inputs for point in shown.trend.points] == [False, True]
        assert shown.run is not None
        earlier = show_overview(workspace, names=True, run=shown.trend.points[0].run)
        assert earlier.run is not None
        assert (earlier.run.latest, shown.run.latest) == (False, True)
    finally:
        workspace.ledger.discard_run(other)


def test_an_index_is_removed_with_its_run(workspace: Workspace, tmp_path: Path) -> None:
    directory = tmp_path / "ws"
    shutil.copytree(workspace.directory, directory)
    with Workspace.open(directory, trusted=False) as copy:
        run = last(copy)
        open_index(copy, run)
        newer = copy.ledger.start_run([])
        copy.ledger.end_run(newer)
        prune(copy.lake, copy.ledger, RetentionPolicy(0, 1), now=last(copy).started.timestamp() + 10)
        assert copy.ledger.find_run(run.id) is None
        assert [path.name for path in (directory / "graph").iterdir() if path.name.startswith(run.id)] == []


@pytest.mark.parametrize("number", [errno.EROFS, errno.ENOSPC])
def test_a_disk_that_becomes_read_only_or_full_shows_the_same_pages(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    known = open_index(workspace, last(workspace)).document("figures", RunFigures)
    copy = Path(shutil.copytree(workspace.directory, tmp_path / "ws"))
    shutil.rmtree(copy / "graph")
    build = run_index._build

    def refuse(opened: Workspace, run: str) -> None:
        if opened.indices_directory.is_relative_to(copy):
            raise WorkspaceError(*_explained(number, opened.directory))
        build(opened, run)

    monkeypatch.setattr(run_index, "_build", refuse)
    with Workspace.open(copy, trusted=False) as opened:
        assert open_index(opened, last(opened)).document("figures", RunFigures) == known
        temporary = opened.indices_directory
        assert not temporary.is_relative_to(copy)
        assert temporary.is_dir()
    assert not temporary.exists()


def _explained(number: int, where: Path) -> tuple[str]:
    with pytest.raises(WorkspaceError) as caught, storage_errors(where):
        raise OSError(number, os.strerror(number))
    return (caught.value.what,)
