import io
import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tests.unit.report.conftest import with_accounts
from tieback.model.report import Report
from tieback.report.formats.cyclonedx import CycloneDxRenderer


def rendered(report: Report) -> str:
    out = io.BytesIO()
    CycloneDxRenderer().render(report, out)
    return out.getvalue().decode()


def document(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(rendered(report))
    return read


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.cdx.json", json.dumps(document(report), indent=1, ensure_ascii=False).encode() + b"\n")


def refused(text: str) -> object:
    """What the schema has against a document; ``None`` if it accepts it."""
    # Its JSON schemas take two seconds to load, which every worker would spend while it collects.
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    return JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)


def test_the_schema_accepts_it(report: Report, hostile_report: Report, tabled: Callable[..., Report]) -> None:
    for one in (report, with_accounts(report), hostile_report, tabled(report, exposures=(), findings=(), apps=())):
        assert refused(rendered(one)) is None


def test_a_vector_is_a_rating_of_its_own(report: Report, tabled: Callable[..., Report]) -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"
    judged = tabled(report, findings=[replace(one, cvss=vector) for one in report.findings.rows()])
    assert refused(rendered(judged)) is None
    ratings = document(judged)["vulnerabilities"][0]["ratings"]
    assert [(rating["method"], rating.get("vector", "")) for rating in ratings] == [("other", ""), ("CVSSv4", vector)]


def test_apps_depend_on_the_stores_they_lead_to(report: Report) -> None:
    bom = document(report)
    refs = {entry["bom-ref"] for entry in (*bom["components"], *bom["services"])}
    assert {ref for entry in bom["dependencies"] for ref in (entry["ref"], *entry["dependsOn"])} <= refs
    services = {entry["bom-ref"]: entry for entry in bom["services"]}
    assert services["store:exp-fieldhand"]["authenticated"] is False
    assert services["store:exp-tillroll"]["authenticated"] is True
