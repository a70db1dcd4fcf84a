"""Answers of vendors: when they were given, and what written attestations of cases say about the vendor."""

from collections.abc import Iterable
from datetime import date

import msgspec

from tieback.model.case import Case, NewLogLine
from tieback.model.errors import UsageError
from tieback.model.vendor import AssuranceAnswer, Vendor


def require_past(day: date, today: date) -> None:
    """Check that a day of an event is not in the future: no line of the log can be corrected.

    Raises:
        UsageError: it is.
    """
    if day > today:
        raise UsageError(
            "the date is in the future", where=f"--on {day}", advice=f"Give the day on which it happened, up to {today}"
        )


def answer_of_cases(cases: Iterable[Case]) -> AssuranceAnswer:
    """What the attestations of a vendor's cases say: attested if each active case has one, partly if some have."""
    active = [case for case in cases if case.active]
    attested = [case for case in active if case.attested is not None]
    if not attested:
        return AssuranceAnswer.NONE
    return AssuranceAnswer.ATTESTED if len(attested) == len(active) else AssuranceAnswer.PARTLY


def answer_by_case(
    vendor: Vendor, before: AssuranceAnswer, after: AssuranceAnswer, day: date, case: str, by: str
) -> tuple[Vendor, tuple[NewLogLine, ...]]:
    """Return the vendor with the answer that follows from its cases, and its log entry; or unchanged, without one.

    An answer that a person recorded for the vendor stays, apart from none and an earlier refusal. A letter that is
    older than the request does not answer it.

    Args:
        vendor: the vendor.
        before: answer of its cases before the attestation.
        after: answer of its cases with it.
        day: of the attestation.
        case: ID of the case that was attested.
        by: for the log.
    """
    known = vendor.answer
    refused = known is AssuranceAnswer.DECLINED and (vendor.answered is None or day >= vendor.answered)
    follows = known in (AssuranceAnswer.NONE, before) or refused
    too_old = vendor.asked is not None and day < vendor.asked
    if after is AssuranceAnswer.NONE or after is known or too_old or not follows:
        return vendor, ()
    fields = {"answer": after.value, "answered": day.isoformat(), "case": case}
    entry = NewLogLine(vendor.id, "answer", fields, by)
    return msgspec.structs.replace(vendor, answer=after, answered=day), (entry,)
