"""Grants that are files on the server: what each permits in words, and which runs used it. Nothing here writes one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from tieback.model.errors import GrantError
from tieback.model.grant import Depth, Grant
from tieback.model.skipped import SkippedFiles
from tieback.pipeline.jobs.grants import grant_files
from tieback.pipeline.views.listing import Listing
from tieback.scope.explain import TargetExplanation, explain_target
from tieback.scope.grant import check_valid, grant_sha256, parse_grant
from tieback.scope.grant_words import grant_sentences
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import GrantSignatures, check_grant_file, lacking_text
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

_MAX_TARGETS, _MAX_RUNS, _MAX_TARGET = 50, 100, 300


class GrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """One grant file."""

    id: str
    """SHA-256 of the file, as ``sha256sum`` prints it; runs have the same."""
    file: str
    """Name of the file."""
    place: str
    """``workspace`` or ``server``: which folder has it; ``ledger`` if only earlier runs have it."""
    authorised_by: str
    contact: str
    not_before: date | None
    not_after: date | None
    targets: tuple[str, ...]
    """At most 50."""
    target_count: int
    depth: Depth | None
    """The deepest of its targets."""
    usable: bool
    why_not: str
    """Why it cannot be used now, as one clause; empty if it can."""


class GrantRun(msgspec.Struct, frozen=True, kw_only=True):
    """A run under a grant."""

    id: str
    started: datetime
    ended: datetime | None


class SignatureRow(msgspec.Struct, frozen=True, kw_only=True):
    """One demand for signatures."""

    where: str
    need: int
    keys: int
    signed_by: tuple[str, ...]
    """Fingerprints and comments of the keys."""
    enough: bool


class GrantPage(msgspec.Struct, frozen=True, kw_only=True):
    """One grant in words."""

    grant: GrantRow
    note: str
    sentences: tuple[str, ...]
    """What it permits and what it does not, the same as ``tieback grant show`` prints."""
    signatures: tuple[SignatureRow, ...]
    problems: tuple[str, ...]
    """Signatures that do not count."""
    runs: tuple[GrantRun, ...]
    """Runs of this workspace that used it, latest first, at most 100."""
    target: str
    explanation: tuple[TargetExplanation, ...]
    """Whether ``target`` is inside, without any packet or DNS query."""
    target_problem: str


class _Found(msgspec.Struct, frozen=True):
    path: Path
    place: str


class GrantListing(Listing[GrantRow], frozen=True, kw_only=True):
    """The grant files, and the other files of their folders."""

    skipped: tuple[SkippedFiles, ...]
    """Files that are no grants, by folder (``workspace`` or ``server``) and reason."""


def list_grants(workspace: Workspace, folder: Path | None, today: date | None = None) -> GrantListing:
    """Every grant file of the workspace and of the server's folder, by name. A damaged one says what is wrong with it.

    Raises:
        WorkspaceError: a folder cannot be read.
    """
    day = today or datetime.now(UTC).date()
    skipped: list[SkippedFiles] = []
    files = grant_files(workspace.grants_directory, folder, skipped.append)
    rows = [_row(_Found(path, place), day)[0] for path, place in files]
    return GrantListing(items=tuple(rows), total=len(rows), skipped=tuple(skipped))


def grant_page(
    workspace: Workspace, folder: Path | None, grant: str, *, target: str = "", today: date | None = None
) -> GrantPage | None:
    """One grant in words; ``None`` if no file and no run has this ID.

    The ID may also be that of a run under the same values, whose file had other comments.

    Raises:
        WorkspaceError: a folder or the workspace cannot be read.
    """
    day = today or datetime.now(UTC).date()
    used = _used_grant(workspace, grant)
    same: tuple[GrantRow, GrantSignatures] | None = None
    for found in _files(workspace, folder):
        row, checked = _row(found, day)
        if checked is None:
            continue
        if row.id == grant:
            same = row, checked
            break
        if same is None and used is not None and digest_of(checked.grant) == digest_of(used):
            same = row, checked
    if same is not None:
        return _page(workspace, *same, target.strip()[:_MAX_TARGET], day)
    return None if used is None else _page_of_runs(workspace, used, grant)


def _used_grant(workspace: Workspace, sha256: str) -> Grant | None:
    """The grant with this SHA-256 that a run used."""
    text = workspace.ledger.grant_text(sha256)
    try:
        return None if text is None else parse_grant(text, "")
    except GrantError:
        return None


def _page_of_runs(workspace: Workspace, grant: Grant, sha256: str) -> GrantPage:
    """A grant that earlier runs used and that is no file here: it is shown, and cannot be used."""
    runs = list(_runs_under(workspace, grant))
    why = "it is not a file on this server; runs of the command line used it"
    return GrantPage(
        grant=_grant_row(grant, sha256, "", "ledger", why),
        note=grant.note,
        sentences=tuple(grant_sentences(grant, None)),
        signatures=(),
        problems=(),
        runs=tuple(GrantRun(id=one.id, started=one.started, ended=one.ended) for one in runs[:_MAX_RUNS]),
        target="",
        explanation=(),
        target_problem="",
    )


def _page(workspace: Workspace, row: GrantRow, checked: GrantSignatures, target: str, day: date) -> GrantPage:
    explanation: tuple[TargetExplanation, ...] = ()
    problem = ""
    if target:
        try:
            explanation = tuple(explain_target(checked.grant, checked.policy, target, day))
        except GrantError as error:
            problem = error.what
    runs = [GrantRun(id=one.id, started=one.started, ended=one.ended) for one in _runs_under(workspace, checked.grant)]
    demands = []
    for one in checked.requirements:
        signers = checked.check.signers_for(one)
        keys = tuple(f"{signer.fingerprint} {signer.comment}".strip() for signer in signers)
        demands.append(
            SignatureRow(
                where=one.where, need=one.need, keys=len(one.keys), signed_by=keys, enough=len(signers) >= one.need
            )
        )
    return GrantPage(
        grant=row,
        note=checked.grant.note,
        sentences=tuple(grant_sentences(checked.grant, checked.policy)),
        signatures=tuple(demands),
        problems=checked.check.problems,
        runs=tuple(runs[:_MAX_RUNS]),
        target=target,
        explanation=explanation,
        target_problem=problem,
    )


def _runs_under(workspace: Workspace, grant: Grant) -> Iterator[RunRow]:
    """Runs whose grant has these values; the comments of its file may have been others."""
    same: dict[str, bool] = {}
    values = digest_of(grant)
    for run in workspace.ledger.list_runs():
        key = run.grant_sha256
        if key is None:
            continue
        if key not in same:
            used = _used_grant(workspace, key)
            same[key] = used is not None and digest_of(used) == values
        if same[key]:
            yield run


def _files(workspace: Workspace, folder: Path | None) -> Iterator[_Found]:
    for path, place in grant_files(workspace.grants_directory, folder):
        yield _Found(path, place)


def _row(found: _Found, day: date) -> tuple[GrantRow, GrantSignatures | None]:
    try:
        checked = check_grant_file(found.path, None, day)
    except GrantError as error:
        return _damaged(found, error.what), None
    grant = checked.grant
    why = ""
    try:
        check_valid(grant, day)
    except GrantError as error:
        why = error.what
    if not why and (lacking := checked.missing()) is not None:
        why = lacking_text(lacking, checked.check)
    return _grant_row(grant, grant_sha256(checked.text), found.path.name, found.place, why), checked


def _grant_row(grant: Grant, sha256: str, file: str, place: str, why: str) -> GrantRow:
    deepest = max((rule.depth for rule in grant.target), key=list(Depth).index, default=None)
    return GrantRow(
        id=sha256,
        file=file,
        place=place,
        authorised_by=grant.authorised_by,
        contact=grant.contact,
        not_before=grant.not_before,
        not_after=grant.not_after,
        targets=tuple(rule.match for rule in grant.target[:_MAX_TARGETS]),
        target_count=len(grant.target),
        depth=deepest,
        usable=not why,
        why_not=why,
    )


def _damaged(found: _Found, why: str) -> GrantRow:
    return GrantRow(
        id="",
        file=found.path.name,
        place=found.place,
        authorised_by="",
        contact="",
        not_before=None,
        not_after=None,
        targets=(),
        target_count=0,
        depth=None,
        usable=False,
        why_not=why,
    )
