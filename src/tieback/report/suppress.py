"""Findings that a file of suppressions covers are set apart: counted and shown, but not among the findings.

Expired suppressions hold no more and are told as problems, so that a finding that comes back is understood.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain

from msgspec.structs import replace

from tieback.assess.suppressions import holds, suppressed_by
from tieback.model.report import Handle, Report, Suppressed, Suppression
from tieback.model.sighting import Problem
from tieback.report.detail import details


def set_apart(report: Report, suppressions: Sequence[Suppression], today: date, where: str) -> Report:
    """The report with what the suppressions cover set apart; every finding is looked at once.

    Args:
        report: the whole report, before it is cut for an audience.
        suppressions: of the file, in its order.
        today: decides which of them hold.
        where: the file, for what is said of it.
    """
    valid = [one for one in suppressions if holds(one, today)]
    expired = [
        Problem(f"a suppression by {one.author} ended on {one.expires} and holds no more: {one.reason}", where)
        for one in suppressions
        if not holds(one, today)
    ]
    if expired:
        problems = report.problems
        report = replace(
            report, problems=Handle(problems.count + len(expired), lambda: chain(expired, problems.rows()))
        )
    covered = _covered(report, valid) if valid else {}
    if not covered:
        return report
    every = report.findings
    return replace(
        report,
        findings=Handle(
            every.count - len(covered), lambda: (finding for finding in every.rows() if finding.id not in covered)
        ),
        suppressed=Handle(
            len(covered),
            lambda: (Suppressed(finding, covered[finding.id]) for finding in every.rows() if finding.id in covered),
        ),
    )


def _covered(report: Report, valid: Sequence[Suppression]) -> dict[str, Suppression]:
    """Ids of the findings that are covered, each with the suppression that does it."""
    found: dict[str, Suppression] = {}
    for detail in details(report):
        apps = [summary.app.bundle_id for summary in detail.apps]
        by = suppressed_by(detail.finding, apps, detail.stores, valid)
        if by is not None:
            found[detail.finding.id] = by
    return found
