import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import HOSTILE, LANTERN, with_accounts
from tieback.model.backend import Attribution, Backend
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.report.document import Report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.report.formats import cyclonedx
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


def test_the_schema_accepts_it(
    report: Report, hostile_report: Report, crowded: Report, tabled: Callable[..., Report]
) -> None:
    for one in (
        report, with_accounts(report), hostile_report, crowded, tabled(report, exposures=(), findings=(), apps=())
    ):  # fmt: skip
        assert refused(rendered(one)) is None


def test_a_vector_is_a_rating_of_its_own(report: Report, tabled: Callable[..., Report]) -> None:
    vector = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N"
    judged = tabled(report, findings=[replace(one, cvss=vector) for one in report.findings.rows()])
    assert refused(rendered(judged)) is None
    ratings = document(judged)["vulnerabilities"][0]["ratings"]
    assert [(rating["method"], rating.get("vector", "")) for rating in ratings] == [("other", ""), ("CVSSv4", vector)]


@pytest.mark.parametrize(
    ("party", "owner", "claims", "shown"),
    [
        (Party.FIRST, "Workhub", [("owner", "Workhub", "its domain is that of the signer")], ["its domain is that of"]),
        (
            Party.THIRD,
            "Amplitude",
            [("owner", "Amplitude", "a list of SDK hosts"), ("owner", "Other", "x")],
            ["a list"],
        ),
        (Party.THIRD, "", [("owner", "A", "one"), ("owner", "B", "two"), ("owner", "A", "one")], ["one", "two"]),
        (Party.FIRST, "W", [("owner", "W", f"reason {n}") for n in range(5)], ["reason 0", "reason 1", "reason 2"]),
        (Party.UNKNOWN, "", [("owner", "W", "a guess")], []),
        (Party.FIRST, "W", [("provider", "W", "address"), ("owner", "W", "")], []),
        (Party.FIRST, "W", [("owner", "W", HOSTILE * 40)], [""]),
    ],
)
def test_a_party_has_its_reasons(
    report: Report,
    tabled: Callable[..., Report],
    party: Party,
    owner: str,
    claims: list[tuple[str, str, str]],
    shown: list[str],
) -> None:
    endpoint = Endpoint(EndpointKind.URL, "https://api.workhub.test", "https", "api.workhub.test", 443)
    statements = tuple(Attribution(*claim, 0.9) for claim in claims)
    one = Backend(endpoint, owner=owner, party=party, attributions=statements)
    made = replace(report, backends=LazyTable(1, lambda: iter([one])))
    assert refused(rendered(made)) is None
    (service,) = (one for one in document(made)["services"] if one["bom-ref"].startswith("backend:"))
    found = [each["value"] for each in service["properties"] if each["name"] == "tieback:party-reason"]
    assert len(found) == len(shown)
    assert all(text.startswith(start) and len(text) <= 300 for text, start in zip(found, shown, strict=True))
    left = [each["value"] for each in service["properties"] if each["name"] == "tieback:party-reasons-not-listed"]
    assert left == (["2"] if len(claims) == 5 else [])


def test_a_back_end_is_a_service_without_a_grant(report: Report, tabled: Callable[..., Report]) -> None:
    """It was not probed, so whether it requires authentication is not stated."""
    bom = document(tabled(report, scope=None, exposures=(), findings=()))
    (service,) = bom["services"]
    assert (service["name"], service["endpoints"]) == ("api.lantern.test", ["https://api.lantern.test"])
    assert "authenticated" not in service
    assert [entry for entry in bom["dependencies"] if service["bom-ref"] in entry["dependsOn"]] == [
        {"ref": f"app:{LANTERN.sha256}", "dependsOn": [service["bom-ref"]]}
    ]


def test_a_back_end_that_is_a_store_is_one_service(report: Report, tabled: Callable[..., Report]) -> None:
    value = "http://es.fieldhand.test:9200/machines/_search"
    named = Backend(Endpoint(EndpointKind.URL, value, "http", "es.fieldhand.test", 9200))
    bom = document(tabled(report, backends=LazyTable.of([named])))
    assert [one["bom-ref"] for one in bom["services"] if "fieldhand" in str(one["endpoints"])] == [
        "store:exp-fieldhand"
    ]


