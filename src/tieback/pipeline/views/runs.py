"""Runs: jobs of the server and runs of the command line in one list, their progress, and what they did not do."""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice

import msgspec

from tieback.model.errors import TiebackError
from tieback.model.report.used import RulesUsed
from tieback.model.skipped import SkippedFiles
from tieback.pipeline.jobs.folders import export_file
from tieback.pipeline.jobs.kinds import (
    ImportJob,
    InventoryJob,
    ProbeJob,
    RecheckJob,
    ReportJob,
    ScanJob,
    decode_arguments,
)
from tieback.pipeline.jobs.messages import NO_GRANT, JobResult
from tieback.pipeline.report import partly_read_captures, run_scope, run_unanswered, run_unidentified
from tieback.pipeline.views.inventory_columns import ColumnTable, column_tables
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.times import at
from tieback.report.texts.unprobed import scope_unprobed_text
from tieback.report.texts.unread import unread_text
from tieback.storage.lake.tables.inputs import count_inputs, failed_inputs, read_skipped
from tieback.storage.lake.tables.run_data import read_run_rules
from tieback.storage.ledger.jobs import JobEvent, JobRow, JobState
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

MAX_FAILED = 200
"""Failed inputs that a page shows."""
MAX_PROBLEMS = 200
MAX_ARGUMENTS = 50
"""Inputs, targets or cases that a page shows."""


class RunItem(msgspec.Struct, frozen=True, kw_only=True):
    """A job of the server, or a run of the command line."""

    id: str
    """Of the job; of the run if no job made it."""
    kind: str
    """``scan``, ``probe``, ``recheck``, ``report`` or ``import``."""
    state: str
    """``queued``, ``running``, ``interrupted``, ``done``, ``failed`` or ``cancelled``; of a run of the command line
    ``done`` or ``not_ended``: it runs now or was interrupted."""
    origin: str
    """``server`` or ``command_line``."""
    author: str
    """Name of the user; empty for the command line."""
    created: float
    """As ``created_at``, in seconds since 1970."""
    created_at: datetime
    started: float | None
    """As ``started_at``, in seconds since 1970."""
    started_at: datetime | None
    ended: float | None
    """As ``ended_at``, in seconds since 1970."""
    ended_at: datetime | None
    grant: str | None
    """SHA-256 of the file of the grant, as in the list of grants; ``None`` if nothing was probed."""
    run: str | None
    """ID of the run of the workspace that it made."""
    stage: str = ""
    """What it does now."""
    done: int = 0
    total: int = 0
    """Items of this stage that are known so far; 0 if unknown."""
    waiting: str = ""
    """What it waits for, or why it was interrupted."""
    problem: str = ""
    """Why it failed."""

    @property
    def ended_well(self) -> bool:
        """True if its results can be read."""
        return self.state == JobState.DONE

    @property
    def active(self) -> bool:
        """True if something will still happen to it."""
        return self.state in _ACTIVE


class FailedInput(msgspec.Struct, frozen=True, kw_only=True):
    """An input that could not be read, or only in part."""

    name: str
    """Path, or the name of an upload."""
    sha256: str
    problem: str


class FailedTarget(msgspec.Struct, frozen=True, kw_only=True):
    """A target that gave no verdict."""

    target: str
    """Host and port."""
    problem: str


class RunFile(msgspec.Struct, frozen=True, kw_only=True):
    """A file that a job wrote."""

    name: str
    size: int


class RunPage(msgspec.Struct, frozen=True, kw_only=True):
    """One job or run."""

    run: RunItem
    attempts: int
    """How often the server started it."""
    arguments: tuple[str, ...]
    """Inputs, targets or cases, at most 50."""
    argument_count: int
    figures: dict[str, int]
    """What it counted, by name."""
    files: tuple[RunFile, ...]
    problems: tuple[str, ...]
    """What happened, in order: inputs that failed, verdicts of re-checks, repeated starts, targets without a verdict.
    At most 200."""
    inputs_read: int | None
    """Inputs of the run; ``None`` if it has none yet."""
    inputs_failed: int
    failed: tuple[FailedInput, ...]
    """At most 200 of them."""
    skipped: tuple[SkippedFiles, ...]
    """Files that were passed over, by folder, shard or location, and by reason."""
    captures_partly_read: int
    """Captures with parts that were not read: what was read of them is in the results."""
    partly_read: tuple[FailedInput, ...]
    """At most 200 of them, with the parts."""
    targets_failed: int
    """Targets that were contacted and gave no verdict: neither open nor closed."""
    unanswered: tuple[FailedTarget, ...]
    """At most 200 of them."""
    not_probed: str
    """How many candidates were not probed, and why; empty if all were, or if it did not end."""
    not_decided: str | None
    """How many stores answered, but are known neither as open nor as closed; empty if there are none. ``None`` if they
    were not counted: the list of stores has them."""
    rules: tuple[RulesUsed, ...]
    """Files with rules of users that were active."""
    tables: tuple[ColumnTable, ...] = ()
    """Tables of no known product that an import of inventories has read, with what each column was taken for."""
    last_event: int
    """Number of the last event, for the stream of events."""


