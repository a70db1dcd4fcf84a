"""Vendor response statistics: median times, a survival curve, and the share of cases without an answer.

Times start when the vendor was notified. A written attestation is an answer. A vendor is silent only after the day by
which its answer was due. Before, its case is waiting, and not part of the share.

A case that is not yet fixed is censored, not left out: the median time to fix comes from the Kaplan-Meier estimate
(Kaplan and Meier 1958, JASA 53). It is ``None`` while more than half are open.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime, time
from statistics import median

import msgspec

from tieback.model.case import Case, CaseState

_DAY = 86_400.0
_REACTIONS = (CaseState.ACKNOWLEDGED, CaseState.FIX_CLAIMED, CaseState.DISPUTED)
"""States that require an answer from the vendor."""
_OPEN_AGAIN = (CaseState.STILL_OPEN, CaseState.CONTRADICTED)


class CurvePoint(msgspec.Struct, frozen=True):
    """A step of the survival curve."""

    days: float
    """Days since the notification."""
    at_risk: int
    """Cases that were still open and watched at this time."""
    fixed: int
    """Cases that became fixed at this time."""
    open_share: float
    """Share of cases still open after this many days."""


class CaseStatistics(msgspec.Struct, frozen=True):
    """Statistics of a group of cases."""

    group: str
    """Name of the vendor, provider or channel; ``all`` for the line about all cases."""
    cases: int
    """Number of cases."""
    told: int
    """Number of cases whose vendor was notified."""
    answered: int
    """Number of notified cases whose vendor answered."""
    fixed: int
    """Number of cases that a re-check found fixed."""
    contradicted: int
    """Number of cases that were reported as fixed and found open."""
    days_to_acknowledge: float | None
    """Median over the answered cases."""
    days_to_fix: float | None
    """Median from the survival curve; ``None`` while more than half are open."""
    no_response_share: float | None
    """Share of the notified cases that are not waiting; ``None`` if there are none."""
    curve: tuple[CurvePoint, ...] = ()
    """The survival curve: share of open cases over time."""
    silent: int = 0
    """Notified cases without an answer whose due day has passed."""
    waiting: int = 0
    """Notified cases without an answer that is not due yet."""


def compute_statistics(group: str, cases: Sequence[Case], now: datetime) -> CaseStatistics:
    """Compute the statistics of these cases, as of ``now``."""
    told = [case for case in cases if CaseState.NOTIFIED in case.reached]
    waits = [days for case in told if (days := _days_to_answer(case)) is not None]
    unanswered = [case for case in told if _days_to_answer(case) is None and not _is_fixed(case)]
    waiting = sum(1 for case in unanswered if _is_waiting(case, now))
    silent, due = len(unanswered) - waiting, len(told) - waiting
    ends = [_end(case, now) for case in told]
    curve = survival_curve(ends)
    return CaseStatistics(
        group=group,
        cases=len(cases),
        told=len(told),
        answered=len(waits),
        fixed=sum(1 for case in cases if _is_fixed(case)),
        contradicted=sum(1 for case in cases if CaseState.CONTRADICTED in case.reached),
        days_to_acknowledge=round(median(waits), 2) if waits else None,
        days_to_fix=next((point.days for point in curve if point.open_share <= 0.5), None),
        no_response_share=round(silent / due, 4) if due else None,
        curve=curve,
        silent=silent,
        waiting=waiting,
    )


def statistics_by_group(cases: Iterable[Case], key: Callable[[Case], str], now: datetime) -> list[CaseStatistics]:
    """Compute the statistics of each group, largest group first."""
    groups: dict[str, list[Case]] = {}
    for case in cases:
        groups.setdefault(key(case), []).append(case)
    found = [compute_statistics(group, members, now) for group, members in groups.items()]
    return sorted(found, key=lambda one: (-one.cases, one.group))


def survival_curve(ends: Iterable[tuple[float, bool]]) -> tuple[CurvePoint, ...]:
    """Return the Kaplan-Meier curve of pairs (days, fixed); if not fixed, the case was still open after these days."""
    known = sorted(ends)
    points: list[CurvePoint] = []
    share, at = 1.0, 0
    while at < len(known):
        days = known[at][0]
        same = [fixed for when, fixed in known[at:] if when == days]
        at_risk, fixed = len(known) - at, sum(same)
        if fixed:
            share *= 1 - fixed / at_risk
            points.append(CurvePoint(days, at_risk, fixed, round(share, 6)))
        at += len(same)
    return tuple(points)


def _is_fixed(case: Case) -> bool:
    """True if the latest re-check found the store closed."""
    fixed = case.reached.get(CaseState.FIXED)
    return fixed is not None and case.state in (CaseState.FIXED, CaseState.CLOSED)


def _end(case: Case, now: datetime) -> tuple[float, bool]:
    told = case.reached[CaseState.NOTIFIED]
    if _is_fixed(case):
        # If it was open again in between, the last fix counts.
        again = any(state in case.reached and case.reached[state] > case.reached["fixed"] for state in _OPEN_AGAIN)
        when = case.since if again and case.state is CaseState.FIXED else case.reached[CaseState.FIXED]
        return _between(told, when), True
    return _between(told, case.since if case.state is CaseState.CLOSED else now), False


def _days_to_answer(case: Case) -> float | None:
    """Days from the notification to the first answer; ``None`` if there is none."""
    told = case.reached[CaseState.NOTIFIED]
    times = [case.reached[state] for state in _REACTIONS if state in case.reached]
    if case.attested is not None and case.attested >= told.date():
        times.append(datetime.combine(case.attested, time.min, UTC))
    return _between(told, min(times)) if times else None


def _is_waiting(case: Case, now: datetime) -> bool:
    """True if the answer is not due yet. Later states show that somebody gave up waiting."""
    return case.state is CaseState.NOTIFIED and (case.due is None or case.due >= now.date())


def _between(start: datetime, end: datetime) -> float:
    return round(max((end - start).total_seconds(), 0.0) / _DAY, 2)
