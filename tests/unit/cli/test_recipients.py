"""``tieback traffic --recipients``: rows on stdout, how much was readable on stderr, and never a value."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tests.unit.pipeline.test_traffic import HTTP, capture

GAID = "5f1c7b9e-2d44-4c0b-9b5a-7e21c8d0a6f3"


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """A HAR with a request to a tracking service inside TLS, and one that sends nothing."""
    entries = [
        {"startedDateTime": "2026-05-04T10:00:00Z", "request": {"method": "GET", "url": url, "headers": []}}
        for url in (f"https://app.adjust.com/attribution?gps_adid={GAID}", "https://img.shop.test/a.png?w=640")
    ]
    path = tmp_path / "run.har"
    path.write_text(json.dumps({"log": {"version": "1.2", "entries": entries}}))
    return path


def test_recipients_inside_tls_as_json(run: Run, archive: Path) -> None:
    ended = run("traffic", archive, "--recipients", "--format", "json")
    (one,) = [json.loads(line) for line in ended.out.splitlines()]
    assert one["schema"].startswith("tieback/recipient/")
    assert (one["host"], one["party"], one["class"], one["kind"]) == (
        "app.adjust.com", "third", "device_id", "advertising identifier"
    )  # fmt: skip
    assert one["in_clear"] == 0
    assert GAID not in ended.out + ended.err
    assert "2 flows read: personal data or credentials sent in 1, none found in 1" in ended.err


def test_recipients_as_csv_and_as_a_table(run: Run, archive: Path) -> None:
    (row,) = csv.DictReader(io.StringIO(run("traffic", archive, "--recipients", "--format", "csv").out))
    assert (row["owner"], row["where"], row["tracker"]) == ("Adjust", "query:gps_adid", "Adjust (query string)")
    table = run("traffic", archive, "--recipients")
    assert table.code == 0
    assert "Adjust (third party)" in table.out


def test_a_capture_in_the_clear(run: Run, tmp_path: Path) -> None:
    (tmp_path / "run.pcap").write_bytes(capture(HTTP))
    ended = run("traffic", "run.pcap", "--recipients")
    assert "in the clear" in ended.out
    assert "api.workhub.test" in ended.out


def test_flows_have_no_csv(run: Run, archive: Path) -> None:
    ended = run("traffic", archive, "--format", "csv")
    assert ended.code == 2
    assert "--recipients" in ended.err
