"""The page of one app: its stores, the devices that have it, and the cases of its vendor."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import ANALYSED, P, conclude, make
from tieback.cases.policy import default_policy
from tieback.model.device import InventoryRow, MatchStrength, Ownership
from tieback.model.probe import Access
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.fleet.coverage import DeviceCounts
from tieback.pipeline.views.app import AppPage, show_app
from tieback.pipeline.views.apps import AppFilter, list_apps
from tieback.pipeline.views.overview import show_overview
from tieback.pipeline.views.records import AppState
from tieback.storage.workspace import Workspace

FIELDHAND, OLDER, MAIL, NEVER = (app.sha256 for app in ANALYSED)
OPEN = exposure()
UNDECIDED = exposure("es-und", access=Access.AUTH_REQUIRED, untested=("a login with any user name",))
TODAY = date(2026, 6, 1)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    rows = (
        InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0", ownership=Ownership.PERSONAL),
        InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.6", device="d1"),
    )
    with Workspace.open(make(tmp_path_factory.mktemp("app"), *rows, stores=(OPEN,))) as opened:
        conclude(opened, OPEN, UNDECIDED)
        case_service(opened, now=datetime(2026, 3, 1, tzinfo=UTC)).open(default_policy())
        yield opened


def shown(workspace: Workspace, sha256: str) -> AppPage:
    page = show_app(workspace, sha256)
    assert page is not None
    return page


def test_an_app_shows_its_stores_and_the_worst_decides_its_state(workspace: Workspace) -> None:
    page = shown(workspace, FIELDHAND)
    assert [store.id for store in page.stores] == [OPEN.id, UNDECIDED.id]
    assert (page.summary.state, page.summary.stores_exposed, page.summary.stores_not_decided) == (
        AppState.EXPOSED,
        1,
        1,
    )
    assert page.app == ANALYSED[0]
    # Nothing of this app could be probed, which is not the same as closed.
    assert shown(workspace, MAIL).summary.state is AppState.NO_BACK_END


def test_an_app_shows_the_devices_that_have_it(workspace: Workspace) -> None:
    (entry,) = shown(workspace, FIELDHAND).installs or ()
    assert (entry.devices, entry.personal, entry.match) == (2, 1, MatchStrength.BUNDLE_ID)
    assert shown(workspace, NEVER).installs == ()


def test_an_app_shows_the_cases_of_its_vendor(workspace: Workspace) -> None:
    vendor = shown(workspace, FIELDHAND).vendor
    assert vendor is not None
    assert [(case.store, case.leads) for case in vendor.cases] == [(OPEN.id, True)]
    # Another version of the same maker does not lead to that store.
    older = shown(workspace, OLDER).vendor
    assert older is not None
    assert [(case.id, case.leads) for case in older.cases] == [(vendor.cases[0].id, False)]


def test_the_overview_lists_cases_by_due_date_and_hides_them_from_viewers(workspace: Workspace) -> None:
    cases = show_overview(workspace, names=True, today=TODAY).cases
    assert (cases.active, cases.due) == (1, 1)
    assert [(one.vendor_name, one.late) for one in cases.next] == [("Fieldhand Ltd", True)]
    totals = show_overview(workspace, names=False, today=TODAY)
    assert (totals.cases.active, totals.cases.next, totals.worst_stores) == (1, (), ())


def test_a_filter_by_state_and_vendor(workspace: Workspace) -> None:
    exposed = list_apps(workspace, AppFilter(state=AppState.EXPOSED, vendor="Fieldhand Ltd"))
    assert [row.sha256 for row in exposed.items] == [FIELDHAND]
    assert (exposed.total, exposed.apps) == (1, len(ANALYSED))


def test_the_vendors_of_the_filter_are_those_of_the_table(tmp_path: Path) -> None:
    """One that a user renamed or merged has the name of the register; that of the certificate finds its apps, too."""
    with Workspace.open(make(tmp_path, stores=(OPEN,))) as workspace:
        conclude(workspace, OPEN)
        case_service(workspace, now=datetime(2026, 3, 1, tzinfo=UTC)).open(default_policy())
        (vendor,) = (one for one in workspace.ledger.cases.vendors() if one.name == "Fieldhand Ltd")
        renamed = replace(vendor, name="Fieldhand Group")
        workspace.ledger.cases.change_vendor(vendor.id, lambda _: (renamed, ()), datetime(2026, 3, 2, tzinfo=UTC))
        page = list_apps(workspace, AppFilter())
        assert dict(page.vendors)["Fieldhand Group"] == 2
        for name in ("Fieldhand Group", "Fieldhand Ltd"):
            assert list_apps(workspace, AppFilter(vendor=name)).total == 2


def test_an_unknown_app_is_none(workspace: Workspace) -> None:
    assert show_app(workspace, "0" * 64) is None
    assert show_app(workspace, "") is None


def test_devices_of_an_app_do_not_include_those_by_name_only(tmp_path: Path) -> None:
    rows = (
        *(InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", device=f"d{number}") for number in range(3)),
        InventoryRow(P.UNKNOWN, name="Fieldhand", count=120),
    )
    with Workspace.open(make(tmp_path, *rows)) as workspace:
        page = shown(workspace, FIELDHAND)
        assert page.devices == DeviceCounts(certain=3, by_name=120)
        assert sorted((one.weak, one.devices) for one in page.installs or ()) == [(False, 3), (True, 120)]


def test_an_app_that_the_last_run_did_not_read_is_shown_from_the_last_that_did(tmp_path: Path) -> None:
    with Workspace.open(make(tmp_path)) as workspace:
        first = workspace.ledger.latest_run()
        assert first is not None
        workspace.ledger.end_run(last := workspace.ledger.start_run([], None))
        page = shown(workspace, FIELDHAND)
        assert (page.run.id, page.run.latest) == (first.id, False)
        assert show_app(workspace, FIELDHAND, run=last) is None
        assert show_app(workspace, "0" * 64) is None
