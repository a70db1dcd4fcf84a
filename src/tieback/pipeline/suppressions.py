"""The suppressions of a workspace: those that reports apply, and edits for one finding at a time.

They are in ``suppressions.toml``, as for ``tieback report``. The file counts only as the user accepted it. An edit here
accepts its own result, and is refused if somebody else changed the file before.
"""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path

import msgspec

from tieback.assess.rules import load_rules
from tieback.assess.suppression_text import MAX_REASON, add_entry, has_entry, remove_entry
from tieback.assess.suppressions import MAX_BYTES, find_suppression, is_active, load_suppressions
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Finding
from tieback.model.report.suppression import Suppression
from tieback.pipeline.fleet.analysed_apps import analysed_apps
from tieback.report.detail import MOST_APPS
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.locks import lock_file
from tieback.storage.trust import SUPPRESSIONS_FILE, accept_file, accepts_file
from tieback.storage.workspace import Workspace
from tieback.user_state import write_private

_LOCK = ".suppressions.lock"


class SuppressionList(msgspec.Struct, frozen=True):
    """The suppressions of a workspace."""

    active: tuple[Suppression, ...] = ()
    expired: tuple[Suppression, ...] = ()
    problem: str = ""
    """Why none is applied, as a sentence with the next step; empty if they are."""


def read_suppressions(workspace: Workspace, today: date) -> SuppressionList:
    """The suppressions that reports of this workspace apply today.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    path = workspace.directory / SUPPRESSIONS_FILE
    if not path.exists():
        return SuppressionList()
    if not accepts_file(workspace.directory, SUPPRESSIONS_FILE):
        return SuppressionList(
            problem=f"{SUPPRESSIONS_FILE} is new or has changed, and is not applied. Review it on the server, then run "
            f"`tieback report --suppressions {path}`"
        )
    try:
        found = load_suppressions(path, load_rules())
    except UsageError as error:
        return SuppressionList(problem=f"{SUPPRESSIONS_FILE} is not applied: {error.what}. {error.advice}")
    return SuppressionList(
        tuple(one for one in found if is_active(one, today)), tuple(one for one in found if not is_active(one, today))
    )


def find_suppressed(
    workspace: Workspace, run: str, findings: Collection[Finding], active: Sequence[Suppression]
) -> dict[str, Suppression]:
    """The suppression of each of these findings that has one, by the ID of the finding.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    if not active:
        return {}
    apps: dict[str, str] = {}
    if any(one.app or one.finding for one in active):
        keys = {key for finding in findings for key in finding.apps[:MOST_APPS]}
        apps = {app.sha256: app.bundle_id for app in analysed_apps(workspace.lake, keys)}
    stores = {}
    if any(one.store for one in active):
        ids = {key for finding in findings for key in finding.exposures}
        stores = {store.id: store for store in workspace.ledger.conclusions.pick(run, ids)}
    covered = {}
    for finding in findings:
        bundles = [apps[key] for key in finding.apps[:MOST_APPS] if key in apps]
        concerned = [stores[key] for key in finding.exposures if key in stores]
        by = find_suppression(finding, bundles, concerned, active)
        if by is not None:
            covered[finding.id] = by
    return covered


def suppress_finding(
    workspace: Workspace, finding: str, reason: str, author: str, until: date, today: date
) -> Suppression:
    """Suppress one finding until a day, which is included. An earlier entry for it is replaced.

    Raises:
        UsageError: the reason or author is missing or too long, the day is over, or the file is not accepted or cannot
            be edited.
        WorkspaceError: the file cannot be written.
    """
    reason, author = " ".join(reason.split()), " ".join(author.split())
    if not reason or not author or len(reason) > MAX_REASON:
        what = f"longer than {MAX_REASON} characters" if reason and author else "a reason is missing"
        raise UsageError(what, where="reason", advice="Give the reason and a ticket number")
    if until < today:
        raise UsageError("this day is over", where="until", advice="Choose today or a later day")
    entry = Suppression(reason, author, until.isoformat(), finding)
    _edit(workspace, lambda text: add_entry(text, entry))
    return entry


def unsuppress_finding(workspace: Workspace, finding: str) -> None:
    """Remove the entry of one finding.

    Raises:
        UsageError: no entry names this finding alone (one with a pattern does not), or the file is not accepted or
            cannot be edited.
        WorkspaceError: the file cannot be written.
    """
    _edit(workspace, lambda text: remove_entry(text, finding))


def is_own_entry(workspace: Workspace, finding: str) -> bool:
    """True if an entry names this finding alone, so that ``unsuppress_finding`` can remove it."""
    try:
        return has_entry(_text(workspace.directory / SUPPRESSIONS_FILE), finding)
    except (InputError, UsageError):
        return False


def _edit(workspace: Workspace, change: Callable[[str], str]) -> None:
    directory = workspace.directory
    path = directory / SUPPRESSIONS_FILE
    with lock_file(directory / _LOCK, "somebody else edits the suppressions", path, "Try again"):
        if path.exists() and not accepts_file(directory, SUPPRESSIONS_FILE):
            raise UsageError(
                "new or changed, and not accepted",
                where=str(path),
                advice=f"Review it on the server, then run `tieback report --suppressions {path}`",
            )
        changed = change(_text(path))
        with storage_errors(path):
            write_private(path, changed.encode())
        accept_file(directory, SUPPRESSIONS_FILE)


def _text(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        if len(data) > MAX_BYTES:
            raise ValueError("too large")
        return data.decode("utf-8")
    except FileNotFoundError:
        return ""
    except (OSError, ValueError):
        raise InputError("cannot be read", where=str(path), advice="Look at it on the server") from None
