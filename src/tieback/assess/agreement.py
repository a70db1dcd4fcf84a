"""Compares what two places show of the same identity: do they agree, or do they contradict each other?

The places are probed minutes or hours apart, and their data changes meanwhile. So small differences of figures prove
nothing, and large ones do.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from tieback.assess.leaves import leaf_containers
from tieback.model.figure import Figure, Quality
from tieback.model.probe import Access, ProbeReport

CHANGE_OF_COUNTS = 0.01
"""Share by which exact counts of one store may differ between two probes of a run; at least one record."""
CHANGE_OF_ESTIMATES = 0.2
"""The same for estimates, which servers compute from samples; at least ``SMALL`` records."""
SMALL = 10
"""Differences up to this number of records never contradict a strong identity."""
FACTOR = 2
"""Figures under one strong identity contradict each other beyond this factor: replicas lag, and stores grow."""

_COUNTED_BY_NODE = frozenset({"cassandra", "scylla", "kafka"})
"""Products whose nodes report their own share of the cluster's data."""
_MEMBER_TRAITS = frozenset({"set_name", "sharded"})
"""Traits of a server that is part of a larger store: a shard has fewer records than its router shows."""


@dataclass(frozen=True, slots=True)
class StoreView:
    """What one or more reports show of a store."""

    place: str
    reports: tuple[ProbeReport, ...]
    versions: tuple[str, ...]
    certificates: tuple[str, ...]
    figures: Mapping[tuple[str, ...], Figure]
    """Greatest plausible number of records of each container that is not the product's own; of bytes, if no container
    has a number of records."""
    total: int

    @property
    def is_part(self) -> bool:
        """True if the server says that it is a member of a larger store."""
        return any(
            report.product in _COUNTED_BY_NODE or any(key in _MEMBER_TRAITS for key, _ in report.traits)
            for report in self.reports
        )


def view_of(reports: Sequence[ProbeReport], place: str = "") -> StoreView:
    """Summarise reports about one store."""
    figures = _figures(reports, "records") or _figures(reports, "bytes")
    return StoreView(
        place,
        tuple(reports),
        tuple(sorted({report.version for report in reports if report.version})),
        tuple(sorted({one.tls.certificate_sha256 for one in reports if one.tls and one.tls.certificate_sha256})),
        figures,
        sum(figure.value for figure in figures.values()),
    )


def agrees(one: StoreView, other: StoreView) -> bool:
    """True if both may be one store without strong evidence: versions, certificates, names and figures agree."""
    if _disjoint(one.versions, other.versions) or _disjoint(one.certificates, other.certificates):
        return False
    common = one.figures.keys() & other.figures.keys()
    if one.figures and other.figures and not common:
        return False
    return all(_is_close(one.figures[path], other.figures[path]) for path in common)


def contradicts(one: StoreView, other: StoreView) -> bool:
    """True if both cannot be one store although they have the same strong identity.

    The figures of their common containers are too far apart in total or for half of the containers, or the same probe
    with the same access found different containers.
    """
    if one.is_part or other.is_part:
        return False
    common = sorted(one.figures.keys() & other.figures.keys())
    if not common:
        return one.total > SMALL and other.total > SMALL and not _seen_by(one).isdisjoint(_seen_by(other))
    pairs = [(one.figures[path], other.figures[path]) for path in common]
    apart = sum(_is_far(*pair) for pair in pairs)
    if apart * 2 >= len(pairs):
        return True
    totals = [Figure(sum(pair[at].value for pair in pairs), _weakest(pair[at] for pair in pairs), "") for at in (0, 1)]
    return _is_far(totals[0], totals[1])


def _figures(reports: Sequence[ProbeReport], what: str) -> dict[tuple[str, ...], Figure]:
    found: dict[tuple[str, ...], Figure] = {}
    for report in reports:
        for leaf in leaf_containers(report.containers):
            figure: Figure | None = getattr(leaf, what)
            if leaf.system or figure is None or figure.quality is Quality.CLAIMED:
                continue
            known = found.get(leaf.path)
            if known is None or figure.value > known.value:
                found[leaf.path] = figure
    return found


def _seen_by(view: StoreView) -> set[tuple[str, Access]]:
    return {(report.probe, report.access) for report in view.reports if report.containers}


def _disjoint(one: Sequence[str], other: Sequence[str]) -> bool:
    return bool(one) and bool(other) and set(one).isdisjoint(other)


def _is_close(one: Figure, other: Figure) -> bool:
    less, more = sorted((one, other), key=lambda figure: figure.value)
    if less.quality is Quality.LOWER_BOUND:
        return True
    if Quality.ESTIMATE in (less.quality, more.quality):
        return more.value - less.value <= max(SMALL, more.value * CHANGE_OF_ESTIMATES)
    return more.value - less.value <= max(1, more.value * CHANGE_OF_COUNTS)


def _is_far(one: Figure, other: Figure) -> bool:
    less, more = sorted((one, other), key=lambda figure: figure.value)
    if less.quality is Quality.LOWER_BOUND:
        return False
    return more.value > FACTOR * less.value and more.value - less.value > SMALL


def _weakest(figures: Iterable[Figure]) -> Quality:
    qualities = {figure.quality for figure in figures}
    return next(one for one in (Quality.LOWER_BOUND, Quality.ESTIMATE, Quality.EXACT) if one in qualities)
