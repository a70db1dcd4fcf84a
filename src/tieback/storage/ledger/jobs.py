"""The queue of the server in the ledger: jobs, and what happened in each.

Only the server writes here; the process that works on a job reports to the server. Every method is one transaction.
"""

import secrets
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from tieback.model.errors import UsageError
from tieback.storage.ledger.database import Database
from tieback.storage.ledger.tables import job_events, jobs

MAX_EVENTS = 1_000
"""Maximum events of a job, besides its progress and its states."""
PROGRESS = "progress"
"""Kind of an event that replaces the earlier ones of its kind."""
STATE = "state"
_ALONE = "jobs"


class JobState(StrEnum):
    """State of a job."""

    QUEUED = "queued"
    RUNNING = "running"
    INTERRUPTED = "interrupted"
    """The server ended while it ran; it resumes before all queued jobs."""
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """True if nothing more will happen."""
        return self in _ENDED


_ENDED = frozenset({JobState.DONE, JobState.FAILED, JobState.CANCELLED})
_PENDING = (JobState.INTERRUPTED, JobState.QUEUED)


class NewJob(msgspec.Struct, frozen=True, kw_only=True):
    """A job to add."""

    kind: str
    author: str
    arguments: str
    """JSON."""
    grant_sha256: str | None = None
    idempotency: str | None = None
    """The same key of the same author adds no second job."""


class JobRow(msgspec.Struct, frozen=True, kw_only=True):
    """A job. Times are seconds since 1970, UTC."""

    id: str
    """Sorts by time, like the ID of a run; the random part begins with ``j``."""
    kind: str
    state: JobState
    author: str
    created: float
    started: float | None
    """Of the first attempt."""
    ended: float | None
    arguments: str
    grant_sha256: str | None
    run: str | None
    """The run that it made."""
    problem: str
    result: str
    """JSON, or empty."""
    waiting: str
    """What a queued job waits for; empty if only for earlier jobs."""
    attempts: int
    cancel: int
    """1 after a request to cancel it."""
    process: str
    events: int
    """Number of the last event."""


class JobEvent(msgspec.Struct, frozen=True):
    """One event of a job."""

    number: int
    time: float
    kind: str
    document: str
    """JSON."""


_JOB = sa.select(*(jobs.c[name] for name in JobRow.__struct_fields__))
_EVENT = sa.select(*(job_events.c[name] for name in JobEvent.__struct_fields__))


