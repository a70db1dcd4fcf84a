"""The draft of a CSAF advisory about one case: valid, and without what helps an attacker."""

import json
from datetime import date, datetime, timedelta
from importlib import resources
from typing import TYPE_CHECKING

import msgspec
import pytest

from tests.unit.cases.samples import NOW, case
from tieback.cases.advisory import to_advisory
from tieback.model.case import Case, LetterDates, Recheck, RecheckVerdict
from tieback.model.exposure import ExposureWindow

if TYPE_CHECKING:
    import jsonschema

DATES = LetterDates(date(2026, 3, 2), date(2026, 3, 9), date(2026, 4, 1), date(2026, 6, 1))


@pytest.fixture(scope="module")
def schema() -> "jsonschema.Draft202012Validator":
    import jsonschema

    place = resources.files("csaf") / "csaf/v20/schema"
    found = json.loads((place / "csaf.json").read_text())
    found["properties"]["vulnerabilities"]["items"]["properties"].pop("scores", None)  # refers to CVSS; not written
    return jsonschema.Draft202012Validator(found)


@pytest.mark.parametrize(
    "one",
    [
        case(dates=DATES),
        case(apps=()),
        case(check=Recheck(RecheckVerdict.FIXED, NOW)),
        msgspec.structs.replace(case(), apps=(case().apps[0], case().apps[0])),
    ],
    ids=["promised", "no app", "fixed", "twice"],
)
def test_the_schema_accepts_it(schema: "jsonschema.Draft202012Validator", one: Case) -> None:
    document = json.loads(to_advisory(one, "Fieldhand <b>", "Security office", "security@example.test", NOW, "1"))
    assert [error.message for error in schema.iter_errors(document)] == []
    assert document["document"]["tracking"]["status"] == "draft"
    (weakness,) = document["vulnerabilities"]
    assert weakness["product_status"]["known_affected"] == ["app-" + "a" * 64 if one.apps else "store"]


def test_it_names_no_address_and_keeps_the_promise() -> None:
    text = to_advisory(case(dates=DATES), "Fieldhand", "Security office", "security@example.test", NOW, "1").decode()
    for secret in ("es.fieldhand.test", "192.0.2.7", "machines", "operators"):
        assert secret not in text
    assert "publish nothing before 2026-06-01" in text
    assert "1,350 records" in text


@pytest.mark.parametrize(
    ("check", "says"),
    [
        (None, "is accessible without authentication."),
        (RecheckVerdict.OPEN, "is accessible without authentication."),
        (RecheckVerdict.RANSOMED, "was ransomed, and is accessible without authentication."),
        (RecheckVerdict.UNREACHABLE, "was accessible without authentication."),
        (RecheckVerdict.CLOSED, "was accessible without authentication."),
        (RecheckVerdict.FIXED, "was accessible without authentication."),
    ],
)
def test_its_title_states_whether_the_store_is_still_open(check: RecheckVerdict | None, says: str) -> None:
    one = case(check=None if check is None else Recheck(check, NOW))
    document = json.loads(to_advisory(one, "Fieldhand", "Security office", "security@example.test", NOW, "1"))
    assert document["document"]["title"] == f"A data store of Fieldhand {says}"


@pytest.mark.parametrize(
    ("window", "connected", "discovered"),
    [
        (None, None, "2026-03-01T12:00:00Z"),
        (None, NOW - timedelta(minutes=2), "2026-03-01T11:58:00Z"),
        (None, NOW + timedelta(minutes=2), "2026-03-01T12:00:00Z"),
        ("2026-03-01", NOW - timedelta(minutes=2), "2026-03-01T11:58:00Z"),
        ("2026-02-03", NOW - timedelta(days=26, minutes=2), "2026-02-03T11:58:00Z"),
        ("2026-02-03", NOW - timedelta(days=40), "2026-02-03T00:00:00Z"),
        ("2026-02-03", None, "2026-02-03T00:00:00Z"),
    ],
)
def test_a_store_was_discovered_when_we_looked_not_when_the_case_was_opened(
    window: str | None, connected: datetime | None, discovered: str
) -> None:
    one = case()
    seen = None if window is None else ExposureWindow(window, "2026-03-01")
    one = msgspec.structs.replace(one, store=msgspec.structs.replace(one.store, window=seen))
    document = json.loads(to_advisory(one, "Fieldhand", "Security office", "", NOW, "1", connected))
    assert document["vulnerabilities"][0]["discovery_date"] == discovered