def test_a_suppressed_finding_is_analysed_and_accepted(report: Report, tabled: Callable[..., Report]) -> None:
    first, *rest = report.findings.rows()
    by = Suppression("test system", "jo@example.org", "2027-03-31")
    whole = tabled(report, findings=rest, suppressed=LazyTable.of([SuppressedFinding(first, by)]))
    assert refused(rendered(whole)) is None
    assert [one["analysis"] for one in document(whole)["vulnerabilities"] if "analysis" in one] == [
        {
            "state": "exploitable",
            "response": ["will_not_fix"],
            "detail": "test system (jo@example.org, until 2027-03-31)",
        }
    ]


def test_back_ends_above_the_limit_are_counted(
    report: Report, tabled: Callable[..., Report], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cyclonedx, "MOST_BACKENDS", 3)
    named = [Backend(Endpoint(EndpointKind.HOST_PORT, f"h{n}.test:1", "", f"h{n}.test", 1)) for n in range(5)]
    whole = tabled(report, exposures=(), backends=LazyTable.of(named))
    assert refused(rendered(whole)) is None
    bom = document(whole)
    assert len(bom["services"]) == 3
    assert bom["properties"] == [{"name": "tieback:services-not-listed", "value": "2"}]


def test_hostile_endpoints_are_valid_references(report: Report, tabled: Callable[..., Report]) -> None:
    texts = (HOSTILE, "a%zz", "[", "]]", "#", "http://[::1]:9200/[x]", "::1", "s3:b\u00fccket", "")
    named = [
        Backend(Endpoint(kind, text, "", host, port))
        for kind in EndpointKind
        for text in texts
        for host in (text, "::1")
        for port in (80, None)
    ]
    assert refused(rendered(tabled(report, backends=LazyTable.of(named)))) is None


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        (Endpoint(EndpointKind.URL, "http://[2001:db8::1]:9200/a", "http", "2001:db8::1", 9200), "http://[2001:db8::1]:9200/a"),
        (Endpoint(EndpointKind.ADDRESS, "2001:db8::1:9200", "", "2001:db8::1", 9200), "//[2001:db8::1]:9200"),
        (Endpoint(EndpointKind.HOST_PORT, "es.example:9200", "", "es.example", 9200), "es.example:9200"),
        (Endpoint(EndpointKind.CLOUD, "s3:photos", "", "", None), "s3:photos"),
    ],
)  # fmt: skip
def test_the_address_of_a_back_end(
    endpoint: Endpoint, expected: str, report: Report, tabled: Callable[..., Report]
) -> None:
    bom = document(tabled(report, exposures=(), backends=LazyTable.of([Backend(endpoint)])))
    assert bom["services"][0]["endpoints"] == [expected]


@pytest.mark.parametrize(
    ("value", "host", "expected"),
    [
        ("firestore:shop-1", "firestore.googleapis.com", "firestore:shop-1"),
        ("s3:photos", "photos.s3.amazonaws.com", "photos.s3.amazonaws.com"),
        ("s3:photos", "", "s3:photos"),
    ],
)
def test_a_resource_at_a_shared_host_has_its_own_name(
    value: str, host: str, expected: str, report: Report, tabled: Callable[..., Report]
) -> None:
    endpoint = Endpoint(EndpointKind.CLOUD, value, "https", host, 443 if host else None)
    bom = document(tabled(report, exposures=(), backends=LazyTable.of([Backend(endpoint)])))
    assert bom["services"][0]["name"] == expected


def test_apps_depend_on_the_stores_they_lead_to(report: Report) -> None:
    bom = document(report)
    refs = {entry["bom-ref"] for entry in (*bom["components"], *bom["services"])}
    assert {ref for entry in bom["dependencies"] for ref in (entry["ref"], *entry["dependsOn"])} <= refs
    services = {entry["bom-ref"]: entry for entry in bom["services"]}
    assert services["store:exp-fieldhand"]["authenticated"] is False
    assert services["store:exp-tillroll"]["authenticated"] is True
