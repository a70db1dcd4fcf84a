"""Which importer reads a report is told by its content; what nobody knows is one line."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.reports.open import importer_of, importers, open_report
from tieback.intake.reports.source import ReportSource
from tieback.model.errors import InputError

SAMPLES = {
    "tieback": b'{"schema":"tieback/report/1","created":"2026-11-28T10:00:00Z","exposures":[]}',
    "shodan": b'{"_shodan": {"module": "http"}, "ip_str": "203.0.113.7", "port": 80}\n',
    "leakix": b'{"event_type": "service", "event_source": "x", "ip": "203.0.113.7", "port": "80"}\n',
    "nuclei": b'{"template-id": "x", "matched-at": "203.0.113.7:80"}\n',
    "prowler": b'[{"status_code": "PASS", "metadata": {"event_code": "x", "product": {"name": "Prowler"}}}]',
    "openfirebase": b'{"schema_version": "1", "tool_version": "1", "scan_id": "1", "projects": []}',
    "exodus": b'{"application": {"handle": "a.b"}, "trackers": []}',
    "mobsf": b'{"file_name": "a", "package_name": "a.b", "sha256": "", "urls": []}',
    "mobsf_dynamic": b'{"hash": "0123456789abcdef0123456789abcdef", "emails": [], "urls": [], "package": "a.b"}',
    "nmap": b'<?xml version="1.0"?><nmaprun></nmaprun>',
    "masscan": b'[{"ip": "203.0.113.7", "ports": [{"port": 80, "proto": "tcp"}]}]',
    "censys": b'{"ip": "203.0.113.7", "services": [{"port": 80, "service_name": "HTTP"}]}',
    "play-data-safety": b"Question ID (machine readable),Response ID (machine readable),Response value\n"
    b"PSL_DATA_COLLECTION_COLLECTS_PERSONAL_DATA,,false\n",
    "shadowserver": b"timestamp,ip,port,tag\n2026-11-01,203.0.113.7,80,redis\n",
}


def test_each_importer_has_a_sample_here() -> None:
    assert set(SAMPLES) == {importer.meta.name for importer in importers()}
    assert all(importer.meta.reference.startswith("https://") for importer in importers())


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("name", SAMPLES)
def test_report_format_is_detected_from_content(tmp_path: Path, name: str, packed: bool) -> None:
    path = tmp_path / "report.bin"
    path.write_bytes(gzip.compress(SAMPLES[name]) if packed else SAMPLES[name])
    importer, source = open_report(path)
    assert importer.meta.name == name
    list(importer.facts(source))


@pytest.mark.parametrize(
    ("content", "says"),
    [(b"", "empty"), (b"\xef\xbb\xbf", "empty"), (b"hello", "unknown report format")],
    ids=["empty", "bom", "text"],
)
def test_unknown_report_is_rejected(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "report"
    path.write_bytes(content)
    with pytest.raises(InputError, match=says):
        importer_of(ReportSource(path))


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        open_report(tmp_path / "missing")


@settings(max_examples=examples(300), deadline=None)
@given(st.sampled_from(sorted(SAMPLES)), st.integers(0, 120), st.binary(max_size=12))
def test_damaged_reports_end_in_facts_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, name: str, at: int, changed: bytes
) -> None:
    path = tmp_path_factory.mktemp("r") / "report"
    whole = SAMPLES[name]
    path.write_bytes(whole[:at] + changed + whole[at + len(changed) :])
    source = ReportSource(path)
    importer = next(one for one in importers() if one.meta.name == name)
    said = ""
    try:
        list(importer.facts(source))
    except InputError as error:
        said = error.diagnostics()
    assert "\n" not in said
