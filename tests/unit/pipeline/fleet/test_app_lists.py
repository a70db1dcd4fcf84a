"""Lists for EMMs: what they take in, read back with the standard library."""

import csv
import io
import json
import plistlib
from datetime import date

from tieback.model.device import CountSource, DevicePlatform, FleetApp
from tieback.pipeline.fleet.app_lists import LISTS
from tieback.pipeline.fleet.coverage import FleetLine

DAY = date(2026, 3, 1)


def line(platform: DevicePlatform, bundle: str, name: str = "", store: str = "", stores: int = 1) -> FleetLine:
    app = FleetApp(1, platform, bundle, name, "Acme", store, "", False, 4, CountSource.LISTED, ("x",), DAY, DAY)
    return FleetLine(app, exposures=tuple(map(str, range(stores))), records=1200, classes=("email",))


LINES = [
    line(DevicePlatform.IOS, "com.acme.mail", "Acme Mail", "123456"),
    line(DevicePlatform.ANDROID, "org.fieldhand.app", "=evil()"),
    line(DevicePlatform.IOS, "", "Nameless", "x/../y"),
]


def test_csv_has_reasons_and_no_formula() -> None:
    rows = list(csv.DictReader(io.StringIO(LISTS["csv"](LINES, "remove").decode("utf-8-sig"))))
    assert [(row["action"], row["bundle_id"], row["devices"]) for row in rows[:2]] == [
        ("remove", "com.acme.mail", "4"),
        ("remove", "org.fieldhand.app", "4"),
    ]
    assert rows[1]["name"] == "'=evil()"
    assert rows[0]["reason"] == "leads to 1 open data store of 1,200 records, with email"


def test_intune_has_a_configuration_a_platform() -> None:
    android, ios = json.loads(LISTS["intune"](LINES, "block"))
    assert android["@odata.type"].endswith("androidGeneralDeviceConfiguration")
    assert ios["compliantAppListType"] == "appsNotInListCompliant"
    assert [item["appStoreUrl"] for item in ios["compliantAppsList"]] == ["https://apps.apple.com/app/id123456", None]
    assert android["compliantAppsList"][0]["appId"] == "org.fieldhand.app"


def test_jamf_gets_a_profile_that_replaces_itself() -> None:
    profile = plistlib.loads(LISTS["jamf"](LINES, "block"))
    (payload,) = profile["PayloadContent"]
    assert payload["PayloadType"] == "com.apple.applicationaccess"
    assert payload["blockedAppBundleIDs"] == ["com.acme.mail"]
    assert LISTS["jamf"](LINES, "block") == LISTS["jamf"](list(reversed(LINES)), "block")
