"""The report as text for a terminal: findings and the main tables, 100 columns wide and readable at 80."""

import io
from typing import BinaryIO

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.console import UNFOLDED, open_console
from tieback.model.count_text import count_text
from tieback.model.exposure import Severity
from tieback.model.report.document import Report
from tieback.model.report.groups import GroupTable
from tieback.report.formats.terminal.apps import print_named, print_partly_read, print_problems
from tieback.report.formats.terminal.captures import print_captures, print_declared, print_recipients
from tieback.report.formats.terminal.findings import print_findings
from tieback.report.formats.terminal.layout import MOST_PIPED, MOST_ROWS, WIDE, titled_table
from tieback.report.formats.terminal.stores import print_exposed, print_others, print_without_app
from tieback.report.interface import RendererMeta
from tieback.report.passive import passive_line, passive_summary
from tieback.report.posture import join_tables, summary_lines
from tieback.report.store_tables import SEVERITY_STYLES
from tieback.report.tables import BY, HEADS, cells, name_of, shown_heads
from tieback.report.texts.about import about_lines
from tieback.report.texts.app_files import AppFiles
from tieback.report.texts.clean import clean
from tieback.report.texts.headline import headline_text
from tieback.report.texts.routes import (
    rows,
)

MOST_GROUPS = 10
MOST_JOINED = 3
MOST_SEEN = 5
FEW_APPS = 3
"""Up to this number of apps, tables by group add no information."""
_TABLES = frozenset({"kind", "vendor", "provider"})
"""Tables shown on a terminal; the other formats contain all."""
_BRIEF_LABELS = frozenset({"Suppressed", "Authorised by", "Probed", "Note"})
"""Lines on the scope that brief output contains, too."""


class TerminalRenderer:
    """Renders the output of ``print_report`` as plain text, 100 columns wide, without colour."""

    meta = RendererMeta("terminal", ".txt", "text/plain; charset=utf-8")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the text to ``out``."""
        text = io.StringIO()
        print_report(report, open_console(width=WIDE, file=text, color_system=None, force_terminal=False))
        lines = (line.rstrip() for line in text.getvalue().splitlines())
        out.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))


def print_report(report: Report, console: Console, *, brief: bool = False, least: Severity | None = None) -> None:
    """Print the report's conclusions: headline, exposed stores by app, findings, other stores, problems, scope.

    Args:
        report: the report.
        console: where to print it.
        brief: one line per finding, without evidence, named back ends and most of the scope.
        least: a pipe or file gets every new or worse finding of this severity or above: these fail the command.
    """
    console.print(Text(clean(report.title, 90), style="bold"))
    most = MOST_ROWS if console.width < UNFOLDED else MOST_PIPED
    open_rows = rows(report, exposed=True, most=most)
    other_rows = rows(report, exposed=False, most=most)
    worst = max((row.exposure.severity for row in open_rows), key=lambda severity: severity.rank, default=None)
    console.print(Text(headline_text(report), style=SEVERITY_STYLES[worst] if worst is not None else ""))
    if report.headline.stores_ransomed:
        ransomed = count_text(report.headline.stores_ransomed, "store shows", "stores show")
        console.print(Text(f"{ransomed} signs of ransom or wiping.", style="bold magenta"))
    print_exposed(report, open_rows, console, brief=brief)
    files = AppFiles(report)
    print_partly_read(report, console, files)
    print_findings(report, console, files, brief=brief, least=least if console.width >= UNFOLDED else None)
    print_others(report, other_rows, console, brief=brief)
    print_without_app(report, console, most)
    if brief:
        print_problems(report, console)
        console.print()
        for label, text in about_lines(report):
            if label in _BRIEF_LABELS:
                console.print(Text.assemble((f"{label}: ", "bold"), text), soft_wrap=False)
        return
    print_named(report, console, most, files)
    print_captures(report, console, most)
    print_recipients(report, console, most)
    print_declared(report, console, most)
    if report.headline.apps_analysed > FEW_APPS:
        for table in report.tables:
            # A single group adds nothing to the headline. Stores that were not probed have no numbers.
            if table.by in _TABLES and len(table.groups) > 1 and shown_heads(table, probed=report.probed):
                console.print(_groups(table, console.width, probed=report.probed))
    _print_accounts(report, console)
    _print_seen(report, console)
    print_problems(report, console)
    console.print()
    for label, text in about_lines(report):
        console.print(Text.assemble((f"{label}: ", "bold"), text), soft_wrap=False)


def _print_accounts(report: Report, console: Console) -> None:
    """Summary of the owner's cloud accounts."""
    if report.posture is None:
        return
    console.print(Text("\nYour cloud accounts", style="bold"))
    for label, text in summary_lines(report.posture):
        console.print(Text.assemble((f"{label}: ", "bold"), text))
    for part in join_tables(report.posture, MOST_JOINED):
        for line in part.rows:
            console.print(Padding(Text(line), (0, 0, 0, 2), expand=False))
        if part.left_out:
            console.print(f"  and {part.left_out:,} more: tieback posture join", style="dim")


def _print_seen(report: Report, console: Console) -> None:
    """Reports of other tools; claims that no probe of ours checked come first."""
    if said := passive_summary(report):
        console.print(Text.assemble(("\nReported by others: ", "bold"), said))
        notes = sorted(report.seen.rows(), key=lambda note: (note.superseded, not note.service.claims.exposed))
        for note in notes[:MOST_SEEN]:
            line = passive_line(note)
            console.print(Padding(Text(f"{line.said} ({line.ours})"), (0, 0, 0, 2), expand=False))
        if len(notes) > MOST_SEEN:
            console.print(
                f"  and {len(notes) - MOST_SEEN:,} more; the HTML and JSON reports list them all", style="dim"
            )
    if report.seen_in_apps.count:
        count = count_text(report.seen_in_apps.count, "endpoint")
        console.print(Text(f"  {count} found in these apps only by others; the HTML and JSON reports list them"))


def _groups(found: GroupTable, width: int, *, probed: bool) -> Table:
    table = titled_table(f"By {BY[found.by].lower()}")
    shown = [
        at for at in shown_heads(found, probed=probed) if width >= WIDE or HEADS[at] not in {"Apps using", "Stores"}
    ]
    table.add_column(BY[found.by], overflow="fold")
    for at in shown:
        table.add_column(HEADS[at], justify="right", min_width=8)
    for group in found.groups[:MOST_GROUPS]:
        row = cells(group, probed=probed)
        table.add_row(Text(name_of(found, group)), *(Text(row[at]) for at in shown))
    left_out = found.left_out + max(len(found.groups) - MOST_GROUPS, 0)
    if left_out:
        table.add_row(Text(f"and {left_out:,} more", style="dim"))
    return table
