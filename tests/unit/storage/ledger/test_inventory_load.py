"""What an import changes: seen again, removed, taken back; told as a table of days."""

import hashlib
from datetime import date

import pytest

from tieback.model.device import CountSource, DevicePlatform, FleetApp, InventoryRow, Ownership
from tieback.storage.ledger.inventory import Inventory, InventoryFile
from tieback.storage.ledger.inventory_load import Snapshot
from tieback.storage.ledger.ledger import Ledger
from tieback.storage.ledger.pseudonyms import Pseudonyms

P = DevicePlatform
NAMES = Pseudonyms(b"k" * 32)
JAN, FEB, MAR = (date(2026, month, 1) for month in (1, 2, 3))


@pytest.fixture
def fleet(ledger: Ledger) -> Inventory:
    return ledger.inventory


def row(app: str, device: str = "", version: str = "1", **more: object) -> InventoryRow:
    return InventoryRow(P.IOS, app, version=version, device=device, **more)  # type: ignore[arg-type]


def load(fleet: Inventory, day: date, *rows: InventoryRow, source: str = "intune", **more: bool) -> None:
    snapshot = Snapshot(source, day.toordinal(), **more)
    digest = hashlib.sha256(f"{day}{source}{rows!r}{more}".encode()).hexdigest()
    entered = fleet.enter(InventoryFile(digest, "file", "csv"), snapshot, lambda: rows, NAMES)
    fleet.close(source, [entered.number], day.toordinal(), complete=snapshot.complete)


def app(fleet: Inventory, key: str) -> FleetApp:
    return next(one for one in fleet.apps() if one.bundle_id == key)


def test_seen_again_moves_the_last_day(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("b", "d1"))
    load(fleet, FEB, row("a", "d1"), row("b", "d1"))
    (install,) = fleet.app_devices(app(fleet, "a"))
    assert (install.first_seen, install.last_seen, install.removed) == (JAN, FEB, None)


def test_what_a_device_no_longer_names_is_removed_and_comes_back(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("b", "d1"), row("c", "d1"))
    load(fleet, FEB, row("b", "d1"), row("c", "d1"))
    gone = app(fleet, "a")
    assert (gone.devices, gone.removed) == (0, FEB)
    load(fleet, MAR, row("a", "d1"), row("b", "d1"), row("c", "d1"))
    back = app(fleet, "a")
    assert (back.devices, back.removed) == (1, None)


def test_devices_of_other_sources_are_unchanged(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("b", "d1"), row("a", "d2"), row("b", "d2"))
    load(fleet, FEB, row("b", "d1"), row("c", "d1"))
    assert app(fleet, "a").devices == 1


def test_a_whole_fleet_removes_devices_too(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("a", "d2"), row("b", "d2"), complete=True)
    load(fleet, FEB, row("a", "d1"), row("b", "d1"), complete=True)
    assert (app(fleet, "a").devices, fleet.devices()) == (1, 1)


def test_list_of_one_app_leaves_the_others_unchanged(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("b", "d1"))
    load(fleet, FEB, row("a", "d1"))
    assert app(fleet, "b").devices == 1


def test_older_inventory_changes_only_history(fleet: Inventory) -> None:
    load(fleet, FEB, row("a", "d1"), row("b", "d1"))
    load(fleet, JAN, row("a", "d1", version="0"), row("c", "d1"))
    assert (app(fleet, "a").first_seen, app(fleet, "a").last_seen) == (JAN, FEB)
    assert app(fleet, "b").removed is None


