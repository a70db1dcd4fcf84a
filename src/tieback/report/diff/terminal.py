"""Comparison as text for a terminal."""

from collections.abc import Sequence

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.model.exposure import Severity
from tieback.report.diff.backends import BackendChange
from tieback.report.diff.change import ChangeKind, Comparison
from tieback.report.diff.words import BACKENDS_TITLE, TITLES, app_words, backend_lines, conclusion
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean

MOST_NAMES = 20
"""Limit on the back ends listed per app and direction."""
MOST = 50
"""Limit on the findings listed per kind."""
_STYLES = {
    ChangeKind.NEW: "bold red",
    ChangeKind.CHANGED: "yellow",
    ChangeKind.MOVED: "cyan",
    ChangeKind.FIXED: "green",
}
_SEVERITIES = {Severity.CRITICAL: "bold red", Severity.HIGH: "red", Severity.MEDIUM: "yellow", Severity.LOW: "cyan"}


def print_comparison(found: Comparison, console: Console) -> None:
    """Print the totals, then each kind of change, worst first."""
    console.print(Text(f"What changed since {clean(found.old.name, 100)}", style="bold"))
    console.print(Text(conclusion(found)))
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    totals = _table("Totals")
    totals.add_column("")
    totals.add_column(f"{found.old.created:%Y-%m-%d %H:%M}", justify="right")
    totals.add_column(f"{found.new.created:%Y-%m-%d %H:%M}", justify="right")
    for total in found.totals:
        totals.add_row(total.name, total.old, total.new, style="" if total.old == total.new else "bold")
    console.print(totals)
    for kind, title in TITLES.items():
        count = found.count(kind)
        if not count:
            continue
        table = _table(f"{title} ({count:,})", _STYLES.get(kind, "dim"))
        table.add_column("Severity", no_wrap=True)
        table.add_column("Finding", overflow="fold")
        table.add_column("Where", overflow="fold")
        table.add_column("Change", overflow="fold")
        for number, change in enumerate(found.of(kind)):
            if number == MOST:
                break
            severity = change.finding.severity
            table.add_row(
                Text(severity.value, style=_SEVERITIES.get(severity, "")),
                Text(clean(change.finding.title)),
                Text("\n".join(clean(line, 100) for line in change.about)),
                Text("\n".join(clean(line, 160) for line in cut(change.what, 5, one="difference"))),
            )
        console.print(table)
        if count > MOST:
            console.print(f"and {count - MOST:,} more", style="dim")
    _print_backends(found.backends or (), console)


def _print_backends(changes: Sequence[BackendChange], console: Console) -> None:
    """The apps that name other back ends, with the names."""
    if not changes:
        return
    console.print(Text(f"\n{BACKENDS_TITLE} ({len(changes):,})", style="bold"))
    for change in changes[:MOST]:
        console.print(Padding(Text(clean(app_words(change), 100)), (0, 0, 0, 1), expand=False))
        for line in backend_lines(change, MOST_NAMES):
            console.print(Padding(Text(clean(line, 2_000)), (0, 0, 0, 5), expand=False))
    if len(changes) > MOST:
        console.print(f"and {len(changes) - MOST:,} more", style="dim")


def _table(title: str, style: str = "bold") -> Table:
    heading = Text(f"\n{title}", style=style)
    return Table(title=heading, title_justify="left", box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1))
