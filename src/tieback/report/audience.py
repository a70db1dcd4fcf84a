"""Who reads a report: cut before any renderer sees it, so that no format can tell an audience more than another."""

from enum import StrEnum

from tieback.model.errors import UsageError
from tieback.model.report import Report
from tieback.report.public import aggregate
from tieback.report.vendor import narrow


class Audience(StrEnum):
    """From the most that is told to the least."""

    INTERNAL = "internal"
    """Everything."""
    VENDOR = "vendor"
    """The apps of one vendor and the stores that they lead to."""
    PUBLIC = "public"
    """Totals, k-anonymous; no names, hosts or ids."""


def audience_of(word: str, vendor: str) -> Audience:
    """What ``--audience`` and ``--vendor`` mean, said before any work is done.

    Raises:
        UsageError: there is no such audience; a vendor's report without its name, or a name without such a report.
    """
    try:
        audience = Audience(word)
    except ValueError:
        raise UsageError(
            "there is no such audience", where=f"--audience {word}", advice=f"Choose one of {', '.join(Audience)}"
        ) from None
    if audience is Audience.VENDOR and not vendor.strip():
        raise UsageError("whose apps?", where="--audience vendor", advice="Add --vendor NAME")
    if audience is not Audience.VENDOR and vendor:
        raise UsageError("only a vendor's report takes a name", where="--vendor", advice="Add --audience vendor")
    return audience


def for_audience(report: Report, audience: Audience, vendor: str = "") -> Report:
    """The report as its audience may read it. Its tables can be read as long as those of the whole report.

    Args:
        report: the whole report.
        audience: who reads it.
        vendor: whose apps, for a vendor's report.

    Raises:
        UsageError: the two do not fit; no app is of this vendor; the run is too small for a public report.
    """
    audience_of(audience, vendor)
    if audience is Audience.VENDOR:
        return narrow(report, vendor)
    if audience is Audience.PUBLIC:
        return aggregate(report)
    return report
