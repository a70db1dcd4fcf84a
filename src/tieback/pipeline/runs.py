"""The run that a command reads: the one of ``--run``, or the last finished one."""

from tieback.model.errors import WorkspaceError
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace


class NoSuchRunError(WorkspaceError):
    """The workspace has no finished run with this ID."""


def finished_run(workspace: Workspace, run_id: str = "") -> RunRow | None:
    """The run with this ID; without an ID the last finished run, or ``None`` if no run has finished.

    Raises:
        WorkspaceError: there is no run with this ID, or it has not finished.
    """
    if not run_id:
        return workspace.ledger.latest_run()
    run = workspace.ledger.find_run(run_id)
    if run is None or run.ended is None:
        what = "no run with this ID" if run is None else "this run has not finished"
        raise NoSuchRunError(
            what, where=f"--run {run_id[:80]}", advice="See `tieback workspace runs`", page="See the list of runs"
        )
    return run


def nothing_probed_text(run: RunRow | None) -> str:
    """Why a run shows nothing about open stores, as one sentence; empty if it had a grant."""
    if run is None:
        return "No run has finished, so nothing was probed: no app was compared with open stores."
    return (
        "" if run.grant_sha256 is not None else "This run had no grant, so nothing was probed: open stores are unknown."
    )
