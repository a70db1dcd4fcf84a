import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import with_accounts
from tests.unit.report.test_files import CUT
from tieback.model.exposure import Severity
from tieback.model.report.document import Report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem, UnreadKind
from tieback.report.formats.sarif import MOST_NOTICES, SarifRenderer

SCHEMA = (
    Path(__file__).parents[4]
    / ".cache/test-servers/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
)


def rendered(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    SarifRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    document = rendered(report)
    document["runs"][0]["tool"]["driver"]["rules"] = []  # tested below; they change with every new advice
    golden("report.sarif", json.dumps(document, indent=1, ensure_ascii=False).encode() + b"\n")


@pytest.mark.skipif(not SCHEMA.exists(), reason="the schema comes with npm's @microsoft/jest-sarif")
def test_the_schema_accepts_it(
    report: Report, hostile_report: Report, crowded: Report, tabled: Callable[..., Report]
) -> None:
    import jsonschema

    schema = json.loads(SCHEMA.read_text())
    for one in (
        report,
        with_accounts(report),
        hostile_report,
        crowded,
        tabled(report, scope=None, exposures=(), findings=(), apps=()),
    ):
        assert list(jsonschema.validators.validator_for(schema)(schema).iter_errors(rendered(one))) == []


def test_rules_of_accounts_are_rules_like_others(report: Report) -> None:
    run = rendered(with_accounts(report))["runs"][0]
    (result,) = [one for one in run["results"] if one["ruleId"] == "posture-open-own-store"]
    assert run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] == "posture-open-own-store"
    assert result["level"] == "error"


def test_places_are_inside_the_packages(report: Report) -> None:
    results = rendered(report)["runs"][0]["results"]
    places = [
        (
            location["physicalLocation"]["artifactLocation"]["uri"],
            location["physicalLocation"]["region"].get("byteOffset"),
        )
        for result in results
        for location in result["locations"]
    ]
    assert ("fieldhand.apk/classes.dex", 3614) in places
    assert all(uri and not uri.startswith("/") and ":" not in uri for uri, _ in places)
    assert all(result["locations"] for result in results)


def test_a_region_has_no_length(report: Report) -> None:
    """The text of an endpoint is normalised: its length is not that of the bytes in the file."""
    assert "byteLength" not in json.dumps(rendered(report))


@pytest.mark.parametrize(
    ("path", "entry", "expected"),
    [
        ("js/main.jsbundle", "main.jsbundle", "js/main.jsbundle"),
        ("app.apk", "classes.dex", "app.apk/classes.dex"),
        ("app.ipa", "Payload/App.app/main.jsbundle", "app.ipa/Payload/App.app/main.jsbundle"),
    ],
)
def test_a_file_that_is_no_package_is_its_own_entry(
    report: Report, tabled: Callable[..., Report], path: str, entry: str, expected: str
) -> None:
    (lantern,) = report.partly_read.rows()
    found = replace(
        next(report.findings.rows()), exposures=(), apps=(lantern.app.sha256,), evidence=(f"a key: {entry} at 0x10",)
    )
    apps = [replace(summary, path=path) for summary in report.apps.rows()]
    (result,) = rendered(tabled(report, apps=apps, findings=[found]))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == expected


def security_severity(run: dict[str, Any], key: str) -> tuple[str, str]:
    (rule,) = [one for one in run["tool"]["driver"]["rules"] if one["id"] == key]
    return rule["properties"]["security-severity"], rule["defaultConfiguration"]["level"]


def test_a_rule_has_the_highest_severity_of_its_results(report: Report, tabled: Callable[..., Report]) -> None:
    """Code scanning reads the value of the rule, not that of the result."""
    one = replace(next(report.findings.rows()), rule="open-store")
    low, critical = replace(one, severity=Severity.LOW), replace(one, severity=Severity.CRITICAL)
    by = Suppression("test system", "jo@example.org", "2027-03-31")
    apart = LazyTable.of([SuppressedFinding(critical, by)])
    for findings, suppressed, expected in (
        ([low, critical], LazyTable.of(()), ("9.5", "error")),
        ([low], LazyTable.of(()), ("3.0", "note")),
        ([low], apart, ("3.0", "note")),
        ([], apart, ("9.5", "error")),
        ([], LazyTable.of(()), ("8.0", "error")),
    ):
        run = rendered(tabled(report, findings=findings, suppressed=suppressed))["runs"][0]
        assert security_severity(run, "open-store") == expected
        assert security_severity(run, "cleartext-store") == ("3.0", "note")


