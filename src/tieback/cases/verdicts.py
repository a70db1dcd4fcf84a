"""What a re-check found, from the reports of its probes: fixed, moved, closed to us alone, emptied, wiped, ransomed,
still open.

No answer is never taken for fixed, and a store is the same store by its identity, by an identifier of its containers,
or, on the same host, by product and the names of its containers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from tieback.assess.leaves import bytes_total, leaves, records_total
from tieback.assess.ransom import RANSOMED, RansomSigns, strongest
from tieback.model.case import Check, Verdict
from tieback.model.exposure import Exposure
from tieback.model.figure import Figure
from tieback.model.probe import Access, Container, Outcome, ProbeReport, RansomVerdict

_CLOSED_ACCESS = frozenset({Access.AUTH_REQUIRED, Access.LOCKED, Access.NOT_FOUND})
_WORDS = {
    Access.AUTH_REQUIRED: "asks who we are",
    Access.LOCKED: "refuses everyone",
    Access.NOT_FOUND: "is gone",
    Access.FIREWALLED: "turns our address away",
}
_SILENT = {
    Outcome.REFUSED: "nothing listens there any more, or a firewall refuses",
    Outcome.PROTOCOL_MISMATCH: "something else answers there",
}


class Seen(msgspec.Struct, frozen=True):
    """Passive evidence: what somebody else saw at a place of the store."""

    place: str
    """``address:port`` or ``host:port``."""
    source: str
    time: datetime
    """When it was seen."""
    open: bool
    """Whether it let a stranger in."""


def judge(
    store: Exposure,
    here: Sequence[ProbeReport],
    elsewhere: Sequence[ProbeReport],
    seen: Iterable[Seen],
    now: datetime,
    since: datetime | None = None,
) -> Check:
    """The verdict of one re-check.

    Args:
        store: as it was when the case was opened.
        here: what answered at its places; one a target.
        elsewhere: what answered at other places where it may be now.
        seen: passive evidence, any.
        now: when this re-check was made.
        since: when we got in last; passive evidence counts where it is newer. By default none counts.
    """
    inside = [report for report in here if report.outcome is Outcome.OK and report.access.exposed]
    if inside:
        return _open(store, inside, now)
    empty = [report for report in here if report.outcome is Outcome.OK and report.access is Access.OPEN_EMPTY]
    moved = [report for report in elsewhere if _gets_in(report) and same_store(store, report)]
    if moved and not empty:
        return _moved(store, moved, now)
    if empty:
        return _empty(store, empty, moved, now)
    names = [report for report in here if report.access is Access.SCHEMA_ONLY]
    if names:
        reasons = tuple(f"{report.target}: names still answer, records do not" for report in names)
        return Check(Verdict.NAMES_ONLY, now, reasons, tuple(report.target for report in names))
    reasons = tuple(_why(report) for report in here)
    others = _others(store, seen, since)
    if others:
        return Check(Verdict.CLOSED_TO_US, now, (*reasons, *others), store.targets)
    if here and all(_closed(report) for report in here):
        return Check(Verdict.FIXED, now, reasons)
    return Check(Verdict.UNREACHABLE, now, reasons)


def _open(store: Exposure, reports: Sequence[ProbeReport], now: datetime) -> Check:
    ransom = _ransom(reports)
    if ransom in RANSOMED and store.ransom.verdict not in RANSOMED:
        verdict = Verdict.WIPED if ransom is RansomVerdict.WIPED else Verdict.RANSOMED
        reasons = tuple(reason for report in reports for reason in _signs(report))
        return _measured(verdict, store, reports, now, reasons[:12])
    other = [r for r in reports if not same_store(store, r)]
    reasons = tuple(f"{report.target}: lets a stranger in ({report.access})" for report in reports)
    reasons += tuple(f"{report.target}: its content is another than before" for report in other)
    return _measured(Verdict.OPEN, store, reports, now, reasons)


def _empty(store: Exposure, empty: Sequence[ProbeReport], moved: Sequence[ProbeReport], now: datetime) -> Check:
    ransom = _ransom(empty)
    places = tuple(report.target for report in (*moved, *empty))
    if ransom in RANSOMED and store.ransom.verdict not in RANSOMED:
        verdict = Verdict.WIPED if ransom is RansomVerdict.WIPED else Verdict.RANSOMED
        return Check(verdict, now, tuple(reason for report in empty for reason in _signs(report))[:12], places)
    if moved:
        return _moved(store, moved, now)
    reasons = tuple(f"{report.target}: lets strangers in and holds nothing" for report in empty)
    return Check(Verdict.EMPTIED, now, reasons, places)


def _moved(store: Exposure, reports: Sequence[ProbeReport], now: datetime) -> Check:
    reasons = tuple(f"{report.target}: the same store answers strangers there" for report in reports)
    return _measured(Verdict.MOVED, store, reports, now, reasons)


def _measured(
    verdict: Verdict, store: Exposure, reports: Sequence[ProbeReport], now: datetime, reasons: tuple[str, ...]
) -> Check:
    # Several places of one store tell the same figures: the most that one tells counts.
    best = max(reports, key=lambda report: records_total(report.containers).value)
    records = records_total(best.containers) if best.containers else None
    size = bytes_total(best.containers) if best.containers else None
    return Check(
        verdict,
        now,
        reasons,
        tuple(report.target for report in reports),
        records,
        size,
        _change(store.records, records),
        _change(store.bytes, size),
    )


def _change(before: Figure, after: Figure | None) -> int | None:
    return None if after is None or not before.value else after.value - before.value


def same_store(store: Exposure, report: ProbeReport) -> bool:
    """Whether the report is about the store.

    By identity, by a container's own identifier, or, where neither can tell, by product and the names of containers.
    """
    if report.product != store.product:
        return False
    own = report.identity
    if own is not None and own.key == store.identity.key:
        return True
    before = {one.uid for one in store.containers if one.uid}
    after = {one.uid for one in report.containers if one.uid}
    if before and after:
        return not before.isdisjoint(after)
    if own is not None and own.kind == "vendor_id" and store.identity.kind == "vendor_id":
        # Servers make up a new identifier when they start without their old data, so this alone tells them apart.
        return False
    old, new = _names(store.containers), _names(report.containers)
    return bool(old) and len(old & new) * 2 > len(old | new)


def _names(containers: Sequence[Container]) -> set[tuple[str, ...]]:
    return {leaf.path for leaf in leaves(containers) if not leaf.system}


def _gets_in(report: ProbeReport) -> bool:
    return report.outcome is Outcome.OK and report.access.exposed


def _closed(report: ProbeReport) -> bool:
    return (report.outcome is Outcome.OK and report.access in _CLOSED_ACCESS) or report.outcome in _SILENT


def _why(report: ProbeReport) -> str:
    if report.outcome is Outcome.OK:
        return f"{report.target}: {_WORDS.get(report.access, f'no verdict ({report.access})')}"
    known = _SILENT.get(report.outcome)
    return f"{report.target}: {known or (report.problems[0] if report.problems else report.outcome)}"


def _ransom(reports: Sequence[ProbeReport]) -> RansomVerdict:
    signs = RansomSigns()
    return strongest(one for r in reports for one in (r.ransom, signs.judge(r.containers))).verdict


def _signs(report: ProbeReport) -> tuple[str, ...]:
    found = strongest((report.ransom, RansomSigns().judge(report.containers)))
    return tuple(f"{report.target}: {reason}" for reason in found.reasons)


def _others(store: Exposure, seen: Iterable[Seen], since: datetime | None) -> tuple[str, ...]:
    if since is None:
        return ()
    places = {*store.addresses, *store.targets}
    return tuple(
        f"{one.place}: {one.source} got in on {one.time.date()}"
        for one in seen
        if one.open and one.time > since and one.place in places
    )
