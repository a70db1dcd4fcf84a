"""Lists for EMMs: what they take in, read back with the standard library."""

import csv
import io
import json
import plistlib
from datetime import date

import msgspec
import pytest

from tieback.model.app import App, Platform
from tieback.model.device import CountSource, DevicePlatform, FleetApp, MatchStrength
from tieback.model.figure import estimate
from tieback.pii.taxonomy import sensitivity
from tieback.pipeline.fleet.app_lists import LISTS
from tieback.pipeline.fleet.coverage import AppMatch, FleetLine

DAY = date(2026, 3, 1)


def line(platform: DevicePlatform, bundle: str, name: str = "", store: str = "", stores: int = 1) -> FleetLine:
    app = FleetApp(1, platform, bundle, name, "Acme", store, "", False, 4, CountSource.LISTED, ("x",), DAY, DAY)
    return FleetLine(
        app, exposures=tuple(map(str, range(stores))), records=estimate(1200, "store.size"), classes=("email",)
    )


LINES = [
    line(DevicePlatform.IOS, "com.acme.mail", "Acme Mail", "123456"),
    line(DevicePlatform.ANDROID, "org.fieldhand.app", "=evil()"),
    line(DevicePlatform.IOS, "", "Nameless", "x/../y"),
]


def test_csv_has_reasons_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(LISTS["csv"].write(LINES, "remove").data.decode("utf-8-sig"))))
    assert [(row["action"], row["bundle_id"], row["devices"]) for row in rows[:2]] == [
        ("remove", "com.acme.mail", "4"),
        ("remove", "org.fieldhand.app", "4"),
    ]
    assert rows[1]["name"] == "'=evil()"
    assert rows[0]["reason"] == "leads to 1 open data store, ≈1,200 records, with e-mail addresses"


def test_a_reason_counts_the_classes_that_it_leaves_out() -> None:
    """The classes of a line are in the order of their sensitivity."""
    names = ("email", "geo_location", "ip_address", "password", "person_name", "phone", "username")
    classes = tuple(sorted(names, key=lambda name: (-sensitivity(name), name)))
    one = msgspec.structs.replace(LINES[0], classes=classes)
    (row,) = csv.DictReader(io.StringIO(LISTS["csv"].write([one], "remove").data.decode("utf-8-sig")))
    told = row["reason"].partition(", with ")[2]
    assert told.startswith("passwords; ")
    assert told.endswith(" and 1 more")


def test_intune_has_a_configuration_a_platform() -> None:
    android, ios = json.loads(LISTS["intune"].write(LINES, "block").data)
    assert android["@odata.type"].endswith("androidDeviceOwnerGeneralDeviceConfiguration")
    assert android["personalProfilePlayStoreMode"] == "blockedApps"
    assert ios["compliantAppListType"] == "appsNotInListCompliant"
    assert [item["appStoreUrl"] for item in ios["compliantAppsList"]] == ["https://apps.apple.com/app/id123456", None]
    assert android["personalProfilePersonalApplications"][0]["appId"] == "org.fieldhand.app"


def test_jamf_gets_a_profile_that_replaces_itself() -> None:
    profile = plistlib.loads(LISTS["jamf"].write(LINES, "block").data)
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.applicationaccess"
    assert payload["blockedAppBundleIDs"] == ["com.acme.mail"]
    assert LISTS["jamf"].write(LINES, "block") == LISTS["jamf"].write(list(reversed(LINES)), "block")


def test_android_enterprise_blocks_in_both_profiles() -> None:
    policy = json.loads(LISTS["android-enterprise"].write(LINES, "block").data)
    blocked = [{"packageName": "org.fieldhand.app", "installType": "BLOCKED"}]
    assert policy["applications"] == blocked
    assert policy["personalUsagePolicies"] == {"personalPlayStoreMode": "BLOCKLIST", "personalApplications": blocked}


def test_workspace_one_has_a_group_a_platform() -> None:
    written = LISTS["workspace-one"].write(LINES, "block")
    groups = json.loads(written.data)
    assert [(one["Platform"], one["Applications"][0]["BundleID"]) for one in groups] == [
        ("Android", "org.fieldhand.app"), ("Apple", "com.acme.mail"),
    ]  # fmt: skip
    assert (written.apps, written.left_out) == (2, {"no bundle identifier": 1})


@pytest.mark.parametrize("name", sorted(LISTS))
def test_a_weak_match_has_the_identifier_that_is_known(name: str) -> None:
    known = App(Platform.IOS, "com.workhub.mobile", "a" * 64, "Workhub")
    weak = AppMatch(MatchStrength.NAME, (known, known))
    intune = msgspec.structs.replace(line(DevicePlatform.UNKNOWN, "", "Workhub"), match=weak)
    written = LISTS[name].write([intune], "block")
    if name == "android-enterprise":
        assert written.left_out == {"platform ios": 1}
    else:
        assert b"com.workhub.mobile" in written.data
        other = msgspec.structs.replace(known, bundle_id="com.other")
        twofold = msgspec.structs.replace(intune, match=msgspec.structs.replace(weak, apps=(known, other)))
        assert b"com." not in LISTS[name].write([twofold], "block").data.replace(b"com.apple", b"")
