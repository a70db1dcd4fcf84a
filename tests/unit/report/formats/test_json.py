import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from msgspec.structs import replace

from tieback.model.report.apps import AppSighting
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.model.sighting import Problem
from tieback.report.formats.json import JsonRenderer


def rendered(report: Report) -> bytes:
    out = io.BytesIO()
    JsonRenderer().render(report, out)
    return out.getvalue()


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    pretty = json.dumps(json.loads(rendered(report)), indent=1, ensure_ascii=False)
    golden("report.json", pretty.encode() + b"\n")


def test_one_document_on_one_line_in_the_order_people_read(report: Report) -> None:
    data = rendered(report)
    assert data.count(b"\n") == 1
    assert data.endswith(b"}\n")
    document: dict[str, Any] = json.loads(data)
    assert list(document) == [
        "schema", "title", "created", "tool_version", "audience", "tlp", "scope", "headline", "breakdown",
        "tables", "closer", "history", "sample", "shared", "posture", "data", "rules", "plugins",
        "baseline", "apps", "exposures", "findings", "suppressed", "problems", "sightings", "backends", "probes",
        "seen", "seen_in_apps", "captures", "servers", "recipients", "declared", "not_backends",
    ]  # fmt: skip
    assert document["schema"] == "tieback/report/1"
    assert document["created"] == "2026-11-25T09:30:00Z"
    assert document["headline"]["records"] == {"value": 4251, "quality": "lower_bound", "method": "sum"}
    assert [probe["outcome"] for probe in document["probes"]] == ["ok"] * 4 + ["refused"]


def test_without_a_grant_the_scope_is_null(report: Report) -> None:
    assert json.loads(rendered(replace(report, scope=None)))["scope"] is None


def test_hostile_text_is_kept_as_text(hostile_report: Report) -> None:
    document = json.loads(rendered(hostile_report))
    assert document["title"] == hostile_report.title
    assert document["exposures"][0]["product"] == hostile_report.title


def test_text_that_is_not_unicode_is_replaced(report: Report) -> None:
    (name,) = json.loads(
        rendered(replace(report, problems=LazyTable.of((Problem("cannot be read", "caf\udce9.apk"),))))
    )["problems"]
    assert name == {"what": "cannot be read", "where": "caf\ufffd.apk"}


def test_long_tables_are_never_held(report: Report) -> None:
    """Each row is written before the next one is asked for."""
    out = io.BytesIO()
    written: list[int] = []
    (row, *_) = report.sightings.rows()

    def opened() -> Iterator[AppSighting]:
        for _ in range(1000):
            written.append(out.tell())
            yield row

    JsonRenderer().render(replace(report, sightings=LazyIndex(1000, opened, pick=lambda _: opened())), out)
    assert len(set(written)) == 1000
    assert len(json.loads(out.getvalue())["sightings"]) == 1000
