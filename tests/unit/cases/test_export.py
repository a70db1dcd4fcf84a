"""Cases in other tools' formats."""

import csv
import io
import json

import pytest

from tests.unit.cases.samples import NOW, case, exposure
from tieback.cases.export import CSV_COLUMNS, EXPORTS, to_csv, to_defectdojo, to_jira, to_json
from tieback.model.case import CaseState, Recheck, RecheckVerdict
from tieback.model.exposure import Severity
from tieback.model.figure import exact

NAMES = {"v-1": "=cmd|' /C calc'!A0"}
CHECKED = case(
    check=Recheck(RecheckVerdict.OPEN, NOW, ("es.fieldhand.test:9200: open",), (), exact(1400, "x"), None, 50)
)


def table(data: bytes) -> list[dict[str, str]]:
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_csv_has_a_row_a_case_and_no_formula() -> None:
    (row,) = table(to_csv([CHECKED], NAMES))
    assert tuple(row) == CSV_COLUMNS
    assert row["vendor_name"].startswith("'=cmd")
    assert (row["state"], row["records"], row["records_quality"]) == ("found", "1350", "exact")
    assert (row["last_verdict"], row["records_change"], row["apps"]) == ("open", "50", "org.fieldhand.app")


def test_json_has_a_document_a_line() -> None:
    first, second = (json.loads(line) for line in to_json([case(), CHECKED], {"v-1": "Fieldhand"}).splitlines())
    assert first["schema"] == "tieback/case/1"
    assert (first["vendor_name"], first["state"]) == ("Fieldhand", "found")
    assert second["check"]["verdict"] == "open"


@pytest.mark.parametrize(
    ("state", "active", "verified", "mitigated"),
    [
        (CaseState.FOUND, True, False, False),
        (CaseState.NOTIFIED, True, True, False),
        (CaseState.CONTRADICTED, True, True, False),
        (CaseState.FIXED, False, True, True),
        (CaseState.CLOSED, False, True, False),
    ],
)
def test_defectdojo_export_has_the_case_state(state: CaseState, active: bool, verified: bool, mitigated: bool) -> None:
    (finding,) = json.loads(to_defectdojo([case(state=state)], {}))["findings"]
    assert (finding["active"], finding["verified"], finding["is_mitigated"]) == (active, verified, mitigated)
    assert (finding["unique_id_from_tool"], finding["severity"], finding["date"]) == ("case-es-1", "High", "2026-03-01")


def test_jira_gets_its_own_columns() -> None:
    store = exposure(severity=Severity.CRITICAL)
    (row,) = table(to_jira([case(store="es-1")], {"v-1": "Fieldhand"}))
    assert row["Summary"] == "Fieldhand: elasticsearch 7.10.2 is accessible without authentication"
    assert (row["Priority"], row["Due Date"], row["External Issue ID"]) == ("High", "2026-03-08", "case-es-1")
    assert "1,350 records" in row["Description"]
    assert store.severity is Severity.CRITICAL


@pytest.mark.parametrize("verdict", RecheckVerdict)
def test_no_title_calls_a_closed_store_open(verdict: RecheckVerdict) -> None:
    found = case(check=Recheck(verdict, NOW))
    (row,) = table(to_jira([found], {"v-1": "Fieldhand"}))
    (finding,) = json.loads(to_defectdojo([found], {}))["findings"]
    assert finding["title"].startswith("Data store found open: ")
    assert ("is accessible" in row["Summary"]) is (verdict.value in {"open", "moved", "emptied", "wiped", "ransomed"})
    assert ("found it closed" in row["Summary"]) is verdict.closed


@pytest.mark.parametrize("state", [CaseState.FIXED, CaseState.CLOSED])
def test_the_title_of_a_finished_case_is_about_the_past(state: CaseState) -> None:
    (row,) = table(to_jira([case(state=state)], {"v-1": "Fieldhand"}))
    assert row["Summary"] == "Fieldhand: elasticsearch 7.10.2 was accessible without authentication"


@pytest.mark.parametrize("name", EXPORTS)
def test_export_without_cases_is_not_an_error(name: str) -> None:
    assert EXPORTS[name]([], {}) is not None
