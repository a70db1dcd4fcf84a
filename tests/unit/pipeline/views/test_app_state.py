"""What the list of apps says of the stores behind each: an empty list of stores has a reason."""

from pathlib import Path

import pytest

from tests.unit.pipeline.workspaces import ANALYSED, GRANT, make
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.views.app import show_app
from tieback.pipeline.views.apps import AppFilter, list_apps
from tieback.pipeline.views.backends import BackendFilter, list_backends
from tieback.pipeline.views.index_rows import NO_STORES, Counts, EndpointCount, StoreCount, app_state
from tieback.pipeline.views.overview import show_overview
from tieback.pipeline.views.records import AppState
from tieback.storage.workspace import Workspace

MAIL, HOST = "com.Acme.Mail", "api.acme.test"


def stores(*, exposed: bool = False, not_decided: bool = False) -> Counts:
    found = Counts()
    found.add(StoreCount(exposed, not_decided, 1), 0)
    return found


@pytest.mark.parametrize(
    ("counts", "endpoints", "partly_read", "state"),
    [
        (NO_STORES, None, False, AppState.NO_BACK_END),
        (NO_STORES, None, True, AppState.PARTLY_READ),
        (NO_STORES, EndpointCount(2, 2), False, AppState.NOT_PROBED),
        (NO_STORES, EndpointCount(2, 2), True, AppState.NOT_PROBED),
        # It names endpoints, and none of them could be mapped to a back end.
        (NO_STORES, EndpointCount(), False, AppState.NOT_PROBED),
        (NO_STORES, EndpointCount(2, 1), False, AppState.NONE_FOUND),
        (NO_STORES, EndpointCount(2, 0), True, AppState.PARTLY_READ),
        (NO_STORES, EndpointCount(2, 0, 1), False, AppState.NOT_DECIDED),
        (stores(), EndpointCount(2, 1), False, AppState.CLOSED),
        (stores(), EndpointCount(2, 1), True, AppState.PARTLY_READ),
        (stores(), EndpointCount(2, 0, 1), False, AppState.NOT_DECIDED),
        (stores(not_decided=True), EndpointCount(2), False, AppState.NOT_DECIDED),
        (stores(exposed=True), EndpointCount(2, 1, 1), True, AppState.EXPOSED),
    ],
)
def test_each_reason_has_a_state(
    counts: Counts, endpoints: EndpointCount | None, partly_read: bool, state: AppState
) -> None:
    known = endpoints or EndpointCount()
    assert app_state(counts, known, named=endpoints is not None, partly_read=partly_read) is state


@pytest.mark.parametrize(
    ("outcome", "state", "without_result"),
    [
        (Outcome.OUT_OF_SCOPE, AppState.NOT_PROBED, 0),
        (Outcome.TIMEOUT, AppState.NOT_DECIDED, 1),
        (Outcome.PROTOCOL_MISMATCH, AppState.NONE_FOUND, 0),
    ],
)
def test_a_run_shows_why_no_store_is_known(
    tmp_path: Path, outcome: Outcome, state: AppState, without_result: int
) -> None:
    probes = (ProbeReport(f"{HOST}:443", outcome, Access.UNKNOWN),)
    with Workspace.open(make(tmp_path, grant=GRANT, hosts={MAIL: HOST}, probes=probes)) as workspace:
        (row,) = list_apps(workspace, AppFilter(q="mail")).items
        others = list_apps(workspace, AppFilter(state=AppState.NO_BACK_END))
        (backend,) = list_backends(workspace, BackendFilter()).items
        page = show_app(workspace, row.sha256)
        overview = show_overview(workspace, names=True)
    assert (row.state, row.endpoints_without_result) == (state, without_result)
    assert others.total == len(ANALYSED) - 1
    assert (backend.probed, backend.silent) == (state is not AppState.NOT_PROBED, bool(without_result))
    assert page is not None
    assert [one.silent for one in page.endpoints.items] == [bool(without_result)]
    assert overview.probed == (state is not AppState.NOT_PROBED)


def test_a_run_with_nothing_to_probe_has_no_zero(tmp_path: Path) -> None:
    with Workspace.open(make(tmp_path, grant=GRANT)) as workspace:
        shown = show_overview(workspace, names=True)
    assert not shown.probed
    assert [(one.grant, one.probed) for one in shown.trend.points] == [(True, False)]
