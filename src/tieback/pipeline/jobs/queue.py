"""The queue of the server: one thread starts the process of one job after the other, and watches it.

Only one server runs the queue of a workspace (``jobs/lock``), and only one process writes to a workspace
(``Workspace.lock``): while a command line run does, jobs wait. The process of a job writes messages to a file, so what
it has reported is not lost with the server. It ends with the server; the next server then puts the job back first.
Units of work, runs and cases are resumable, so nothing is done twice.
"""

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path

import msgspec

from tieback.engine.sandbox import environment_without_secrets
from tieback.model.count_text import count_text, form_for
from tieback.model.errors import TiebackError, WorkspaceError
from tieback.model.safe_text import escape_line
from tieback.pipeline.jobs import folders
from tieback.pipeline.jobs.kinds import JobArguments, Phase, check_size, decode_arguments, grant_of, phases_of
from tieback.pipeline.jobs.messages import (
    COLUMNS,
    ENDS,
    JobBusy,
    JobColumns,
    JobEnd,
    JobFailed,
    JobMessage,
    JobNote,
    JobResult,
    JobStopped,
    RunBegun,
    StageProgress,
    StageStarted,
)
from tieback.pipeline.jobs.order import JobOrder
from tieback.pipeline.jobs.output import JobOutput
from tieback.pipeline.jobs.processes import end_process, process_identity, wait_for
from tieback.storage.ledger.jobs import PROGRESS, JobRow, JobState
from tieback.storage.ledger.postgres import PASSWORD_VARIABLE
from tieback.storage.workspace import Workspace

TICK = 0.5
"""Interval between two looks at a process or at the queue, in seconds."""
LOST = "lost"
"""Kind of the event that a process ended without saying how."""
PHASE = "phase"
"""Kind of the event that a process begins."""
_REPORTED = frozenset({"stage", "problem", COLUMNS})
"""Kinds of events that processes report, besides progress."""
_LOG = logging.getLogger("tieback.jobs")


class JobLimits(msgspec.Struct, frozen=True):
    """Limits of one process of a job, and of the queue."""

    memory_bytes: int = 8 << 30
    """Private memory of each process."""
    seconds: float = 24 * 3600.0
    grace: float = 10.0
    """Time that a process has to end, before SIGKILL, in seconds."""
    lost: int = 2
    """How often a job is repeated whose process was killed or crashed."""
    attempts: int = 20
    """How often a job is started in all."""
    retry_seconds: float = 2.0
    """Interval between two attempts while another process holds a lock, or the database is unreachable."""
    kept: int = 2_000
    """Number of latest jobs that are kept."""
    files: int = 200
    """Number of latest files of exports that are kept."""


