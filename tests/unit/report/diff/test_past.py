import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.examples import examples
from tests.unit.report.conftest import in_tables
from tieback.model.errors import InputError
from tieback.model.report.document import Report
from tieback.report import by_name
from tieback.report.diff.past import past_from_report, read_past
from tieback.report.public import ROUNDED


def written(report: Report, name: str, folder: Path) -> Path:
    path = folder / f"old{by_name(name).meta.suffix}"
    out = io.BytesIO()
    by_name(name).render(report, out)
    path.write_bytes(out.getvalue())
    return path


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_a_file_is_read_as_the_report_that_it_was(report: Report, tmp_path: Path, name: str) -> None:
    path = written(report, name, tmp_path)
    assert read_past(path) == past_from_report(report, path.name)
    assert len(read_past(path).apps) == 5
    assert next(iter(read_past(path).findings)).startswith("open-store:exp-"), "worst first"


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_a_report_without_a_grant_was_not_probed(report: Report, tmp_path: Path, name: str) -> None:
    bare = replace(in_tables(report, exposures=(), findings=()), scope=None)
    assert not read_past(written(bare, name, tmp_path)).probed
    assert read_past(written(report, name, tmp_path)).probed


def test_pretty_printed_document_is_read(report: Report, tmp_path: Path) -> None:
    path = written(report, "json", tmp_path)
    path.write_text(json.dumps(json.loads(path.read_text()), indent=2))
    assert read_past(path) == past_from_report(report, path.name)


@pytest.mark.parametrize("name", ["json", "ndjson"])
@pytest.mark.parametrize(
    ("old", "current"),
    [
        ("", ""),
        (
            "for Acme alone: its apps and the stores that they lead to",
            "only for Acme: its apps and the stores that they lead to",
        ),
        (
            "public: totals alone, no group of fewer than 5, figures rounded down",
            f"public: totals only, no group of fewer than 5, {ROUNDED}",
        ),
        (
            "public: totals only, no group of fewer than 5, figures rounded down",
            f"public: totals only, no group of fewer than 5, {ROUNDED}",
        ),
    ],
)
def test_old_audience_texts_are_read_in_their_current_wording(
    report: Report, tmp_path: Path, name: str, old: str, current: str
) -> None:
    path = written(replace(report, audience=old), name, tmp_path)
    assert read_past(path).audience == current


@pytest.mark.parametrize("name", ["json", "ndjson"])
def test_hostile_text_is_read_as_text(hostile_report: Report, tmp_path: Path, name: str) -> None:
    path = written(hostile_report, name, tmp_path)
    assert len(read_past(path).stores) == 4


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"{}", "missing required field"),
        (b"<html>", "is not a tieback report"),
        (b'{"schema":"tieback/app/1","created":"2026-01-01T00:00:00Z"}', "not a report"),
        (b'{"schema":"tieback/report/99","created":"2026-01-01T00:00:00Z"}', "'tieback/report/99'"),
        (b'{"schema":"tieback/report-head/1"}', "missing required field `created`"),
        (
            b'{"schema":"tieback/report/1","created":"2026-01-01T00:00:00Z","findings":[{"id":1}]}',
            "is not a tieback report",
        ),
        (b"[" * 100_000, "is not a tieback report"),
        (b'{"schema":"\xff"}', "is not a tieback report"),
    ],
)
def test_file_that_is_not_a_report_is_one_error_line(tmp_path: Path, data: bytes, says: str) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(data)
    with pytest.raises(InputError) as error:
        read_past(path)
    assert says in str(error.value)
    assert "\n" not in str(error.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_past(tmp_path / "none.json")


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=300))
def test_any_bytes_are_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("p") / "x.json"
    path.write_bytes(data)
    with pytest.raises(InputError):
        read_past(path)
