import io
import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import fleet_report, in_tables, the_hostile_report, the_report
from tieback.model.report.document import Report
from tieback.model.report.suppression import Suppression
from tieback.report import by_name
from tieback.report.audience import Audience, for_audience
from tieback.report.diff.compare import baseline_of, compare
from tieback.report.diff.past import past_from_report
from tieback.report.sampling import with_population_estimate
from tieback.report.schema import lines_schema, report_schema
from tieback.report.suppress import apply_suppressions

PUBLISHED = Path(__file__).parents[3] / "docs" / "reference" / "schemas"
SCHEMAS = {"report.schema.json": report_schema, "report-lines.schema.json": lines_schema}


def everything() -> Report:
    """A report with what is only there when somebody asks for it."""
    whole = with_population_estimate(the_report(), 1000)
    apart = Suppression("known", "jo", "2099-01-01", finding="open-store:exp-parcello")
    judged = apply_suppressions(whole, [apart], date(2027, 1, 1), "s.toml")
    return replace(
        judged, baseline=baseline_of(compare(past_from_report(whole, "old.json"), past_from_report(judged, "new.json")))
    )


REPORTS = {
    "as it is": the_report(),
    "with everything": everything(),
    "a fleet": fleet_report(),
    "hostile": the_hostile_report(),
    "without a grant": in_tables(the_report(), scope=None, exposures=(), findings=()),
    "for the public": for_audience(fleet_report(), Audience.PUBLIC),
    "for a vendor": for_audience(the_report(), Audience.VENDOR, "Parcello AG"),
}


def rendered(report: Report, name: str) -> bytes:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return out.getvalue()


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_that_of_the_types(name: str) -> None:
    import jsonschema

    made = json.dumps(SCHEMAS[name](), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("TIEBACK_WRITE_GOLDEN"):
        (PUBLISHED / name).write_text(made)
    assert (PUBLISHED / name).read_text() == made, "set TIEBACK_WRITE_GOLDEN=1 and read the difference"
    jsonschema.Draft202012Validator.check_schema(SCHEMAS[name]())


def closed(schema: Any) -> Any:
    """The same schema, which lets no key through that it does not name."""
    if isinstance(schema, dict):
        found = {key: closed(value) for key, value in schema.items()}
        if "properties" in found and found.get("type") == "object" and "oneOf" not in found:
            found["additionalProperties"] = False
        return found
    return [closed(one) for one in schema] if isinstance(schema, list) else schema


@pytest.mark.parametrize("name", REPORTS)
def test_every_document_is_valid_and_has_no_key_that_the_schema_does_not_name(name: str) -> None:
    import jsonschema

    document = json.loads(rendered(REPORTS[name], "json"))
    validator = jsonschema.Draft202012Validator(closed(report_schema()))
    assert [error.message[:200] for error in validator.iter_errors(document)] == []


@pytest.mark.parametrize("name", REPORTS)
def test_every_line_is_valid(name: str) -> None:
    import jsonschema

    validator = jsonschema.Draft202012Validator(lines_schema())
    for line in rendered(REPORTS[name], "ndjson").splitlines():
        document = json.loads(line)
        assert [error.message[:200] for error in validator.iter_errors(document)] == [], document["schema"]


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"created": 7}, "created"),
        ({"headline": {}}, "headline"),
        ({"schema": "tieback/report/2"}, "schema"),
        ({"findings": [{"id": 1}]}, "findings"),
    ],
)
def test_another_document_is_refused(change: dict[str, Any], part: str) -> None:
    import jsonschema

    document = json.loads(rendered(REPORTS["as it is"], "json")) | change
    errors = list(jsonschema.Draft202012Validator(report_schema()).iter_errors(document))
    assert {str(error.absolute_path[0]) for error in errors} == {part}