class Jobs:
    """The jobs in an open ledger."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewJob) -> tuple[JobRow, bool]:
        """Queue a job; returns it, and whether it is new: the same idempotency key returns the first job.

        Raises:
            UsageError: the key was used for a job with another kind, other arguments or another grant.
        """

        def put(connection: Connection) -> tuple[JobRow, bool]:
            if new.idempotency is not None:
                same = (jobs.c.author == new.author) & (jobs.c.idempotency == new.idempotency)
                known = _row(connection.execute(_JOB.where(same)).one_or_none())
                if known is not None:
                    return known, False
            now = time.time()
            job = f"{datetime.fromtimestamp(now, UTC):%Y%m%dT%H%M%SZ}-j{secrets.token_hex(5)}"
            values = {**msgspec.structs.asdict(new), "id": job, "state": JobState.QUEUED, "created": now}
            empty = {"problem": "", "result": "", "waiting": "", "attempts": 0, "cancel": 0, "process": "", "events": 0}
            connection.execute(sa.insert(jobs).values(**values, **empty))
            _enter_events(connection, job, [(STATE, _state_document(JobState.QUEUED, ""))])
            return _job(connection, job), True

        found, added = self._database.write(put, alone=_ALONE)
        if (found.kind, found.arguments, found.grant_sha256) != (new.kind, new.arguments, new.grant_sha256):
            raise UsageError(
                "this idempotency key was used for another job", where=found.id, advice="Use a new key for a new job"
            )
        return found, added

    def job(self, job: str) -> JobRow | None:
        """The job with this ID."""
        return self._database.read(lambda connection: _row(connection.execute(_JOB.where(jobs.c.id == job)).first()))

    def job_of_run(self, run: str) -> JobRow | None:
        """The job that made a run."""
        query = _JOB.where(jobs.c.run == run).order_by(jobs.c.id).limit(1)
        return self._database.read(lambda connection: _row(connection.execute(query).first()))

    def latest(self, limit: int, before: str = "") -> list[JobRow]:
        """Jobs, latest first, after the one with the ID ``before``."""
        query = _JOB.where(jobs.c.id < before) if before else _JOB
        query = query.order_by(jobs.c.id.desc()).limit(limit)
        return self._database.read(lambda connection: _rows(connection.execute(query).all()))

    def in_state(self, *states: JobState) -> list[JobRow]:
        """Jobs in some states, oldest first."""
        query = _JOB.where(jobs.c.state.in_(states)).order_by(jobs.c.id)
        return self._database.read(lambda connection: _rows(connection.execute(query).all()))

    def pending(self) -> list[JobRow]:
        """Jobs that wait to be started, oldest first."""
        return self.in_state(*_PENDING)

    def next(self) -> JobRow | None:
        """The job to start next: interrupted ones first, then the oldest."""
        return min(self.pending(), key=lambda job: (_PENDING.index(job.state), job.id), default=None)

    def start(self, job: str, process: str) -> bool:
        """Record that a process works on a pending job; False if it is no longer pending."""

        def change(connection: Connection) -> bool:
            now = time.time()
            values = {
                "state": JobState.RUNNING,
                "attempts": jobs.c.attempts + 1,
                "started": sa.func.coalesce(jobs.c.started, now),
                "process": process,
                "waiting": "",
            }
            which = (jobs.c.id == job) & jobs.c.state.in_(_PENDING) & (jobs.c.cancel == 0)
            if not connection.execute(sa.update(jobs).where(which).values(values)).rowcount:
                return False
            _enter_events(connection, job, [(STATE, _state_document(JobState.RUNNING, ""))])
            return True

        return self._database.write(change, alone=_ALONE)

    def set_process(self, job: str, process: str) -> None:
        """Record the process that works on a running job."""
        change = sa.update(jobs).where((jobs.c.id == job) & (jobs.c.state == JobState.RUNNING)).values(process=process)
        self._database.write(lambda connection: connection.execute(change), alone=_ALONE)

    def put_back(self, job: str, state: JobState, why: str, *, attempts: int = 0) -> None:
        """Make a running job pending again, and record why.

        Args:
            job: its ID.
            state: ``queued`` or ``interrupted``.
            why: one clause.
            attempts: what is added to the number of attempts; -1 if this attempt does not count.
        """
        values = {"state": state, "process": "", "waiting": why, "attempts": jobs.c.attempts + attempts}

        def change(connection: Connection) -> None:
            which = (jobs.c.id == job) & (jobs.c.state == JobState.RUNNING)
            if connection.execute(sa.update(jobs).where(which).values(values)).rowcount:
                _enter_events(connection, job, [(STATE, _state_document(state, why))])

        self._database.write(change, alone=_ALONE)

    def wait(self, job: str, why: str) -> None:
        """Record what a pending job waits for; an event only if that has changed."""

        def change(connection: Connection) -> None:
            which = (jobs.c.id == job) & jobs.c.state.in_(_PENDING) & (jobs.c.waiting != why)
            if connection.execute(sa.update(jobs).where(which).values(waiting=why)).rowcount:
                _enter_events(connection, job, [(STATE, _state_document(JobState.QUEUED, why))])

        self._database.write(change, alone=_ALONE)

    def set_run(self, job: str, run: str) -> None:
        """Record the run that a job makes."""
        change = sa.update(jobs).where(jobs.c.id == job).values(run=run)
        self._database.write(lambda connection: connection.execute(change), alone=_ALONE)

    def end(self, job: str, state: JobState, *, problem: str = "", result: str = "") -> bool:
        """Record the end of a job; False if it had ended before."""

        def change(connection: Connection) -> bool:
            values = {
                "state": state,
                "ended": time.time(),
                "problem": problem,
                "result": result,
                "process": "",
                "waiting": "",
            }
            which = (jobs.c.id == job) & jobs.c.state.not_in(_ENDED)
            if not connection.execute(sa.update(jobs).where(which).values(values)).rowcount:
                return False
            _enter_events(connection, job, [(STATE, _state_document(state, problem))])
            return True

        return self._database.write(change, alone=_ALONE)

    def cancel(self, job: str) -> JobRow | None:
        """Request the end of a job: a pending one ends at once. Returns the job; ``None`` if there is none."""

        def change(connection: Connection) -> JobRow | None:
            pending = (jobs.c.id == job) & jobs.c.state.in_(_PENDING)
            ended = {"state": JobState.CANCELLED, "ended": time.time(), "cancel": 1, "waiting": ""}
            if connection.execute(sa.update(jobs).where(pending).values(ended)).rowcount:
                _enter_events(connection, job, [(STATE, _state_document(JobState.CANCELLED, ""))])
            running = (jobs.c.id == job) & (jobs.c.state == JobState.RUNNING)
            connection.execute(sa.update(jobs).where(running).values(cancel=1))
            return _row(connection.execute(_JOB.where(jobs.c.id == job)).first())

        return self._database.write(change, alone=_ALONE)

    def add_events(self, job: str, events: Sequence[tuple[str, str]]) -> None:
        """Add (kind, JSON document) events. Progress replaces earlier progress; the number of the others is limited."""
        if events:
            self._database.write(lambda connection: _enter_events(connection, job, events), alone=_ALONE)

    def events(self, job: str, after: int = 0, limit: int = MAX_EVENTS) -> list[JobEvent]:
        """The events of a job with numbers above ``after``, in order."""
        which = (job_events.c.job == job) & (job_events.c.number > after)
        query = _EVENT.where(which).order_by(job_events.c.number).limit(limit)
        return self._database.read(lambda connection: [JobEvent(*row) for row in connection.execute(query)])

    def progress(self, job: str) -> JobEvent | None:
        """The latest progress of a job."""
        query = _EVENT.where((job_events.c.job == job) & (job_events.c.kind == PROGRESS))
        row = self._database.read(lambda connection: connection.execute(query.limit(1)).first())
        return None if row is None else JobEvent(*row)

    def trim(self, keep: int) -> int:
        """Remove ended jobs except the latest ``keep`` jobs, with their events. Returns the number removed."""

        def remove(connection: Connection) -> int:
            latest = sa.select(jobs.c.id).order_by(jobs.c.id.desc()).offset(keep).limit(1)
            last = connection.execute(latest).scalar()
            if last is None:
                return 0
            gone = sa.select(jobs.c.id).where((jobs.c.id <= last) & jobs.c.state.in_(_ENDED))
            connection.execute(sa.delete(job_events).where(job_events.c.job.in_(gone)))
            return connection.execute(sa.delete(jobs).where(jobs.c.id.in_(gone))).rowcount

        return self._database.write(remove, alone=_ALONE)


def _state_document(state: JobState, why: str) -> str:
    return msgspec.json.encode({"state": state, "text": why}).decode()


def _enter_events(connection: Connection, job: str, events: Iterable[tuple[str, str]]) -> None:
    last = connection.execute(sa.select(jobs.c.events).where(jobs.c.id == job)).scalar()
    if last is None:
        return
    now = time.time()
    others = (job_events.c.job == job) & job_events.c.kind.not_in([PROGRESS, STATE])
    count = connection.execute(sa.select(sa.func.count()).select_from(job_events).where(others)).scalar_one()
    for kind, document in events:
        if kind == PROGRESS:
            connection.execute(sa.delete(job_events).where((job_events.c.job == job) & (job_events.c.kind == PROGRESS)))
        elif kind != STATE:
            count += 1
            if count > MAX_EVENTS:
                continue
        last += 1
        row = {"job": job, "number": last, "time": now, "kind": kind, "document": document}
        connection.execute(sa.insert(job_events).values(row))
    connection.execute(sa.update(jobs).where(jobs.c.id == job).values(events=last))


def _job(connection: Connection, job: str) -> JobRow:
    row = _row(connection.execute(_JOB.where(jobs.c.id == job)).one())
    assert row is not None
    return row


def _row(row: Sequence[Any] | None) -> JobRow | None:
    if row is None:
        return None
    values = dict(zip(JobRow.__struct_fields__, row, strict=True))
    return JobRow(**{**values, "state": JobState(values["state"])})


def _rows(rows: Iterable[Sequence[Any]]) -> list[JobRow]:
    return [one for one in map(_row, rows) if one is not None]
