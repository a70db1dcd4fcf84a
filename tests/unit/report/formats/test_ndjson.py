import io
import json
from collections import Counter

from tieback.model.report.document import Report
from tieback.report.formats.ndjson import NdjsonRenderer


def lines(report: Report) -> list[dict[str, object]]:
    out = io.BytesIO()
    NdjsonRenderer().render(report, out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


def test_each_line_names_its_schema(report: Report) -> None:
    kinds = Counter(str(line["schema"]) for line in lines(report))
    assert kinds == {
        "tieback/report-head/1": 1,
        "tieback/app-summary/1": report.apps.count,
        "tieback/exposure/1": report.exposed.count + report.answered.count,
        "tieback/finding/1": report.findings.count,
        "tieback/problem/1": report.problems.count,
        "tieback/app-sighting/1": report.sightings.count,
        "tieback/backend/1": report.backends.count,
        "tieback/probe/1": report.probes.count,
        "tieback/passive-note/1": report.seen.count,
        "tieback/passive-sighting/1": report.seen_in_apps.count,
    }


def test_the_conclusions_come_first(report: Report) -> None:
    first, *_ = lines(report)
    assert first["title"] == report.title
    assert first["headline"]["apps_affected"] == report.headline.apps_affected  # type: ignore[index]


def test_hostile_text_stays_on_its_line(hostile_report: Report) -> None:
    assert len(lines(hostile_report)) > 10
