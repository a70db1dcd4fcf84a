"""Published lists: the apps of each format, in the shape of the standard, of a table, and of our own reports."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.intake.inventory.published import ListedApp, comparable, read_published_list, version_key
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError

GOLDEN = Path(__file__).parents[3] / "golden" / "report"
P = DevicePlatform


def read(folder: Path, content: str | dict[str, Any]) -> list[ListedApp]:
    path = folder / "list"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return read_published_list(InventorySource(path))


def test_a_table(tmp_path: Path) -> None:
    (first, second) = read(
        tmp_path,
        "Package;Name;Platform;Affected versions;Fixed in;Action\n"
        "com.a;A;Android;1.0, 1.1;1.2;\ncom.a;A;Android;1.1;1.3;\ncom.b;B;iOS;;;uninstall\n;;;;;\n",
    )
    assert (first.platform, first.versions, first.fixed) == (P.ANDROID, ("1.0", "1.1"), "1.3")
    assert (second.bundle_id, second.versions, second.action) == ("com.b", (), "remove")


CSAF = {
    "document": {"csaf_version": "2.0", "title": "x"},
    "product_tree": {
        "branches": [{"category": "vendor", "name": "Acme", "branches": [
            {"category": "product_name", "name": "Acme Mail", "branches": [
                {"category": "product_version", "name": "1.0", "product": {"product_id": "p1", "name": "M 1.0"}},
                {"category": "product_version", "name": "1.1", "product": {"product_id": "p2", "name": "M 1.1"}},
            ]},
            {"category": "product_name", "name": "com.acme.old", "branches": [
                {"category": "product_version", "name": "unknown",
                 "product": {"product_id": "p3", "name": "Old (ios)"}},
            ]},
        ]}],
        "full_product_names": [{"product_id": "p4", "name": "Whole"}],
    },
    "vulnerabilities": [
        {"title": "open store", "product_status": {"known_affected": ["p1", "p3", "p4", "nowhere"], "fixed": ["p2"]},
         "remediations": [{"category": "no_fix_planned", "details": "x", "product_ids": ["p3"]}]},
    ],
}  # fmt: skip


def test_a_csaf_advisory(tmp_path: Path) -> None:
    mail, old, whole = read(tmp_path, CSAF)
    assert (mail.name, mail.publisher, mail.versions, mail.fixed, mail.action) == (
        "Acme Mail", "Acme", ("1.0",), "1.1", "",
    )  # fmt: skip
    assert (old.bundle_id, old.platform, old.versions, old.action) == ("com.acme.old", P.IOS, (), "remove")
    assert (whole.name, whole.reason) == ("Whole", "open store")


@pytest.mark.parametrize("name", ["report.csv", "report.csaf.json", "report.stix.json", "report.json"])
def test_our_own_reports_are_such_lists(name: str) -> None:
    found = read_published_list(InventorySource(GOLDEN / name))
    assert {app.bundle_id: app.versions for app in found if app.bundle_id != "com.tillroll.pos"} == {
        "io.parcello.ios": ("7.2",), "com.workhub.mobile": ("2.10.4",), "org.fieldhand.app": ("4.0.7",),
    }  # fmt: skip
    assert all(app.publisher for app in found)


def test_broken_documents_end_in_one_line(tmp_path: Path) -> None:
    for content in ('{"document": {"csaf_version": "2.0"', '{"type": "bundle", "objects": [' + "[" * 100_000):
        with pytest.raises(InputError):
            read(tmp_path, content)
    assert read(tmp_path, {"document": {"csaf_version": "2.0"}, "product_tree": 5, "vulnerabilities": [None]}) == []


@pytest.mark.parametrize(
    ("older", "newer"), [("1.9", "1.10"), ("1.0", "1.0.1"), ("2", "10"), ("1.2.3", "1.3")]
)  # fmt: skip
def test_versions_are_ordered_by_their_numbers(older: str, newer: str) -> None:
    assert version_key(older) < version_key(newer)
    assert comparable(older, newer) == (("." in older) == ("." in newer))


def test_a_version_code_is_not_compared_with_a_name() -> None:
    assert version_key("1.0") == version_key("1.0.0")
    assert not comparable("310", "4.0.7")
    assert not comparable("1.0-beta", "1.0")
    assert not comparable("", "1.0")


@given(st.dictionaries(st.sampled_from(["document", "product_tree", "vulnerabilities", "type", "objects", "apps"]),
                       st.recursive(st.none() | st.text(max_size=5) | st.integers(),
                                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                                        ["csaf_version", "branches", "name", "product", "product_status", "swid",
                                         "known_affected", "app", "remediations"]), inner, max_size=3))))  # fmt: skip
def test_a_document_of_any_shape_never_raises(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "published.json"
    path.write_text(json.dumps({**document, "schema": "tieback/report/1"}))
    read_published_list(InventorySource(path))
