"""The queue over a ledger in PostgreSQL: a lost connection loses no job and repeats none."""

from pathlib import Path

import psycopg
import pytest

from tests.lab.postgres import ledger_database, postgres, postgres_url
from tests.unit.pipeline.jobs import fake_work
from tests.unit.pipeline.jobs.conftest import FAST, add, finished, job_of, notes, texts, until
from tests.unit.pipeline.jobs.test_work import APP, upload
from tieback.pipeline.jobs import output
from tieback.pipeline.jobs.kinds import ScanJob
from tieback.pipeline.jobs.queue import JobRunner
from tieback.storage.ledger.jobs import JobState
from tieback.storage.workspace import Workspace

__all__ = ["ledger_database", "postgres", "postgres_url"]

pytestmark = pytest.mark.more
END = """SELECT count(pg_terminate_backend(pid, 1000)) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"""


def lose_all(url: str) -> None:
    """End every session of the ledger, as a restart of the server does."""
    with psycopg.connect(url, autocommit=True) as session:
        session.execute(END.encode())


def test_a_job_survives_a_lost_connection_of_the_server(
    tmp_path: Path, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "CHILD", fake_work.CHILD)
    with Workspace.open(tmp_path / "ws", ledger=postgres_url) as workspace:
        job = add(workspace, "hang-once")
        runner = JobRunner(workspace.directory, limits=FAST)
        runner.start()
        try:
            until(lambda: notes(workspace, job) == 1)
            for _ in range(3):
                lose_all(postgres_url)
            assert job_of(workspace, job).attempts == 1
            runner.stop()
            runner.start()
            row = finished(workspace, job)
        finally:
            runner.stop()
        assert (row.state, row.attempts) == (JobState.DONE, 2)


def test_a_real_scan_survives_lost_connections_and_makes_one_run(tmp_path: Path, postgres_url: str) -> None:
    with Workspace.open(tmp_path / "ws", ledger=postgres_url) as workspace:
        job = add(workspace, ScanJob(inputs=(upload(workspace.directory, APP.read_bytes(), "a.apk"),)))
        runner = JobRunner(workspace.directory, limits=FAST)
        runner.start()
        try:
            until(lambda: job_of(workspace, job).run is not None)
            lose_all(postgres_url)
            until(lambda: bool(texts(workspace, job, "stage")))
            lose_all(postgres_url)
            row = finished(workspace, job)
        finally:
            runner.stop()
        assert row.state is JobState.DONE, row.problem
        assert [run.id for run in workspace.ledger.list_runs()] == [row.run]
        assert texts(workspace, job, "phase")[0] == '{"phase":"work","isolated":false}'
