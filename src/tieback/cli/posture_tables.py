"""Tables of ``tieback posture``: imports, resources, encryption figures, join."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import data_console, message_console
from tieback.console import RowTable

if TYPE_CHECKING:
    from tieback.model.posture import ResourceFigures
    from tieback.model.resource import Resource
    from tieback.pipeline.posture.exports import ImportedPosture
    from tieback.pipeline.posture.join import JoinRow, JoinSummary

COLUMNS = 7
"""Maximum number of columns of the figures on a terminal; the other figures follow as lines."""
SHOWN = 30
"""Maximum rows of a group in a table."""


def _table(*columns: str, right: Iterable[str] = ()) -> Table:
    table = RowTable()
    for column in columns:
        table.add_column(column, overflow="fold", justify="right" if column in set(right) else "left")
    return table


def print_imports(done: "list[ImportedPosture]") -> None:
    """One row per export: what was read and what was ignored."""
    counts = ("statements", "rules and keys", "ignored")
    table = _table("export", "source", *counts, "", right=counts)
    for one in done:
        note = f"already imported on {one.before[:10]}" if one.before else "incomplete" if one.incomplete else ""
        table.add_row(
            Text(one.path), Text(one.title), f"{one.statements:,}", f"{one.dependencies:,}", f"{one.left_out:,}", note
        )
    data_console().print(table)


def print_resources(found: "Iterable[Resource]") -> None:
    """One row per resource; those reachable from the Internet are marked."""
    from tieback.intake.reports.interface import one_line

    table = _table("resource", "account", "engine", "public", "at rest", "login", "TLS", "source", "seen")
    count = more = 0
    for one in found:
        if count >= SHOWN * 10:
            more += 1
            continue
        count += 1
        table.add_row(
            Text(one_line(one.label) + (" (planned)" if one.planned else "")),
            Text(one_line(one.account)),
            Text(one_line(one.engine or one.product or one.service)),
            _coloured(one.public, bad="yes"),
            Text(one.at_rest.replace("_", " "), style="red" if one.at_rest == "none" else ""),
            _coloured(one.authentication, bad="no"),
            _coloured(one.in_transit, bad="no"),
            Text(one_line(", ".join(dict.fromkeys(source.partition(" ")[0] for source in one.sources)))),
            one.seen[:10],
        )
    if count:
        data_console().print(table)
    if more:
        message_console().print(Text(f"{more:,} more; see all with --format json"))
    if not count:
        message_console().print(Text("no matching resources imported"))


def _coloured(answer: str, *, bad: str) -> Text:
    return Text("?" if answer == "unknown" else answer, style="red" if answer == bad else "")


def print_numbers(rows: "list[ResourceFigures]") -> None:
    """The encryption and exposure figures with their totals, and a chart beside the figure of 2017."""
    from tieback.intake.reports.interface import one_line
    from tieback.model.posture import Posture
    from tieback.model.resource import ResourceKind
    from tieback.posture.numbers import FIGURE_2017, METHOD
    from tieback.report.posture import bars, number_tables

    console = data_console()
    for one in number_tables(rows, len(rows)):
        console.print(Text(one.title, style="bold"))
        heads = one.heads[:COLUMNS]
        table = _table("", *heads, right=heads)
        for name, cells in one.rows:
            table.add_row(Text(one_line(name if name == "all" else f"  {name}")), *cells[:COLUMNS])
        console.print(table)
        for line in one.lines:
            console.print(Text(f"  {line}"))
        if one.kind is ResourceKind.DATABASE and not one.planned:
            every = one.rows[0][1][0]
            console.print(Text(f"  Shares of all {every} hosted {'database' if every == '1' else 'databases'}:"))
            for bar in bars(Posture(tuple(rows), FIGURE_2017, METHOD, len(rows))):
                console.print(Text(f"  {bar.name:<23}{'█' * round(bar.share / 2.5):<41}{bar.share:5.1f} %"))
            console.print(Text(f"  2017: {FIGURE_2017} % unencrypted. {METHOD}", style="dim"))
        console.print()


def _of(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def print_join(found: "list[JoinRow]", summary: "JoinSummary") -> None:
    """Which open store is which resource, and what has no match on the other side."""
    from tieback.model.exposure import Finding
    from tieback.model.posture import OwnedResource, UnclaimedStore, UnprobedPublicResource

    console = data_console()
    groups: tuple[tuple[type, str, int], ...] = (
        (OwnedResource, "Matched: resource of an account, and what the scan found there", summary.owned),
        (UnclaimedStore, "Open stores in none of your accounts", summary.foreign),
        (UnprobedPublicResource, "Public in your account, but no app led there", summary.unseen),
    )
    for kind, title, total in groups:
        some = [one for one in found if isinstance(one, kind)]
        if some:
            console.print(Text(title, style="bold"))
        for one in some[:SHOWN]:
            console.print(Text(f"  {getattr(one, 'says', '')}"))
        if total > min(len(some), SHOWN):
            console.print(Text(f"  {total - min(len(some), SHOWN):,} more; see all with --format json", style="dim"))
    findings = [one for one in found if isinstance(one, Finding)]
    if findings:
        console.print(Text("Findings", style="bold"))
    for finding in findings[:SHOWN]:
        # Several findings of a rule have the same title; the first line of the evidence names the resource or store.
        says = f": {finding.evidence[0]}" if finding.evidence else ""
        console.print(Text(f"  {finding.severity}: {finding.title}{says}"))
    console.print(
        Text(
            f"{_of(summary.resources, 'resource')} of {_of(summary.accounts, 'account')}: {summary.owned:,} "
            f"matched to stores of the scan, {summary.leaking:,} of them exposed; "
            f"{summary.unseen:,} public, but not seen by the scan; "
            f"{_of(summary.foreign, 'open store')} in no account; {_of(summary.findings, 'finding')}"
        )
    )
    if summary.not_probed:
        console.print(Text(f"{summary.not_probed} Run `tieback scan` with --grant FILE."))
