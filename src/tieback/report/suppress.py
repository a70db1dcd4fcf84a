"""Applies suppressions: suppressed findings are listed and counted separately from the other findings.

Expired suppressions no longer apply. They are reported as problems, which explains why a finding is back. So are
suppressions that match no finding: their pattern may be wrong, or the finding is gone.
"""

from collections.abc import Sequence
from datetime import date
from itertools import chain

from msgspec.structs import replace

from tieback.assess.suppressions import find_suppression, is_active
from tieback.model.report.document import Report
from tieback.model.report.suppression import SuppressedFinding, Suppression
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem
from tieback.report.detail import iter_details


def apply_suppressions(report: Report, suppressions: Sequence[Suppression], today: date, where: str) -> Report:
    """Return the report with suppressed findings separated; each finding is checked once.

    Args:
        report: the full report, before it is reduced for an audience.
        suppressions: suppressions of the file, in file order.
        today: date used to check their expiry.
        where: name of the file, for messages.
    """
    valid = [one for one in suppressions if is_active(one, today)]
    odd = [
        Problem(f"the suppression by {one.author} expired on {one.expires}: {one.reason}", where)
        for one in suppressions
        if not is_active(one, today)
    ]
    covered, unused = _covered(report, valid) if valid else ({}, [])
    odd += [
        Problem(f"the suppression by {one.author} of {_subject(one)} matches no finding: {one.reason}", where)
        for one in unused
    ]
    if odd:
        problems = report.problems
        report = replace(report, problems=LazyTable(problems.count + len(odd), lambda: chain(odd, problems.rows())))
    if not covered:
        return report
    every = report.findings
    return replace(
        report,
        findings=LazyTable(
            every.count - len(covered), lambda: (finding for finding in every.rows() if finding.id not in covered)
        ),
        suppressed=LazyTable(
            len(covered),
            lambda: (
                SuppressedFinding(finding, covered[finding.id]) for finding in every.rows() if finding.id in covered
            ),
        ),
    )


def _covered(report: Report, valid: Sequence[Suppression]) -> tuple[dict[str, Suppression], list[Suppression]]:
    """Suppression by id of the suppressed finding, and the suppressions that match none."""
    found: dict[str, Suppression] = {}
    unused = list(valid)
    for detail in iter_details(report):
        apps = [summary.app.bundle_id for summary in detail.apps]
        by = find_suppression(detail.finding, apps, detail.stores, valid)
        if by is not None:
            found[detail.finding.id] = by
            # One that matches only what an earlier one covers is not wrong.
            unused = [one for one in unused if not find_suppression(detail.finding, apps, detail.stores, [one])]
    return found, unused


def _subject(one: Suppression) -> str:
    parts = (("finding", one.finding), ("rule", one.rule), ("app", one.app), ("store", one.store))
    return ", ".join(f"{name} {value}" for name, value in parts if value)
