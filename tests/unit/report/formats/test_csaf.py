import io
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import with_accounts
from tieback.model.report.document import Report
from tieback.report.formats import csaf
from tieback.report.formats.csaf import NO_NAMESPACE, CsafRenderer


def rendered(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    CsafRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.csaf.json", json.dumps(rendered(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_schema_accepts_it(
    report: Report, hostile_report: Report, crowded: Report, tabled: Callable[..., Report]
) -> None:
    import jsonschema

    place = resources.files("csaf") / "csaf/v20/schema"
    schema = json.loads((place / "csaf.json").read_text())
    store = {}
    for entry in (place / "referenced").iterdir():
        if entry.name.endswith(".json"):
            other = json.loads(entry.read_text())
            store[other.get("$id", other.get("id", entry.name))] = other
    schema["properties"]["vulnerabilities"]["items"]["properties"].pop("scores", None)  # refers to CVSS; not written
    validator = jsonschema.Draft202012Validator(schema)
    for one in (report, hostile_report, crowded, tabled(report, exposures=(), findings=(), apps=())):
        assert [error.message for error in validator.iter_errors(rendered(one))] == []


def profile_faults(document: dict[str, Any]) -> list[str]:
    """What the profile of the category lacks (CSAF 2.0, section 4)."""
    if document["document"]["category"] == "csaf_base":
        return []
    faults = [part for part in ("product_tree", "vulnerabilities") if not document.get(part)]
    for one in document.get("vulnerabilities", ()):
        faults += [part for part in ("notes", "product_status", "ids") if not one.get(part)]
    return faults


def test_the_profile_of_its_category_is_complete(
    report: Report, hostile_report: Report, tabled: Callable[..., Report]
) -> None:
    quiet = [replace(summary, exposures=()) for summary in report.apps.rows()]
    in_apps = [replace(one, exposures=()) for one in report.findings.rows()]
    of_stores = [replace(one, apps=()) for one in report.findings.rows()]
    for one, category in (
        (report, "csaf_security_advisory"),
        (hostile_report, "csaf_security_advisory"),
        (tabled(report, exposures=(), apps=quiet, findings=in_apps), "csaf_security_advisory"),
        (tabled(report, apps=(), findings=of_stores), "csaf_security_advisory"),
        (tabled(report, exposures=(), findings=(), apps=()), "csaf_base"),
        (tabled(report, findings=()), "csaf_base"),
    ):
        document = rendered(one)
        assert (document["document"]["category"], profile_faults(document)) == (category, [])


def test_a_store_without_an_app_is_a_product(report: Report, tabled: Callable[..., Report]) -> None:
    document = rendered(tabled(report, apps=(), findings=[replace(one, apps=()) for one in report.findings.rows()]))
    names = {one["product_id"]: one["name"] for one in document["product_tree"]["full_product_names"]}
    assert names["store-exp-fieldhand"] == "opensearch 2.11.0 at es.fieldhand.test:9200"
    assert {key for one in document["vulnerabilities"] for key in one["product_status"]["known_affected"]} == set(names)


def test_a_draft_states_what_is_above_its_limits(crowded: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csaf, "MOST_APPS", 100)
    (note,) = [one for one in rendered(crowded)["document"]["notes"] if one["title"] == "Limits"]
    assert note["text"] == "Not in this draft: 20 apps above the limit of 100."


def test_account_data_is_not_in_an_advisory(report: Report) -> None:
    assert rendered(with_accounts(report)) == rendered(report)


def test_every_product_is_in_the_tree(report: Report) -> None:
    document = rendered(report)
    products = {
        version["product"]["product_id"]
        for vendor in document["product_tree"]["branches"]
        for app in vendor["branches"]
        for version in app["branches"]
    }
    for weakness in document["vulnerabilities"]:
        assert set(weakness["product_status"]["known_affected"]) <= products
    assert document["document"]["tracking"]["status"] == "draft"


@pytest.mark.parametrize(
    ("contact", "namespace"),
    [
        ("security@example.test", "https://example.test"),
        ("mailto:Security@Example.test", "https://example.test"),
        ("https://www.example.test/security?x", "https://www.example.test"),
        ("http://example.test:8080", "http://example.test"),
        ("", NO_NAMESPACE),
        ("+49 30 1", NO_NAMESPACE),
        ("withheld", NO_NAMESPACE),
        ("root@localhost", NO_NAMESPACE),
    ],
)
def test_the_namespace_is_that_of_the_publisher_or_said_to_be_missing(
    report: Report, contact: str, namespace: str
) -> None:
    assert report.scope is not None
    one = replace(report, scope=replace(report.scope, contact=contact))
    document = rendered(one)["document"]
    noted = [note["text"] for note in document["notes"] if note["title"] == "Publisher"]
    left = [text for text in CsafRenderer().left_out(one) if "namespace" in text]
    assert document["publisher"]["namespace"] == namespace
    assert (bool(noted), bool(left)) == ((namespace == NO_NAMESPACE,) * 2)


def test_without_a_grant_the_namespace_is_said_to_be_missing(report: Report) -> None:
    one = replace(report, scope=None)
    assert rendered(one)["document"]["publisher"]["namespace"] == NO_NAMESPACE
    assert next(iter(CsafRenderer().left_out(one))).startswith(
        "the publisher's namespace, because the report has no e-mail"
    )
