"""A run's data about addresses is what it judged by, whatever was imported since."""

from pathlib import Path

from tieback.model.report.used import DataUsed
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.tables.run_data import read_run_data, save_run_data

OURS = DataUsed("tieback's own nets", "2026-11-20", "2026-11-20", "ab" * 32)
THEIRS = DataUsed("asn:GeoLite2-ASN", "", "2026-11-25", "cd" * 32)


def test_first_entry_of_a_run_stays(tmp_path: Path) -> None:
    lake = Lake(tmp_path)
    assert read_run_data(lake, "run-1") == ()
    save_run_data(lake, "run-1", [OURS, THEIRS])
    save_run_data(lake, "run-1", [OURS])
    save_run_data(lake, "run-2", [OURS])
    assert read_run_data(lake, "run-1") == (OURS, THEIRS)
    assert read_run_data(lake, "run-2") == (OURS,)


def test_how_it_is_cited() -> None:
    assert OURS.cited == "tieback's own nets of 2026-11-20 (sha256 abababababab)"
    assert THEIRS.cited == "asn:GeoLite2-ASN undated, imported 2026-11-25 (sha256 cdcdcdcdcdcd)"
