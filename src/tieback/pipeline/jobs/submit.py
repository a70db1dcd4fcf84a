"""Add jobs to the queue, after a check of everything that a request can get wrong; and cancel them."""

from pathlib import Path

from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.model.errors import UsageError, WorkspaceError
from tieback.pipeline.jobs import folders
from tieback.pipeline.jobs.grants import load_grant_file
from tieback.pipeline.jobs.kinds import (
    ImportJob,
    InventoryJob,
    JobArguments,
    ProbeJob,
    RecheckJob,
    ReportJob,
    ScanJob,
    check_size,
    encode_arguments,
    grant_of,
    kind_of,
)
from tieback.pipeline.probing.targets import TargetList
from tieback.pipeline.runs import finished_run
from tieback.report import by_name
from tieback.report.audience import audience_of
from tieback.storage.ledger.jobs import JobRow, NewJob
from tieback.storage.workspace import Workspace

MAX_KEY = 200
"""Maximum length of an idempotency key."""
MAX_PENDING = 200
"""Maximum number of jobs that have not ended."""


def submit_job(
    workspace: Workspace, arguments: JobArguments, *, author: str, grants: Path | None, key: str | None = None
) -> tuple[JobRow, bool]:
    """Queue a job.

    Args:
        workspace: an open workspace.
        arguments: what to do.
        author: name of the user.
        grants: folder of ``--grants``.
        key: the same key of the same author adds no second job.

    Returns:
        The job, and whether it is new.

    Raises:
        UsageError: an argument is not valid, a run or case is unknown, or the key was used for another job.
        InputError: there is no such upload or input.
        GrantError: the grant cannot be used now.
        WorkspaceError: the queue is full, this system cannot read files safely, or the workspace cannot be read.
    """
    if key is not None and not (0 < len(key) <= MAX_KEY and key.isprintable()):
        raise UsageError("not an idempotency key", where="Idempotency-Key", advice="Send a UUID")
    check_size(arguments)
    _check(workspace, arguments)
    if grant := grant_of(arguments):
        load_grant_file(workspace.directory, grants, grant)
    if len(workspace.ledger.jobs.pending()) >= MAX_PENDING:
        raise WorkspaceError(
            f"{MAX_PENDING} jobs have not ended", where="runs", advice="Wait for some to end, or cancel them"
        )
    new = NewJob(
        kind=kind_of(arguments),
        author=author,
        arguments=encode_arguments(arguments),
        grant_sha256=grant or None,
        idempotency=key,
    )
    return workspace.ledger.jobs.add(new)


def cancel_job(workspace: Workspace, job: str) -> JobRow | None:
    """Request the end of a job; ``None`` if there is none with this ID."""
    return workspace.ledger.jobs.cancel(job)


def _check(workspace: Workspace, arguments: JobArguments) -> None:
    if isinstance(arguments, ScanJob | ImportJob | InventoryJob):
        if sandbox_state() is Sandbox.NONE:
            raise WorkspaceError(
                "this system cannot take the network from the process that reads files",
                where="health",
                advice="Use `tieback scan` on the server",
            )
        for sha256 in arguments.inputs:
            folders.input_file(workspace, sha256)
    if isinstance(arguments, ScanJob | RecheckJob | ReportJob) and arguments.run:
        _check_run(workspace, arguments.run)
    match arguments:
        case ProbeJob():
            TargetList(arguments.targets)
        case RecheckJob():
            known = {case.id for case in workspace.ledger.cases.cases()}
            if unknown := set(arguments.cases) - known:
                raise UsageError("no case has this ID", where=min(unknown)[:80], advice="See the cases")
        case ReportJob():
            if arguments.format == "terminal":
                raise UsageError("unknown format", where="format", advice="See the exports")
            by_name(arguments.format)
            audience_of(arguments.audience, arguments.vendor)
        case _:
            pass


def _check_run(workspace: Workspace, run: str) -> None:
    try:
        finished_run(workspace, run)
    except WorkspaceError as error:
        raise UsageError(error.what, where=run[:80], advice="See the runs") from None
