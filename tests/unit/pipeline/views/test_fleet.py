"""The review of the fleet in pages: states, actions, filters, cursors, devices and lists."""

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, P, enter, make
from tieback.model.device import InventoryRow, Ownership
from tieback.model.errors import UsageError
from tieback.model.exposure import PiiClassTotal
from tieback.model.figure import exact
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.fleet.block_list import APP_FORMATS, HOST_FORMATS, BlockRequest, block_list, review_lines
from tieback.pipeline.fleet.coverage import FleetView
from tieback.pipeline.fleet.fleet_state import FleetState
from tieback.pipeline.fleet.review_table import to_csv
from tieback.pipeline.views.fleet import (
    FleetAction,
    FleetFilter,
    block_list_file,
    block_lists,
    fleet_app,
    fleet_counts,
    fleet_review,
    review_file,
)
from tieback.pipeline.views.inventory import device_of, inventory_page, list_devices
from tieback.pipeline.views.prepared_fleet import prepared_fleet
from tieback.storage.ledger.inventory_pages import DeviceFilter
from tieback.storage.workspace import Workspace

MINE, OURS = Ownership.PERSONAL, Ownership.CORPORATE
ROWS = (
    InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0", ownership=MINE),
    InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.6", device="d1", ownership=OURS),
    InventoryRow(P.ANDROID, "com.unknown", "=cmd()|'<b>'", device="d0", ownership=MINE),
    InventoryRow(P.ANDROID, "com.unknown", "=cmd()|'<b>'", device="d2", ownership=OURS),
    InventoryRow(P.IOS, "com.acme.mail", "Acme Mail", device="d3", ownership=OURS),
    InventoryRow(P.WINDOWS, name="Word", device="pc"),
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    probed = ProbeReport("api.acme.test:443", Outcome.OK, Access.AUTH_REQUIRED)
    hosts = {"com.Acme.Mail": "api.acme.test"}
    folder = tmp_path_factory.mktemp("fleet")
    return make(folder, *ROWS, stores=(exposure(),), grant=GRANT, hosts=hosts, probes=(probed,))


@pytest.fixture
def workspace(directory: Path) -> Iterator[Workspace]:
    with Workspace.open(directory) as opened:
        yield opened


def test_each_app_has_a_state_an_action_and_a_reason(workspace: Workspace) -> None:
    found = {row.bundle_id: row for row in fleet_review(workspace, FleetFilter()).items}
    assert [(name, row.state, row.action) for name, row in found.items()] == [
        ("org.fieldhand.app", FleetState.OPEN, FleetAction.BLOCK),
        ("com.unknown", FleetState.UNKNOWN, FleetAction.ANALYSE),
        ("com.acme.mail", FleetState.NO_OPEN_STORE, FleetAction.NONE),
    ]
    assert (
        found["org.fieldhand.app"].reason == "It leads to 1 open store, 1,350 records with locations; e-mail addresses."
    )
    assert found["com.acme.mail"].reason == "The run found no open store behind it. Its back end was probed."
    assert {name: (row.open_stores, row.records, row.records_quality) for name, row in found.items()} == {
        "org.fieldhand.app": (1, 1350, "exact"), "com.unknown": (None, None, None), "com.acme.mail": (0, 0, "exact"),
    }  # fmt: skip
    counts = fleet_counts(workspace)
    assert (counts.apps, counts.open, counts.unknown, counts.no_open_store, counts.personal) == (3, 1, 1, 1, 2)
    assert (counts.no_back_end, counts.partly_read) == (0, 0)


def test_the_worst_classes_are_named_first_and_the_others_counted(tmp_path: Path) -> None:
    names = ("email", "employment", "person_id", "person_name", "phone", "pin_otp", "travel")
    totals = tuple(PiiClassTotal(name, exact(10, "docs.count"), 1) for name in names)
    folder = make(tmp_path, *ROWS, stores=(exposure(pii=totals),), grant=GRANT)
    with Workspace.open(folder) as workspace:
        row = next(one for one in fleet_review(workspace, FleetFilter()).items if one.open_stores)
        blocked = block_list_file(workspace, BlockRequest("csv")).data.decode()
    assert row.classes[0] == "pin_otp"
    assert sorted(row.classes) == sorted(names)
    with_data = row.reason.partition(" with ")[2]
    assert with_data.startswith("PINs and one-time codes; ")
    assert with_data.endswith(" and 3 more.")
    assert "with PINs and one-time codes; " in blocked


@pytest.mark.parametrize(
    ("which", "expected"),
    [
        (FleetFilter(ownership=MINE), ["org.fieldhand.app", "com.unknown"]),
        (FleetFilter(state=FleetState.UNKNOWN), ["com.unknown"]),
        (FleetFilter(state=FleetState.RETIRED), []),
        (FleetFilter(q="ACME"), ["com.acme.mail"]),
        (FleetFilter(q="fieldhand ltd"), ["org.fieldhand.app"]),
        (FleetFilter(enterprise_store=True), []),
    ],
)
def test_filters(workspace: Workspace, which: FleetFilter, expected: list[str]) -> None:
    page = fleet_review(workspace, which)
    assert [row.bundle_id for row in page.items] == expected
    assert page.total == len(expected)


def test_cursors_return_each_app_once(workspace: Workspace) -> None:
    seen, after = [], ""
    while True:
        page = fleet_review(workspace, FleetFilter(), after=after, limit=1)
        seen += [row.bundle_id for row in page.items]
        if page.next is None:
            break
        after = page.next
    assert seen == ["org.fieldhand.app", "com.unknown", "com.acme.mail"]
    with pytest.raises(UsageError, match="not a cursor"):
        fleet_review(workspace, FleetFilter(), after="none")


def test_the_fleet_is_prepared_again_only_after_a_change(tmp_path: Path) -> None:
    with Workspace.open(make(tmp_path, *ROWS, stores=(exposure(),), grant=GRANT)) as workspace:
        first = prepared_fleet(workspace)
        assert prepared_fleet(workspace) is first
        new = [InventoryRow(P.ANDROID, name, device="d0") for name in ("com.new", "com.other")]
        enter(workspace, date(2026, 4, 1), *new, complete=True)
        assert prepared_fleet(workspace) is not first
        (retired,) = fleet_review(workspace, FleetFilter(state=FleetState.RETIRED)).items
        assert (retired.bundle_id, retired.action) == ("org.fieldhand.app", FleetAction.ASK_VENDOR)
        assert "No device has it since 2026-04-01" in retired.reason


def test_an_app_and_its_devices_in_pages(workspace: Workspace) -> None:
    (row,) = fleet_review(workspace, FleetFilter(q="org.fieldhand")).items
    first = fleet_app(workspace, row.id, limit=1)
    assert first is not None
    assert first.installs.next is not None
    second = fleet_app(workspace, row.id, after=first.installs.next, limit=1)
    assert second is not None
    assert second.installs.next is None
    versions = {one.version for page in (first, second) for one in page.installs.items}
    assert versions == {"4.0.7", "4.0.6"}
    assert fleet_app(workspace, 999_999) is None


def test_devices_are_pseudonyms_with_their_apps(workspace: Workspace) -> None:
    everything = list_devices(workspace, DeviceFilter())
    assert (everything.total, len(everything.items)) == (5, 5)
    assert not {"d0", "d1", "d2", "d3", "pc"} & {one.id for one in everything.items}
    seen, after = [], ""
    for _ in range(5):
        page = list_devices(workspace, DeviceFilter(), after=after, limit=1)
        seen += [one.id for one in page.items]
        after = page.next or ""
    assert (seen, after) == ([one.id for one in everything.items], "")
    mine = list_devices(workspace, DeviceFilter(ownership=MINE))
    (device,) = mine.items
    assert device.apps == 2
    assert list_devices(workspace, DeviceFilter(prefix=device.id[:6])).items == (device,)
    found = device_of(workspace, device.id, limit=1)
    assert found is not None
    assert found.apps.next is not None
    rest = device_of(workspace, device.id, after=found.apps.next)
    assert rest is not None
    apps = {one.bundle_id: one.state for one in (*found.apps.items, *rest.apps.items)}
    assert apps == {"org.fieldhand.app": "open", "com.unknown": "unknown"}
    assert device_of(workspace, "d0") is None


def test_an_old_inventory_is_stale(workspace: Workspace) -> None:
    page = inventory_page(workspace, today=date(2026, 3, 31))
    assert [(one.source, one.age_days, one.stale) for one in page.sources] == [("intune", 30, False)]
    assert inventory_page(workspace, today=date(2026, 4, 1)).sources[0].stale
    assert (page.devices, page.imports.total, page.imports.next) == (5, 1, None)
    assert page.imports.items[0].rows == len(ROWS)


def test_lists_to_download(workspace: Workspace) -> None:
    lists = {one.format: one for one in block_lists(workspace).items}
    assert set(lists) == {"csv", "intune", "jamf", "android-enterprise", "workspace-one", "rpz", "hosts"}
    assert (lists["android-enterprise"].count, lists["jamf"].count) == (1, 0)
    assert lists["jamf"].left_out == ("1 app: platform android", "1 app: never analysed")
    file = block_list_file(workspace, BlockRequest("android-enterprise"))
    assert json.loads(file.data)["applications"] == [{"packageName": "org.fieldhand.app", "installType": "BLOCKED"}]
    assert file.name == "tieback-block-android-enterprise.json"
    assert block_list_file(workspace, BlockRequest("rpz", force=True)).data.startswith(b"$TTL")
    with pytest.raises(UsageError, match="unknown format"):
        block_list_file(workspace, BlockRequest("../x"))


def test_the_review_as_a_file_has_no_formula(workspace: Workspace) -> None:
    file = review_file(workspace, FleetFilter(), "csv")
    rows = list(csv.DictReader(io.StringIO(file.data.decode("utf-8-sig"))))
    assert [row["identifier"] for row in rows] == ["org.fieldhand.app", "com.unknown", "com.acme.mail"]
    assert not rows[1]["app"].startswith("=")
    assert review_file(workspace, FleetFilter(), "xlsx").data.startswith(b"PK")
    with pytest.raises(UsageError, match="unknown format"):
        review_file(workspace, FleetFilter(), "doc")


def test_an_empty_workspace(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        page = inventory_page(workspace)
        assert (page.devices, page.sources, page.imports.items, page.fleet.apps, page.fleet.run) == (0, (), (), 0, None)
        assert fleet_review(workspace, FleetFilter()).items == ()
        assert [one.count for one in block_lists(workspace).items] == [0] * 7
        assert list_devices(workspace, DeviceFilter()).items == ()


@pytest.mark.parametrize("form", [*APP_FORMATS, *HOST_FORMATS])
def test_a_file_of_the_page_is_that_of_the_command_line(workspace: Workspace, form: str) -> None:
    """The rows have one order, whatever order the lines of the fleet have."""
    view = FleetView(workspace, workspace.ledger.latest_run())
    request = BlockRequest(form, names=("org.fieldhand.app", "com.unknown"))
    lines = view.lines(versions=False)
    assert block_list_file(workspace, request).data == block_list(view, request).data
    assert block_list(view, request, lines[::-1]).data == block_list(view, request, lines).data


def test_the_review_of_the_page_is_that_of_the_command_line(workspace: Workspace) -> None:
    lines = FleetView(workspace, workspace.ledger.latest_run()).lines(versions=False)
    assert review_file(workspace, FleetFilter(), "csv").data == to_csv(review_lines(lines[::-1]))


@pytest.fixture(scope="module")
def same_name(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three entries of one name: the analysed app, an app of another platform, and one without an identifier."""
    rows = (
        *(InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device=f"a{number}") for number in (1, 2)),
        InventoryRow(P.IOS, "org.fieldhand.app", "Fieldhand", "9", device="i1"),
        InventoryRow(P.UNKNOWN, name="Fieldhand", count=120),
    )
    return make(tmp_path_factory.mktemp("names"), *rows, stores=(exposure(),), grant=GRANT)


def test_a_weak_match_shows_only_what_the_inventory_says(same_name: Path) -> None:
    with Workspace.open(same_name) as workspace:
        (row,) = fleet_review(workspace, FleetFilter(state=FleetState.WEAK)).items
        view = FleetView(workspace, workspace.ledger.latest_run())
        (line,) = [one for one in view.lines() if one.app.id == row.id]
        document = line.document()
        assert (row.platform, row.bundle_id) == (document["platform"], document["bundle_id"]) == (P.UNKNOWN, "")
        found = fleet_review(workspace, FleetFilter(q="org.fieldhand")).items
        assert [one.id for one in found if one.weak] == []


@pytest.mark.parametrize("form", APP_FORMATS)
def test_a_block_list_of_one_entry_has_no_other_app(same_name: Path, form: str) -> None:
    with Workspace.open(same_name) as workspace:
        for row in fleet_review(workspace, FleetFilter()).items:
            written = block_list_file(workspace, BlockRequest(form, entry=row.id)).data.decode("utf-8-sig")
            if form == "csv":
                (listed,) = csv.DictReader(io.StringIO(written))
                assert (listed["name"], listed["devices"]) == (row.name, str(row.devices))
        with pytest.raises(UsageError, match="no device has this app"):
            block_list_file(workspace, BlockRequest(form, entry=10**6))
