"""Privacy manifests of an app and of its parts, in both forms of a property list, and what they must not do.

The manifests are synthetic. Their keys follow Apple's documentation.
"""

import plistlib
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.open import open_app
from tieback.intake.apps.plist import read_values
from tieback.intake.apps.privacy_manifest import (
    MAX_DOMAINS,
    MAX_LABELS,
    MAX_MANIFEST,
    MAX_MANIFESTS,
    MAX_TEXT,
    MAX_TYPES,
    part_of,
    read_manifest,
)
from tieback.intake.apps.stringpool import MalformedPoolError
from tieback.model.declaration import AccessedApi, DeclaredType, PrivacyDeclaration

TYPE = "NSPrivacyCollectedDataType"
EMAIL = {
    TYPE: f"{TYPE}EmailAddress",
    f"{TYPE}Linked": True,
    f"{TYPE}Tracking": False,
    f"{TYPE}Purposes": [f"{TYPE}PurposeAnalytics"],
}
WHOLE = {
    "NSPrivacyTracking": True,
    "NSPrivacyTrackingDomains": ["ads.test"],
    f"{TYPE}s": [EMAIL],
    "NSPrivacyAccessedAPITypes": [
        {
            "NSPrivacyAccessedAPIType": "NSPrivacyAccessedAPICategoryUserDefaults",
            "NSPrivacyAccessedAPITypeReasons": ["CA92.1"],
        }
    ],
}


def package(folder: Path, manifests: dict[str, bytes]) -> Path:
    path = folder / "shop.ipa"
    with zipfile.ZipFile(path, "w") as archive:
        info = {"CFBundleIdentifier": "test.shop.app", "CFBundleName": "Shop"}
        archive.writestr("Payload/Shop.app/Info.plist", plistlib.dumps(info))
        for name, data in manifests.items():
            archive.writestr(name, data)
    return path


def opened(folder: Path, manifests: dict[str, bytes]) -> tuple[tuple[PrivacyDeclaration, ...], list[str]]:
    with open_app(package(folder, manifests)) as app:
        return app.declarations, [problem.what for problem in app.problems]


def read(values: Any) -> tuple[PrivacyDeclaration, list[str]]:
    return read_manifest(values, "PrivacyInfo.xcprivacy")