def test_an_upgrade_is_the_new_version_and_no_longer_the_old(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1", version="1"), row("b", "d1"))
    load(fleet, FEB, row("a", "d1", version="2"), row("b", "d1"))
    assert app(fleet, "a").versions == (("2", 1),)


def test_counts_take_the_larger_and_the_newest(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", count=5), row("a", count=7), row("b", count=None))
    assert (app(fleet, "a").devices, app(fleet, "a").counted) == (7, CountSource.REPORTED)
    assert (app(fleet, "b").devices, app(fleet, "b").counted) == (0, CountSource.UNKNOWN)
    load(fleet, FEB, row("a", count=3), row("b", count=1), complete=True)
    assert app(fleet, "a").devices == 3


def test_a_source_that_lists_and_counts_speaks_of_the_same_devices(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("a", "d2"), row("b", "d1"))
    load(fleet, JAN, row("a", count=2), row("b", count=1))
    load(fleet, JAN, row("a", count=10), source="jamf")
    assert app(fleet, "a").devices == 12
    assert (app(fleet, "b").devices, app(fleet, "b").counted) == (1, CountSource.LISTED)


def test_people_and_devices_are_pseudonymised_by_default(fleet: Inventory) -> None:
    ann = row("a", "SERIAL-1", user="ann@acme.test", ownership=Ownership.PERSONAL)
    load(fleet, JAN, ann, row("b", "SERIAL-1"))
    (install,) = fleet.app_devices(app(fleet, "a"))
    assert install.device.label == ""
    assert install.device.ownership is Ownership.PERSONAL
    assert "SERIAL" not in repr(install)
    assert "ann" not in repr(install)
    load(fleet, FEB, ann, row("b", "SERIAL-1"), keep_names=True)
    (install,) = fleet.app_devices(app(fleet, "a"))
    assert (install.device.label, install.device.user) == ("SERIAL-1", "ann@acme.test")


def test_rows_that_name_no_app_are_counted_as_left_out(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), InventoryRow(P.IOS, device="d1"), row("b", "d1"))
    (one,) = fleet.imports()
    assert (one.rows, one.skipped) == (2, 1)


def test_app_is_completed_by_a_later_row(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", "d1"), row("b", "d1"))
    load(fleet, FEB, row("a", "d1", name="Acme", publisher="Acme Ltd", in_house=True), row("b", "d1"))
    load(fleet, MAR, row("a", "d1"), row("b", "d1"))
    one = app(fleet, "a")
    assert (one.name, one.publisher, one.in_house) == ("Acme", "Acme Ltd", True)


def named(name: str, publisher: str, device: str) -> InventoryRow:
    return InventoryRow(P.ANDROID, name=name, publisher=publisher, version="1", device=device)


def test_an_app_with_and_without_its_publisher_is_one_app(fleet: Inventory) -> None:
    load(fleet, JAN, named("Workhub", "", "d1"), named("Other", "", "d1"))
    load(fleet, FEB, named("Workhub", "Workhub Access", "d1"), named("Workhub", "", "d2"), named("Other", "", "d1"))
    (found,) = (one for one in fleet.apps() if one.name == "Workhub")
    assert (found.publisher, found.devices, found.removed, found.versions) == ("Workhub Access", 2, None, (("1", 2),))
    assert (found.first_seen, found.last_seen, len(found.merged)) == (JAN, FEB, 1)
    assert sum(found.ownership.values()) == 2
    assert len({install.device.id for install in fleet.app_devices(found)}) == 2


def test_an_app_whose_publisher_is_ambiguous_stays_separate(fleet: Inventory) -> None:
    load(fleet, JAN, named("Notes", "", "d1"), named("Notes", "A", "d2"), named("Notes", "B", "d3"))
    assert sorted((one.publisher, one.devices) for one in fleet.apps()) == [("", 1), ("A", 1), ("B", 1)]


def test_a_bundle_with_unknown_platform_is_that_of_the_one_known_platform(fleet: Inventory) -> None:
    load(fleet, JAN, InventoryRow(P.UNKNOWN, "Com.A", device="d1"), InventoryRow(P.ANDROID, "com.a", device="d2"))
    load(fleet, JAN, InventoryRow(P.UNKNOWN, "com.b", count=3), InventoryRow(P.IOS, "com.b", count=4), source="ws1")
    load(fleet, JAN, InventoryRow(P.UNKNOWN, "com.c", count=3), source="ws1")
    both = [InventoryRow(platform, "com.d", count=1) for platform in (P.UNKNOWN, P.IOS, P.ANDROID)]
    load(fleet, JAN, *both, source="x")
    found = {(one.bundle_id, one.platform): one.devices for one in fleet.apps()}
    assert found == {
        ("com.a", P.ANDROID): 2, ("com.b", P.IOS): 7, ("com.c", P.UNKNOWN): 3,
        ("com.d", P.UNKNOWN): 1, ("com.d", P.IOS): 1, ("com.d", P.ANDROID): 1,
    }  # fmt: skip


def present(fleet: Inventory) -> set[tuple[str, str, str]]:
    """App, device and version of what is installed now."""
    return {
        (one.bundle_id, install.device.id, install.version)
        for one in fleet.apps()
        for install in fleet.app_devices(one)
        if install.removed is None
    }


RIGHT = (row("a", "d1"), row("b", "d1"), row("c", "d1"))
SWAPPED = (row("d1", "a"), row("d1", "b"), row("d1", "c"))
"""The columns of the app and of the device were swapped."""
OTHERS = (row("x", "d1"), row("y", "d1"))
REMOVALS = [
    # the imports of each month; what is removed again is that of the second one
    ("corrected on a later day", {}, SWAPPED, {MAR: RIGHT}),
    ("the latest import", {JAN: RIGHT}, SWAPPED, {}),
    ("between two", {JAN: RIGHT}, SWAPPED, {MAR: RIGHT}),
    ("it removed apps of a device", {JAN: RIGHT}, OTHERS, {}),
    ("it removed apps that a later one lists", {JAN: RIGHT}, OTHERS, {MAR: RIGHT}),
    ("an upgrade", {JAN: RIGHT}, tuple(row(name, "d1", version="2") for name in "abc"), {}),
    ("listed on both days too", {JAN: RIGHT}, (*RIGHT, row("d", "d1")), {MAR: RIGHT}),
]


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(("what", "before", "wrong", "after"), REMOVALS)
def test_a_removed_day_was_never_imported(
    fleet: Inventory,
    what: str,
    before: dict[date, tuple[InventoryRow, ...]],
    wrong: tuple[InventoryRow, ...],
    after: dict[date, tuple[InventoryRow, ...]],
    complete: bool,
) -> None:
    load(fleet, JAN, row("z", "d9"), row("a", "d9"), source="jamf")
    for source, taken in (("never", False), ("intune", True)):
        for day, rows in before.items():
            load(fleet, day, *rows, source=source)
        if taken:
            load(fleet, FEB, *wrong, source=source, complete=complete)
        for day, rows in after.items():
            load(fleet, day, *rows, source=source)
    removed = fleet.remove_day("intune", FEB)
    assert removed is not None, what
    assert removed.imports == 1
    devices = {"never": NAMES.device("never", "d1"), "intune": NAMES.device("intune", "d1")}
    found = {
        source: {(name, version) for name, where, version in present(fleet) if where == device}
        for source, device in devices.items()
    }
    assert found["intune"] == found["never"], what
    names = {one.bundle_id for one in fleet.apps()}
    assert names == {"z", "a", *(one.bundle_id for rows in (before | after).values() for one in rows)}, what
    for one in fleet.apps():
        for install in fleet.app_devices(one):
            assert FEB not in {install.first_seen, install.last_seen}, what
    assert [(one.source, one.taken) for one in fleet.imports() if one.taken == FEB] == []


def test_only_the_named_source_and_day_are_removed(fleet: Inventory) -> None:
    load(fleet, FEB, *RIGHT)
    load(fleet, FEB, row("other", "d1"), row("more", "d1"))
    load(fleet, FEB, *OTHERS, source="jamf")
    load(fleet, MAR, row("b", "d1"), row("n", "d3"))
    days = {(one.source, one.taken): (one.imports, one.apps, one.devices) for one in fleet.days()}
    assert days == {("intune", FEB): (2, 4, 0), ("intune", MAR): (1, 1, 1), ("jamf", FEB): (1, 2, 1)}
    assert fleet.remove_day("intune", JAN) is None
    assert fleet.remove_day("kandji", FEB) is None
    fleet.remove_day("intune", FEB)
    assert {name for name, _, _ in present(fleet)} == {"b", "n", "x", "y"}
    fleet.remove_day("intune", MAR)
    fleet.remove_day("jamf", FEB)
    assert (list(fleet.apps()), fleet.devices(), fleet.imports()) == ([], 0, [])


def test_a_number_of_devices_that_a_removed_day_gave_is_not_known(fleet: Inventory) -> None:
    load(fleet, JAN, row("a", count=5), row("b", count=1))
    load(fleet, FEB, row("a", count=700), complete=True)
    fleet.remove_day("intune", FEB)
    assert (app(fleet, "a").devices, app(fleet, "a").counted) == (0, CountSource.UNKNOWN)
    assert (app(fleet, "b").devices, app(fleet, "b").counted) == (1, CountSource.REPORTED)


def test_a_device_that_a_complete_list_removed_is_there_again_unless_a_later_one_lacks_it_too(fleet: Inventory) -> None:
    for source in ("intune", "jamf"):
        load(fleet, JAN, row("a", "d1"), row("b", "d2"), source=source)
        load(fleet, FEB, row("a", "d1"), row("c", "d1"), source=source, complete=True)
    load(fleet, MAR, row("a", "d1"), row("e", "d1"), source="jamf", complete=True)
    assert fleet.devices() == 2
    fleet.remove_day("intune", FEB)
    fleet.remove_day("jamf", FEB)
    assert fleet.devices() == 3
    assert {where for name, where, _ in present(fleet) if name == "b"} == {NAMES.device("intune", "d2")}


def called(name: str, publisher: str = "", *, app_id: str = "com.a", in_house: bool = False) -> InventoryRow:
    return InventoryRow(P.ANDROID, app_id, name=name, publisher=publisher, device="d1", in_house=in_house)


NAMES_AFTER_REMOVAL = [
    # imports in order: source, day, name and publisher; the removed source and day; the name and publisher that stay
    ("the latest day", [("s", JAN, "Right", "Maker"), ("s", FEB, "Wrong", "Other")], ("s", FEB), ("Right", "Maker")),
    ("the first day", [("s", JAN, "Wrong", "Other"), ("s", FEB, "Right", "Maker")], ("s", JAN), ("Right", "Maker")),
    ("another source", [("s", JAN, "Right", ""), ("t", JAN, "Wrong", "Other")], ("t", JAN), ("Right", "")),
    ("stated before and after", [("s", JAN, "A", ""), ("s", FEB, "B", ""), ("s", MAR, "A", "")], ("s", FEB), ("A", "")),
    ("back to the middle", [("s", JAN, "A", ""), ("s", FEB, "B", ""), ("s", MAR, "A", "")], ("s", MAR), ("B", "")),
    ("an empty name states nothing", [("s", JAN, "A", "M"), ("s", FEB, "", "N")], ("s", FEB), ("A", "M")),
    ("only it had a name", [("s", JAN, "", "M"), ("s", FEB, "B", "")], ("s", FEB), ("", "M")),
    (
        "the other source is later",
        [("s", JAN, "A", ""), ("t", MAR, "T", ""), ("s", FEB, "B", "")],
        ("s", FEB),
        ("T", ""),
    ),
    ("equal on both days", [("s", JAN, "A", "M"), ("s", FEB, "A", "M")], ("s", FEB), ("A", "M")),
]


@pytest.mark.parametrize(("what", "imports", "removed", "stays"), NAMES_AFTER_REMOVAL)
def test_apps_that_stay_have_the_names_of_the_imports_that_stay(
    fleet: Inventory,
    what: str,
    imports: list[tuple[str, date, str, str]],
    removed: tuple[str, date],
    stays: tuple[str, str],
) -> None:
    for source, day, name, publisher in imports:
        load(fleet, day, called(name, publisher), source=source)
    assert fleet.remove_day(*removed) is not None
    (one,) = fleet.apps()
    assert (one.name, one.publisher) == stays, what


def test_an_app_is_in_house_only_if_an_import_that_stays_says_so(fleet: Inventory) -> None:
    load(fleet, JAN, called("A"), called("B", app_id="com.b", in_house=True))
    load(fleet, FEB, called("A", in_house=True), called("B", app_id="com.b"))
    fleet.remove_day("intune", FEB)
    assert {one.bundle_id: one.in_house for one in fleet.apps()} == {"com.a": False, "com.b": True}


def test_a_removed_day_can_be_imported_again_with_other_names(fleet: Inventory) -> None:
    load(fleet, JAN, called("Right"))
    for name in ("Wrong", "Newer"):
        load(fleet, FEB, called(name))
        assert app(fleet, "com.a").name == name
        if name == "Wrong":
            fleet.remove_day("intune", FEB)
            assert app(fleet, "com.a").name == "Right"
