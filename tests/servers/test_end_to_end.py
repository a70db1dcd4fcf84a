"""The main job on real input: the sample apps, the lab's stores, the command line."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.ports import free_subnet
from tieback.lab.people import synthetic_rows
from tieback.storage.lake.schemas import SCHEMAS
from tieback.storage.workspace import Workspace

ROOT = Path(__file__).parents[2]
APPS = ROOT / "labs" / "apps"
SUBNET = str(free_subnet())
"""Addresses of this test alone, so that a lab that runs on this machine is left in peace."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(300)]


def tieback(*words: str | Path, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "tieback", *map(str, words)],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
        env=os.environ | {"COLUMNS": "120"},
    )
    if check and done.returncode != 0:
        pytest.fail(f"tieback {' '.join(map(str, words))}: exit {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    directory = tmp_path_factory.mktemp("lab")
    try:
        tieback("lab", "up", "--demo", "--subnet", SUBNET, "--dir", directory, cwd=directory)
        yield directory
    finally:
        tieback("lab", "down", "--purge", "--dir", directory, cwd=directory)


@pytest.fixture(scope="module")
def scan(lab: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    work = tmp_path_factory.mktemp("scan")
    # Captures hold values; what the scan keeps must not.
    captures = tmp_path_factory.mktemp("captures")
    tieback("lab", "record", captures, "--dir", lab, cwd=work)
    tieback(
        "scan", *sorted(APPS.glob("*.apk")), captures, "--grant", lab / "lab.toml", "--workspace", work / "ws",
        "--report", work / "report.json", cwd=work,
    )  # fmt: skip
    return work


@pytest.fixture(scope="module")
def report(scan: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((scan / "report.json").read_text())
    return document


@pytest.fixture(scope="module")
def truth(lab: Path) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((lab / "truth.json").read_text())
    return document


def exposure_of(report: dict[str, Any], bundle_id: str) -> list[dict[str, Any]]:
    (app,) = [entry for entry in report["apps"] if entry["app"]["bundle_id"] == bundle_id]
    return [entry for entry in report["exposures"] if entry["id"] in app["exposures"]]


def test_fieldhand_is_found_by_its_string(report: dict[str, Any]) -> None:
    (exposure,) = exposure_of(report, "org.fieldhand.app")
    assert exposure["access"] == "open"
    route, _ = sorted(exposure["routes"], key=lambda way: way["how"].startswith("traffic/"))
    assert route["candidate"]["route"] == "named"
    assert route["endpoint"].startswith("http://es.fieldhand.test:9200")
    assert route["file"] == "classes.dex"
    assert route["offset"] > 0


def test_workhub_is_found_only_by_the_pivot(report: dict[str, Any]) -> None:
    (exposure,) = [entry for entry in exposure_of(report, "com.workhub.mobile") if entry["access"] == "open"]
    assert exposure["product"] == "mongodb"
    routes = {way["how"]: way for way in exposure["routes"]}
    assert {how: way["endpoint"] for how, way in routes.items()} == {
        "resource:string/api_base/url": "https://api.workhub.test",
        "dex-flow/concat": "https://api.workhub.test/v1/badges/me",
        "traffic/sni": "https://api.workhub.test",
    }
    assert {(way["candidate"]["route"], way["candidate"]["port"]) for way in routes.values()} == {("pivot", 27017)}


def test_traffic_shows_the_same_store_with_its_bytes(report: dict[str, Any]) -> None:
    for bundle_id, endpoint in (
        ("org.fieldhand.app", "es.fieldhand.test:9200"),
        ("com.workhub.mobile", "https://api.workhub.test"),
        ("com.tillroll.pos", "db.tillroll.test:5432"),
    ):
        (exposure,) = exposure_of(report, bundle_id)
        (route,) = [way for way in exposure["routes"] if way["how"].startswith("traffic/")]
        assert route["endpoint"] == endpoint
        assert route["bytes_out"] > 0
        assert route["bytes_in"] > 0


def test_traffic_is_attributed_to_the_app_that_sent_it(report: dict[str, Any]) -> None:
    apps = {entry["app"]["sha256"]: entry["app"]["bundle_id"] for entry in report["apps"]}
    seen = [row for row in report["sightings"] if row["sighting"]["evidence"]["how"].startswith("traffic/")]
    assert {apps[row["app_sha256"]] for row in seen} == {"org.fieldhand.app", "com.workhub.mobile", "com.tillroll.pos"}


def test_personal_data_in_the_clear_is_a_finding_of_the_app_that_sent_it(report: dict[str, Any]) -> None:
    (app,) = [entry for entry in report["apps"] if entry["app"]["bundle_id"] == "org.fieldhand.app"]
    (finding,) = [entry for entry in report["findings"] if entry["rule"] == "cleartext-personal-data"]
    assert finding["apps"] == [app["app"]["sha256"]]


def test_the_protected_store_is_not_reported_as_open(report: dict[str, Any]) -> None:
    (exposure,) = exposure_of(report, "com.tillroll.pos")
    assert exposure["access"] == "auth_required"
    assert exposure["records"]["value"] == 0
    assert report["headline"]["apps_affected"] == 2
    assert report["headline"]["stores_exposed"] == 2


def test_records_equal_what_was_loaded(report: dict[str, Any], truth: dict[str, Any]) -> None:
    loaded = {
        (".".join(container["path"]), container["records"])
        for name in ("fieldhand", "workhub")
        for container in truth["stores"][name]["containers"]
    }
    found = {
        (".".join(container["path"]), container["records"]["value"])
        for exposure in report["exposures"]
        for container in exposure["containers"]
        if exposure["access"] == "open" and not container["system"] and container["kind"] != "database"
    }
    assert found == loaded
    assert report["headline"]["records"]["value"] == sum(records for _, records in loaded)
    assert report["headline"]["records"]["quality"] == "exact"


def test_no_value_of_a_record_is_in_the_report_or_the_workspace(scan: Path) -> None:
    values = {
        str(value).encode()
        for dataset in ("machines", "operators", "employees", "visitors")
        for row in synthetic_rows(dataset, 150)
        for value in row.values()
        if isinstance(value, str) and len(value) > 9
    }
    assert len(values) > 300
    kept = b"\n".join(path.read_bytes() for path in scan.rglob("*") if path.is_file())
    assert b"es.fieldhand.test" in kept
    assert [value for value in values if value in kept] == []
    # The lake's files are compressed: their values are looked at as they are read.
    with Workspace.open(scan / "ws", create=False) as workspace:
        rows_read = [row for name in SCHEMAS for row in workspace.lake.query(f"SELECT * FROM {name}").to_pylist()]
    read = "\n".join(str(value) for row in rows_read for value in row.values()).encode()
    assert b"es.fieldhand.test" in read
    assert [value for value in values if value in read] == []


def test_personal_data_is_named_by_class(report: dict[str, Any]) -> None:
    classes = {name for name, _ in report["headline"]["pii"]}
    assert {"email", "phone", "person_name", "pin_otp", "geo_location"} <= classes


def test_coordinates_are_distinguished_from_other_numbers(report: dict[str, Any]) -> None:
    (exposure,) = exposure_of(report, "org.fieldhand.app")
    classes = {(field["container"], field["field"]): field["pii_class"] for field in exposure["fields"]}
    assert classes["machines", "lat"] == classes["machines", "lon"] == "geo_location"
