"""The queue of the server: whatever is killed, each job ends once, and says how."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from tests.unit.pipeline.jobs.conftest import FAST, add, finished, job_of, notes, texts, until
from tieback.pipeline.jobs import folders
from tieback.pipeline.jobs.processes import end_process, process_identity
from tieback.pipeline.jobs.queue import LOST, JobLimits, JobRunner, child_environment
from tieback.storage.ledger.jobs import JobState
from tieback.storage.workspace import Workspace

ROOT = Path(__file__).parents[4]

SPLIT = "Split it, or run `tieback` with the same inputs"

type Start = Callable[..., JobRunner]


def states(workspace: Workspace, job: str) -> list[str]:
    return [msgspec.json.decode(text)["state"] for text in texts(workspace, job, "state")]


def test_jobs_run_one_after_the_other_and_leave_no_files(workspace: Workspace, start: Start) -> None:
    first, second = sorted((add(workspace, "done"), add(workspace, "done")))
    start()
    rows = [finished(workspace, job) for job in (first, second)]
    assert [(row.state, row.attempts, row.problem) for row in rows] == [(JobState.DONE, 1, "")] * 2
    assert rows[0].ended is not None
    assert rows[1].started is not None
    assert rows[0].ended <= rows[1].started
    assert [msgspec.json.decode(row.result)["figures"] for row in rows] == [{"done": 1}] * 2
    assert texts(workspace, first, "progress") == ['{"stage":"working","done":3,"total":3}']
    assert notes(workspace, first) == 1
    assert [path.name for path in folders.jobs(workspace.directory).iterdir()] == ["lock"]


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        ("bad", "a.apk: not an app. Use an APK"),
        ("bug", "internal error: KeyError: 'a\\nb'"),
        ("memory", "needed more than 1,024 MiB of memory"),
        (
            "garbage",
            "its process reported something that is not a message. Split it, or run `tieback` with the same inputs",
        ),
    ],
)
def test_a_job_that_fails_says_why_and_is_not_repeated(
    workspace: Workspace, start: Start, what: str, problem: str
) -> None:
    job = add(workspace, what)
    start()
    row = finished(workspace, job)
    assert (row.state, row.problem, row.attempts) == (JobState.FAILED, problem, 1)


def test_a_job_that_takes_too_long_is_ended(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "hang")
    start(msgspec.structs.replace(FAST, seconds=0.0))
    row = finished(workspace, job)
    assert (row.state, row.problem.partition(".")[0]) == (JobState.FAILED, "took more than 0 hours")


def test_a_killed_process_is_repeated_twice_then_the_job_fails(workspace: Workspace, start: Start) -> None:
    job, once = add(workspace, "crash"), add(workspace, "crash-once")
    start()
    row = finished(workspace, job)
    assert (row.state, row.attempts) == (JobState.FAILED, 3)
    assert row.problem.startswith("its process was ended by SIGKILL, 3 times")
    row = finished(workspace, once)
    assert (row.state, row.attempts, len(texts(workspace, once, LOST))) == (JobState.DONE, 2, 1)


def test_a_job_waits_while_a_command_line_run_writes(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "done")
    with workspace.lock():
        start()
        until(lambda: "another run is writing" in job_of(workspace, job).waiting)
        assert f"process {os.getpid()}" in job_of(workspace, job).waiting
    row = finished(workspace, job)
    assert (row.state, row.attempts, row.waiting) == (JobState.DONE, 1, "")


def test_a_process_that_finds_a_lock_puts_its_job_back(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "busy")
    start()
    until(lambda: "another run is writing" in job_of(workspace, job).waiting)
    (workspace.directory / "free").touch()
    row = finished(workspace, job)
    assert (row.state, row.attempts) == (JobState.DONE, 1)


@pytest.mark.parametrize(("what", "least"), [("hang", 1), ("ignores-signals", 2)])
def test_a_running_job_is_cancelled(workspace: Workspace, start: Start, what: str, least: int) -> None:
    job = add(workspace, what)
    runner = start(msgspec.structs.replace(FAST, grace=1.0))
    until(lambda: notes(workspace, job) >= least)
    process = job_of(workspace, job).process
    workspace.ledger.jobs.cancel(job)
    runner.wake()
    assert finished(workspace, job).state is JobState.CANCELLED
    assert process_identity(int(process.split()[1])) != process


def test_stopping_the_server_keeps_the_job_for_its_next_start(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "hang-once")
    runner = start()
    until(lambda: notes(workspace, job) == 1)
    runner.stop()
    assert job_of(workspace, job).state is JobState.INTERRUPTED
    start()
    assert finished(workspace, job).state is JobState.DONE
    assert states(workspace, job) == ["queued", "running", "interrupted", "running", "done"]


def kill_server(workspace: Workspace, job: str) -> str:
    """Run the queue in another process until the job has reported something; kill that process. Returns the job's."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.pipeline.jobs.server", str(workspace.directory)],
        cwd=ROOT, env=os.environ | {"PYTHONPATH": os.pathsep.join([str(ROOT / "src"), str(ROOT)])},
    )  # fmt: skip
    try:
        until(lambda: notes(workspace, job) == 1)
        process = job_of(workspace, job).process
    finally:
        server.send_signal(signal.SIGKILL)
        server.wait()
    until(lambda: process_identity(int(process.split()[1])) != process)  # it ends with its server
    return process


