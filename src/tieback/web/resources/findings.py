"""Findings: the list, one finding with its evidence and advice, and suppressing it for a time."""

from datetime import UTC, date, datetime

import msgspec

from tieback.model.errors import UsageError
from tieback.model.exposure import Severity
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.suppressions import suppress_finding, unsuppress_finding
from tieback.pipeline.views.findings import FindingDetail, FindingListing, list_findings, show_finding
from tieback.pipeline.views.listing import DEFAULT_LIMIT
from tieback.web.context import Context
from tieback.web.parameters import choice, required_day, yes_or_no
from tieback.web.problems import NotFoundError
from tieback.web.resource import change, form, page_and_json


class FindingPatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A change of a finding."""

    suppressed: bool
    reason: str = ""
    """Why the risk is accepted; needed to suppress it."""
    until: date | None = None
    """The last day on which it is suppressed; needed to suppress it."""


class SuppressForm(msgspec.Struct, frozen=True, kw_only=True):
    """The form that suppresses a finding."""

    reason: str = ""
    until: str = ""


def findings(
    context: Context,
    rule: str = "",
    severity: str = "",
    suppressed: str = "",
    run: str = "",
    after: str = "",
    limit: int = DEFAULT_LIMIT,
) -> FindingListing:
    """Findings of the last finished run, or of ``run``, most severe first. ``suppressed`` is ``yes`` or ``no``."""
    found = list_findings(
        context.workspace,
        rule=rule,
        severity=choice(Severity, severity, "severity"),
        suppressed=yes_or_no(suppressed, "suppressed"),
        run=run,
        after=after,
        limit=limit,
    )
    if found is None:
        raise NotFoundError("no finished run with this ID", advice="See the runs")
    return found


def finding(context: Context, finding_id: str, run: str = "") -> FindingDetail:
    """One finding of the last finished run, or of ``run``."""
    found = show_finding(context.workspace, finding_id, run)
    if found is None:
        raise NotFoundError("no finding with this ID in this run", advice="See the list of findings")
    return found


@change(
    "PATCH",
    "/findings/{finding_id:str}",
    role=Role.ANALYST,
    action="suppress a finding, or undo it",
    current=finding,
)
def change_finding(context: Context, finding_id: str, data: FindingPatch) -> FindingDetail:
    """Suppress a finding with a reason until a day, or undo that. A suppressed finding stays listed and counted."""
    finding(context, finding_id)
    if not data.suppressed:
        unsuppress_finding(context.workspace, finding_id)
    elif data.until is None:
        raise UsageError("a last day is missing", where="until", advice="Write it as 2027-03-31")
    else:
        _suppress(context, finding_id, data.reason, data.until)
    return finding(context, finding_id)


def _suppress(context: Context, finding_id: str, reason: str, until: date) -> None:
    suppress_finding(context.workspace, finding_id, reason, context.user.name, until, datetime.now(UTC).date())


@form(
    "/findings/{finding_id:str}/suppress",
    role=Role.ANALYST,
    action="suppress a finding",
    done="The finding is suppressed. It stays listed and counted.",
    again="finding",
)
def suppress_in_page(context: Context, finding_id: str, data: SuppressForm) -> str:
    """Suppress a finding from its page."""
    finding(context, finding_id)
    _suppress(context, finding_id, data.reason, required_day(data.until, "until"))
    return f"/findings/{finding_id}"


@form(
    "/findings/{finding_id:str}/unsuppress",
    role=Role.ANALYST,
    action="undo the suppression of a finding",
    done="The finding counts again.",
    again="finding",
)
def unsuppress_in_page(context: Context, finding_id: str) -> str:
    """Undo the suppression of a finding from its page."""
    finding(context, finding_id)
    unsuppress_finding(context.workspace, finding_id)
    return f"/findings/{finding_id}"


ROUTES = [
    *page_and_json("/findings", findings, template="findings.html", role=Role.ANALYST, title="Findings"),
    *page_and_json("/findings/{finding_id:str}", finding, template="finding.html", role=Role.ANALYST, title="Finding"),
    change_finding,
    suppress_in_page,
    unsuppress_in_page,
]
