"""What is done with a report before it is written: suppressions are applied, and it is reduced for its audience."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tieback.assess.rules import load_rules
from tieback.assess.suppressions import load_suppressions
from tieback.model.report.document import Report
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.report.audience import Audience, audience_notes, for_audience
from tieback.report.suppress import apply_suppressions
from tieback.storage.trust import SUPPRESSIONS_FILE, accept_passed, accepts_file


def workspace_suppressions(workspace: Path, path: Path | None = None) -> tuple[Callable[[Report], Report], str]:
    """A function that separates suppressed findings, and a notice if the workspace's own file is not applied.

    Args:
        workspace: the workspace; it may not exist yet.
        path: the suppression file; default: that of the workspace, if the user accepted it.

    Raises:
        UsageError: the file is invalid.
    """
    default = workspace / SUPPRESSIONS_FILE
    file = path if path is not None else default
    if path is None and not file.exists():
        return _unchanged, ""
    if path is None and not accepts_file(workspace, SUPPRESSIONS_FILE):
        notice = f"{file} is new or has changed, and was not applied. Review it, then pass --suppressions {file}"
        return _unchanged, notice
    suppressions = load_suppressions(file, load_rules())

    def apply(whole: Report) -> Report:
        accept_passed(workspace, SUPPRESSIONS_FILE, path)  # a new workspace exists only now
        return apply_suppressions(whole, suppressions, datetime.now(UTC).date(), str(file))

    return apply, ""


def _unchanged(whole: Report) -> Report:
    return whole


def reduce_report(
    whole: Report, audience: Audience, vendor: str, workspace: Path, run: str = ""
) -> tuple[Report, tuple[str, ...]]:
    """The report reduced for an audience, by the vendor register and the letters of the workspace.

    Returns:
        The report, and notes: what it leaves out, and a promise not to publish yet.
    """
    if audience is Audience.INTERNAL:
        return whole, ()
    with open_case_service(workspace, run=run) as work:
        register = work.vendors_with_new() if audience is Audience.VENDOR else ()
        not_before = work.unpublished_until() if audience is Audience.PUBLIC else None
    document = for_audience(whole, audience, vendor, register=register, not_before=not_before)
    return document, tuple(audience_notes(document, audience))
