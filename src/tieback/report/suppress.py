"""Applies suppressions: suppressed findings are listed and counted separately from the other findings.

Expired suppressions no longer apply. They are reported as problems, which explains why a finding is back.
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
    """Return the report with suppressed findings separated; each finding is checked once.

    Args:
        report: the full report, before it is reduced for an audience.
        suppressions: suppressions of the file, in file order.
        today: date used to check their expiry.
        where: name of the file, for messages.
    """
    valid = [one for one in suppressions if holds(one, today)]
    expired = [
        Problem(f"the suppression by {one.author} expired on {one.expires}: {one.reason}", where)
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
    """Suppression by id of the suppressed finding."""
    found: dict[str, Suppression] = {}
    for detail in details(report):
        apps = [summary.app.bundle_id for summary in detail.apps]
        by = suppressed_by(detail.finding, apps, detail.stores, valid)
        if by is not None:
            found[detail.finding.id] = by
    return found
