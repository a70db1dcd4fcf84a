import io
import json
from collections.abc import Callable
from typing import Any

from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.application_security_posture_finding import ApplicationSecurityPostureFinding

from tieback.model.report import Report
from tieback.report.ocsf import VERSION, OcsfRenderer


def events(report: Report) -> list[dict[str, Any]]:
    out = io.BytesIO()
    OcsfRenderer().render(report, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_golden(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.ocsf.ndjson", json.dumps(events(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_models_accept_it(report: Report, hostile_report: Report) -> None:
    assert VERSION == OCSF_VERSION
    for one in (report, hostile_report):
        for event in events(one):
            read = ApplicationSecurityPostureFinding.model_validate(event)
            assert read.finding_info.uid == event["finding_info"]["uid"]


def test_apps_and_stores_are_resources(report: Report) -> None:
    first = events(report)[0]
    assert {resource["type"] for resource in first["resources"]} >= {"mongodb data store"} or first["resources"]
    assert first["type_uid"] == first["class_uid"] * 100 + first["activity_id"]