class RunEvent(msgspec.Struct, frozen=True, kw_only=True):
    """An event of a job."""

    id: int
    kind: str
    """``state``, ``phase``, ``stage``, ``progress``, ``problem``, ``columns`` or ``lost``."""
    time: float
    data: msgspec.Raw


_ACTIVE = frozenset({JobState.QUEUED, JobState.RUNNING, JobState.INTERRUPTED})


def list_runs(workspace: Workspace, *, after: str = "", limit: int = 50) -> Listing[RunItem]:
    """Jobs and runs, latest first.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the ledger cannot be read.
    """
    limit = bounded_limit(limit)
    before = decode_cursor(after, tuple[str])[0] if after else ""
    ledger = workspace.ledger
    jobs = ledger.jobs.latest(limit + 1, before)
    runs = ledger.runs_without_job(limit + 1, before)
    items = [*(job_item(workspace, job) for job in jobs), *(_run_item(run) for run in runs)]
    items.sort(key=lambda item: item.id, reverse=True)
    following = encode_cursor((items[limit - 1].id,)) if len(items) > limit else None
    return Listing(items=tuple(items[:limit]), next=following)


def find_run_page(workspace: Workspace, run: str) -> RunPage | None:
    """The job or run with this ID; a run that a job made is shown as its job. ``None`` if there is none.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    ledger = workspace.ledger
    job = ledger.jobs.job(run) or ledger.jobs.job_of_run(run)
    if job is not None:
        return _job_page(workspace, job)
    found = ledger.find_run(run)
    if found is None:
        return None
    page = RunPage(
        run=_run_item(found),
        attempts=0,
        arguments=found.args[:MAX_ARGUMENTS],
        argument_count=len(found.args),
        figures={},
        files=(),
        problems=(),
        inputs_read=None,
        inputs_failed=0,
        failed=(),
        skipped=(),
        captures_partly_read=0,
        partly_read=(),
        targets_failed=0,
        unanswered=(),
        not_probed="",
        not_decided=None,
        rules=(),
        last_event=0,
    )
    return _with_results(workspace, page, found)


def job_events(workspace: Workspace, job: str, after: int) -> tuple[tuple[RunEvent, ...], bool] | None:
    """The events of a job after this number, and whether it has ended; ``None`` if there is no such job."""
    row = workspace.ledger.jobs.job(job)
    if row is None:
        return None
    events = workspace.ledger.jobs.events(job, after)
    return tuple(map(_event, events)), row.state.ended and (not events or events[-1].number >= row.events)


def job_item(workspace: Workspace, job: JobRow) -> RunItem:
    """A job as an item of the list."""
    stage, done, total = "", 0, 0
    if job.state is JobState.RUNNING:
        latest = workspace.ledger.jobs.progress(job.id)
        values = msgspec.json.decode(latest.document) if latest is not None else {}
        stage, done, total = str(values.get("stage", "")), int(values.get("done", 0)), int(values.get("total", 0))
    return RunItem(
        id=job.id,
        kind=job.kind,
        state=job.state.value,
        origin="server",
        author=job.author,
        created=job.created,
        created_at=at(job.created),
        started=job.started,
        started_at=at(job.started),
        ended=job.ended,
        ended_at=at(job.ended),
        grant=job.grant_sha256,
        run=job.run,
        stage=stage,
        done=done,
        total=total,
        waiting=job.waiting,
        problem=job.problem,
    )


def job_file(workspace: Workspace, job: str, name: str) -> str | None:
    """The path of a file that a job wrote; ``None`` if it has no such file."""
    row = workspace.ledger.jobs.job(job)
    if row is None or name not in _result(row).files:
        return None
    path = export_file(workspace.directory, name)
    return str(path) if path is not None else None


def _job_page(workspace: Workspace, job: JobRow) -> RunPage:
    result = _result(job)
    names = _argument_names(job)
    page = RunPage(
        run=job_item(workspace, job),
        attempts=job.attempts,
        arguments=tuple(_upload_name(workspace, name) for name in names[:MAX_ARGUMENTS]),
        argument_count=_case_count(job) if names == [_EVERY_CASE] else len(names),
        figures=result.figures,
        files=tuple(_files(workspace, result)),
        problems=_problems(workspace, job.id),
        inputs_read=None,
        inputs_failed=0,
        failed=(),
        skipped=(),
        captures_partly_read=0,
        partly_read=(),
        targets_failed=result.targets_failed,
        unanswered=tuple(FailedTarget(target=target, problem=problem) for target, problem in result.unanswered),
        not_probed=result.not_probed,
        not_decided=result.not_decided if job.result else None,
        rules=(),
        tables=column_tables(workspace, job),
        last_event=job.events,
    )
    run = workspace.ledger.find_run(job.run) if job.run else None
    return _with_problems(page) if run is None else _with_results(workspace, page, run)


def _with_results(workspace: Workspace, page: RunPage, run: RunRow) -> RunPage:
    """The page with what the workspace knows of a run that has ended."""
    if run.ended is None:
        return page
    read, failed = count_inputs(workspace.lake, run.id)
    folder = UploadFolder(workspace.directory)
    rows = tuple(
        FailedInput(name=folder.name_of(one.path), sha256=one.key, problem=one.problem)
        for one in failed_inputs(workspace.lake, run.id, MAX_FAILED)
    )
    rules = read_run_rules(workspace.lake, run.id)
    partly = partly_read_captures(workspace.lake, run.id)
    count, problems = run_unanswered(workspace.lake, run.id)
    changed = msgspec.structs.replace(
        page,
        inputs_read=read,
        inputs_failed=failed,
        failed=rows,
        skipped=tuple(
            msgspec.structs.replace(one, where=folder.name_of(one.where))
            for one in read_skipped(workspace.lake, run.id)
        ),
        captures_partly_read=len(partly),
        partly_read=tuple(
            FailedInput(name=folder.name_of(one.path), sha256=one.sha256, problem=unread_text(one))
            for one in partly[:MAX_FAILED]
        ),
        targets_failed=count,
        unanswered=tuple(FailedTarget(target=one.where, problem=one.what) for one in islice(problems, MAX_FAILED)),
        not_probed=scope_unprobed_text(*run_scope(workspace, run), NO_GRANT),
        rules=rules,
    )
    unnamed = tuple(f"{one.where}: {one.what}" for one in run_unidentified(workspace.lake, run.id))
    page = _with_problems(changed)
    return msgspec.structs.replace(page, problems=(*page.problems, *unnamed)[:MAX_PROBLEMS])


def _with_problems(page: RunPage) -> RunPage:
    """The page with the inputs and targets that failed among what happened; a job has noted its inputs already."""
    told = (*page.failed, *page.partly_read) if page.run.origin != "server" else ()
    inputs = [f"{one.name}: {one.problem}" for one in told]
    targets = [f"{one.target}: {one.problem}" for one in page.unanswered]
    return msgspec.structs.replace(page, problems=(*page.problems, *inputs, *targets)[:MAX_PROBLEMS])


def _run_item(run: RunRow) -> RunItem:
    started = run.started.timestamp()
    ended = None if run.ended is None else run.ended.timestamp()
    return RunItem(
        id=run.id,
        kind="scan",
        state="not_ended" if run.ended is None else JobState.DONE.value,
        origin="command_line",
        author="",
        created=started,
        created_at=at(started),
        started=started,
        started_at=at(started),
        ended=ended,
        ended_at=at(ended),
        grant=run.grant_sha256,
        run=run.id,
    )


def _result(job: JobRow) -> JobResult:
    try:
        return msgspec.json.decode(job.result, type=JobResult) if job.result else JobResult()
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):  # of a later release
        return JobResult()


_EVERY_CASE = "all cases that were not closed"


def _argument_names(job: JobRow) -> list[str]:
    """Inputs (by SHA-256), targets or cases of a job."""
    try:
        arguments = decode_arguments(job.arguments)
    except TiebackError:
        return []
    match arguments:
        case ScanJob(inputs=inputs, run=run):
            return [*([f"the inputs of the run {run}"] if run else []), *inputs]
        case ImportJob(inputs=inputs) | InventoryJob(inputs=inputs):
            return list(inputs)
        case ProbeJob(targets=targets):
            return list(targets)
        case RecheckJob(cases=cases):
            return list(cases) or [_EVERY_CASE]
        case ReportJob(format=form, audience=audience, vendor=vendor):
            return [f"{form} for the audience {audience}{f': {vendor}' if vendor else ''}"]


def _case_count(job: JobRow) -> int:
    """How many cases a re-check of all cases had; 0 until it has ended."""
    return _result(job).figures.get("cases", 0)


def _upload_name(workspace: Workspace, name: str) -> str:
    """The name of an upload, if this is its SHA-256."""
    upload = UploadFolder(workspace.directory).find(name)
    return (upload.name if upload is not None else "") or name


def _files(workspace: Workspace, result: JobResult) -> Iterator[RunFile]:
    for name in result.files:
        path = export_file(workspace.directory, name)
        if path is not None:
            yield RunFile(name=name, size=path.stat().st_size)


def _problems(workspace: Workspace, job: str) -> tuple[str, ...]:
    folder = UploadFolder(workspace.directory)
    kept = [one for one in workspace.ledger.jobs.events(job) if one.kind in {"problem", "lost"}][-MAX_PROBLEMS:]
    return tuple(folder.name_of(str(msgspec.json.decode(one.document).get("text", ""))) for one in kept)


def _event(event: JobEvent) -> RunEvent:
    return RunEvent(id=event.number, kind=event.kind, time=event.time, data=msgspec.Raw(event.document.encode()))
