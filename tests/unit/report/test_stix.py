import io
import json
from collections.abc import Callable
from typing import Any

import stix2validator

from tieback.model.report import Report
from tieback.report.stix import AMBER, StixRenderer


def bundle(report: Report) -> dict[str, Any]:
    out = io.BytesIO()
    StixRenderer().render(report, out)
    document: dict[str, Any] = json.loads(out.getvalue())
    return document


def test_golden(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.stix.json", json.dumps(bundle(report), indent=1, ensure_ascii=False).encode() + b"\n")


def test_the_validator_accepts_it(report: Report, hostile_report: Report, tabled: Callable[..., Report]) -> None:
    options = stix2validator.ValidationOptions(version="2.1", disabled=["all"])
    for one in (report, hostile_report, tabled(report, exposures=(), findings=(), apps=())):
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
        assert entry["type"] == "marking-definition" or entry["object_marking_refs"] == [AMBER]


def test_a_second_export_has_the_same_ids(report: Report) -> None:
    assert bundle(report) == bundle(report)
