"""What makes two rows of inventories the same app."""

from datetime import date

import pytest

from tests.each import each
from tieback.model.device import CountSource, DevicePlatform, FleetApp, InventoryRow, MatchStrength

P = DevicePlatform


@each(
    ("one", "other", "same"),
    [
        (InventoryRow(P.IOS, "com.Acme.App"), InventoryRow(P.IOS, "com.acme.app"), True),
        (InventoryRow(P.ANDROID, "com.Acme.App"), InventoryRow(P.ANDROID, "com.acme.app"), False),
        (InventoryRow(P.ANDROID, "com.acme.app"), InventoryRow(P.IOS, "com.acme.app"), False),
        (InventoryRow(P.IOS, "com.acme.app", name="A"), InventoryRow(P.IOS, "com.acme.app", name="B"), True),
        (InventoryRow(P.IOS, store_id="123", name="A"), InventoryRow(P.IOS, store_id="123", name="B"), True),
        (InventoryRow(P.IOS, name="Acme", publisher="X"), InventoryRow(P.IOS, name="ACME", publisher="x"), True),
        (InventoryRow(P.IOS, name="Acme", publisher="X"), InventoryRow(P.IOS, name="Acme", publisher="Y"), False),
    ],
)
def test_the_same_app(one: InventoryRow, other: InventoryRow, same: bool) -> None:
    assert (one.key == other.key) is same


@pytest.mark.parametrize(
    ("platform", "mobile"), [(P.ANDROID, True), (P.IOS, True), (P.UNKNOWN, True), (P.WINDOWS, False), (P.MACOS, False)]
)
def test_apps_that_can_be_analysed(platform: DevicePlatform, mobile: bool) -> None:
    assert platform.mobile is mobile


@pytest.mark.parametrize(
    ("names", "label"),
    [(("com.a", "App", "1"), "App"), (("com.a", "", "1"), "com.a"), (("", "", "1"), "1")],
)
def test_a_label_for_people(names: tuple[str, str, str], label: str) -> None:
    bundle, name, store = names
    day = date(2026, 3, 1)
    app = FleetApp(1, P.IOS, bundle, name, "", store, "", False, 1, CountSource.LISTED, ("intune",), day, day)
    assert app.label == label


@pytest.mark.parametrize("strength", MatchStrength)
def test_only_names_and_identifiers_of_templates_are_weak(strength: MatchStrength) -> None:
    assert strength.weak is strength.startswith(("name", "template"))