class JobRunner:
    """Runs the queue of a workspace from ``start`` to ``stop``."""

    def __init__(self, directory: Path, grants: Path | None = None, limits: JobLimits | None = None) -> None:
        """Set up.

        Args:
            directory: the workspace; it exists.
            grants: folder of ``--grants``.
            limits: of jobs.
        """
        self._directory = directory.absolute()
        self._grants = grants.absolute() if grants is not None else None
        self._limits = limits or JobLimits()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Start the thread; returns at once."""
        self._stopping.clear()
        self._thread = threading.Thread(target=self._run, name="tieback-jobs", daemon=True)
        self._thread.start()

    def wake(self) -> None:
        """Look at the queue now: a job was added or cancelled."""
        self._wake.set()

    def stop(self) -> None:
        """End the running process, whose job becomes ``interrupted``, and wait for the thread."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(2 * self._limits.grace + 10)
            self._thread = None

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._serve()
            except TiebackError as error:
                # Such as a database that restarts, or another server on this workspace.
                _LOG.warning("the queue of jobs waits: %s", escape_line(error.diagnostics()))
            except Exception:  # noqa: BLE001 - the edge of the thread: the queue goes on after a pause
                _LOG.exception("error in the queue of jobs")
            self._pause(self._limits.retry_seconds)

    def _pause(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()

    def _serve(self) -> None:
        with ExitStack() as stack:
            workspace = stack.enter_context(Workspace.open(self._directory, create=False, trusted=True))
            folders.jobs(self._directory).mkdir(mode=0o700, exist_ok=True)
            lock = stack.enter_context(workspace.queue_lock())
            self._recover(workspace)
            while not self._stopping.is_set():
                lock.check()
                job = workspace.ledger.jobs.next()
                if job is None:
                    self._pause(TICK)
                elif why := workspace.writer():
                    workspace.ledger.jobs.wait(job.id, why)
                    self._pause(self._limits.retry_seconds)
                else:
                    # No process of a job runs now.
                    workspace.ledger.jobs.trim(self._limits.kept)
                    folders.trim_exports(self._directory, self._limits.files)
                    _Attempt(workspace, job, self._grants, self._limits, self._stopping, self._wake).run()

    def _recover(self, workspace: Workspace) -> None:
        """Put back the jobs that ran when the server ended; end their processes if these still run."""
        for job in workspace.ledger.jobs.in_state(JobState.RUNNING):
            end_process(job.process, self._limits.grace)
            attempt = _Attempt(workspace, job, self._grants, self._limits, self._stopping, self._wake)
            attempt.resume()


class _Attempt:
    """One attempt at a job."""

    def __init__(
        self,
        workspace: Workspace,
        job: JobRow,
        grants: Path | None,
        limits: JobLimits,
        stopping: threading.Event,
        wake: threading.Event,
    ) -> None:
        self._workspace = workspace
        self._jobs = workspace.ledger.jobs
        self._job = job
        self._grants = grants
        self._limits = limits
        self._stopping = stopping
        self._wake = wake
        self._output = JobOutput(folders.jobs(workspace.directory) / job.id)
        self._result: JobEnd | None = None
        self._limit = ""
        """Why the server ended the process, as a clause."""
        self._entered = 0
        """Number of reported events that are in the ledger from before a restart."""
        self._progress: StageProgress | None = None
        self._told = 0.0

    def resume(self) -> None:
        """After a restart of the server: believe what the process has reported, or put the job back."""
        try:
            arguments = decode_arguments(self._job.arguments)
            for event in self._jobs.events(self._job.id):
                self._entered = 0 if event.kind == PHASE else self._entered + (event.kind in _REPORTED)
            self._read(last=True)
        except WorkspaceError:
            raise
        except TiebackError as error:
            self._end(JobFailed(problem=error.page_diagnostics()))
            return
        # The result of an earlier phase is not that of the job.
        if isinstance(self._result, JobResult) and self._output.phase == phases_of(arguments)[-1]:
            self._end(self._result)
        elif self._job.cancel:
            self._end(JobStopped())
        elif isinstance(self._result, JobFailed):
            self._end(self._result)
        else:
            self._jobs.put_back(self._job.id, JobState.INTERRUPTED, "the server ended; the job resumes")
            self._output.remove()

    def run(self) -> None:
        """Work on the job until it ends, is put back, or the server stops."""
        job = self._job
        if job.attempts >= self._limits.attempts:
            self._end(
                JobFailed(problem=f"started {count_text(job.attempts, 'time')} and never finished. Start a new job")
            )
            return
        if not self._jobs.start(job.id, ""):
            return
        started = self._jobs.job(job.id)
        assert started is not None
        self._job = started
        try:
            arguments = decode_arguments(job.arguments)
            check_size(arguments)
            for phase in phases_of(arguments):
                self._result = None
                self._phase(arguments, phase)
                if not isinstance(self._result, JobResult):
                    break
        except WorkspaceError:
            raise  # the ledger: the job is found again
        except TiebackError as error:
            self._result = JobFailed(problem=error.page_diagnostics())
        except (OSError, UnicodeError) as error:
            self._result = JobFailed(problem=f"its process cannot be started ({error})")
        self._conclude()

    def _conclude(self) -> None:
        """Enter how the attempt ended."""
        job = self._job.id
        match self._result:
            case end if self._limit and not isinstance(end, JobResult):
                self._end(JobFailed(problem=f"{self._limit}. Split it, or run `tieback` with the same inputs"))
            case JobBusy(why=why):
                self._jobs.put_back(job, JobState.QUEUED, why, attempts=-1)
                self._output.remove()
                self._wait(self._limits.retry_seconds)
            case JobStopped() if not self._cancelled():
                self._jobs.put_back(job, JobState.INTERRUPTED, "the server stopped; the job resumes at its next start")
                self._output.remove()
            case None if self._cancelled():
                self._end(JobStopped())
            case None if self._stopping.is_set():
                self._jobs.put_back(job, JobState.INTERRUPTED, "the server stopped; the job resumes at its next start")
                self._output.remove()
            case None:
                self._lost()
            case end:
                self._end(end)

    def _lost(self) -> None:
        """The process ended without saying how: repeat the job, at most ``lost`` times."""
        why = self._output.problem or "its process ended without a result"
        self._jobs.add_events(self._job.id, [(LOST, msgspec.json.encode({"text": why}).decode())])
        times = sum(event.kind == LOST for event in self._jobs.events(self._job.id))
        if times > self._limits.lost:
            self._end(
                JobFailed(problem=f"{why}, {count_text(times, 'time')}. Run `tieback` with the same inputs to see more")
            )
        else:
            self._jobs.put_back(self._job.id, JobState.QUEUED, f"{why}; the job is repeated")
            self._output.remove()

    def _end(self, end: JobEnd) -> None:
        job = self._job.id
        match end:
            case JobResult():
                self._jobs.end(job, JobState.DONE, result=msgspec.json.encode(self._checked(end)).decode())
            case JobFailed(problem=problem):
                self._jobs.end(job, JobState.FAILED, problem=problem)
            case _:
                self._jobs.end(job, JobState.CANCELLED)
        self._output.remove()

    def _checked(self, result: JobResult) -> JobResult:
        """The result without what does not exist: files, and a run."""
        directory = self._workspace.directory
        ours = [name for name in result.files if name.startswith(self._job.id)]
        files = tuple(name for name in ours if folders.export_file(directory, name) is not None)
        known = self._workspace.ledger.find_run(result.run) if result.run else None
        return msgspec.structs.replace(result, files=files, run=known.id if known is not None else "")

    def _phase(self, arguments: JobArguments, phase: Phase) -> None:
        """Start the process of a phase, and watch it until it ends."""
        job = self._job
        probing = bool(grant_of(arguments)) and phase is Phase.WORK
        order = JobOrder(
            id=job.id,
            workspace=self._workspace.directory,
            arguments=job.arguments,
            phase=phase,
            grants=self._grants,
            since=job.started or job.created,
            isolated=not (probing or self._workspace.ledger.database.is_postgres),
            memory_bytes=self._limits.memory_bytes,
            parent=os.getpid(),
        )
        self._jobs.add_events(
            job.id, [(PHASE, msgspec.json.encode({"phase": phase, "isolated": order.isolated}).decode())]
        )
        process = self._output.start(
            order, child_environment(os.environ, postgres=self._workspace.ledger.database.is_postgres)
        )
        handle = os.pidfd_open(process.pid)
        try:
            self._jobs.set_process(job.id, process_identity(process.pid))
            self._watch(process, handle)
        finally:
            # Also after an error of the ledger: no process works on a job that the server does not watch.
            if not wait_for(handle, 0):
                process.kill()
                wait_for(handle, self._limits.grace)
            with suppress(ProcessLookupError):  # it is not reaped yet, so its number is still that of its group
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            os.close(handle)
        self._output.ended(process.returncode)
        self._read(last=True)

    def _watch(self, process: "subprocess.Popen[bytes]", handle: int) -> None:
        started = time.monotonic()
        stop_by: float | None = None
        while not wait_for(handle, TICK):
            now = time.monotonic()
            self._read()
            if stop_by is None:
                if now - started > self._limits.seconds:
                    hours = self._limits.seconds / 3600
                    self._limit = f"took more than {hours:.3g} {form_for(hours, 'hour', 'hours')}"
                elif self._output.problem:
                    self._limit = self._output.problem
                elif not (self._stopping.is_set() or self._cancelled()):
                    continue
                stop_by = now + self._limits.grace
                with suppress(OSError):
                    process.send_signal(signal.SIGTERM)
            elif now > stop_by:
                process.kill()

    def _read(self, *, last: bool = False) -> None:
        """Enter what the process has reported since."""
        events: list[tuple[str, str]] = []
        for message in self._output.messages():
            match message:
                case RunBegun(run=run):
                    if self._workspace.ledger.find_run(run) is not None:
                        self._jobs.set_run(self._job.id, run)
                case StageProgress():
                    self._progress = message
                case StageStarted(stage=stage):
                    self._progress = StageProgress(stage=stage, done=0, total=0)
                    events.append(_event("stage", message))
                case JobNote():
                    events.append(_event("problem", message))
                case JobColumns():
                    events.append(_event(COLUMNS, message))
                case _ if isinstance(message, ENDS):
                    self._result = message
        events, self._entered = events[self._entered :], max(self._entered - len(events), 0)
        now = time.monotonic()
        if self._progress is not None and (last or events or now - self._told > 2 * TICK):
            events.append(_event(PROGRESS, self._progress))
            self._progress, self._told = None, now
        self._jobs.add_events(self._job.id, events)

    def _cancelled(self) -> bool:
        now = self._jobs.job(self._job.id)
        return now is None or bool(now.cancel)

    def _wait(self, seconds: float) -> None:
        self._wake.wait(seconds)
        self._wake.clear()


def _event(kind: str, message: JobMessage) -> tuple[str, str]:
    values = msgspec.to_builtins(message)
    del values["type"]
    return kind, msgspec.json.encode(values).decode()


def child_environment(environment: Mapping[str, str], *, postgres: bool) -> dict[str, str]:
    """The variables of a process of a job: those of libpq, with the password, only for a ledger in PostgreSQL."""
    found = environment_without_secrets(environment)
    if postgres:
        found |= {
            name: value for name, value in environment.items() if name.startswith("PG") or name == PASSWORD_VARIABLE
        }
    return found
