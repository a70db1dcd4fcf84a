"""A published list beside the inventory: which devices, which versions, what to do."""

from datetime import date
from typing import Any

import pytest

from tests.each import each
from tieback.intake.inventory.published import ListedApp
from tieback.model.device import CountSource, DevicePlatform, FleetApp, MatchStrength
from tieback.pipeline.fleet.match_list import ListMatch, match_list

P = DevicePlatform
DAY = date(2026, 3, 1)
CONTACT = "contact the vendor"


def fleet_app(
    bundle: str, name: str = "", versions: tuple[tuple[str, int], ...] = (("1.0", 3),), **more: Any
) -> FleetApp:
    values: dict[str, Any] = {"platform": P.ANDROID, "publisher": "", "store_id": "", "removed": None, **more}
    return FleetApp(
        1, bundle_id=bundle, name=name, signer="", in_house=False, devices=sum(count for _, count in versions),
        counted=CountSource.LISTED, sources=("x",), first_seen=DAY, last_seen=DAY, versions=versions, **values,
    )  # fmt: skip


def one(listed: ListedApp, *apps: FleetApp) -> ListMatch:
    (found,) = match_list([listed], apps)
    return found


@pytest.mark.parametrize(
    ("listed", "affected", "not_affected", "undecided", "action"),
    [
        (ListedApp(bundle_id="com.a"), ("1.0", "1.2", "1.10", "310", ""), (), (), "contact the vendor"),
        (ListedApp(bundle_id="com.a", fixed="1.2"), ("1.0",), ("1.2", "1.10"), ("310", ""), "update to at least 1.2"),
        (ListedApp(bundle_id="com.a", versions=("1.2",)), ("1.2",), (), ("1.0", "1.10", "310", ""), CONTACT),
        (ListedApp(bundle_id="com.a", action="remove"), ("1.0", "1.2", "1.10", "310", ""), (), (), "remove"),
    ],
)  # fmt: skip
def test_versions_and_action(
    listed: ListedApp, affected: object, not_affected: object, undecided: object, action: str
) -> None:
    versions = tuple((version, 1) for version in ("1.0", "1.2", "1.10", "310", ""))
    found = one(listed, fleet_app("com.a", versions=versions))
    assert tuple(version for version, _ in found.affected) == affected
    assert tuple(version for version, _ in found.not_affected) == not_affected
    assert tuple(version for version, _ in found.undecided) == undecided
    assert found.action == action


def test_an_app_that_is_updated_everywhere_needs_no_action() -> None:
    assert one(ListedApp(bundle_id="com.a", fixed="1.0"), fleet_app("com.a")).action == ""


@each(
    ("listed", "app", "strength"),
    [
        (ListedApp(bundle_id="com.a"), fleet_app("com.a"), MatchStrength.BUNDLE_ID),
        (ListedApp(bundle_id="com.A"), fleet_app("com.a"), None),
        (ListedApp(bundle_id="com.A"), fleet_app("com.a", platform=P.IOS), MatchStrength.BUNDLE_ID),
        (ListedApp(P.IOS, "com.a"), fleet_app("com.a"), None),
        (ListedApp(store_id="123"), fleet_app("com.a", store_id="123", platform=P.IOS), MatchStrength.STORE_ID),
        (ListedApp(bundle_id="com.a", name="A"), fleet_app("", "a"), MatchStrength.NAME),
        (ListedApp(name="A", publisher="X"), fleet_app("com.b", "A", publisher="x"), MatchStrength.NAME_PUBLISHER),
        (ListedApp(name="A", publisher="X"), fleet_app("", "A", publisher="Y"), None),
        (ListedApp(bundle_id="com.a", name="A"), fleet_app("com.b", "A"), None),
    ],
)
def test_what_matches(listed: ListedApp, app: FleetApp, strength: MatchStrength | None) -> None:
    found = one(listed, app)
    assert found.strength is strength
    assert found.weak == (strength is not None and strength.weak)
    assert found.status == ("installed" if strength else "not_installed")


def test_removed_apps_are_named_and_need_no_action() -> None:
    found = one(ListedApp(bundle_id="com.a"), fleet_app("com.a", versions=(), removed=DAY))
    assert (found.status, found.action) == ("removed", "")
    assert found.document()["status"] == "removed"