def test_after_a_kill_of_the_server_its_job_resumes(workspace: Workspace, start: Start) -> None:
    job, later = sorted((add(workspace, "hang-once"), add(workspace, "hang-once")))
    kill_server(workspace, job)
    assert job_of(workspace, job).state is JobState.RUNNING
    start()
    row = finished(workspace, job)
    assert (row.state, row.attempts, states(workspace, job)) == (
        JobState.DONE,
        2,
        ["queued", "running", "interrupted", "running", "done"],
    )
    assert job_of(workspace, later).state in {JobState.QUEUED, JobState.RUNNING}


def test_after_a_kill_of_the_server_a_reported_result_counts_once(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "reports-then-hangs")
    kill_server(workspace, job)
    start()
    row = finished(workspace, job)
    assert (row.state, row.attempts, notes(workspace, job)) == (JobState.DONE, 1, 1)
    assert texts(workspace, job, "stage") == ['{"stage":"working"}']


def test_a_second_server_does_not_touch_the_jobs_of_the_first(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "hang-once")
    start()
    until(lambda: notes(workspace, job) == 1)
    second = JobRunner(workspace.directory, limits=FAST)
    second.start()
    second.stop()
    assert states(workspace, job) == ["queued", "running"]


def test_a_job_that_probes_nothing_reaches_no_listener(workspace: Workspace, start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        job = add(workspace, f"connect {listener.getsockname()[1]}")
        start()
        figures = msgspec.json.decode(finished(workspace, job).result)["figures"]
    assert figures["connected"] == 0


def test_a_process_without_network_gets_no_passwords(
    workspace: Workspace, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIEBACK_TEST_OF_PASSWORD", "x")
    monkeypatch.setenv("TIEBACK_TEST_OF_WORDS", "x")
    job = add(workspace, "variables")
    start()
    assert msgspec.json.decode(finished(workspace, job).result)["figures"] == {"TIEBACK_TEST_OF_WORDS": 1}


@pytest.mark.parametrize(
    ("postgres", "more"), [(False, set()), (True, {"PGPASSFILE", "PGHOST", "TIEBACK_LEDGER_PASSWORD"})]
)
def test_no_job_gets_the_secrets_of_the_server(postgres: bool, more: set[str]) -> None:
    secrets = (
        "TIEBACK_OIDC_SECRET",
        "IDP",
        "DATABASE_URL",
        "AWS_ACCESS_KEY_ID",
        "TIEBACK_LEDGER_PASSWORD",
        "PGPASSFILE",
    )
    usual = {"PATH", "HOME", "LC_ALL", "TIEBACK_STATE", "PYTHONPATH"}
    environment = dict.fromkeys((*secrets, "PGHOST", *usual), "x")
    assert set(child_environment(environment, postgres=postgres)) == usual | more


def test_a_forged_result_names_no_other_file_and_no_other_run(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "forged")
    start()
    result = msgspec.json.decode(finished(workspace, job).result)
    assert (result["files"], result["run"]) == ([], "")


def test_a_job_is_not_started_for_ever(workspace: Workspace, start: Start) -> None:
    job = add(workspace, "hang")
    start(JobLimits(attempts=0))
    assert finished(workspace, job).problem == "started 0 times and never finished. Start a new job"


def test_only_the_process_with_the_right_start_time_is_ended() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(100)"])
    try:
        identity = process_identity(sleeper.pid)
        boot, number, began = identity.split()
        assert not end_process(f"{boot} {number} {int(began) + 1}", 1)
        assert not end_process(f"other {number} {began}", 1)
        assert not end_process("", 1)
        assert sleeper.poll() is None
        assert end_process(identity, 5)
        assert sleeper.wait(5) == -signal.SIGTERM
        assert not end_process(identity, 1)
    finally:
        sleeper.kill()
        sleeper.wait()
