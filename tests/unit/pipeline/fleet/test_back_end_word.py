"""What a run shows of the stores behind an app: an empty list of stores has a reason, and only one is "none open"."""

from pathlib import Path

import pytest

from tests.unit.pipeline.workspaces import GRANT, P, make
from tieback.model.device import InventoryRow
from tieback.model.probe import NO_BYTE, Access, Outcome, ProbeReport
from tieback.pipeline.fleet.coverage import FleetLine, open_fleet
from tieback.pipeline.fleet.fleet_state import FleetState, state_of
from tieback.pipeline.fleet.run_reach import RunReach, back_end_word
from tieback.pipeline.views.fleet import FleetAction, FleetFilter, fleet_counts, fleet_review
from tieback.storage.workspace import Workspace

MAIL = "com.Acme.Mail"
HOST = "api.acme.test"
NAMED = {MAIL: HOST}
ROW = InventoryRow(P.IOS, MAIL, "Acme Mail", device="d0")


def answer(outcome: Outcome, access: Access = Access.UNKNOWN, problem: str = "", port: int = 443) -> ProbeReport:
    return ProbeReport(f"{HOST}:{port}", outcome, access, problems=(problem,) if problem else ())


def line_of(folder: Path) -> FleetLine:
    with open_fleet(folder) as fleet:
        (line,) = fleet.lines()
    return line


@pytest.mark.parametrize(
    ("reach", "word"),
    [
        (None, "not_in_run"),
        (RunReach(), "no_back_end"),
        (RunReach(partly_read=True), "partly_read"),
        (RunReach(backends=2), "not_probed"),
        (RunReach(backends=2, partly_read=True), "not_probed"),
        (RunReach(backends=2, probed=2), "no_open_store"),
        (RunReach(backends=2, probed=1), "no_open_store"),
        (RunReach(backends=2, probed=2, partly_read=True), "partly_read"),
        (RunReach(backends=2, probed=2, silent=1), "not_decided"),
        (RunReach(backends=2, probed=2, stores=1, undecided=1), "not_decided"),
        (RunReach(backends=0, stores=1), "no_open_store"),
        # Two versions of an app: what is unknown of one is unknown of the app.
        (RunReach(backends=1, probed=1) + RunReach(partly_read=True), "partly_read"),
        (RunReach(backends=1, probed=1) + RunReach(), "no_open_store"),
    ],
)
def test_each_reach_has_one_word(reach: RunReach | None, word: str) -> None:
    assert back_end_word(reach, exposed=False) == word
    assert back_end_word(reach, exposed=True) == "open"


@pytest.mark.parametrize("grant", [None, GRANT])
def test_an_app_without_a_back_end_is_not_counted_as_checked(tmp_path: Path, grant: str | None) -> None:
    folder = make(tmp_path, ROW, grant=grant)
    line = line_of(folder)
    assert (line.back_end, state_of(line)) == ("no_back_end", FleetState.NO_BACK_END)
    assert (line.decided, line.judged, line.document()["records"]) == (False, False, None)
    with Workspace.open(folder) as workspace:
        (row,) = fleet_review(workspace, FleetFilter(state=FleetState.NO_BACK_END)).items
        counts = fleet_counts(workspace)
    assert (row.open_stores, row.records, row.action) == (None, None, FleetAction.CAPTURE)
    assert row.reason == "No back end was found in it, so nothing could be probed. It is not known as safe."
    assert (counts.no_back_end, counts.no_open_store, counts.not_probed) == (1, 0, 0)


@pytest.mark.parametrize("hosts", [{}, NAMED])
def test_an_app_that_was_only_partly_read_is_not_counted_as_checked(tmp_path: Path, hosts: dict[str, str]) -> None:
    probes = (answer(Outcome.OK, Access.AUTH_REQUIRED),) if hosts else ()
    folder = make(tmp_path, ROW, grant=GRANT, hosts=hosts, unread={MAIL}, probes=probes)
    line = line_of(folder)
    assert (line.back_end, line.decided, line.judged) == ("partly_read", False, bool(hosts))
    assert line.document()["partly_read"] is True
    with Workspace.open(folder) as workspace:
        (row,) = fleet_review(workspace, FleetFilter()).items
        counts = fleet_counts(workspace)
    assert (row.state, row.action, row.partly_read) == (FleetState.PARTLY_READ, FleetAction.CAPTURE, True)
    known = "Its back end was probed. Others may be missing" if hosts else "No back end was found in that part"
    assert row.reason == f"The run read only a part of it. {known}: this is not the same as safe."
    assert (counts.partly_read, counts.no_open_store) == (1, 0)


@pytest.mark.parametrize(
    ("probes", "word"),
    [
        ((), "not_probed"),
        ((answer(Outcome.OUT_OF_SCOPE),), "not_probed"),
        ((answer(Outcome.TIMEOUT),), "not_decided"),
        ((answer(Outcome.BUDGET_SPENT),), "not_decided"),
        ((answer(Outcome.ERROR),), "not_decided"),
        ((answer(Outcome.REFUSED, problem=f"port 443: {NO_BYTE}"),), "not_decided"),
        ((answer(Outcome.REFUSED),), "no_open_store"),
        ((answer(Outcome.PROTOCOL_MISMATCH),), "no_open_store"),
        # The port that the app names gave a result, another one is behind a filter.
        ((answer(Outcome.PROTOCOL_MISMATCH), answer(Outcome.TIMEOUT, port=9200)), "no_open_store"),
        # And the other way round.
        ((answer(Outcome.TIMEOUT), answer(Outcome.REFUSED, port=9200)), "not_decided"),
    ],
)
def test_a_back_end_that_gave_no_result_is_not_decided(
    tmp_path: Path, probes: tuple[ProbeReport, ...], word: str
) -> None:
    folder = make(tmp_path, ROW, grant=GRANT, hosts=NAMED, probes=probes)
    line = line_of(folder)
    assert line.back_end == word
    assert line.document()["backends_without_result"] == (word == "not_decided")
    with Workspace.open(folder) as workspace:
        (row,) = fleet_review(workspace, FleetFilter()).items
    told = "It leads to a back end without a result: no answer, or not to the end."
    assert (row.reason == told, row.action is FleetAction.PROBE) == (
        word == "not_decided",
        word in {"not_decided", "not_probed"},
    )


def test_a_port_that_no_app_names_and_that_gave_no_answer_is_mentioned(tmp_path: Path) -> None:
    probes = (answer(Outcome.OK, Access.AUTH_REQUIRED), *(answer(Outcome.TIMEOUT, port=port) for port in (9200, 27017)))
    folder = make(tmp_path, ROW, grant=GRANT, hosts=NAMED, probes=probes)
    with Workspace.open(folder) as workspace:
        (row,) = fleet_review(workspace, FleetFilter()).items
    told = "Its back end was probed. 2 ports gave no answer, which does not show that they are closed."
    assert row.reason == f"The run found no open store behind it. {told}"
