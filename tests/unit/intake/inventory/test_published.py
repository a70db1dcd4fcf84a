"""Published lists: the apps of each format, in the shape of the standard, of a table, and of our own reports."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.report.conftest import (
    fieldhand_store,
    finding,
    in_tables,
    parcello_store,
    the_report,
    tillroll_store,
    workhub_store,
)
from tieback.assess.conditions import load_conditions
from tieback.intake.inventory.published import OPEN_RULES, ListedApp, read_published_list
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import DevicePlatform
from tieback.model.errors import InputError
from tieback.model.exposure import Severity
from tieback.model.probe import Ability, Access
from tieback.model.report.document import Report
from tieback.report import renderers

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


@pytest.fixture
def other_finding() -> Report:
    """A report whose one store requires a login, but answers without TLS: another finding about its app."""
    report = the_report()
    tillroll = next(summary.app for summary in report.apps.rows() if summary.app.bundle_id == "com.tillroll.pos")
    store = next(
        store for store in report.answered.rows() if tillroll.sha256 in {one.app_sha256 for one in store.routes}
    )
    extra = msgspec.structs.replace(finding(store, tillroll, Severity.MEDIUM), id="fnd-tls", rule="cleartext-store")
    return in_tables(report, findings=[*report.findings.rows(), extra])


def render(report: Report, form: str, folder: Path) -> Path:
    path = folder / f"report-{form}"
    with path.open("wb") as out:
        next(one for one in renderers() if one.meta.name == form).render(report, out)
    return path


LISTS = ("csv", "csaf", "stix", "json", "ndjson")


@pytest.mark.parametrize("form", LISTS)
def test_each_format_of_a_report_lists_the_apps_that_lead_to_an_open_store(
    tmp_path: Path, other_finding: Report, form: str
) -> None:
    path = render(other_finding, form, tmp_path)
    assert "com.tillroll.pos" in path.read_text()
    source = InventorySource(path)
    found = read_published_list(source)
    assert {app.bundle_id: app.versions for app in found} == {
        "io.parcello.ios": ("7.2",), "com.workhub.mobile": ("2.10.4",), "org.fieldhand.app": ("4.0.7",),
    }  # fmt: skip
    assert all(app.publisher for app in found)
    assert (source.skipped, source.notes) == (0, [])


@pytest.mark.parametrize("form", [one.meta.name for one in renderers() if one.meta.name not in {*LISTS, "pdf"}])
def test_every_other_format_of_a_report_is_an_error(tmp_path: Path, other_finding: Report, form: str) -> None:
    path = render(other_finding, form, tmp_path)
    with pytest.raises(InputError, match="no list of affected apps"):
        read_published_list(InventorySource(path))


@pytest.mark.parametrize(
    "content",
    ["", "\n", "PK\x03\x04\x00\x00", "some text", "foo,bar\ncom.x,2\n",
     "App ID (Android);Betroffene Version\ncom.x;1\n",
     '[{"foo": 1}]', '{"x": [{"y": "z"}]}', '{"schema": "tieback/fleet-app/1", "bundle_id": "com.x"}'],
)  # fmt: skip
def test_what_names_no_app_is_an_error_and_no_clean_result(tmp_path: Path, content: str) -> None:
    with pytest.raises(InputError, match="no list of affected apps"):
        read(tmp_path, content)


@pytest.mark.parametrize(
    "content",
    ["bundle id\n", "bundle id\n,\n", "[]", {"document": {"csaf_version": "2.0"}}, {"type": "bundle", "objects": []}],
)
def test_a_list_without_apps_says_so(tmp_path: Path, content: str | dict[str, Any]) -> None:
    path = tmp_path / "list"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    source = InventorySource(path)
    assert read_published_list(source) == []
    assert source.notes == ["this list names no affected app"]


def test_the_rules_of_open_stores_are_those_that_apply_only_to_open_stores() -> None:
    conditions = load_conditions()
    assert set(conditions) > OPEN_RULES
    for store in (fieldhand_store(), workhub_store(), tillroll_store(), parcello_store()):
        for access in Access:
            for kind in (store, msgspec.structs.replace(store, abilities=tuple(Ability), containers=())):
                one = msgspec.structs.replace(kind, access=access)
                assert any(conditions[rule](one) for rule in OPEN_RULES) == one.exposed, (access, one.product)


def test_ranges_of_a_csaf_advisory(tmp_path: Path) -> None:
    product = {"product_id": "p", "name": "A"}
    version = {"category": "product_version_range", "name": "vers:generic/>=1.0|<2.0", "product": product}
    tree = [{"category": "product_name", "name": "com.a", "branches": [version]}]
    (app,) = read(tmp_path, {
        "document": {"csaf_version": "2.0"}, "product_tree": {"branches": tree},
        "vulnerabilities": [{"product_status": {"known_affected": ["p"]}}],
    })  # fmt: skip
    assert app.versions == (">=1.0 <2.0",)


def test_a_version_that_is_not_understood_is_named(tmp_path: Path) -> None:
    path = tmp_path / "list"
    path.write_text("bundle id,affected version\ncom.a,the newest\ncom.b,< 2.0\n")
    source = InventorySource(path)
    assert [app.versions for app in read_published_list(source)] == [("the newest",), ("<2.0",)]
    assert "1 affected version is not understood" in source.notes[0]
    assert "first: 'the newest'" in source.notes[0]


def test_broken_documents_end_in_one_line(tmp_path: Path) -> None:
    for content in ('{"document": {"csaf_version": "2.0"', '{"type": "bundle", "objects": [' + "[" * 100_000):
        with pytest.raises(InputError):
            read(tmp_path, content)
    assert read(tmp_path, {"document": {"csaf_version": "2.0"}, "product_tree": 5, "vulnerabilities": [None]}) == []


@given(st.dictionaries(st.sampled_from(["document", "product_tree", "vulnerabilities", "type", "objects", "apps"]),
                       st.recursive(st.none() | st.text(max_size=5) | st.integers(),
                                    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
                                        ["csaf_version", "branches", "name", "product", "product_status", "swid",
                                         "known_affected", "app", "remediations"]), inner, max_size=3))))  # fmt: skip
def test_a_document_of_any_shape_never_raises(tmp_path_factory: pytest.TempPathFactory, document: Any) -> None:
    path = tmp_path_factory.getbasetemp() / "published.json"
    path.write_text(json.dumps({"schema": "tieback/report/1", **document}))
    read_published_list(InventorySource(path))


@pytest.mark.parametrize("form", LISTS)
def test_where_a_document_says_what_it_is_does_not_matter(tmp_path: Path, other_finding: Report, form: str) -> None:
    path = render(other_finding, form, tmp_path)
    expected = read_published_list(InventorySource(path))
    if form == "ndjson":
        head, _, rest = path.read_text().partition("\n")
        document = json.loads(head)
        long = {"aaa": [{"name": "x" * 500, "apps": ["y"]}] * 9_000} | document  # longer than any other record
        path.write_text(json.dumps(long, sort_keys=True) + "\n" + rest)
    elif form != "csv":
        padding = {"aaa": [{"name": "x" * 500}] * 200}
        document = padding | json.loads(path.read_text())
        path.write_text(json.dumps(dict(sorted(document.items())), indent=1))
    source = InventorySource(path)
    assert read_published_list(source) == expected
    assert (source.skipped, source.notes) == (0, [])


@pytest.mark.parametrize("form", LISTS)
def test_each_format_of_a_report_names_the_platform(tmp_path: Path, other_finding: Report, form: str) -> None:
    found = read_published_list(InventorySource(render(other_finding, form, tmp_path)))
    assert {app.bundle_id: app.platform for app in found} == {
        "io.parcello.ios": P.IOS, "com.workhub.mobile": P.ANDROID, "org.fieldhand.app": P.ANDROID,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("cpe", "platform"),
    [("cpe:2.3:a:acme:mail:1.0:*:*:*:*:android:*:*", P.ANDROID),
     (r"cpe:2.3:a:acme:mail\:x:1.0:*:*:*:*:iphone_os:*:*", P.IOS),
     ("cpe:2.3:a:acme:mail:1.0:*:*:*:*:*:*:*", P.UNKNOWN), ("cpe:/a:acme:mail", P.UNKNOWN), (7, P.UNKNOWN)],
)  # fmt: skip
def test_the_platform_in_a_stix_bundle(tmp_path: Path, cpe: object, platform: DevicePlatform) -> None:
    software = {"type": "software", "name": "Mail", "swid": "com.acme.mail", "cpe": cpe}
    (app,) = read(tmp_path, {"type": "bundle", "objects": [software]})
    assert app.platform is platform
