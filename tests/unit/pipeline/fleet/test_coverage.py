"""Apps of the fleet beside analysed ones: matched by the surest thing in common, gaps both ways."""

from datetime import date
from pathlib import Path

import msgspec
import pytest

from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import SIGNER, P, enter, make
from tieback.model.device import InventoryRow, MatchStrength
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.figure import lower_bound
from tieback.pipeline.fleet.coverage import FleetLine, open_fleet
from tieback.storage.workspace import Workspace


def line(folder: Path, name: str) -> FleetLine:
    with open_fleet(folder) as fleet:
        return next(one for one in fleet.lines() if name in (one.app.name, one.app.bundle_id))


@pytest.mark.parametrize(
    ("row", "strength", "analysed"),
    [
        (InventoryRow(P.ANDROID, "org.fieldhand.app"), MatchStrength.BUNDLE_ID, 2),
        (InventoryRow(P.IOS, "com.acme.mail"), MatchStrength.BUNDLE_ID, 1),
        (InventoryRow(P.UNKNOWN, "com.acme.mail"), MatchStrength.BUNDLE_ID, 1),
        (InventoryRow(P.ANDROID, name="X", store_id="org.fieldhand.app"), MatchStrength.STORE_ID, 2),
        (InventoryRow(P.ANDROID, name="Fieldhand", signer=SIGNER), MatchStrength.SIGNER, 2),
        (InventoryRow(P.ANDROID, name="FIELDHAND ", publisher="Fieldhand Ltd"), MatchStrength.NAME_PUBLISHER, 2),
        (InventoryRow(P.IOS, name="Acme Mail", publisher="Acme"), MatchStrength.NAME, 1),
        (InventoryRow(P.ANDROID, name="Fieldhand", publisher="Somebody else"), None, 0),
        (InventoryRow(P.IOS, "org.fieldhand.app"), None, 0),
        (InventoryRow(P.ANDROID, "com.other", name="Fieldhand", publisher="Fieldhand Ltd"), None, 0),
        (InventoryRow(P.WINDOWS, name="Acme Mail"), None, 0),
    ],
)
def test_what_is_the_same_app(tmp_path: Path, row: InventoryRow, strength: MatchStrength | None, analysed: int) -> None:
    workspace = make(tmp_path, row)
    with open_fleet(workspace) as fleet:
        (one,) = fleet.lines()
    assert (one.match.strength if one.match else None) is strength
    assert len(one.match.apps if one.match else ()) == analysed


@pytest.mark.parametrize(
    ("row", "vendor"),
    [
        (InventoryRow(P.ANDROID, name="Fieldhand", device="d"), ""),
        (InventoryRow(P.ANDROID, name="Fieldhand", publisher="Fieldhand Ltd", device="d"), "Fieldhand Ltd"),
        (InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"), "Fieldhand Ltd"),
    ],
)
def test_a_match_only_by_name_says_nothing_about_the_vendor(tmp_path: Path, row: InventoryRow, vendor: str) -> None:
    with open_fleet(make(tmp_path, row)) as fleet:
        (one,) = fleet.lines()
    assert one.match is not None
    assert one.vendor == vendor


def test_gaps_both_ways(tmp_path: Path) -> None:
    rows = [InventoryRow(P.ANDROID, "com.big", device=f"d{n}") for n in range(3)]
    rows += [
        InventoryRow(P.ANDROID, "com.small", device="d0"),
        InventoryRow(P.ANDROID, "org.fieldhand.app", device="d0"),
    ]
    rows += [InventoryRow(P.WINDOWS, name="Word", device="pc"), InventoryRow(P.WINDOWS, name="Excel", device="pc")]
    workspace = make(tmp_path, *rows)
    with open_fleet(workspace) as fleet:
        assert [(app.bundle_id, app.devices) for app in fleet.gaps()] == [("com.big", 3), ("com.small", 1)]
        assert [(app.bundle_id, app.versions) for app in fleet.absent()] == [("com.Acme.Mail", 1), ("com.never", 1)]
        summary = fleet.summary()
    assert summary is not None
    assert (summary.apps, summary.devices, summary.not_analysed, summary.devices_not_analysed) == (3, 4, 2, 3)


def test_retired_but_exposed(tmp_path: Path) -> None:
    workspace = make(
        tmp_path, InventoryRow(P.ANDROID, "org.fieldhand.app", device="d"),
        InventoryRow(P.ANDROID, "com.x", device="d"), stores=(exposure(),),
    )  # fmt: skip
    one = line(workspace, "org.fieldhand.app")
    assert (one.active, one.retired_but_exposed, one.records.value) == (True, False, 1350)
    unmeasured = msgspec.structs.replace(one, records=lower_bound(0, "not counted"))
    assert [line.document()["records"] for line in (one, unmeasured)] == [1350, None]
    assert one.classes == ("geo_location", "email")
    with Workspace.open(workspace) as space:
        enter(
            space,
            date(2026, 4, 1),
            InventoryRow(P.ANDROID, "com.x", device="d"),
            InventoryRow(P.ANDROID, "com.y", device="d"),
        )
    one = line(workspace, "org.fieldhand.app")
    assert (one.active, one.retired_but_exposed, one.app.removed) == (False, True, date(2026, 4, 1))
    assert one.document()["retired_but_exposed"] is True
    with open_fleet(workspace) as fleet:
        (absent,) = [app for app in fleet.absent() if app.bundle_id == "org.fieldhand.app"]
    assert absent.last_on_a_device == date(2026, 4, 1)


def test_one_app_with_its_devices(tmp_path: Path) -> None:
    workspace = make(tmp_path, *(InventoryRow(P.ANDROID, "com.a", device=f"d{n}") for n in range(5)))
    with open_fleet(workspace) as fleet:
        (shown,) = fleet.show("COM.A", 2)
        assert (len(shown.installs), shown.more) == (2, 3)
        with pytest.raises(UsageError, match="no inventory lists this app"):
            list(fleet.show("com.none", 2))


def test_without_a_workspace_or_an_inventory(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"), open_fleet(tmp_path / "none"):
        pass
    Workspace.open(tmp_path / "ws").close()
    with open_fleet(tmp_path / "ws") as fleet:
        assert (fleet.summary(), fleet.lines(), fleet.gaps(), fleet.absent()) == (None, [], [], [])
