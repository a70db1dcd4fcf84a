"""Verdict of a re-check, from its probe reports: one of ``RecheckVerdict``.

A missing response, an error page, a closed connection, or a refusal that leaves another access path untested never
counts as closed. A store is recognised at another place only by a strong identity: an identifier of its product or of
its containers. Names of containers are a hint: they prevent ``closed`` from becoming ``fixed``, and prove nothing.
``cases.states`` turns ``closed`` into ``fixed`` if a later re-check confirms it.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import msgspec

from tieback.assess.identity import has_strong_identity, is_chosen_by_people, survives_restart
from tieback.assess.leaves import bytes_total, leaf_containers, records_total
from tieback.assess.ransom import RANSOMED, builtin_signs, strongest_verdict
from tieback.model.case import Recheck, RecheckVerdict
from tieback.model.exposure import Exposure
from tieback.model.figure import Figure, Quality
from tieback.model.probe import Access, Container, Outcome, ProbeReport, RansomVerdict, TargetVerdict
from tieback.report.shortened import cut

MOST_UNTESTED = 4
"""Limit on the untested access paths that a reason names."""
_CLOSED_ACCESS = frozenset({Access.AUTH_REQUIRED, Access.LOCKED, Access.NOT_FOUND})
_WORDS = {
    Access.AUTH_REQUIRED: "requires authentication",
    Access.LOCKED: "refuses all access",
    Access.NOT_FOUND: "no longer exists",
    Access.FIREWALLED: "blocks our address",
}
_REFUSED = "connection refused: the service is gone or a firewall blocks it"
_DROPPED = "the connection is accepted, then closed without a response"
_DIFFERENT = "the response is not the store's: an error page, an overload or a different service"


class PassiveObservation(msgspec.Struct, frozen=True):
    """Passive evidence: an observation of a third party at an address of the store."""

    place: str
    """``address:port`` or ``host:port``."""
    source: str
    time: datetime
    """Time of the observation."""
    open: bool
    """True if it was accessible without authentication."""


def judge_recheck(
    store: Exposure,
    here: Sequence[ProbeReport],
    elsewhere: Sequence[ProbeReport],
    seen: Iterable[PassiveObservation],
    now: datetime,
    since: datetime | None = None,
    suspects: Collection[str] = (),
) -> Recheck:
    """Return the verdict of one re-check.

    Args:
        store: the store when the case was opened.
        here: probe reports of every location of the case, one per target.
        elsewhere: probe reports of other addresses where it may be now.
        seen: passive evidence.
        now: time of this re-check.
        since: time of our last access; only newer passive evidence counts. By default, none counts.
        suspects: locations of ``elsewhere`` at which a store was open earlier that may be this one.
    """
    inside = [report for report in here if _gets_in(report)]
    if inside:
        # Open only at locations that were seen later: it is still moved.
        later = {report.target for report in inside}.isdisjoint(store.targets)
        return _open(store, inside, now, later=later and all(is_same_store(store, one) for one in inside))
    same = [report for report in elsewhere if is_same_store(store, report)]
    moved = [report for report in same if _gets_in(report)]
    empty = [report for report in (*here, *same) if _is_empty(report)]
    if moved and not empty:
        return _moved(store, moved, now)
    if empty:
        return _empty(store, empty, moved, now)
    names = [report for report in (*here, *same) if report.access is Access.SCHEMA_ONLY]
    if names:
        reasons = tuple(f"{report.target}: names can still be read, records cannot" for report in names)
        return Recheck(RecheckVerdict.NAMES_ONLY, now, reasons, tuple(report.target for report in names))
    reasons = tuple(_why(report) for report in here)
    others = _others({*store.addresses, *store.targets, *(one.target for one in here)}, seen, since)
    if others:
        return Recheck(RecheckVerdict.CLOSED_TO_US, now, (*reasons, *others), store.targets)
    if here and all(_closed(report) for report in here):
        alike = [report for report in elsewhere if _may_be(store, report)]
        unclear = [report for report in elsewhere if report.target in suspects and not _closed(report)]
        # A login demand without a product may be that of a proxy, and shows nothing about the store behind it.
        hidden = any(report.outcome is Outcome.OK and not report.product for report in here)
        if alike or unclear or hidden or not _can_be_recognised(store):
            reasons += tuple(f"{one.target}: {_alike(one)}: it may be this store" for one in alike)
            reasons += tuple(f"{_why(one)}; it may be this store" for one in unclear if one not in alike)
            where = tuple(one.target for one in alike)
            return Recheck(RecheckVerdict.CLOSED_AT_KNOWN_PLACES, now, reasons, alike=where)
        return Recheck(RecheckVerdict.CLOSED, now, reasons)
    return Recheck(RecheckVerdict.UNREACHABLE, now, reasons)


def _open(store: Exposure, reports: Sequence[ProbeReport], now: datetime, *, later: bool) -> Recheck:
    ransom = _ransom(reports)
    if ransom in RANSOMED and store.ransom.verdict not in RANSOMED:
        verdict = RecheckVerdict.WIPED if ransom is RansomVerdict.WIPED else RecheckVerdict.RANSOMED
        reasons = tuple(reason for report in reports for reason in _signs(report))
        return _measured(verdict, store, reports, now, reasons[:12])
    if later:
        return _moved(store, reports, now)
    reasons = tuple(f"{report.target}: accessible without authentication ({report.access})" for report in reports)
    reasons += tuple(f"{one.target}: {words}" for one in reports if (words := _difference(store, one)))
    return _measured(RecheckVerdict.OPEN, store, reports, now, reasons)


def _empty(store: Exposure, empty: Sequence[ProbeReport], moved: Sequence[ProbeReport], now: datetime) -> Recheck:
    ransom = _ransom(empty)
    places = tuple(report.target for report in (*moved, *empty))
    if ransom in RANSOMED and store.ransom.verdict not in RANSOMED:
        verdict = RecheckVerdict.WIPED if ransom is RansomVerdict.WIPED else RecheckVerdict.RANSOMED
        return Recheck(verdict, now, tuple(reason for report in empty for reason in _signs(report))[:12], places)
    if moved:
        return _moved(store, moved, now)
    reasons = tuple(f"{report.target}: accessible without authentication, but empty" for report in empty)
    return Recheck(RecheckVerdict.EMPTIED, now, reasons, places)


def _moved(store: Exposure, reports: Sequence[ProbeReport], now: datetime) -> Recheck:
    reasons = tuple(f"{report.target}: the same store is accessible without authentication there" for report in reports)
    return _measured(RecheckVerdict.MOVED, store, reports, now, reasons)


def _measured(
    verdict: RecheckVerdict, store: Exposure, reports: Sequence[ProbeReport], now: datetime, reasons: tuple[str, ...]
) -> Recheck:
    # Several addresses of one store report the same data: the highest figure counts.
    best = max(reports, key=lambda report: records_total(report.containers).value)
    records = records_total(best.containers, best.unlisted) if best.containers else None
    size = bytes_total(best.containers, best.unlisted) if best.containers else None
    return Recheck(
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
    """The change of a figure; ``None`` if the figures do not prove one. "At least" may grow without any change."""
    if after is None or not before.value or Quality.CLAIMED in (before.quality, after.quality):
        return None
    change = after.value - before.value
    unsure = {after.quality} if change < 0 else {before.quality} if change > 0 else {before.quality, after.quality}
    return None if Quality.LOWER_BOUND in unsure else change


def is_same_store(store: Exposure, report: ProbeReport) -> bool:
    """True if a strong identity shows that the report is about the store, wherever it is."""
    if report.product != store.product:
        return False
    own = report.identity
    if own is not None and own.kind == "vendor_id" and own.key == store.identity.key and not is_chosen_by_people(own):
        old, new = _names(store.containers), _names(report.containers)
        return not old or not new or not old.isdisjoint(new)
    before = {one.uid for one in store.containers if one.uid}
    after = {one.uid for one in report.containers if one.uid}
    return not before.isdisjoint(after)


def _can_be_recognised(store: Exposure) -> bool:
    """True if a search at other places would recognise the store, also if it was moved and started again."""
    known = has_strong_identity(store.identity, store.containers)
    return known and (survives_restart(store.identity) or any(one.uid for one in store.containers))


def _looks_alike(store: Exposure, report: ProbeReport) -> bool:
    """True if product and names of containers are the same, and no identifier shows that it is another store."""
    if report.product != store.product:
        return False
    own = report.identity
    if own is not None and survives_restart(own) and survives_restart(store.identity):
        # A server that starts without its old data creates a new identifier, so the stores differ.
        return own.key == store.identity.key
    if any(one.uid for one in store.containers) and any(one.uid for one in report.containers):
        return is_same_store(store, report)
    old, new = _names(store.containers), _names(report.containers)
    return bool(old) and len(old & new) * 2 > len(old | new)


def _difference(store: Exposure, report: ProbeReport) -> str:
    """How an open store differs from the one of the case, or why that was not compared; empty if it is the same."""
    if is_same_store(store, report) or _looks_alike(store, report):
        return ""
    if report.product != store.product:
        if not report.product or not store.product:
            return "the product is not known, so the contents were not compared"
        return f"another product answers: {report.product}, before {store.product}"
    own = report.identity
    if own is not None and survives_restart(own) and survives_restart(store.identity):
        return "its identifier differs from before: it may be another store"
    if not _names(store.containers):
        return "its contents were not compared: none were listed when the case was opened"
    if not _names(report.containers):
        return "its contents were not compared: this re-check listed none"
    return "its contents differ from before"


def _may_be(store: Exposure, report: ProbeReport) -> bool:
    """True if an open store elsewhere may be this one: the same names, or what a wipe leaves."""
    if _gets_in(report) and _looks_alike(store, report):
        return True
    wiped = _is_empty(report) or (_gets_in(report) and _ransom([report]) in RANSOMED)
    if not wiped or report.product != store.product or store.ransom.verdict in RANSOMED:
        return False
    own = report.identity
    lasting = own is not None and survives_restart(own) and survives_restart(store.identity)
    return not lasting or (own is not None and own.key == store.identity.key)


def _alike(report: ProbeReport) -> str:
    if _is_empty(report):
        return "open, but empty"
    return (
        "open, with a ransom note or a wiper's mark" if _ransom([report]) in RANSOMED else "open, with the same names"
    )


def _names(containers: Sequence[Container]) -> set[tuple[str, ...]]:
    return {leaf.path for leaf in leaf_containers(containers) if not leaf.system}


def _gets_in(report: ProbeReport) -> bool:
    return report.outcome is Outcome.OK and report.access.exposed


def _is_empty(report: ProbeReport) -> bool:
    return report.outcome is Outcome.OK and report.access is Access.OPEN_EMPTY


def _closed(report: ProbeReport) -> bool:
    refused = report.outcome is Outcome.OK and report.access in _CLOSED_ACCESS and not report.undecided
    return refused or _nothing_listens(report)


def _nothing_listens(report: ProbeReport) -> bool:
    return report.verdict is TargetVerdict.CLOSED


def _why(report: ProbeReport) -> str:
    if report.outcome is Outcome.OK:
        words = _WORDS.get(report.access, f"no verdict ({report.access})")
        hidden = (
            "" if report.product or report.access is not Access.AUTH_REQUIRED else ", and the product is not visible"
        )
        left = "; ".join(cut(report.untested, MOST_UNTESTED))
        return f"{report.target}: {words}{hidden}" + (f", but not tried: {left}" if left else "")
    if report.outcome is Outcome.REFUSED:
        return f"{report.target}: {_REFUSED if _nothing_listens(report) else _DROPPED}"
    if report.outcome is Outcome.PROTOCOL_MISMATCH:
        return f"{report.target}: {_DIFFERENT}"
    return f"{report.target}: {report.problems[0] if report.problems else report.outcome}"


def _ransom(reports: Sequence[ProbeReport]) -> RansomVerdict:
    signs = builtin_signs()
    return strongest_verdict(one for r in reports for one in (r.ransom, signs.judge(r.containers))).verdict


def _signs(report: ProbeReport) -> tuple[str, ...]:
    found = strongest_verdict((report.ransom, builtin_signs().judge(report.containers)))
    return tuple(f"{report.target}: {reason}" for reason in found.reasons)


def _others(places: Collection[str], seen: Iterable[PassiveObservation], since: datetime | None) -> tuple[str, ...]:
    if since is None:
        return ()
    return tuple(
        f"{one.place}: {one.source} had access on {one.time.date()}"
        for one in seen
        if one.open and one.time > since and one.place in places
    )
