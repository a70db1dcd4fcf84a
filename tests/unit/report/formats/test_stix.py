import io
import json
from collections.abc import Callable
from typing import Any

from msgspec.structs import replace

from tests.unit.report.conftest import fleet_report
from tieback.model.exposure import ExposureWindow
from tieback.model.report.document import Report
from tieback.report.audience import Audience, for_audience
from tieback.report.formats.stix import MARKINGS, StixRenderer


def bundle(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    StixRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.stix.json", json.dumps(bundle(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_validator_accepts_it(
    report: Report, hostile_report: Report, crowded: Report, tabled: Callable[..., Report]
) -> None:
    import stix2validator  # takes seconds, in each process that collects the tests

    options = stix2validator.ValidationOptions(version="2.1", disabled=["all"])
    for one in (report, hostile_report, crowded, tabled(report, exposures=(), findings=(), apps=())):
        result = stix2validator.validate_instance(bundle(one), options)
        assert result.is_valid, [str(error) for error in result.errors]


def test_every_reference_is_in_the_bundle_and_everything_is_marked(report: Report) -> None:
    objects = bundle(report)["objects"]
    ids = [entry["id"] for entry in objects]
    assert len(ids) == len(set(ids))
    for entry in objects:
        for key, value in entry.items():
            if key.endswith("_ref"):
                assert value in ids
            if key.endswith("_refs") and entry["type"] in {"observed-data", "note"} and key == "object_refs":
                assert set(value) <= set(ids)
        assert entry["type"] == "marking-definition" or entry["object_marking_refs"] == [MARKINGS["AMBER"][0]]


def test_what_others_saw_is_a_note_on_the_store(report: Report) -> None:
    objects = {entry["id"]: entry for entry in bundle(report)["objects"]}
    notes = [entry for entry in objects.values() if entry["type"] == "note"]
    assert {objects[note["object_refs"][0]]["type"] for note in notes} == {"infrastructure"}
    assert all("Not verified by tieback" in note["content"] for note in notes)


def test_what_was_seen_and_when(report: Report, tabled: Callable[..., Report]) -> None:
    window = ExposureWindow("2025-02-03", "2026-11-25")
    stores = [replace(store, window=window) if store.id == "exp-workhub" else store for store in report.exposures()]
    objects = {entry["id"]: entry for entry in bundle(tabled(report, exposures=stores))["objects"]}
    seen = [entry for entry in objects.values() if entry["type"] == "observed-data"]
    assert len(seen) == 4
    (workhub,) = [entry for entry in seen if entry["first_observed"].startswith("2025")]
    assert (workhub["first_observed"], workhub["last_observed"]) == (
        "2025-02-03T00:00:00.000Z",
        "2026-11-25T00:00:00.000Z",
    )
    values = {objects[ref].get("value", objects[ref].get("name")) for ref in workhub["object_refs"]}
    assert values == {"127.77.0.20", "api.workhub.test", "mongodb"}


def test_public_report_is_marked_tlp_clear() -> None:
    first, *others = bundle(for_audience(fleet_report(), Audience.PUBLIC))["objects"]
    assert (first["type"], first["name"]) == ("marking-definition", "TLP:WHITE")
    assert {entry["object_marking_refs"][0] for entry in others} == {first["id"]}


def test_a_second_export_has_the_same_ids(report: Report) -> None:
    assert bundle(report) == bundle(report)
