"""Commands read the last finished run, or the one of ``--run``."""

from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.pipeline.runs import finished_run
from tieback.storage.workspace import Workspace


def test_an_empty_workspace_has_no_run(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        assert finished_run(workspace) is None


def test_the_last_finished_run_is_the_default(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as workspace:
        first, second, third = (workspace.ledger.start_run([name]) for name in "abc")
        workspace.ledger.end_run(first)
        workspace.ledger.end_run(second)
        assert [one and one.id for one in (finished_run(workspace), finished_run(workspace, first))] == [second, first]
        with pytest.raises(WorkspaceError, match="has not finished"):
            finished_run(workspace, third)
        with pytest.raises(WorkspaceError, match=r"no run with this ID.*tieback workspace runs"):
            finished_run(workspace, "x")
