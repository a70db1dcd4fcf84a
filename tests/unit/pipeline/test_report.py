"""The report of a workspace is the same a second time, and a missing run is one clear error."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.pipeline.report import last_report
from tieback.pipeline.scan import ScanRequest, run_scan
from tieback.report import by_name
from tieback.storage.workspace import Workspace

APPS = Path(__file__).parents[3] / "labs" / "apps"


@contextmanager
def quiet(_name: str) -> Iterator[Callable[[int, int], None]]:
    yield lambda _done, _total: None


def test_the_last_run_can_be_rendered_again(tmp_path: Path) -> None:
    first, second = BytesIO(), BytesIO()
    with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
        by_name("json").render(done.report, first)
    with last_report(tmp_path / "ws") as report:
        by_name("json").render(report, second)
        assert [app.has_api for app in report.apps.rows() if app.app.bundle_id == "com.workhub.mobile"] == [True]
        assert [app.has_api for app in report.apps.rows() if app.app.bundle_id == "org.fieldhand.app"] == [False]
    assert first.getvalue() == second.getvalue()


def test_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"), last_report(tmp_path / "none"):
        pass
    Workspace.open(tmp_path / "ws").close()
    with pytest.raises(WorkspaceError, match="no finished run"), last_report(tmp_path / "ws"):
        pass


def test_unfinished_run_is_reported(tmp_path: Path) -> None:
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.ledger.start_run(["x"])
    with (
        pytest.raises(WorkspaceError, match=r"has not ended.*it resumes where it stopped"),
        last_report(tmp_path / "ws"),
    ):
        pass


def test_a_later_run_that_has_not_ended_is_a_problem_of_the_report(tmp_path: Path) -> None:
    with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
        before = done.report.problems.count
    with Workspace.open(tmp_path / "ws") as workspace:
        workspace.ledger.start_run(["another"])
    with last_report(tmp_path / "ws") as report:
        assert report.problems.count == before + 1 == len(list(report.problems.rows()))
        assert "has not finished and is not part of this report" in next(report.problems.rows()).what


def test_tables_and_history(tmp_path: Path) -> None:
    for runs in (0, 1):
        with run_scan(ScanRequest((APPS,), None, tmp_path / "ws", workers=1), quiet) as done:
            by = {table.by: [(group.name, group.analysed) for group in table.groups] for table in done.report.tables}
            assert by["platform"] == [("android", 3)]
            assert done.report.closer is None
            found = done.report.history
            assert (found.runs if found else 0) == runs
