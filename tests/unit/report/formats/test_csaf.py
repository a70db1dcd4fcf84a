import io
import json
from collections.abc import Callable
from importlib import resources
from typing import Any

from tests.unit.report.conftest import with_accounts
from tieback.model.report import Report
from tieback.report.formats.csaf import CsafRenderer


def rendered(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    CsafRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.csaf.json", json.dumps(rendered(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_schema_accepts_it(report: Report, hostile_report: Report, tabled: Callable[..., Report]) -> None:
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
    for one in (report, hostile_report, tabled(report, exposures=(), findings=(), apps=())):
        assert [error.message for error in validator.iter_errors(rendered(one))] == []


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
