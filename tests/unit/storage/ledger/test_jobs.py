"""The queue of the server: each job is started once at a time, and ends once."""

import msgspec
import pytest

from tieback.model.errors import UsageError
from tieback.storage.ledger import jobs as queue
from tieback.storage.ledger.jobs import JobRow, Jobs, JobState, NewJob
from tieback.storage.ledger.ledger import Ledger

SCAN = NewJob(kind="scan", author="ann", arguments='{"inputs":[]}')


@pytest.fixture
def jobs(ledger: Ledger) -> Jobs:
    return ledger.jobs


def add(jobs: Jobs, **changed: str) -> JobRow:
    return jobs.add(msgspec.structs.replace(SCAN, **changed))[0]


def states(jobs: Jobs, job: str) -> list[str]:
    return [msgspec.json.decode(one.document)["state"] for one in jobs.events(job) if one.kind == "state"]


def test_a_key_adds_one_job_per_author(jobs: Jobs) -> None:
    first, new = jobs.add(msgspec.structs.replace(SCAN, idempotency="k"))
    assert new
    assert jobs.add(msgspec.structs.replace(SCAN, idempotency="k")) == (first, False)
    assert jobs.add(msgspec.structs.replace(SCAN, idempotency="k", author="bo"))[1]
    assert jobs.add(SCAN)[1]
    assert jobs.add(SCAN)[1]
    with pytest.raises(UsageError, match="used for another job"):
        jobs.add(msgspec.structs.replace(SCAN, idempotency="k", arguments="{}"))


def test_interrupted_jobs_start_before_queued_ones(jobs: Jobs) -> None:
    first, second = sorted((add(jobs), add(jobs)), key=lambda job: job.id)
    assert jobs.next() == first
    jobs.start(second.id, "p")
    jobs.put_back(second.id, JobState.INTERRUPTED, "the server ended")
    found = jobs.next()
    assert found is not None
    assert (found.id, found.state, found.attempts, found.waiting) == (
        second.id,
        JobState.INTERRUPTED,
        1,
        "the server ended",
    )


def test_a_job_starts_once(jobs: Jobs) -> None:
    job = add(jobs)
    assert jobs.start(job.id, "boot 1 2")
    assert not jobs.start(job.id, "boot 3 4")
    (row,) = jobs.in_state(JobState.RUNNING)
    assert (row.process, row.attempts, row.started is not None) == ("boot 1 2", 1, True)


def test_an_attempt_that_only_found_a_lock_does_not_count(jobs: Jobs) -> None:
    job = add(jobs)
    jobs.start(job.id, "p")
    jobs.put_back(job.id, JobState.QUEUED, "another run is writing", attempts=-1)
    found = jobs.next()
    assert found is not None
    assert (found.attempts, found.waiting) == (0, "another run is writing")
    jobs.wait(job.id, "another run is writing")
    assert states(jobs, job.id) == ["queued", "running", "queued"]


def test_the_end_of_a_job_is_final(jobs: Jobs) -> None:
    job = add(jobs)
    jobs.start(job.id, "p")
    assert jobs.end(job.id, JobState.DONE, result="{}")
    assert not jobs.end(job.id, JobState.FAILED, problem="late")
    jobs.put_back(job.id, JobState.QUEUED, "late")
    cancelled = jobs.cancel(job.id)
    assert cancelled is not None
    assert (cancelled.state, cancelled.problem, cancelled.cancel) == (JobState.DONE, "", 0)


def test_cancelling_ends_a_pending_job_and_marks_a_running_one(jobs: Jobs) -> None:
    pending, running = add(jobs), add(jobs)
    jobs.start(running.id, "p")
    assert [row and (row.state, row.cancel) for row in map(jobs.cancel, (pending.id, running.id, "none"))] == [
        (JobState.CANCELLED, 1),
        (JobState.RUNNING, 1),
        None,
    ]
    assert not jobs.start(pending.id, "p")


def test_progress_replaces_progress_and_numbers_only_grow(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queue, "MAX_EVENTS", 3)
    job = add(jobs)
    for number in range(5):
        jobs.add_events(job.id, [("progress", str(number)), ("problem", str(number))])
    found = [(one.number, one.kind, one.document) for one in jobs.events(job.id)]
    assert found[1:] == [(3, "problem", "0"), (5, "problem", "1"), (7, "problem", "2"), (9, "progress", "4")]
    assert [one.number for one in jobs.events(job.id, after=5)] == [7, 9]
    assert jobs.events("none") == []


def test_jobs_are_listed_in_pages_and_found_by_their_run(jobs: Jobs) -> None:
    made = sorted(add(jobs).id for _ in range(5))[::-1]
    first = jobs.latest(2)
    assert [one.id for one in (*first, *jobs.latest(9, first[-1].id))] == made
    jobs.set_run(made[3], "run-1")
    found = jobs.job_of_run("run-1")
    assert found is not None
    assert found.id == made[3]
    assert jobs.job_of_run("run-2") is None


def test_trimming_keeps_the_latest_and_every_job_that_has_not_ended(jobs: Jobs) -> None:
    made = sorted(add(jobs).id for _ in range(4))
    for job in made[:2]:
        jobs.start(job, "p")
    jobs.end(made[0], JobState.FAILED)
    assert jobs.trim(1) == 1
    assert sorted(one.id for one in jobs.latest(9)) == made[1:]
    assert jobs.events(made[0]) == []
