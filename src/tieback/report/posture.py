"""Posture of the owner's accounts as tables and lines: each share of all resources, with the unknown part."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec

from tieback.model.count_text import count_text
from tieback.model.posture import Posture, ResourceFigures, YesNoCounts
from tieback.model.resource import ResourceKind
from tieback.report.texts.clean import clean

HEADS = (
    "All", "Not encrypted", "Provider's key", "Own key", "Key unknown", "Unknown", "Public", "No login",
    "No TLS",
)  # fmt: skip
MOST_GROUPS = 30
"""Limit on the groups of one table."""
_TITLES = {
    ResourceKind.DATABASE: "Hosted databases",
    ResourceKind.BUCKET: "Buckets",
    ResourceKind.SNAPSHOT: "Snapshots",
    ResourceKind.HOST: "Machines",
}
NOTHING = "-"


class NumberTable(msgspec.Struct, frozen=True):
    """Figures of one kind of resource."""

    kind: ResourceKind
    planned: bool
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    """Name and cells of each group."""
    lines: tuple[str, ...]
    """Lines about all groups together."""
    left_out: int


class Bar(msgspec.Struct, frozen=True):
    """A bar of the chart."""

    name: str
    share: float
    """Per cent."""
    text: str
    tone: str
    """A severity, used only for the colour."""


def number_tables(numbers: Iterable[ResourceFigures], most: int = MOST_GROUPS) -> Iterator[NumberTable]:
    """Yield one table per kind of resource; resources that exist only in templates have their own table."""
    rows = list(numbers)
    for planned, kind in dict.fromkeys((row.planned, row.kind) for row in rows):
        some = [row for row in rows if (row.planned, row.kind) == (planned, kind)]
        yield NumberTable(
            kind,
            planned,
            f"{_TITLES[kind]}{' in templates, not deployed' if planned else ''}",
            _heads(kind),
            tuple((_name(row), _cells(row)) for row in some[:most]),
            tuple(_lines(some[0])),
            max(len(some) - most, 0),
        )


def _heads(kind: ResourceKind) -> tuple[str, ...]:
    """Column titles; snapshots have no login."""
    return (*HEADS[:-3], "Restorable by anyone") if kind is ResourceKind.SNAPSHOT else HEADS


def _name(row: ResourceFigures) -> str:
    return "all" if row.by == "all" else f"{row.by} {clean(row.name, 80)}"


def _cells(row: ResourceFigures) -> tuple[str, ...]:
    keys = row.at_rest
    return (
        f"{row.resources:,}",
        *(share_text(count, keys.total) for count in (keys.none, keys.provider_key, keys.customer_key, keys.encrypted)),
        f"{keys.unknown:,}",
        *(_answered(share, bad) for share, bad in _answers(row)),
    )


def _answers(row: ResourceFigures) -> tuple[tuple[YesNoCounts, int], ...]:
    if row.kind is ResourceKind.SNAPSHOT:
        return ((row.restorable, row.restorable.yes),)
    return (row.public, row.public.yes), (row.authentication, row.authentication.no), (row.tls, row.tls.no)


def _answered(share: YesNoCounts, bad: int) -> str:
    if not share.known:
        return f"{share.unknown:,} unknown" if share.unknown else NOTHING
    return share_text(bad, share.total) + (f", {share.unknown:,} unknown" if share.unknown else "")


def share_text(count: int, of: int) -> str:
    """``3/10 30 %``: a share with its denominator; ``-`` if there is none."""
    return f"{count:,}/{of:,} {100 * count / of:.0f} %" if of else NOTHING


def _lines(row: ResourceFigures) -> Iterator[str]:
    keys = row.public_at_rest
    if row.public.yes and keys.total:
        yield (
            f"Of {row.public.yes:,} public (flag, route and port): {share_text(keys.none, keys.total)} not "
            f"encrypted, {share_text(keys.provider_key, keys.total)} provider's key, "
            f"{share_text(keys.customer_key, keys.total)} own key, {keys.encrypted:,} key unknown, "
            f"{keys.unknown:,} encryption unknown"
        )
    for share, bad in ((row.authentication, "require no login"), (row.tls, "do not require TLS")):
        if share.known:
            yield f"{share_text(share.no, share.total)} {bad}" + (
                f"; {share.unknown:,} unknown" if share.unknown else ""
            )


def databases(numbers: Iterable[ResourceFigures]) -> ResourceFigures | None:
    """Return the figures of all deployed hosted databases; ``None`` if there are none."""
    found = (row for row in numbers if row.by == "all" and row.kind is ResourceKind.DATABASE and not row.planned)
    return next(found, None)


def bars(posture: Posture) -> Sequence[Bar]:
    """Return the 2017 figure and the current figures, in per cent; empty if nothing is known.

    All bars have the same denominator, so that their lengths can be compared: the hosted databases, also those of
    which a state is unknown.
    """
    row = databases(posture.numbers)
    if row is None or not row.at_rest.known:
        return ()
    keys, public = row.at_rest, row.public
    counts = (
        ("not encrypted", keys.none, "high"),
        ("provider's key", keys.provider_key, "medium"),
        ("own key", keys.customer_key, "low"),
        ("key unknown", keys.encrypted, "info"),
        ("encryption unknown", keys.unknown, "info"),
        ("public", public.yes, "critical"),
        ("public unknown", public.unknown, "info"),
        ("public, not encrypted", row.public_at_rest.none, "critical"),
    )
    return (
        Bar("2017: not encrypted", posture.figure_2017, f"{posture.figure_2017} %", "info"),
        *(
            Bar(name, 100 * count / row.resources, share_text(count, row.resources), tone)
            for name, count, tone in counts
            if count or not name.endswith("unknown")
        ),
    )


def summary_lines(posture: Posture) -> Iterator[tuple[str, str]]:
    """Yield a summary of the section, as label and text."""
    row = databases(posture.numbers)
    if row is not None:
        keys, cells = row.at_rest, _cells(row)
        text = f"{cells[1]} not encrypted" if keys.known else f"encryption of {keys.unknown:,} unknown"
        if keys.known:
            text += f" (2017: {posture.figure_2017} %), {cells[2]} provider's key, {cells[3]} own key"
            text += f", {keys.unknown:,} unknown" if keys.unknown else ""
        yield ("Hosted databases", f"{text}; public {cells[6]}")
    if posture.owned_total is not None:
        accounts = count_text(posture.accounts or 0, "account")
        text = (
            f"{count_text(posture.resources, 'resource')} in {accounts}: {posture.owned_total:,} seen from outside, "
            f"{posture.leaking or 0:,} of them exposed; {posture.unseen_total or 0:,} public but not seen; "
            f"{count_text(posture.foreign_total or 0, 'open store')} in no account"
        )
        yield ("Your accounts", text)
    missed = [one for one in posture.exports if one.missed or one.incomplete]
    if missed:
        yield (
            "Not collected",
            f"{count_text(len(missed), 'account export')} incomplete; missing data counts as unknown",
        )


class JoinTable(msgspec.Struct, frozen=True):
    """One part of the join, one sentence per row."""

    title: str
    note: str
    rows: tuple[str, ...]
    left_out: int


def join_tables(posture: Posture, most: int) -> Iterator[JoinTable]:
    """Yield the parts of the join that have rows."""
    parts = (
        ("Your resources that are seen from outside", "Reached by a probe, or named by an app or traffic; worst first.",
         [one.says for one in posture.owned], posture.owned_total),
        ("Open stores in none of your accounts", "Forgotten, or owned by a vendor: no imported export contains them.",
         [one.says for one in posture.foreign], posture.foreign_total),
        ("Public according to your accounts, not seen from outside", "No app or probe reached them; worst first.",
         [one.says for one in posture.unseen], posture.unseen_total),
    )  # fmt: skip
    for title, note, says, total in parts:
        if says:
            shown = tuple(clean(text, 600) for text in says[:most])
            yield JoinTable(title, note, shown, (total or 0) - len(shown))
