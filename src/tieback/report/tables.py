"""Figures and their tables as text, identical in all human-readable formats."""

from collections.abc import Iterator

import msgspec

from tieback.model.count_text import count_text, its_or_their
from tieback.model.figure import Figure
from tieback.model.report.document import Report
from tieback.model.report.groups import FigureGroup, GroupTable
from tieback.model.report.headline import Headline
from tieback.report.figures import bytes_range_text, bytes_text, figure_text, quality_text, range_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import PLATFORM_WORDS, records_text

BY = {
    "kind": "Kind of store",
    "platform": "Platform",
    "vendor": "Vendor",
    "provider": "Hosting provider",
    "country": "Country",
}
"""Title of a table's first column."""
HEADS = ("Apps analysed", "Apps using", "Apps affected", "Stores", "Open", "Records", "Size", "Ransomed")
"""Titles of the other columns."""
NOTHING = "-"
NOT_PROBED = "not probed"
"""In place of a number of stores, or of apps that lead to them, if no back end was contacted."""
_PLATFORMS = {platform.value: word for platform, word in PLATFORM_WORDS.items()}


class FigureStep(msgspec.Struct, frozen=True):
    """One line of the calculation from apps to exposed data."""

    label: str
    value: str
    quality: str
    figure: str
    """Name for ``tieback report explain``; empty if it is derived from other figures."""
    note: str = ""


def _unread_note(head: Headline) -> str:
    if not head.apps_damaged:
        return f"{its_or_their(head.apps_partly_read or 0)} traffic shows the other back ends"
    return f"{head.apps_damaged:,} cut off or damaged"


def figure_steps(report: Report) -> Iterator[FigureStep]:
    """Yield the figures: apps analysed, apps using a store, apps affected, stores, records, bytes, remediation."""
    head = report.headline
    if not report.without_inputs:
        yield FigureStep("apps analysed", f"{head.apps_analysed:,}", "exact", "apps-analysed")
    if head.apps_partly_read:
        note = f"{_of(head.apps_partly_read, head.apps_analysed)}; {_unread_note(head)}"
        yield FigureStep("apps only partly read", f"{head.apps_partly_read:,}", "exact", "", note)
    if head.captures_partly_read:
        note = f"{head.captures_damaged:,} cut off or damaged" if head.captures_damaged else "see their problems"
        yield FigureStep("captures only partly read", f"{head.captures_partly_read:,}", "exact", "", note)
    if not report.probed:
        why = "there was no grant" if report.scope is None else "see the conclusions"
        yield FigureStep("distinct stores accessible without authentication", NOT_PROBED, "", "stores-exposed", why)
        return
    using = report.apps.count - report.quiet.count
    if report.apps.count:
        yield FigureStep("apps that lead to a store that answered", f"{using:,}", "exact", "apps-using")
    if not report.without_inputs:
        yield FigureStep(
            "apps affected",
            f"{head.apps_affected:,}",
            "exact",
            "apps-affected",
            _of(head.apps_affected, head.apps_analysed) + _fully_read(head),
        )
    if (sample := report.sample) is not None:
        note = (
            f"of {count_text(sample.population, 'app')}: {sample.affected_low:,} to {sample.affected_high:,} at 95 %; "
            f"the sample is {_percent(head.apps_analysed, sample.population)} of them"
        )
        yield FigureStep("apps affected in the population", figure_text(sample.affected), "estimate", "", note)
    yield FigureStep(
        "distinct stores that answered",
        _range(head.stores_answering, head.stores_answering_at_most),
        _certainty(head.stores_answering, head.stores_answering_at_most),
        "stores-answering",
        f"{head.undecided:,} not decided" if head.undecided else "",
    )
    note = _of(head.stores_exposed, head.stores_answering)
    yield FigureStep(
        "distinct stores accessible without authentication",
        _range(head.stores_exposed, head.stores_exposed_at_most),
        _certainty(head.stores_exposed, head.stores_exposed_at_most),
        "stores-exposed",
        note,
    )
    records, size = range_text(head.records, head.records_at_most), bytes_range_text(head.bytes, head.bytes_at_most)
    yield FigureStep("records exposed", records, range_quality(head.records, head.records_at_most), "records")
    yield FigureStep("bytes exposed", size, range_quality(head.bytes, head.bytes_at_most), "bytes")
    if head.stores_ransomed is not None:
        note = _of(head.stores_ransomed, head.stores_answering)
        yield FigureStep(
            "stores ransomed or wiped", f"{head.stores_ransomed:,}", "from names and shape", "stores-ransomed", note
        )
    if (past := report.history) is not None and past.before:
        before = count_text(past.before, "store")
        note = f"{_percent(past.remediated, past.before)} of {before} found open since {past.since}"
        if past.unconfirmed:
            note += f"; {past.unconfirmed:,} more unconfirmed"
        yield FigureStep("stores remediated", f"{past.remediated:,}", "exact", "", note)
    if (closer := report.closer) is not None:
        note = (
            f"{count_text(closer.stores, 'store')} whose fields were read: {records_text(closer.records)}, "
            f"{bytes_text(closer.bytes)}; included in the figures above"
        )
        yield FigureStep("apps with fields read", f"{closer.apps:,}", "exact", "", note)


