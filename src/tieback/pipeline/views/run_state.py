"""The run that a page shows, with what to know before one trusts its figures."""

from tieback.model.errors import UsageError
from tieback.pipeline.views.runs_shown import ShownRun
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace


class RunState(ShownRun, frozen=True, kw_only=True):
    """The run that a page shows, and whether its figures are the newest and whole."""

    latest: bool
    """False if a newer run has finished."""
    unfinished: int
    """Number of runs that began later and have not finished."""
    damaged_parts: int
    """Damaged parts of the stored results, which are ignored."""


def find_run(workspace: Workspace, run: str = "") -> RunRow | None:
    """The run with this ID; without an ID the last finished one, or ``None`` if none has finished.

    Raises:
        UsageError: there is no finished run with this ID.
    """
    latest = workspace.ledger.latest_run()
    if not run or (latest is not None and latest.id == run):
        return latest
    found = workspace.ledger.find_run(run) if len(run) <= 64 else None
    if found is None or found.ended is None:
        raise UsageError("no finished run has this ID", where="run", advice="See the list of runs")
    return found


def show_run(workspace: Workspace, run: RunRow) -> RunState:
    """What a page says about a finished run. Raises ``WorkspaceError``."""
    assert run.ended is not None, "only finished runs are shown"
    latest = workspace.ledger.latest_run()
    return RunState(
        id=run.id,
        started=run.started,
        ended=run.ended,
        latest=latest is None or latest.id == run.id,
        grant_sha256=run.grant_sha256 or "",
        unfinished=len(workspace.ledger.conclusions.runs_started_since(run.id)),
        damaged_parts=len(workspace.lake.damaged_parts()),
    )
