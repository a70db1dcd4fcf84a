"""Reports of other tools, and of other workspaces, that were imported as evidence with source and date."""

from datetime import datetime
from pathlib import PurePath

import msgspec

from tieback.intake.reports.open import importers
from tieback.pipeline.jobs.kinds import ImportJob, encode_arguments
from tieback.pipeline.jobs.submit import submit_job
from tieback.pipeline.views.listing import Listing, bounded_limit, decode_cursor, encode_cursor
from tieback.pipeline.views.times import at
from tieback.storage.lake.tables.imports import ReportImport, import_page, import_totals
from tieback.storage.ledger.jobs import JobState
from tieback.storage.uploads import UploadFolder
from tieback.storage.workspace import Workspace

_JOBS = 1_000
"""Latest jobs among which an import of the same uploads is looked for."""


class ToolReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """One imported report."""

    sha256: str
    source: str
    """The tool."""
    title: str
    name: str
    """Name of the file when it was imported."""
    imported: float
    """As ``imported_at``, in seconds since 1970."""
    imported_at: datetime
    services: int
    endpoints: int
    left_out: int
    """Records with an unknown format."""
    declared: int = 0
    """Types of data that a Data Safety export declares."""


class ImportSource(msgspec.Struct, frozen=True, kw_only=True):
    """All reports of one tool."""

    source: str
    title: str
    imports: int
    last: float
    """As ``last_at``, in seconds since 1970."""
    last_at: datetime
    """Time of the last import."""


class ImportPage(msgspec.Struct, frozen=True, kw_only=True):
    """What was imported."""

    imports: Listing[ToolReportRow]
    sources: tuple[ImportSource, ...]
    known: tuple[str, ...]
    """Tools whose reports can be imported."""


class StartedImport(msgspec.Struct, frozen=True, kw_only=True):
    """A job that imports uploads."""

    job: str
    state: str
    new: bool
    """False if an earlier job imports the same uploads, or did."""


def imports_page(workspace: Workspace, *, after: str = "", limit: int = 50) -> ImportPage:
    """Imported reports, latest first.

    Raises:
        UsageError: the cursor or the limit is not valid.
        WorkspaceError: the lake cannot be read.
    """
    limit = bounded_limit(limit)
    key = decode_cursor(after, tuple[float, str]) if after else None
    rows = import_page(workspace.lake, key, limit + 1)
    totals = import_totals(workspace.lake)
    titles = {one.meta.name: one.meta.title for one in importers()}
    folder = UploadFolder(workspace.directory)
    some = tuple(_row(one, titles, folder) for one in rows[:limit])
    following = encode_cursor((some[-1].imported, some[-1].sha256)) if len(rows) > limit else None
    return ImportPage(
        imports=Listing(items=some, next=following, total=sum(count for _, count, _ in totals)),
        sources=tuple(
            ImportSource(source=name, title=titles.get(name, name), imports=count, last=last, last_at=at(last))
            for name, count, last in totals
        ),
        known=tuple(sorted(titles.values())),
    )


def start_import(workspace: Workspace, author: str, uploads: tuple[str, ...], app: str = "") -> StartedImport:
    """Queue an import of uploaded reports; an import of the same uploads that has not failed is not repeated.

    Args:
        workspace: an open workspace.
        author: name of the user.
        uploads: SHA-256 of each.
        app: package name, for files that do not name their app.

    Raises:
        UsageError: there is no upload with one of these digests, none is named, or ``app`` is not a package name.
        WorkspaceError: the queue is full, this system cannot read files safely, or the ledger cannot be written.
    """
    folder = UploadFolder(workspace.directory)
    for sha256 in uploads:
        folder.path_of(sha256)
    job = ImportJob(inputs=uploads, app=app)
    arguments = encode_arguments(job)
    for known in workspace.ledger.jobs.latest(_JOBS):
        if known.arguments == arguments and known.state not in (JobState.FAILED, JobState.CANCELLED):
            return StartedImport(job=known.id, state=known.state.value, new=False)
    added, new = submit_job(workspace, job, author=author, grants=None)
    return StartedImport(job=added.id, state=added.state.value, new=new)


def _row(one: ReportImport, titles: dict[str, str], folder: UploadFolder) -> ToolReportRow:
    name = PurePath(one.path).name
    upload = folder.find(name)
    return ToolReportRow(
        sha256=one.sha256,
        source=one.source,
        title=titles.get(one.source, one.source),
        name=(upload.name or name) if upload is not None else name,
        imported=one.imported,
        imported_at=at(one.imported),
        services=one.services,
        endpoints=one.sightings,
        left_out=one.left_out,
        declared=one.declared,
    )
