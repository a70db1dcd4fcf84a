"""The fleet in the ledger: files once and whole, apps with devices, versions and sources."""

from collections.abc import Iterator
from datetime import date

import pytest

from tieback.model.device import DevicePlatform, InventoryRow, Ownership
from tieback.model.errors import InputError
from tieback.storage.ledger.inventory import Inventory, InventoryFile
from tieback.storage.ledger.inventory_load import Snapshot
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.pseudonyms import Pseudonyms

NAMES = Pseudonyms(b"k" * 32)
DAY = date(2026, 3, 1)
SNAPSHOT = Snapshot("intune", DAY.toordinal())
FILE = InventoryFile("0" * 64, "fleet.csv", "AppInvRawData")


@pytest.fixture
def fleet(ledger: Ledger) -> Inventory:
    return ledger.inventory


def rows() -> Iterator[InventoryRow]:
    for number in range(4):
        yield InventoryRow(
            DevicePlatform.ANDROID, "com.a", "App A", "2" if number else "1", device=f"d{number}",
            ownership=Ownership.CORPORATE if number < 3 else Ownership.PERSONAL,
        )  # fmt: skip
    yield InventoryRow(DevicePlatform.ANDROID, "com.b", "App B", "1", device="d0")


def test_a_file_is_entered_once(fleet: Inventory) -> None:
    assert not fleet.known()
    first = fleet.enter(FILE, SNAPSHOT, rows, NAMES)
    assert (first.rows, first.taken, first.again) == (5, DAY, False)

    def never() -> Iterator[InventoryRow]:
        raise AssertionError("rows were opened")

    assert fleet.enter(FILE, SNAPSHOT, never, NAMES).again
    assert [one.sha256 for one in fleet.imports()] == [FILE.sha256]
    assert fleet.known()


def test_a_file_that_breaks_half_way_leaves_nothing(fleet: Inventory) -> None:
    def broken() -> Iterator[InventoryRow]:
        yield from rows()
        raise InputError("the file ends here")

    with pytest.raises(InputError, match="ends here"):
        fleet.enter(FILE, SNAPSHOT, broken, NAMES)
    assert (fleet.imports(), list(fleet.apps()), fleet.devices()) == ([], [], 0)
    assert not fleet.enter(FILE, SNAPSHOT, rows, NAMES).again


def test_apps_come_with_devices_versions_and_sources(fleet: Inventory) -> None:
    fleet.enter(FILE, SNAPSHOT, rows, NAMES)
    first, second = fleet.apps()
    assert (first.bundle_id, first.devices, first.versions) == ("com.a", 4, (("2", 3), ("1", 1)))
    assert (first.sources, first.first_seen, first.removed) == (("intune",), DAY, None)
    assert second.devices == 1
    assert first.ownership == {Ownership.CORPORATE: 3, Ownership.PERSONAL: 1}
    assert len(list(fleet.app_devices(first))) == 4
    assert fleet.devices() == 4


def test_versions_can_be_left_out(fleet: Inventory) -> None:
    fleet.enter(FILE, SNAPSHOT, rows, NAMES)
    assert {app.versions for app in fleet.apps(versions=False)} == {()}


def test_a_column_map_is_remembered_in_any_order_of_columns(fleet: Inventory) -> None:
    assert fleet.column_map(["App", "Paket"]) is None
    fleet.remember_map(["App", "Paket"], {"name": "App"})
    fleet.remember_map(["App", "Paket"], {"name": "App", "bundle_id": "Paket"})
    assert fleet.column_map(["Paket", "App"]) == {"name": "App", "bundle_id": "Paket"}
    assert fleet.column_map(["Paket"]) is None