@pytest.mark.parametrize("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_manifest_in_both_forms(tmp_path: Path, form: plistlib.PlistFormat) -> None:
    name = "Payload/Shop.app/PrivacyInfo.xcprivacy"
    (found,), problems = opened(tmp_path, {name: plistlib.dumps(WHOLE, fmt=form)})
    assert (found.source, found.part, found.tracking, found.domains) == (name, "", True, ("ads.test",))
    assert found.types == (DeclaredType(f"{TYPE}EmailAddress", True, False, purposes=(f"{TYPE}PurposeAnalytics",)),)
    assert found.apis == (AccessedApi("NSPrivacyAccessedAPICategoryUserDefaults", ("CA92.1",)),)
    assert problems == []


def test_that_of_the_app_is_first_and_parts_are_named(tmp_path: Path) -> None:
    data = plistlib.dumps(WHOLE)
    names = (
        "Payload/Shop.app/Frameworks/Ads.framework/PrivacyInfo.xcprivacy",
        "Payload/Shop.app/Analytics_Privacy.bundle/PrivacyInfo.xcprivacy",
        "Payload/Shop.app/PlugIns/Share.appex/PrivacyInfo.xcprivacy",
        "Payload/Shop.app/PrivacyInfo.xcprivacy",
        "Other/PrivacyInfo.xcprivacy",
    )
    found, problems = opened(tmp_path, dict.fromkeys(names, data))
    assert [one.part for one in found] == ["", "Ads.framework", "Analytics_Privacy.bundle", "Share.appex"]
    assert problems == []


@each(
    ("name", "part"),
    [
        ("Shop.app/PrivacyInfo.xcprivacy", ""),
        ("Shop.app/Resources/PrivacyInfo.xcprivacy", ""),
        ("Shop.app/Frameworks/A.framework/PrivacyInfo.xcprivacy", "A.framework"),
        ("Shop.app/Frameworks/A.framework/A_Privacy.bundle/PrivacyInfo.xcprivacy", "A_Privacy.bundle"),
        ("Shop.app/Frameworks/A.framework/Versions/A/Resources/PrivacyInfo.xcprivacy", "A.framework"),
        ("Shop.app/Watch/Small.app/PrivacyInfo.xcprivacy", "Small.app"),
    ],
)
def test_which_part_a_manifest_belongs_to(name: str, part: str) -> None:
    assert part_of(name) == part


def test_no_manifest_is_no_declaration(tmp_path: Path) -> None:
    assert opened(tmp_path, {}) == ((), [])


@pytest.mark.parametrize(
    ("values", "types"), [({}, None), ({f"{TYPE}s": []}, ()), ({f"{TYPE}s": {}}, None), ({f"{TYPE}s": "all"}, None)]
)
def test_no_list_is_not_an_empty_list(values: dict[str, Any], types: tuple[DeclaredType, ...] | None) -> None:
    assert read(values)[0].types == types


@each(
    ("text", "domain"),
    [
        ("Ads.TEST", "ads.test"),
        ("https://ads.test/path?q", "ads.test"),
        ("*.ads.test", "ads.test"),
        ("ads.test:443", "ads.test"),
        ("ads.test.", "ads.test"),
        ("ads", ""),
        ("", ""),
        ("a b.test", ""),
        ("\u202eads.test", ""),
    ],
)
def test_tracking_domains_are_host_names(text: str, domain: str) -> None:
    assert read({"NSPrivacyTrackingDomains": [text]})[0].domains == ((domain,) if domain else ())


@each(
    ("values", "odd"),
    [
        ({"NSPrivacyTracking": "yes"}, ["NSPrivacyTracking"]),
        ({"NSPrivacyTracking": 1}, ["NSPrivacyTracking"]),
        ({"NSPrivacyTrackingDomains": "ads.test"}, ["NSPrivacyTrackingDomains"]),
        ({"NSPrivacyTrackingDomains": [1]}, ["NSPrivacyTrackingDomains"]),
        ({f"{TYPE}s": [1, {}, {TYPE: 7}, {TYPE: ""}]}, [TYPE] * 4),
        ({f"{TYPE}s": [{TYPE: "x", f"{TYPE}Linked": "no"}]}, [f"{TYPE}Linked"]),
        ({f"{TYPE}s": [{TYPE: "x", f"{TYPE}Purposes": {}}]}, [f"{TYPE}Purposes"]),
        ({"NSPrivacyAccessedAPITypes": [{}]}, ["NSPrivacyAccessedAPIType"]),
    ],
)
def test_values_of_another_type_are_left_out_and_named(values: dict[str, Any], odd: list[str]) -> None:
    found, complaints = read(values)
    assert complaints == odd
    assert found.tracking is None
    assert found.domains == ()


def test_long_lists_are_cut() -> None:
    found, odd = read(
        {
            f"{TYPE}s": [{TYPE: f"t{n}" + "x" * 1000, f"{TYPE}Purposes": ["p"] * 1000} for n in range(5000)],
            "NSPrivacyTrackingDomains": [f"h{n}.test" for n in range(5000)],
        }
    )
    assert found.types is not None
    assert len(found.types) == MAX_TYPES
    assert all(len(one.name) <= MAX_TEXT and len(one.purposes) <= MAX_LABELS for one in found.types)
    assert len(found.domains) == MAX_DOMAINS
    assert odd


def test_many_manifests_are_cut(tmp_path: Path) -> None:
    data = plistlib.dumps({f"{TYPE}s": []})
    names = (f"Payload/Shop.app/Frameworks/F{n}.framework/PrivacyInfo.xcprivacy" for n in range(MAX_MANIFESTS + 5))
    found, problems = opened(tmp_path, dict.fromkeys(names, data))
    assert len(found) == MAX_MANIFESTS
    assert problems == [f"{MAX_MANIFESTS + 5} privacy manifests; {MAX_MANIFESTS} were read"]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"bplist00",
        b"<plist><dict>",
        b"<plist><array/></plist>",
        plistlib.dumps(WHOLE)[:-30],
        b'<!DOCTYPE plist [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><plist><dict><key>&b;</key><true/></dict></plist>',
        b"<plist><dict><key>x</key>" + b"<array>" * 60_000,
        b"<plist><dict><key>x</key>" + b"<array>" * 5_000,
        b" " * (MAX_MANIFEST + 1),
    ],
    ids=["empty", "header", "open", "array", "cut", "entities", "many-arrays", "deep", "long"],
)
def test_a_damaged_manifest_is_a_problem_not_an_empty_declaration(tmp_path: Path, data: bytes) -> None:
    found, problems = opened(tmp_path, {"Payload/Shop.app/PrivacyInfo.xcprivacy": data})
    assert found == ()
    assert len(problems) == 1


