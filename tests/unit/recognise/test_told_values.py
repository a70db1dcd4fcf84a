"""Values of ``Info.plist`` that the system only shows to a person; all other values stay back ends."""

import plistlib
from typing import Any

import pytest

from tests.each import each
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.plist import read_binary_plist
from tieback.intake.apps.small_files import whole_file
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise import told_values
from tieback.recognise.interface import Find
from tieback.recognise.placement import PlaceBudget, Placement
from tieback.recognise.reasons import LINK
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.texts.prose import MESSAGE

SEARCH = AppSearch(RuleFiles())
FORMS = (plistlib.FMT_XML, plistlib.FMT_BINARY)
PAGE = "https://shop.acme-privacy.de/en"
FILE = "Payload/Shop.app/Info.plist"


def finds(content: dict[str, Any], form: plistlib.PlistFormat, file: str = FILE) -> list[Find]:
    data = plistlib.dumps({"CFBundleIdentifier": "com.shop", **content}, fmt=form)
    is_binary = form is plistlib.FMT_BINARY
    artifact = read_binary_plist(file, data) if is_binary else whole_file(file, BufferKind.MANIFEST, data)
    return list(Placement(artifact, PlaceBudget()).finds([SEARCH._endpoints]))


def reason(found: list[Find]) -> str | None:
    """The reason for the page; ``None`` if it counts as a back end."""
    if any(isinstance(one, Sighting) and one.endpoint.value == PAGE for one in found):
        return None
    return {one.value: one.reason for one in found if isinstance(one, NotBackend)}[PAGE]


TOLD = (
    ({"NSSensorKitPrivacyPolicyURL": PAGE}, LINK),
    ({"NSCameraUsageDescription": PAGE}, MESSAGE),
    ({"NSLocationTemporaryUsageDescriptionDictionary": {"Tour": PAGE}}, MESSAGE),
    ({"NSSensorKitUsageDetail": {"SRSensorUsageKeyboardMetrics": {"Description": PAGE}}}, MESSAGE),
    ({"NSHumanReadableCopyright": f"2026 Acme {PAGE}"}, MESSAGE),
    ({"CFBundleGetInfoString": PAGE}, MESSAGE),
)


@each("content, expected, form", [(*one, form) for one in TOLD for form in FORMS])
def test_what_the_system_shows_is_no_back_end(
    content: dict[str, Any], expected: str, form: plistlib.PlistFormat
) -> None:
    assert reason(finds(content, form)) == expected


@each(
    "content",
    [
        {"ApiBase": PAGE},
        {"Servers": {"Live": [PAGE]}},
        {"NSAdvertisingAttributionReportEndpoint": PAGE},
        {"NSCameraUsageDescription": PAGE, "ApiBase": "https://SHOP.acme-privacy.de/v1"},
        {
            "NSCameraUsageDescription": PAGE,
            "NSAppTransportSecurity": {
                "NSExceptionDomains": {"shop.acme-privacy.de": {"NSExceptionAllowsInsecureHTTPLoads": True}}
            },
        },
    ],
)
def test_other_values_stay(content: dict[str, Any]) -> None:
    assert reason(finds(content, plistlib.FMT_XML)) is None


def test_a_part_of_another_name_is_another_host() -> None:
    content = {"NSSensorKitPrivacyPolicyURL": PAGE, "ApiBase": "https://api.shop.acme-privacy.de/v1"}
    found = finds(content, plistlib.FMT_XML)
    assert reason(found) == LINK
    assert "https://api.shop.acme-privacy.de/v1" in {one.endpoint.value for one in found if isinstance(one, Sighting)}


def test_texts_for_one_language_count_and_other_files_do_not() -> None:
    content = {"NSSensorKitPrivacyPolicyURL": PAGE}
    assert reason(finds(content, plistlib.FMT_BINARY, "Payload/Shop.app/de.lproj/InfoPlist.strings")) == LINK
    assert reason(finds(content, plistlib.FMT_XML, "Payload/Shop.app/Servers.plist")) is None


def test_a_list_with_too_many_values_or_damage_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    data = plistlib.dumps({"NSSensorKitPrivacyPolicyURL": PAGE})
    assert told_values.told_values(FILE, data).reason("shop.acme-privacy.de") == LINK
    assert told_values.told_values(FILE, data[:-20]) == told_values.NONE
    monkeypatch.setattr(told_values, "MAX_VALUES", 1)
    assert told_values.told_values(FILE, data) == told_values.NONE
