"""State of the server: versions, sandbox, ledger, queue, disk, damaged parts, trust. Totals only, no results."""

import platform
import shutil
from datetime import datetime

import msgspec

from tieback import __version__
from tieback.engine.sandbox import Sandbox, sandbox_state
from tieback.model.errors import WorkspaceError
from tieback.pipeline.views.uploads import UploadLimits
from tieback.storage.failures import public_reason, storage_errors
from tieback.storage.ledger.jobs import JobState
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.ledger.write_check import WriteCheck
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import SCHEMA, Workspace

_SHOWN = 50
_RECENT = 1_000
_SANDBOX = {
    Sandbox.NAMESPACE: "files are read in a process with its own network namespace",
    Sandbox.SECCOMP: "files are read in a process that cannot create sockets; this kernel refused the namespace",
    Sandbox.NONE: "this system cannot take the network from a process, so no uploads are accepted",
}


class QueueState(msgspec.Struct, frozen=True, kw_only=True):
    """The jobs of the server."""

    running: int
    waiting: int
    interrupted: int
    failed: int
    """Among the last 1,000 jobs."""
    done: int
    """Among the last 1,000 jobs."""


class HealthPage(msgspec.Struct, frozen=True, kw_only=True):
    """State of the server and of its workspace."""

    version: str
    python: str
    schema: int
    ledger: str
    """``SQLite`` or ``PostgreSQL``."""
    sandbox: Sandbox
    sandbox_text: str
    queue: QueueState
    writable: bool
    """True if the ledger and the disk can be written; checked at most every 30 seconds."""
    disk_free: int
    disk_total: int
    uploads: int
    """Bytes of all uploads."""
    uploads_limit: int
    damaged: tuple[str, ...]
    """Parts of the lake that are ignored, with the reason; at most 50."""
    damaged_total: int
    distrust: str
    """Why the workspace is not trusted; empty if it is."""
    stopped: bool
    """True if the stop file exists, so that nothing probes."""
    last_run: str | None
    last_run_ended: datetime | None
    stores_exposed: int | None
    """Of the last finished run; ``None`` without one, or if it had no grant and probed nothing."""
    problems: tuple[str, ...]
    """What needs attention, one sentence each; empty if all is well."""


def write_check(workspace: Workspace) -> WriteCheck:
    """The check of an open workspace's ledger and disk; keep it as long as the workspace is open."""
    return WriteCheck(workspace.ledger.database, workspace.directory)


def health_page(workspace: Workspace, writes: WriteCheck) -> HealthPage:
    """The state now. Raises ``WorkspaceError`` if the workspace cannot be read."""
    with storage_errors(workspace.directory):
        disk = shutil.disk_usage(workspace.directory)
    jobs = workspace.ledger.jobs.latest(_RECENT)
    states = [job.state for job in jobs]
    damaged = [f"{part}: {why}" for part, why in sorted(workspace.lake.damaged_parts().items())]
    last = workspace.ledger.latest_run()
    sandbox = sandbox_state()
    limits = UploadLimits()
    page = HealthPage(
        version=__version__,
        python=platform.python_version(),
        schema=SCHEMA,
        ledger="PostgreSQL" if workspace.ledger.database.is_postgres else "SQLite",
        sandbox=sandbox,
        sandbox_text=_SANDBOX[sandbox],
        queue=QueueState(
            running=states.count(JobState.RUNNING),
            waiting=states.count(JobState.QUEUED),
            interrupted=states.count(JobState.INTERRUPTED),
            failed=states.count(JobState.FAILED),
            done=states.count(JobState.DONE),
        ),
        writable=writes.failure() is None,
        disk_free=disk.free,
        disk_total=disk.total,
        uploads=sum(one.size for one in UploadFolder(workspace.directory).all()),
        uploads_limit=limits.total,
        damaged=tuple(damaged[:_SHOWN]),
        damaged_total=len(damaged),
        distrust=workspace.distrust,
        stopped=workspace.stop_file.exists(),
        last_run=None if last is None else last.id,
        last_run_ended=None if last is None else last.ended,
        stores_exposed=None if last is None else _exposed(workspace, last),
        problems=(),
    )
    return msgspec.structs.replace(page, problems=tuple(_problems(page, limits, writes.reason())))


def _exposed(workspace: Workspace, run: RunRow) -> int | None:
    exposed, answered, _ = workspace.ledger.conclusions.counts(run.id)
    return None if run.grant_sha256 is None and not exposed + answered else exposed


def unready_reason(workspace: Workspace, writes: WriteCheck) -> str:
    """Why the ledger cannot be read or written, or the lake not listed: one clause without paths; empty if all can."""
    try:
        workspace.ledger.latest_run()
        workspace.lake.damaged_parts()
    except WorkspaceError as error:
        return public_reason(error) or "the workspace cannot be read"
    return "" if workspace.read_only else writes.reason()


def _problems(page: HealthPage, limits: UploadLimits, not_writable: str) -> list[str]:
    found = []
    if not_writable:
        found.append(f"Nothing can be saved: {not_writable}. Results that exist are shown.")
    if page.sandbox is Sandbox.NONE:
        found.append("Uploads are off. Allow unprivileged user namespaces or seccomp on the server.")
    if page.disk_free < limits.free:
        found.append("The disk of the workspace is almost full. Free disk space.")
    if page.damaged_total:
        found.append("Parts of the lake are damaged and ignored. Start a run over the same inputs to rebuild them.")
    if page.distrust:
        found.append(f"The workspace is not trusted: {page.distrust}.")
    if page.stopped:
        found.append("The stop file exists, so nothing probes. Remove it on the server to continue.")
    return found
