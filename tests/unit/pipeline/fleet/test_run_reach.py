"""What a run decided about the apps of the fleet: probed, not probed, not decided, and not in the run."""

import shutil
from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.unit.pipeline.graph_workspace import shared
from tests.unit.pipeline.workspaces import GRANT, P, enter
from tieback.model.device import InventoryRow
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.fleet.block_list import BlockRequest, NothingProbedError
from tieback.pipeline.views.fleet import (
    FleetAction,
    FleetFilter,
    block_list_file,
    block_lists,
    fleet_counts,
    fleet_review,
)
from tieback.storage.lake.tables.inputs import RunInput, save_inputs
from tieback.storage.lake.tables.probes import ProbeWriter, read_backends, save_backends
from tieback.storage.workspace import Workspace

FIELDHAND, WORKHUB, TILLROLL = "org.fieldhand.app", "com.workhub.mobile", "com.tillroll.pos"
UNKNOWN = "com.unknown"


@pytest.fixture
def workspace(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Workspace:
    directory = tmp_path / "ws"
    shutil.copytree(shared(tmp_path_factory), directory)
    opened = Workspace.open(directory, trusted=False)
    names = (FIELDHAND, WORKHUB, TILLROLL, UNKNOWN)
    enter(opened, date(2026, 3, 1), *(InventoryRow(P.ANDROID, name, device="d0") for name in names))
    return opened


def start(
    workspace: Workspace, grant: str | None, *apps: str, probed: tuple[str, ...] = (), undecided: bool = False
) -> None:
    """Another run that read these apps and probed these targets."""
    first = workspace.ledger.latest_run()
    assert first is not None
    concluded = list(workspace.ledger.conclusions.exposures(first.id))
    sql = "SELECT DISTINCT bundle_id, unit, version FROM apps"
    units = {bundle: (unit, version) for bundle, unit, version in workspace.lake.stream(sql)}
    run = workspace.ledger.start_run([], grant)
    save_inputs(workspace.lake, run, [RunInput(f"{name}.apk", *units[name]) for name in apps])
    save_backends(workspace.lake, run, read_backends(workspace.lake, first.id))
    with ProbeWriter(workspace.lake, run) as writer:
        for target in probed:
            writer.add(ProbeReport(target, Outcome.OK, Access.AUTH_REQUIRED, address="127.77.0.10"))
        writer.add(ProbeReport("api.workhub.test:6379", Outcome.OUT_OF_SCOPE))
    stores = [
        msgspec.structs.replace(one, access=Access.UNKNOWN) for one in concluded if one.access is Access.AUTH_REQUIRED
    ]
    workspace.ledger.conclusions.save(run, stores if undecided else [], [])
    workspace.ledger.end_run(run)


def test_an_app_that_was_not_probed_is_not_called_closed(workspace: Workspace) -> None:
    start(workspace, GRANT, FIELDHAND, WORKHUB, probed=("es.fieldhand.test:9200",))
    rows = {row.bundle_id: row for row in fleet_review(workspace, FleetFilter()).items}
    assert {name: (row.state.value, row.action) for name, row in rows.items()} == {
        FIELDHAND: ("no_open_store", FleetAction.NONE),
        WORKHUB: ("not_probed", FleetAction.PROBE),
        TILLROLL: ("not_in_run", FleetAction.PROBE),
        UNKNOWN: ("unknown", FleetAction.ANALYSE),
    }
    one = rows[FIELDHAND]
    assert (one.backends_probed, "Not probed, so not decided" in one.reason) == (1, True)
    assert rows[TILLROLL].backends is None
    counts = fleet_counts(workspace)
    assert (counts.not_probed, counts.not_in_run, counts.unknown, counts.why_not_probed) == (1, 1, 1, "")
    lists = block_lists(workspace)
    assert lists.decided == 1
    assert {one.left_out for one in lists.items} == {
        ("1 app: not probed in this run", "1 app: not in this run", "1 app: never analysed")
    }
    assert block_list_file(workspace, BlockRequest("csv")).data.count(b"\n") == 1


def test_a_store_that_is_not_decided_is_neither_open_nor_closed(workspace: Workspace) -> None:
    start(workspace, GRANT, FIELDHAND, probed=("es.fieldhand.test:9200",), undecided=True)
    (row,) = fleet_review(workspace, FleetFilter(q=FIELDHAND)).items
    assert (row.state.value, row.action) == ("not_decided", FleetAction.PROBE)
    assert row.reason == "It leads to a store that is known neither as open nor as closed."
    # Something was probed, and the reason for no list does not deny it.
    with pytest.raises(NothingProbedError, match="it is not decided what is open behind an app, so no list was"):
        block_list_file(workspace, BlockRequest("csv"))


@pytest.mark.parametrize("form", ["csv", "intune", "rpz", "hosts"])
def test_a_run_without_a_grant_gives_no_list(workspace: Workspace, form: str) -> None:
    start(workspace, None, FIELDHAND, WORKHUB)
    page = fleet_review(workspace, FleetFilter())
    assert "had no grant" in page.not_probed
    assert {row.state.value for row in page.items} == {"not_probed", "not_in_run", "unknown"}
    with pytest.raises(
        NothingProbedError,
        match=r"no back end of an app was probed, .*2 not probed in this run; 1 not in this run; 1 never analysed",
    ):
        block_list_file(workspace, BlockRequest(form))


def test_a_run_that_probed_only_other_targets_gives_no_list_and_does_not_call_them_unprobed(
    workspace: Workspace,
) -> None:
    start(workspace, GRANT, FIELDHAND, WORKHUB, probed=("db.elsewhere.test:9200",))
    with pytest.raises(NothingProbedError, match="no back end of an app was probed, so no list was written"):
        block_list_file(workspace, BlockRequest("csv"))
