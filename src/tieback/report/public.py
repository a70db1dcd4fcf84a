"""Public report: totals only, k-anonymous, without names, hosts or ids.

No published number counts one to four stores or apps, and no such number can be derived by subtraction: groups that are
too small are merged with their neighbours. Records and bytes are rounded down to two digits, because an exact count can
identify a store. The range of people is rounded outwards. This holds for one report. Two reports of almost the same
apps show together how the figures changed, and so what was added or fixed between them.
Source: L. Sweeney, k-anonymity (2002); the threshold of five is that of most statistical offices.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from tieback.assess.summary import UNKNOWN
from tieback.model.errors import UsageError
from tieback.model.exposure import PeopleRange
from tieback.model.figure import Figure, Quality, total
from tieback.model.posture import EncryptionCounts, Posture, YesNoCounts
from tieback.model.report.document import Report
from tieback.model.report.groups import Breakdown, CloserLook, FigureGroup, GroupTable, StoreKind
from tieback.model.report.headline import Headline
from tieback.model.report.scope import RunScope
from tieback.model.report.tables import LazyIndex, LazyTable
from tieback.report.breakdown import SUM, BreakdownCounts, merge_neighbours, whole_years
from tieback.report.texts.about import data_for_others, plugins_for_others, rules_for_others

MIN_GROUP = 5
"""Minimum size of a published group."""
ROUNDED = "records and bytes rounded down, people rounded outwards, numbers of apps and stores not rounded"
OTHER = "other"
WITHHELD = "not named in a public report"
TITLE = "Open back ends of mobile apps"
SMALL_GROUP_NOTE = f"Figures with a group of fewer than {MIN_GROUP} resources are shown as unknown."


def public_report(report: Report) -> Report:
    """Return the report reduced to its totals.

    Raises:
        UsageError: the run is so small that its totals would disclose single apps or stores.
    """
    head = report.headline
    groups = (head.apps_analysed, head.apps_affected, head.stores_answering, head.stores_exposed)
    others = (head.apps_analysed - head.apps_affected, head.stores_answering - head.stores_exposed)
    if head.apps_analysed < MIN_GROUP or any(_small(number) for number in (*groups, *others)):
        raise UsageError(
            "the run is too small for a public report: "
            f"it would disclose a group of fewer than {MIN_GROUP} apps or stores",
            where="--audience public",
            advice="Scan more apps, or use --audience vendor",
            page="Analyse more apps, or choose the audience of one vendor",
        )
    counts = BreakdownCounts(report)
    return Report(
        title=TITLE,
        created=datetime.combine(report.created.date(), datetime.min.time(), UTC),
        tool_version=report.tool_version,
        scope=_scope(report.scope),
        headline=_headline(head, counts),
        apps=LazyIndex.by((), lambda summary: summary.app.sha256),
        quiet=LazyTable.of(()),
        exposed=LazyIndex.by((), lambda store: store.id),
        answered=LazyIndex.by((), lambda store: store.id),
        ways=(0, 0),
        findings=LazyTable.of(()),
        problems=LazyTable.of(()),
        sightings=LazyIndex.by((), lambda row: row.app_sha256),
        backends=LazyTable.of(()),
        probes=LazyTable.of(()),
        audience=f"public: totals only, no group of fewer than {MIN_GROUP}, {ROUNDED}",
        tlp="CLEAR",
        breakdown=_breakdown(counts, head),
        tables=tuple(_tables(report)),
        closer=_closer(report.closer, head),
        sample=report.sample,
        posture=None if report.posture is None else _posture(report.posture),
        data=data_for_others(report.data),
        rules=rules_for_others(report.rules),
        plugins=plugins_for_others(report.plugins),
    )


def _posture(posture: Posture) -> Posture | None:
    """Figures per kind of resource only: no account, no resource, no small group."""
    told = tuple(
        replace(
            row,
            at_rest=_keys(row.at_rest),
            public=_share(row.public),
            # The number of encrypted, non-public resources could be derived from these two.
            public_at_rest=EncryptionCounts(),
            restorable=_share(row.restorable),
            authentication=_share(row.authentication),
            tls=_share(row.tls),
            backups=_share(row.backups),
            logging=_share(row.logging),
        )
        for row in posture.numbers
        if row.by == "all" and row.resources >= MIN_GROUP
    )
    resources = sum(row.resources for row in told)
    return Posture(told, posture.figure_2017, f"{posture.method} {SMALL_GROUP_NOTE}", resources) if told else None


def _keys(keys: EncryptionCounts) -> EncryptionCounts:
    cells = (keys.none, keys.provider_key, keys.customer_key, keys.encrypted, keys.unknown)
    return EncryptionCounts(unknown=keys.total) if any(map(_small, cells)) else keys


def _share(share: YesNoCounts) -> YesNoCounts:
    return YesNoCounts(unknown=share.total) if any(map(_small, (share.yes, share.no, share.unknown))) else share


def round_down(figure: Figure) -> Figure:
    """Return the figure rounded down to two digits; an exact figure becomes a lower bound, a figure of 0 stays."""
    if not figure.value:
        return figure if figure == UNKNOWN else Figure(0, figure.quality, "rounded down")
    keep = 10 ** max(len(str(figure.value)) - 2, 0)
    value = figure.value // keep * keep
    quality = Quality.ESTIMATE if figure.quality is Quality.ESTIMATE else Quality.LOWER_BOUND
    return Figure(value, quality, "rounded down")


def _rounded_up(figure: Figure) -> Figure:
    keep = 10 ** max(len(str(figure.value)) - 2, 0)
    return Figure(-(-figure.value // keep) * keep, figure.quality, "rounded up")


def _small(number: int | None) -> bool:
    return number is not None and 0 < number < MIN_GROUP


def _part(part: int | None, whole: int) -> int | None:
    """The number, unless it or the rest is a small group."""
    return None if part is None or _small(part) or _small(abs(whole - part)) else part


def _scope(scope: RunScope | None) -> RunScope | None:
    if scope is None:
        return None
    hidden = any(map(_small, (scope.targets_out_of_scope, *dict(scope.skipped).values())))
    return replace(
        scope,
        authorised_by=WITHHELD,
        contact=WITHHELD,
        note="",
        audit_log="",
        skipped=() if hidden else scope.skipped,
        targets_out_of_scope=None if _small(scope.targets_out_of_scope) else scope.targets_out_of_scope,
    )


def _headline(head: Headline, counts: BreakdownCounts) -> Headline:
    people = head.people
    partly = (head.apps_partly_read, head.affected_partly_read)
    apps, affected = partly[0] or 0, partly[1] or 0
    fully, fully_affected = head.apps_analysed - apps, head.apps_affected - affected
    if any(map(_small, (apps, affected, fully, fully_affected, apps - affected, fully - fully_affected))):
        partly = (None, None)
    captures = (head.captures_partly_read, head.captures_damaged)
    damaged = head.apps_damaged if partly[0] is not None and not _small(head.apps_damaged) else None
    return replace(
        head,
        apps_partly_read=partly[0],
        affected_partly_read=partly[1],
        apps_damaged=damaged,
        inputs_failed=None,
        files_skipped=None,
        captures_partly_read=None if any(map(_small, captures)) else captures[0],
        captures_damaged=None if any(map(_small, captures)) else captures[1],
        stores_ransomed=_part(head.stores_ransomed, head.stores_exposed),
        honeypots=None if _small(head.honeypots) else head.honeypots,
        records=round_down(head.records),
        bytes=round_down(head.bytes),
        kinds=_kinds(head.kinds),
        pii=tuple((name, round_down(figure)) for name, figure in head.pii if counts.classes.get(name, 0) >= MIN_GROUP),
        by_value=None,
        own_people=None,
        people=None
        if people is None
        else PeopleRange(
            None if people.at_most is None else _rounded_up(people.at_most),
            None if people.at_least is None else round_down(people.at_least),
            None if people.records is None else round_down(people.records),
        ),
        duties=(),
        campaigns=(),
        undecided=_part(head.undecided, head.stores_answering - head.stores_exposed),
        # Differences of two totals would show how many addresses look alike.
        stores_answering_at_most=None,
        stores_exposed_at_most=None,
        records_at_most=None,
        bytes_at_most=None,
    )


def _kinds(kinds: Iterable[StoreKind]) -> tuple[StoreKind, ...]:
    """Products with enough stores; all others are merged, with as many of the smallest as needed."""
    told = sorted(kinds, key=lambda kind: (kind.exposed, kind.asked))
    apart = [kind for kind in told if _small_kind([kind])]
    told = [kind for kind in told if kind not in apart]
    while told and _small_kind(apart):
        apart.append(told.pop(0))
    told.sort(key=lambda kind: (-kind.exposed, -kind.records.value, -kind.asked, kind.product))
    if apart:
        told.append(
            StoreKind(
                OTHER,
                sum(kind.asked for kind in apart),
                sum(kind.exposed for kind in apart),
                total((kind.records for kind in apart), SUM),
                total((kind.bytes for kind in apart), SUM),
            )
        )
    return tuple(replace(kind, records=round_down(kind.records), bytes=round_down(kind.bytes)) for kind in told)


def _small_kind(kinds: Iterable[StoreKind]) -> bool:
    counts = [(kind.exposed, kind.asked) for kind in kinds]
    exposed, asked = sum(one for one, _ in counts), sum(one for _, one in counts)
    return _small(exposed) or _small(asked) or _small(asked - exposed)


_TOLD = frozenset({"platform", "country"})
"""Tables that name no party; kinds of store are in the headline."""


def _tables(report: Report) -> Iterator[GroupTable]:
    """Tables whose groups are large enough, and from which no small group can be derived by subtraction."""
    head = report.headline
    for table in report.tables:
        if table.by not in _TOLD or table.left_out:
            continue
        told = [group for group in table.groups if not _any_small(group)]
        while told and _derivable(told, head):
            told.pop()
        if told:
            yield GroupTable(table.by, tuple(_group(group, table.by) for group in told), len(table.groups) - len(told))


def _derivable(groups: Sequence[FigureGroup], head: Headline) -> bool:
    """True if a total reveals how few apps or stores are outside one group, outside all of them, or in several."""
    totals = (head.apps_analysed, head.apps_affected, head.stores_answering, head.stores_exposed)
    counts = [(group.analysed or 0, group.affected or 0, group.answering, group.exposed) for group in groups]
    for at, whole in enumerate(totals):
        column = [count[at] for count in counts]
        if any(_small(abs(whole - part)) for part in (*column, sum(column)) if part):
            return True
    return False


def _any_small(group: FigureGroup) -> bool:
    counts = (group.analysed, group.using, group.affected, group.answering, group.exposed)
    rest = () if group.analysed is None else (group.analysed - (group.affected or 0),)
    return any(map(_small, (*counts, *rest, group.answering - group.exposed)))


def _group(group: FigureGroup, by: str) -> FigureGroup:
    of_apps = by == "platform"
    return replace(
        group,
        using=None,
        # The number of apps that several groups share could be derived from their sum.
        affected=group.affected if of_apps else None,
        # The number in the groups that are not shown could be derived from the total.
        ransomed=None,
        records=round_down(group.records),
        bytes=round_down(group.bytes),
        answering_at_most=None,
        exposed_at_most=None,
    )


def _closer(closer: CloserLook | None, head: Headline) -> CloserLook | None:
    if closer is None or min(closer.apps, closer.stores) < MIN_GROUP:
        return None
    if _small(head.stores_exposed - closer.stores) or _small(head.apps_affected - closer.apps):
        return None
    return replace(closer, records=round_down(closer.records), bytes=round_down(closer.bytes))


def _breakdown(counts: BreakdownCounts, head: Headline) -> Breakdown:
    apps = [(severity.value, number) for severity, number in counts.apps.items() if number]
    years = whole_years(counts.years)
    dated = sum(counts.years.values())
    undated = counts.undated
    if any(map(_small, (undated, dated, head.stores_exposed - undated, head.stores_exposed - dated))):
        years, undated = (), 0
    if _small(abs(head.apps_affected - sum(counts.apps.values()))):
        apps = []
    return Breakdown(
        cells=tuple(
            (*cell, round_down(figure))
            for cell, figure in sorted(counts.cells.items())
            if counts.stores[cell] >= MIN_GROUP
        ),
        apps=merge_neighbours(apps, MIN_GROUP, " to "),
        created=merge_neighbours(years, MIN_GROUP, " to "),
        undated=undated,
    )
