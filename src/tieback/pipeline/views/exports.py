"""Exports: the report of a run in each format, reduced for its audience, by the same renderers as the command line."""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import BinaryIO

import msgspec

from tieback.model.count_text import count_text
from tieback.model.errors import BusyError, UsageError, WorkspaceError
from tieback.model.report.document import Report
from tieback.pipeline.finish import reduce_report, workspace_suppressions
from tieback.pipeline.report import build_report
from tieback.pipeline.runs import NoSuchRunError, finished_run
from tieback.pipeline.views.run_index import IN_PROCESS, lake_bytes
from tieback.report import renderers
from tieback.report.audience import Audience, audience_of
from tieback.report.files import left_out_parts, left_out_text
from tieback.report.interface import Renderer
from tieback.storage.failures import storage_errors
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

MAX_ROWS = 500_000
"""A longer report is written by a job."""
_AT_ONCE = 2
_MAX_WAITING = 4
"""Each waits in one of the server's few threads, so that others must not wait for one."""
_WAIT_SECONDS = 60.0
_USES = {
    "html": "A page to open in a browser, with everything in one file.",
    "pdf": "Pages to print; writing them takes several seconds.",
    "json": "The whole report as one document.",
    "ndjson": "The whole report, one document per line. Another server can import it.",
    "csv": "The findings, for a spreadsheet.",
    "recipients-csv": "Recipients of personal data, for a spreadsheet; no findings.",
    "markdown": "Text for a ticket or a merge request.",
    "sarif": "SARIF 2.1.0, for code scanning.",
    "ocsf": "OCSF detection findings, for a SIEM.",
    "stix": "STIX 2.1, for threat intelligence: stores and their apps, no findings.",
    "defectdojo": "Generic findings import of DefectDojo.",
    "cyclonedx": "CycloneDX bill of the services that apps use.",
    "csaf": "CSAF 2.0 advisory.",
    "junit": "JUnit XML, for a build server.",
}
_NEEDS = {"pdf": "weasyprint"}
_SLOW = frozenset({"pdf"})
_SLOTS = threading.BoundedSemaphore(_AT_ONCE)
_PLACES = threading.BoundedSemaphore(_AT_ONCE + _MAX_WAITING)


class ExportFormat(msgspec.Struct, frozen=True, kw_only=True):
    """A format of reports."""

    format: str
    suffix: str
    media_type: str
    use: str
    available: bool
    """False if its extra is not installed on the server."""
    slow: bool = False
    """True if writing it takes seconds even for a short report."""
    left_out: tuple[str, ...] | None = None
    """What of this report the format does not contain, such as ``6 findings``; ``null`` if it was not counted."""


class ExportPage(msgspec.Struct, frozen=True, kw_only=True):
    """What can be exported."""

    formats: tuple[ExportFormat, ...]
    audiences: tuple[str, ...]
    run: str | None
    """The last finished run; ``None`` if there is none, and nothing can be exported."""
    runs: tuple[str, ...]
    """The last finished runs, at most 20."""
    vendors: tuple[str, ...]
    """Names of vendors in the register, at most 500."""
    counted: bool = False
    """True if ``left_out`` of each format and ``notes`` are known. A long report is only read with ``count=true``."""
    notes: tuple[str, ...] = ()
    """What this audience must not see or must wait for, and suppressions that were not applied."""
    problem: str = ""
    """Why there is no report for this audience; empty if there is one."""


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """A rendered report. Close ``file`` after reading; it has no name on the disk."""

    name: str
    media_type: str
    size: int
    file: BinaryIO
    notes: tuple[str, ...]
    """What the audience must not see or must wait for, and what the format does not contain."""


def exports_page(
    workspace: Workspace, audience: str = "internal", vendor: str = "", run: str = "", *, count: bool = False
) -> ExportPage:
    """Formats and audiences, and what each format leaves out of the report.

    Args:
        workspace: an open workspace.
        audience: as of ``export_report``, like ``vendor`` and ``run``.
        vendor: name of the vendor, for its audience.
        run: ID of a finished run; empty: the last one.
        count: read the report also if it is long.

    Raises:
        WorkspaceError: the workspace cannot be read.
    """
    plain = _plain_page(workspace)
    if plain.run is None or (audience == Audience.VENDOR and not vendor):
        return plain
    try:
        who, chosen = _audience(audience, vendor), _chosen(workspace, run)
    except (UsageError, NoSuchRunError) as error:
        return msgspec.structs.replace(plain, problem=error.page_diagnostics())
    if not count and lake_bytes(workspace) > IN_PROCESS:
        return plain
    try:
        with _turn():
            document, notes = _document(workspace, who, vendor, chosen.id, "exports")
            formats = tuple(
                msgspec.structs.replace(shown, left_out=left_out_parts(document, one))
                for one, shown in zip(_renderers(), plain.formats, strict=True)
            )
    except BusyError:
        return plain
    except (UsageError, NoSuchRunError) as error:
        return msgspec.structs.replace(plain, problem=error.page_diagnostics())
    return msgspec.structs.replace(plain, formats=formats, notes=notes, counted=True)


