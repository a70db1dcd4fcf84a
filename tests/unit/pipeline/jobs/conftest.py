"""A workspace, and a queue that runs in this process with the work of ``fake_work``."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.unit.pipeline.jobs import fake_work
from tieback.pipeline.jobs import output
from tieback.pipeline.jobs.kinds import JobArguments, ReportJob, encode_arguments, kind_of
from tieback.pipeline.jobs.queue import JobLimits, JobRunner
from tieback.storage.ledger.jobs import JobRow, NewJob
from tieback.storage.workspace import Workspace

FAST = JobLimits(memory_bytes=1 << 30, grace=10.0, retry_seconds=0.1)
PATIENCE = 120.0


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A workspace, in whose queue jobs do what ``fake_work`` says."""
    monkeypatch.setattr(output, "CHILD", fake_work.CHILD)
    with Workspace.open(tmp_path / "ws") as opened:
        yield opened


@pytest.fixture
def start(workspace: Workspace) -> Iterator[Callable[..., JobRunner]]:
    """Starts the queue with some limits."""
    runners: list[JobRunner] = []

    def begin(limits: JobLimits = FAST) -> JobRunner:
        runners.append(JobRunner(workspace.directory, limits=limits))
        runners[-1].start()
        return runners[-1]

    yield begin
    for runner in runners:
        runner.stop()


def add(workspace: Workspace, what: str | JobArguments) -> str:
    """Queue a job of ``fake_work``, or another one. Returns its ID."""
    job = ReportJob(format=what) if isinstance(what, str) else what
    new = NewJob(kind=kind_of(job), author="ann", arguments=encode_arguments(job))
    return workspace.ledger.jobs.add(new)[0].id


def job_of(workspace: Workspace, job: str) -> JobRow:
    found = workspace.ledger.jobs.job(job)
    assert found is not None
    return found


def until(check: Callable[[], bool]) -> None:
    """Wait until something is so."""
    end = time.monotonic() + PATIENCE
    while not check():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.02)


def finished(workspace: Workspace, job: str) -> JobRow:
    """The job, once it has ended."""
    until(lambda: job_of(workspace, job).state.ended)
    return job_of(workspace, job)


def texts(workspace: Workspace, job: str, kind: str) -> list[str]:
    """The documents of the events of a kind."""
    return [event.document for event in workspace.ledger.jobs.events(job) if event.kind == kind]


def notes(workspace: Workspace, job: str) -> int:
    return len(texts(workspace, job, "problem"))
