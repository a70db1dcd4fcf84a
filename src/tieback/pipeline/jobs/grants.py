"""Grants on the server's disk: in the workspace's folder ``grants``, and in the folder of ``--grants``.

The server only reads them. No request can create, change or choose a file: a grant is named by the SHA-256 of its
values, and files are read again at each use. So a removed or edited grant takes effect at once.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

import msgspec

from tieback.model.errors import GrantError, TiebackError, UsageError
from tieback.model.grant import Depth, Grant
from tieback.pipeline.progress import today_utc
from tieback.scope.explain import TargetExplanation, explain_target
from tieback.scope.grant import check_valid, parse_grant
from tieback.scope.grant_words import grant_sentences
from tieback.scope.lease import digest_of
from tieback.scope.policy.approval import ApprovedGrant, check_grant_file, lacking_text, load_approved_grant
from tieback.scope.policy.never import SitePolicy
from tieback.scope.rules import compile_rule
from tieback.storage.workspace import Workspace

MAX_FILES = 500
"""Maximum grant files that are read in one folder."""
MAX_GRANTS = 1_000
"""Maximum grants of runs that are compared with the files."""


class GrantTarget(msgspec.Struct, frozen=True, kw_only=True):
    """One rule of a grant."""

    match: str
    ports: str
    depth: Depth
    passwordless: tuple[str, ...]
    """Accounts that may be tried without a password."""
    ransom_note: bool
    scans: bool
    neighbours: bool
    """Whether places that were not named may be searched near those that were."""


class GrantRow(msgspec.Struct, frozen=True, kw_only=True):
    """A grant file, and whether it may be used now."""

    sha256: str
    """Of its values; empty if the file is no grant."""
    name: str
    """Name of the file."""
    usable: bool
    problem: str
    """Why it cannot be used; empty if it can."""
    authorised_by: str = ""
    contact: str = ""
    not_before: date | None = None
    not_after: date | None = None
    targets: tuple[GrantTarget, ...] = ()
    dns: bool = False
    runs: int = 0
    """Number of runs of this workspace under it."""
    last_run: str | None = None
    """ID of the last of these."""


class GrantDetail(msgspec.Struct, frozen=True, kw_only=True):
    """What a grant permits."""

    grant: GrantRow
    sentences: tuple[str, ...]
    """What it permits and what not, who must sign, and what this site excludes."""


class _Found(msgspec.Struct, frozen=True):
    row: GrantRow
    grant: Grant | None
    policy: SitePolicy
    path: Path


def list_grants(workspace: Workspace, folder: Path | None) -> tuple[GrantRow, ...]:
    """All grant files of the server, usable ones first.

    Args:
        workspace: its folder ``grants`` is read.
        folder: of ``--grants``, if the server has one.
    """
    rows = [one.row for one in _grants(workspace, folder)]
    return tuple(sorted(rows, key=lambda row: (not row.usable, row.name, row.sha256)))


def grant_detail(workspace: Workspace, folder: Path | None, sha256: str) -> GrantDetail | None:
    """What a grant permits, in sentences; ``None`` if no file has it."""
    found = _find(workspace, folder, sha256)
    if found is None or found.grant is None:
        return None
    return GrantDetail(grant=found.row, sentences=tuple(grant_sentences(found.grant, found.policy)))


def explain_targets(
    workspace: Workspace, folder: Path | None, sha256: str, targets: tuple[str, ...]
) -> tuple[TargetExplanation, ...] | None:
    """Why targets are inside or outside a grant; ``None`` if no file has it. Sends nothing.

    Raises:
        UsageError: a target is malformed.
    """
    found = _find(workspace, folder, sha256)
    if found is None or found.grant is None:
        return None
    try:
        return tuple(row for text in targets for row in explain_target(found.grant, found.policy, text, today_utc()))
    except GrantError as error:
        raise UsageError(error.what, where=error.where, advice=error.advice) from None


def load_grant_file(workspace: Path, folder: Path | None, sha256: str) -> ApprovedGrant:
    """The grant with this SHA-256 for use, with its approval: read and checked as on the command line.

    Raises:
        GrantError: no file has it now, it is not valid today, a signature is missing, or a site policy is damaged.
    """
    problem: GrantError | None = None
    for path in _files(workspace / "grants", folder):
        try:
            grant = check_grant_file(path, None, today_utc()).grant
        except GrantError:
            continue
        if digest_of(grant) != sha256:
            continue
        try:
            approved = load_approved_grant(path, None, today_utc())
            check_valid(approved.grant, today_utc())
        except GrantError as error:
            problem = error
            continue
        if approved.approval.grant == sha256:
            return approved
    raise problem or GrantError(
        "no grant on the server has this SHA-256",
        where=sha256[:80],
        advice="Put the grant file into the folder of grants on the server, or choose a listed one",
    )


def _find(workspace: Workspace, folder: Path | None, sha256: str) -> _Found | None:
    same = [one for one in _grants(workspace, folder) if one.row.sha256 == sha256 and sha256]
    return max(same, key=lambda one: one.row.usable, default=None)


def _grants(workspace: Workspace, folder: Path | None) -> Iterator[_Found]:
    """Each grant once; of files with the same values, a usable one."""
    uses = _uses(workspace)
    found: dict[str, _Found] = {}
    for path in _files(workspace.grants_directory, folder):
        one = _read(path, uses)
        key = one.row.sha256 or f"file {path}"
        if key not in found or (one.row.usable and not found[key].row.usable):
            found[key] = one
    yield from found.values()


def _uses(workspace: Workspace) -> dict[str, tuple[int, str]]:
    """How many runs each grant has, by its SHA-256, and the last one. Stored texts of a grant differ by release."""
    found: dict[str, tuple[int, str]] = {}
    for text, runs, last in workspace.ledger.grant_uses(MAX_GRANTS):
        try:
            digest = digest_of(parse_grant(text, ""))
        except GrantError:
            continue
        before, known = found.get(digest, (0, ""))
        found[digest] = before + runs, max(known, last)
    return found


def _files(own: Path, folder: Path | None) -> Iterator[Path]:
    """The grant files of both folders, in order of their names; links that leave a folder are left out."""
    for place in (own, folder):
        if place is None or not place.is_dir():
            continue
        inside = place.resolve()
        names = sorted(path for path in place.iterdir() if path.suffix == ".toml" and path.name[0] != ".")
        for path in names[:MAX_FILES]:
            if path.is_file() and path.resolve().is_relative_to(inside):
                yield path


def _read(path: Path, uses: Mapping[str, tuple[int, str]]) -> _Found:
    today = today_utc()
    try:
        checked = check_grant_file(path, None, today)
    except TiebackError as error:
        row = GrantRow(sha256="", name=path.name, usable=False, problem=f"{error.what}. {error.advice}")
        return _Found(row, None, SitePolicy(), path)
    grant, problem = checked.grant, ""
    try:
        check_valid(grant, today)
        if (lacking := checked.missing()) is not None:
            problem = lacking_text(lacking, checked.check)
    except GrantError as error:
        problem = error.what
    digest = digest_of(grant)
    runs, last_run = uses.get(digest, (0, None))
    row = GrantRow(
        sha256=digest,
        name=path.name,
        usable=not problem,
        problem=problem,
        authorised_by=grant.authorised_by,
        contact=grant.contact,
        not_before=grant.not_before,
        not_after=grant.not_after,
        targets=tuple(
            GrantTarget(
                match=rule.match,
                ports=compile_rule(rule).ports_text,
                depth=rule.depth,
                passwordless=tuple(rule.passwordless),
                ransom_note=rule.ransom_note,
                scans=rule.scans,
                neighbours=rule.neighbours,
            )
            for rule in grant.target
        ),
        dns=grant.dns,
        runs=runs,
        last_run=last_run,
    )
    return _Found(row, grant, checked.policy, path)
