"""What the apps and captures name, and which inputs were only partly read."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from tieback.console import UNFOLDED, RowTable
from tieback.model.count_text import count_text
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.report.formats.terminal.layout import MOST_HOSTS, MOST_HOSTS_OF_ALL, print_rest, short_text
from tieback.report.shortened import cut_text
from tieback.report.texts.app_files import AppFiles, name_with_file
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import (
    dropped_text,
    hosts_of,
    most_hosts,
)
from tieback.report.texts.unread import partly_read_lines, partly_read_title, unread_words

MOST_PROBLEMS = 5
LONGEST_PROBLEM = 400
"""Most characters of a problem: the next step is at its end."""


def print_named(report: Report, console: Console, most: int, files: AppFiles) -> None:
    """The back ends that the apps and captures name, and the number of names that are none."""
    if report.apps.count:
        shown = report.apps.first(most)
        console.print(_named(report, shown, console.width, files.of(shown)))
        print_rest(console, report.apps.count, len(shown))
        if console.width < UNFOLDED and any(summary.endpoints > MOST_HOSTS for summary in shown):
            console.print("  All back ends, with provider and owner: tieback backend list", style="dim")
    if dropped := dropped_text(report):
        console.print(Text(f"\n{dropped}. Each with its reason: --format json", style="dim"))


def print_partly_read(report: Report, console: Console, files: AppFiles) -> None:
    """Apps and captures with parts that were not read: what they show is not complete."""
    title = partly_read_title(report)
    if not title:
        return
    console.print(Text(f"\n{title}", style="bold yellow"))
    for app, what in partly_read_lines(report, MOST_PROBLEMS, files):
        console.print(Padding(Text.assemble((f"{app}: ", "bold"), what), (0, 0, 0, 2), expand=False))


def _most(shown: Sequence[AppSummary]) -> int:
    return most_hosts(MOST_HOSTS, MOST_HOSTS_OF_ALL, len(shown))


def _named(report: Report, shown: Sequence[AppSummary], width: int, files: Mapping[str, str]) -> Table:
    hosts = hosts_of(report, shown)
    most = _most(shown) if width < UNFOLDED else None
    table = RowTable("Endpoints in apps and captures")
    table.add_column("App", overflow="fold")
    table.add_column("Version", overflow="fold")
    table.add_column("Endpoints", justify="right")
    table.add_column("Hosts", overflow="fold")
    for summary in shown:
        known = hosts[summary.app.sha256]
        shown_names = len(known.names) if most is None else most
        named = cut_text(map(clean, known.names), shown_names, count=known.count)
        partly = unread_words(summary, named=bool(named or known.words))
        name = short_text(summary.app.label, 40, width)
        file = files.get(summary.app.sha256, "")
        table.add_row(
            Text(name_with_file(name, file)),
            Text(short_text(summary.app.version_name, 20, width)),
            f"{summary.endpoints:,}" + ("+" if summary.unread else ""),
            Text(partly, style="yellow").append("; ".join(filter(None, (named, known.words))), style="default"),
        )
    return table


def print_problems(report: Report, console: Console) -> None:
    """The number of problems, and the first of them."""
    if not report.problems.count:
        return
    console.print(Text(f"\n{count_text(report.problems.count, 'problem')}", style="yellow"))
    for problem in report.problems.first(MOST_PROBLEMS):
        line = Text(f"{clean(problem.where, 100)}: {clean(problem.what, LONGEST_PROBLEM)}")
        console.print(Padding(line, (0, 0, 0, 2), expand=False))
    if report.problems.count > MOST_PROBLEMS:
        console.print(f"  and {report.problems.count - MOST_PROBLEMS:,} more", style="dim")
