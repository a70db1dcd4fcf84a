"""Audiences of a report. It is reduced before rendering, so that no format can disclose more than another."""

from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import chain

from msgspec.structs import replace

from tieback.model.errors import UsageError
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.model.sighting import Problem
from tieback.model.vendor import Vendor
from tieback.report.public import public_report
from tieback.report.vendor import vendor_report


class Audience(StrEnum):
    """Audiences, from most to least detail."""

    INTERNAL = "internal"
    """Everything."""
    VENDOR = "vendor"
    """The apps of one vendor and the stores that it answers for."""
    PUBLIC = "public"
    """Totals, k-anonymous; no names, hosts or ids."""


def audience_of(word: str, vendor: str) -> Audience:
    """Validate ``--audience`` and ``--vendor`` before any work is done.

    Raises:
        UsageError: unknown audience, missing vendor name, or a vendor name without the vendor audience.
    """
    try:
        audience = Audience(word)
    except ValueError:
        raise UsageError(
            "unknown audience", where=f"--audience {word}", advice=f"Choose one of {', '.join(Audience)}"
        ) from None
    if audience is Audience.VENDOR and not vendor.strip():
        raise UsageError(
            "missing vendor name", where="--audience vendor", advice="Add --vendor NAME", page="Choose a vendor"
        )
    if audience is not Audience.VENDOR and vendor:
        raise UsageError(
            "not valid for this audience",
            where="--vendor",
            advice="Add --audience vendor",
            page="Choose the audience vendor",
        )
    return audience


def for_audience(
    report: Report,
    audience: Audience,
    vendor: str = "",
    *,
    register: Iterable[Vendor] = (),
    not_before: date | None = None,
) -> Report:
    """Return the report reduced for an audience. Its tables are readable as long as those of the full report.

    Args:
        report: the full report.
        audience: the audience.
        vendor: name of the vendor, for the vendor audience.
        register: the vendors of the workspace; they decide who answers for a store.
        not_before: day before which our letters promise to publish nothing.

    Raises:
        UsageError: invalid combination, no app of this vendor, or the run is too small for a public report.
    """
    audience_of(audience, vendor)
    if audience is Audience.VENDOR:
        return vendor_report(report, vendor, register)
    if audience is Audience.PUBLIC:
        return _dated(public_report(report), not_before)
    return report


def audience_notes(report: Report, audience: Audience) -> list[str]:
    """What a reduced report leaves out or must wait for: these of its problems also go to stderr."""
    return [problem.what for problem in report.problems.rows() if problem.where == f"--audience {audience}"]


def _dated(report: Report, not_before: date | None) -> Report:
    if not_before is None:
        return report
    # The number of cases would be that of a small group.
    note = Problem(not_before_text(not_before), f"--audience {Audience.PUBLIC}")
    problems = report.problems
    return replace(report, problems=LazyTable(problems.count + 1, lambda: chain((note,), problems.rows())))


def not_before_text(day: date) -> str:
    """Return the warning that a letter's promise is in force."""
    return f"do not publish before {day}: our letters promise to publish nothing before that day"
