"""Selects the findings of a report that are related to some requirements of a standard or a law."""

from collections.abc import Collection, Iterator
from itertools import chain

from msgspec.structs import replace

from tieback.assess.references import labels
from tieback.model.count_text import count_text
from tieback.model.exposure import Finding
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem

_NAMED = 5
"""Most references that the note names."""


def with_references(report: Report, chosen: Collection[str]) -> Report:
    """Return the report with only the findings that have one of these references, and a note about the others.

    Stores, figures and totals stay those of the whole run.

    Args:
        report: the report, already reduced for its audience.
        chosen: references such as ``owasp-mobile:M3``; empty for all findings.
    """
    if not chosen:
        return report

    def related() -> Iterator[Finding]:
        return (finding for finding in report.findings.rows() if not set(finding.references).isdisjoint(chosen))

    count = sum(1 for _ in related())
    names = labels(sorted(chosen))
    named = ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED} more" if len(names) > _NAMED else "")
    note = Problem(
        f"only the {count:,} of {count_text(report.findings.count, 'finding')} to which {named} may apply",
        "--reference",
    )
    kept = [
        one for one in report.suppressed.rows() if not set(one.finding.references).isdisjoint(chosen)
    ]  # a person wrote each of them, so they are few
    problems = report.problems
    return replace(
        report,
        findings=LazyTable(count, related),
        suppressed=LazyTable.of(kept),
        problems=LazyTable(problems.count + 1, lambda: chain((note,), problems.rows())),
    )