def bomb(kind: bytes, count: int, size: int) -> bytes:
    """A binary property list with many objects that are the same bytes."""
    body = bytearray(b"bplist00")
    places = [len(body)]
    body += b"\xd1" + struct.pack(">II", 1, 2)
    places.append(len(body))
    body += b"\x51a"
    places.append(len(body))
    body += b"\xaf\x12" + struct.pack(">I", count) + b"".join(struct.pack(">I", 3 + n) for n in range(count))
    places += [len(body)] * count
    body += kind + b"\x12" + struct.pack(">I", size) + b"z" * size * (2 if kind == b"\x6f" else 1)
    table = len(body)
    body += b"".join(struct.pack(">I", place) for place in places)
    return bytes(body + struct.pack(">6xBBQQQ", 4, 4, len(places), 0, table))


@pytest.mark.parametrize("kind", [b"\x4f", b"\x5f", b"\x6f"], ids=["data", "ascii", "utf-16"])
def test_objects_that_share_bytes_do_not_fill_the_memory(tmp_path: Path, kind: bytes) -> None:
    data = bomb(kind, 20_000, 40_000)
    assert len(data) < MAX_MANIFEST
    with pytest.raises(MalformedPoolError, match="share their bytes"):
        read_values(data)
    found, problems = opened(tmp_path, {"Payload/Shop.app/PrivacyInfo.xcprivacy": data})
    assert found == ()
    assert problems == ["objects of the property list share their bytes"]


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.binary(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([TYPE, f"{TYPE}Purposes", "x"]), inner),
    max_leaves=12,
)


@settings(max_examples=examples(60), deadline=None)
@given(st.dictionaries(st.sampled_from([*WHOLE, "other"]), _VALUES))
def test_never_raises_on_any_values(values: dict[str, Any]) -> None:
    found, _ = read(values)
    assert all(domain.isprintable() for domain in found.domains)


@settings(max_examples=examples(60), deadline=None)
@given(st.binary(max_size=300) | st.binary(max_size=200).map(lambda data: b"bplist00" + data))
def test_damaged_bytes_never_raises_another_error(data: bytes) -> None:
    try:
        values = read_values(data)
    except MalformedPoolError:
        return
    read(values)


@settings(max_examples=40, deadline=None)
@given(_VALUES.filter(lambda value: value is not None))
def test_real_lists_are_not_taken_for_bombs(value: Any) -> None:
    try:
        data = plistlib.dumps({"a": value}, fmt=plistlib.FMT_BINARY, skipkeys=True)
    except (TypeError, OverflowError, UnicodeEncodeError):  # no property list has such a value
        return
    assert list(read_values(data)) == ["a"]