def _plain_page(workspace: Workspace) -> ExportPage:
    ended = [run for run in workspace.ledger.list_runs() if run.ended is not None]
    latest = finished_run(workspace)
    vendors = sorted({vendor.name for vendor in workspace.ledger.cases.vendors() if vendor.name})
    return ExportPage(
        formats=tuple(
            ExportFormat(
                format=one.meta.name,
                suffix=one.meta.suffix,
                media_type=one.meta.media_type,
                use=_USES.get(one.meta.name, ""),
                slow=one.meta.name in _SLOW,
                available=one.meta.name not in _NEEDS or find_spec(_NEEDS[one.meta.name]) is not None,
            )
            for one in _renderers()
        ),
        audiences=tuple(audience.value for audience in Audience),
        run=None if latest is None else latest.id,
        runs=tuple(run.id for run in ended[:20]),
        vendors=tuple(vendors[:500]),
    )


def export_report(workspace: Workspace, form: str, audience: str, vendor: str, run: str) -> Export:
    """Render the report of a run.

    Args:
        workspace: an open workspace.
        form: name of a format.
        audience: ``internal``, ``vendor`` or ``public``.
        vendor: name of the vendor, for its audience.
        run: ID of a finished run; empty: the last one.

    Raises:
        UsageError: unknown format or audience, no app of this vendor, a run too small for a public report, a report too
            long, or an extra that is not installed.
        BusyError: other exports are being written.
        WorkspaceError: there is no finished run with this ID, or the workspace cannot be read.
    """
    renderer = next((one for one in _renderers() if one.meta.name == form), None)
    if renderer is None:
        names = ", ".join(one.meta.name for one in _renderers())
        raise UsageError("unknown format", where=form[:40], advice=f"Choose one of {names}")
    who = _audience(audience, vendor)
    chosen = _chosen(workspace, run)
    with _turn():
        document, notes = _document(workspace, who, vendor, chosen.id, form)
        name = f"tieback-{chosen.id}-{who.value}{renderer.meta.suffix}"
        left_out = left_out_text(document, renderer, f"the format {renderer.meta.name}")
        return _rendered(workspace, renderer, document, name, (*notes, *filter(None, [left_out])))


def _audience(audience: str, vendor: str) -> Audience:
    try:
        return audience_of(audience, vendor)
    except UsageError as error:
        raise UsageError(
            error.what, where="audience", advice="Choose internal, vendor with a name, or public"
        ) from None


def _chosen(workspace: Workspace, run: str) -> RunRow:
    chosen = finished_run(workspace, run)
    if chosen is None:
        raise WorkspaceError("no run has finished", where="exports", advice="Start a run first")
    return chosen


def _document(
    workspace: Workspace, audience: Audience, vendor: str, run: str, where: str
) -> tuple[Report, tuple[str, ...]]:
    """The report for an audience, and notes: suppressions that were not applied, and what it leaves out."""
    chosen = _chosen(workspace, run)
    whole = build_report(workspace, chosen.id)
    if (rows := _rows(whole)) > MAX_ROWS:
        raise UsageError(
            f"the report has {count_text(rows, 'row')}, too many to wait for",
            where=where,
            advice="Start a job of kind report",
        )
    apply, notice = workspace_suppressions(workspace.directory)
    document, notes = reduce_report(apply(whole), audience, vendor, workspace.directory, chosen.id)
    return document, (*filter(None, [notice]), *notes)


@contextmanager
def _turn() -> Iterator[None]:
    if _PLACES.acquire(blocking=False):
        try:
            if _SLOTS.acquire(timeout=_WAIT_SECONDS):
                try:
                    yield
                finally:
                    _SLOTS.release()
                return
        finally:
            _PLACES.release()
    raise BusyError("other exports are being written", where="exports", advice="Try again later")


def _rendered(workspace: Workspace, renderer: Renderer, document: Report, name: str, notes: tuple[str, ...]) -> Export:
    with storage_errors(workspace.directory):
        # Without a name, so that nothing remains; in the workspace, which only this user can read.
        file = tempfile.TemporaryFile(dir=workspace.directory)  # noqa: SIM115 - the caller reads and closes it
        try:
            renderer.render(document, file)
            size = file.tell()
            file.seek(0)
        except BaseException:
            file.close()
            raise
    return Export(name=name, media_type=renderer.meta.media_type, size=size, file=file, notes=notes)


def export_media_types() -> list[str]:
    """The media types of all formats."""
    return [one.meta.media_type for one in _renderers()]


def _renderers() -> list[Renderer]:
    return [one for one in renderers() if one.meta.name != "terminal"]


def _rows(report: Report) -> int:
    tables = (report.apps, report.findings, report.problems, report.sightings, report.backends, report.probes)
    return sum(table.count for table in tables)
