"""Values that shell completion looks up."""

from pathlib import Path

import pytest

from tieback.cli.completion import MAX_RUNS, list_run_ids
from tieback.storage.workspace import Workspace


def test_finished_runs_are_offered_latest_first(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        runs = [workspace.ledger.start_run([str(number)]) for number in range(MAX_RUNS + 3)]
        for run in runs[:-1]:
            workspace.ledger.end_run(run)
        offered = list_run_ids(tmp_path)
    assert [run for run, _ in offered] == runs[-2 : -2 - MAX_RUNS : -1]
    assert offered[0][1].startswith("20")


@pytest.mark.parametrize("content", [None, b"", b"not a database", b"SQLite format 3\0" + b"\xff" * 200])
def test_a_workspace_without_a_ledger_offers_nothing(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "ledger.db").write_bytes(content)
    assert list_run_ids(tmp_path) == []