def _fully_read(head: Headline) -> str:
    """The share of affected apps over the apps that were fully read, as a clause; empty if all or none were."""
    fully = head.apps_analysed - (head.apps_partly_read or 0)
    if not head.apps_partly_read or fully <= 0 or head.affected_partly_read is None:
        return ""
    affected = head.apps_affected - head.affected_partly_read
    return f"; {affected:,} of {fully:,} fully read apps, {_percent(affected, fully)}"


def cells(group: FigureGroup, *, probed: bool) -> tuple[str, ...]:
    """Return the cells of ``HEADS`` for a group; ``NOTHING`` for values not counted, not probed or withheld."""
    if not probed:
        return (NOTHING if group.analysed is None else f"{group.analysed:,}", *[NOTHING] * (len(HEADS) - 1))
    ransomed = NOTHING if group.ransomed is None else f"{group.ransomed:,}"
    if group.ransomed and group.answering:
        ransomed += f" ({_percent(group.ransomed, group.answering)})"
    return (
        *(NOTHING if number is None else f"{number:,}" for number in (group.analysed, group.using, group.affected)),
        _range(group.answering, group.answering_at_most),
        _range(group.exposed, group.exposed_at_most),
        figure_text(group.records) if group.exposed else NOTHING,
        bytes_text(group.bytes) if group.exposed else NOTHING,
        ransomed,
    )


def shown_heads(table: GroupTable, *, probed: bool) -> tuple[int, ...]:
    """Return the columns of ``HEADS`` that have values in a table."""
    rows = [cells(group, probed=probed) for group in table.groups]
    return tuple(at for at in range(len(HEADS)) if any(row[at] != NOTHING for row in rows))


def name_of(table: GroupTable, group: FigureGroup) -> str:
    """Return the display name of a group."""
    if table.by == "platform":
        return _PLATFORMS.get(group.name, group.name)
    return clean(group.name, 80)


def _range(least: int, most: int | None) -> str:
    return f"{least:,}" if most is None or most <= least else f"{least:,} to {most:,}"


def _certainty(least: int, most: int | None) -> str:
    return "exact" if most is None or most <= least else "range"


def range_quality(least: Figure, most: Figure | None) -> str:
    """Return the word of a figure; ``range`` if addresses that only look alike may be different stores."""
    return quality_text(least) if most is None or most.value <= least.value else "range"


def _of(part: int, whole: int) -> str:
    return f"{_percent(part, whole)} of {whole:,}" if whole else ""


def _percent(part: int, whole: int) -> str:
    share = 100 * part / whole
    if 0 < share < 0.1:
        return "under 0.1 %"
    return f"{share:.0f} %" if share >= 10 or share == 0 else f"{share:.1f} %"
