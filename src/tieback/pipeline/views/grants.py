"""Grants that are files on the server: what each permits in words, and which runs used it. Nothing here writes one."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from tieback.model.errors import GrantError, UsageError
from tieback.pipeline.jobs.grants import GrantRow, explain_targets, grant_detail
from tieback.pipeline.jobs.grants import list_grants as grants_on_disk
from tieback.pipeline.views.listing import Listing
from tieback.scope.explain import TargetExplanation
from tieback.scope.grant import parse_grant
from tieback.scope.lease import digest_of
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

_MAX_RUNS, _MAX_TARGET = 100, 300


class GrantRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run under a grant."""

    id: str
    started: datetime
    ended: datetime | None


class GrantPage(msgspec.Struct, frozen=True, kw_only=True):
    """One grant in words."""

    grant: GrantRow
    sentences: tuple[str, ...]
    """What it permits and what it does not, the same as ``tieback grant show`` prints."""
    runs: tuple[GrantRun, ...]
    """Runs of this workspace that used it, latest first, at most 100."""
    target: str
    explanation: tuple[TargetExplanation, ...]
    """Whether ``target`` is inside, without any packet or DNS query."""
    target_problem: str


def list_grants(workspace: Workspace, folder: Path | None) -> Listing[GrantRow]:
    """Every grant file of the workspace and of the server's folder. A damaged one says what is wrong with it."""
    rows = grants_on_disk(workspace, folder)
    return Listing(items=rows, total=len(rows))


def grant_page(workspace: Workspace, folder: Path | None, sha256: str, *, target: str = "") -> GrantPage | None:
    """One grant in words; ``None`` if no file has this ID.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    detail = grant_detail(workspace, folder, sha256)
    if detail is None:
        return None
    target = target.strip()[:_MAX_TARGET]
    explanation: tuple[TargetExplanation, ...] = ()
    problem = ""
    if target:
        try:
            explanation = explain_targets(workspace, folder, sha256, (target,)) or ()
        except UsageError as error:
            problem = error.what
    runs = (GrantRun(id=one.id, started=one.started, ended=one.ended) for one in _runs_under(workspace, sha256))
    return GrantPage(
        grant=detail.grant,
        sentences=detail.sentences,
        runs=tuple(run for run, _ in zip(runs, range(_MAX_RUNS), strict=False)),
        target=target,
        explanation=explanation,
        target_problem=problem,
    )


def _runs_under(workspace: Workspace, grant: str) -> Iterator[RunRow]:
    """Runs whose grant has these values; the texts that releases store differ."""
    same: dict[str, bool] = {}
    for run in workspace.ledger.list_runs():
        key = run.grant_sha256
        if key is None:
            continue
        if key not in same:
            try:
                same[key] = digest_of(parse_grant(workspace.ledger.grant_text(key) or "", "")) == grant
            except GrantError:
                same[key] = False
        if same[key]:
            yield run
