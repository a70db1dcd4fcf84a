"""Audiences of a report. It is reduced before rendering, so that no format can disclose more than another."""

from enum import StrEnum

from tieback.model.errors import UsageError
from tieback.model.report import Report
from tieback.report.public import public_report
from tieback.report.vendor import vendor_report


class Audience(StrEnum):
    """Audiences, from most to least detail."""

    INTERNAL = "internal"
    """Everything."""
    VENDOR = "vendor"
    """The apps of one vendor and the stores that they lead to."""
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
        raise UsageError("missing vendor name", where="--audience vendor", advice="Add --vendor NAME")
    if audience is not Audience.VENDOR and vendor:
        raise UsageError("not valid for this audience", where="--vendor", advice="Add --audience vendor")
    return audience


def for_audience(report: Report, audience: Audience, vendor: str = "") -> Report:
    """Return the report reduced for an audience. Its tables are readable as long as those of the full report.

    Args:
        report: the full report.
        audience: the audience.
        vendor: name of the vendor, for the vendor audience.

    Raises:
        UsageError: invalid combination, no app of this vendor, or the run is too small for a public report.
    """
    audience_of(audience, vendor)
    if audience is Audience.VENDOR:
        return vendor_report(report, vendor)
    if audience is Audience.PUBLIC:
        return public_report(report)
    return report
