import io
import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from py_ocsf_models import OCSF_VERSION
from py_ocsf_models.events.findings.application_security_posture_finding import ApplicationSecurityPostureFinding
from py_ocsf_models.events.findings.compliance_finding import ComplianceFinding
from py_ocsf_models.objects.finding_info import FindingInformation
from py_ocsf_models.objects.metadata import Metadata
from py_ocsf_models.objects.remediation import Remediation
from py_ocsf_models.objects.resource_details import ResourceDetails
from py_ocsf_models.objects.vulnerability_details import VulnerabilityDetails

from tests.unit.report.conftest import in_tables, with_accounts
from tieback.model.report.document import Report
from tieback.report.formats.ocsf import VERSION, OcsfRenderer

WHOLE: dict[int, Any] = {2003: ComplianceFinding, 2007: ApplicationSecurityPostureFinding}


def events(report: Report) -> list[dict[str, Any]]:
    out = io.BytesIO()
    OcsfRenderer().render(report, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.ocsf.ndjson", json.dumps(events(report), indent=1, ensure_ascii=False).encode() + b"\n")


def kinds(report: Report) -> Report:
    """A finding of each class: an open store, a closed one, a declaration of a package, and a key in an app."""
    first = next(report.findings.rows())
    bare = replace(first, exposures=(), masvs="MASVS-NETWORK-1")
    return in_tables(
        report,
        findings=[
            first,
            replace(first, id="f-models", rule="open-model-server"),
            replace(first, id="f-tls", rule="tls-version-old", exposures=("exp-tillroll",)),
            replace(bare, id="f-cleartext", rule="cleartext-allowed"),
            replace(bare, id="f-key", rule="superuser-key-in-app"),
        ],
    )


def test_each_finding_has_the_class_that_fits_it(report: Report) -> None:
    found = {event["finding_info"]["uid"]: event for event in events(kinds(report))}
    assert {uid: (event["class_uid"], event["class_name"]) for uid, event in found.items()} == {
        "open-store:exp-parcello": (2006, "Data Security Finding"),
        "f-models": (2002, "Vulnerability Finding"),
        "f-tls": (2002, "Vulnerability Finding"),
        "f-cleartext": (2003, "Compliance Finding"),
        "f-key": (2007, "Application Security Posture Finding"),
    }
    data = found["open-store:exp-parcello"]
    assert data["database"] == {
        "uid": "exp-parcello", "name": "search.parcello.test:9200", "size": 5000, "type_id": 6, "type": "elasticsearch",
    }  # fmt: skip
    assert data["data_security"]["category"] == "Unknown", "no class of personal data was recognised there"
    assert found["f-cleartext"]["compliance"]["control"] == "MASVS-NETWORK-1"
    assert all(event["type_uid"] == event["class_uid"] * 100 + 1 for event in found.values())


def test_the_models_accept_it(report: Report, hostile_report: Report, crowded: Report) -> None:
    """The models have two of the four classes; of the others their parts are validated."""
    assert VERSION == OCSF_VERSION
    seen = set()
    for one in (kinds(report), with_accounts(report), hostile_report, kinds(crowded)):
        for event in events(one):
            seen.add(event["class_uid"])
            Metadata.model_validate(event["metadata"])
            info = FindingInformation.model_validate(event["finding_info"])
            assert info.uid == event["finding_info"]["uid"]
            Remediation.model_validate(event["remediation"])
            for resource in event["resources"]:
                ResourceDetails.model_validate(resource)
            for weakness in event.get("vulnerabilities", ()):
                VulnerabilityDetails.model_validate(weakness)
            if event["class_uid"] in WHOLE:
                WHOLE[event["class_uid"]].model_validate(event)
    assert seen == {2002, 2003, 2006, 2007}


def test_apps_and_stores_are_resources(report: Report) -> None:
    first = events(report)[0]
    assert {resource["type"] for resource in first["resources"]} >= {"mongodb data store"} or first["resources"]
    assert first["type_uid"] == first["class_uid"] * 100 + first["activity_id"]