def test_no_rule_is_below_its_results(report: Report, hostile_report: Report) -> None:
    for whole in (report, with_accounts(report), hostile_report):
        run = rendered(whole)["runs"][0]
        rules = {rule["id"]: rule["properties"]["security-severity"] for rule in run["tool"]["driver"]["rules"]}
        for result in run["results"]:
            assert float(rules.get(result["ruleId"], "10")) >= float(result["properties"]["security-severity"])


def test_fingerprints_are_those_of_the_findings(report: Report) -> None:
    results = rendered(report)["runs"][0]["results"]
    assert [result["partialFingerprints"]["tiebackFinding/v1"] for result in results] == [
        finding.id for finding in report.findings.rows()
    ]


def test_a_result_points_at_its_rule(report: Report, tabled: Callable[..., Report]) -> None:
    finding = replace(next(report.findings.rows()), rule="open-store")
    run = rendered(tabled(report, findings=[finding]))["runs"][0]
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert rule["id"] == "open-store"
    assert "external/cwe/cwe-306" in rule["properties"]["tags"]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.1.0", "0.1.0"),
        ("0.2.0.dev0", "0.2.0-dev0"),
        ("1.0rc1", "1.0.0-rc1"),
        ("2.0.0.post1+g12ab", "2.0.0-post1+g12ab"),
    ],
)
def test_version_is_semantic(report: Report, version: str, expected: str) -> None:
    driver = rendered(replace(report, tool_version=version))["runs"][0]["tool"]["driver"]
    assert (driver["version"], driver["semanticVersion"]) == (version, expected)
    assert re.fullmatch(r"\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", driver["semanticVersion"])


def test_credentials_of_one_app_have_their_own_place_and_text(report: Report, tabled: Callable[..., Report]) -> None:
    (lantern,) = report.partly_read.rows()
    one = replace(next(report.findings.rows()), rule="credential-in-app", exposures=(), apps=(lantern.app.sha256,))
    found = [
        replace(one, id=f"fnd-{n}", evidence=(f"password_value (normal) a***{n} for x://h: 1: assets/.env at {n:#x}",))
        for n in (16, 32)
    ]
    results = rendered(tabled(report, findings=found))["runs"][0]["results"]
    places = [result["locations"][0]["physicalLocation"] for result in results]
    assert [place["artifactLocation"]["uri"] for place in places] == ["lantern.apk/assets/.env"] * 2
    assert [place["region"]["byteOffset"] for place in places] == [16, 32]
    assert len({result["message"]["text"] for result in results}) == 2


def test_a_run_with_an_input_that_could_not_be_read_is_not_successful(report: Report) -> None:
    lost = Problem("not a ZIP archive", "lost.apk", UnreadKind.WHOLE)
    head = replace(report.headline, inputs_failed=1)
    (ended,) = rendered(replace(report, headline=head, problems=LazyTable.of([lost])))["runs"][0]["invocations"]
    assert ended["executionSuccessful"] is False
    said = {"level": "error", "message": {"text": "lost.apk: not a ZIP archive"}}
    assert said in ended["toolExecutionNotifications"]


def test_notices_that_are_left_out_are_counted(report: Report) -> None:
    """Apps, captures and problems together."""
    many = replace(report, captures=LazyTable.of([CUT] * (MOST_NOTICES + 3)))
    left = report.partly_read.count + report.problems.count + 3
    *shown, last = rendered(many)["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert len(shown) == MOST_NOTICES
    assert last["message"]["text"] == f"and {left} more notices; the JSON report lists them all"
