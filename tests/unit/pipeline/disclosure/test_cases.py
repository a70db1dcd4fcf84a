"""Cases of a workspace."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import P, make
from tieback.cases.policy import default_policy
from tieback.model.case import CaseState, NewLogLine
from tieback.model.device import InventoryRow
from tieback.model.errors import InputError, UsageError
from tieback.pipeline.disclosure.cases import CaseService, open_case_service
from tieback.storage.workspace import Workspace

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
POLICY = default_policy()


@pytest.fixture
def work(tmp_path: Path) -> Iterator[CaseService]:
    rows = [InventoryRow(P.ANDROID, "org.fieldhand.app", device=f"d{number}") for number in range(3)]
    directory = make(tmp_path, *rows, InventoryRow(P.ANDROID, "com.x", device="d0"), stores=(exposure(),))
    with open_case_service(directory, now=NOW) as work:
        work.enroll()
        yield work


def test_open_stores_become_cases_once(work: CaseService) -> None:
    done = work.open(POLICY)
    assert (len(done.cases), done.known, done.nobodys) == (1, 0, 0)
    (case,) = done.cases
    assert [app.sha256[0] for app in case.apps] == ["a"]
    again = work.open(POLICY)
    assert (again.cases, again.known) == ((), 1)
    assert work.find_case(case.id[5:9]).id == case.id
    with pytest.raises(UsageError, match="no such case"):
        work.find_case("zzz")


def test_steps_notes_and_what_is_due(work: CaseService, tmp_path: Path) -> None:
    (case,) = work.open(POLICY).cases
    assert [one.id for one in work.due(7)] == [case.id]
    assert work.due(6) == []
    work.advance(case.id, CaseState.NOTIFIED, POLICY, "Ann", "sent", "email")
    work.note(case.id, "they called", [], "Ann")
    with pytest.raises(InputError, match="No such file"):
        work.note(case.id, "", [tmp_path / "none"], "Ann")
    moved = work.put_off(case.id, NOW.date() + timedelta(days=60), "Ann")
    assert moved.due == date(2026, 4, 30)
    assert [line.event for line in work.log(case.id)] == ["opened", "state", "note", "due"]
    assert work.verify().ok


def test_exports_and_statistics(work: CaseService) -> None:
    (case,) = work.open(POLICY).cases
    assert b"BEGIN:VTODO" in work.export("ics")
    assert case.id.encode() in work.export("csv")
    work.advance(case.id, CaseState.NOTIFIED, POLICY, "", "", "email")
    every, group = work.statistics("vendor")
    assert (every.cases, every.told, group.group) == (1, 1, "Fieldhand Ltd")
    assert [one.group for one in work.statistics("channel")] == ["all", "email"]


def test_store_without_an_app_has_no_case(tmp_path: Path) -> None:
    (route,) = exposure().routes
    lost = exposure("es-9", routes=(msgspec.structs.replace(route, app_sha256="f" * 64),))
    with open_case_service(make(tmp_path, stores=(lost,)), now=NOW) as work:
        assert work.open(POLICY).nobodys == 1


def test_cases_can_be_worked_on_while_a_scan_runs(tmp_path: Path) -> None:
    directory = make(tmp_path, stores=(exposure(),))
    with Workspace.open(directory) as other, other.lock(), open_case_service(directory, now=NOW) as work:
        (case,) = work.open(POLICY).cases
        work.note(case.id, "still possible", [], "Ann")
        last = work.log(case.id)[-1]
    assert (last.by, last.fields) == ("Ann", {"text": "still possible"})


def test_a_case_of_an_earlier_release_for_a_vendor_that_only_names_the_store_is_listed(work: CaseService) -> None:
    (case,) = work.open(POLICY).cases
    other = next(vendor for vendor in work.vendors() if vendor.id != case.vendor)
    old = msgspec.structs.replace(case, id="case-old", vendor=other.id)
    with Workspace.open(work.directory) as workspace:
        workspace.ledger.cases.open([(old, (NewLogLine(old.id, "opened", {"store": old.store.id}),))], NOW)
    assert work.open(POLICY).foreign == ("case-old",)
    work.advance("case-old", CaseState.CLOSED, POLICY, "Ann", "not their store", "")
    assert work.open(POLICY).foreign == ()
