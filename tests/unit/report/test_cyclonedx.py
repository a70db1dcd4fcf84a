import io
import json
from collections.abc import Callable
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from tieback.model.report import Report
from tieback.report.cyclonedx import CycloneDxRenderer


def rendered(report: Report) -> str:
    out = io.BytesIO()
    CycloneDxRenderer().render(report, out)
    return out.getvalue().decode()


def document(report: Report) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(rendered(report))
    return read


def test_golden(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.cdx.json", json.dumps(document(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_schema_accepts_it(report: Report, hostile_report: Report, tabled: Callable[..., Report]) -> None:
    validator = JsonStrictValidator(SchemaVersion.V1_6)
    for one in (report, hostile_report, tabled(report, exposures=(), findings=(), apps=())):
        assert validator.validate_str(rendered(one)) is None


def test_apps_depend_on_the_stores_they_lead_to(report: Report) -> None:
    bom = document(report)
    refs = {entry["bom-ref"] for entry in (*bom["components"], *bom["services"])}
    assert {ref for entry in bom["dependencies"] for ref in (entry["ref"], *entry["dependsOn"])} <= refs
    services = {entry["bom-ref"]: entry for entry in bom["services"]}
    assert services["store:exp-fieldhand"]["authenticated"] is False
    assert services["store:exp-tillroll"]["authenticated"] is True
