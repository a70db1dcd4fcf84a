"""``tieback import``: passive evidence from the reports of other tools."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    OwnWorkspaceOption,
    data_console,
    print_failure,
    print_problem,
    progress_bar,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import TiebackError

if TYPE_CHECKING:
    from tieback.pipeline.passive_evidence import ImportedReport


def import_(
    reports: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE",
            help="Reports of Shodan, Censys, Shadowserver, LeakIX, Nmap, masscan, nuclei, MobSF (static and dynamic), "
            "OpenFirebase, Exodus, Prowler or tieback, and Data Safety exports of Google Play. The format is detected "
            "from the content.",
        ),
    ],
    workspace: OwnWorkspaceOption = Path(".tieback"),
    app: Annotated[
        str,
        typer.Option(metavar="PACKAGE", help="The app of a Data Safety export, which does not name it."),
    ] = "",
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per file.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Import reports of other tools as passive evidence, with source and date.

    Reports show this evidence beside the results of a scan. It never counts as proof.

    A file is imported completely or not at all. Importing the same content again changes nothing.

    A Data Safety export is what the maker declares. Import it before the scan that compares it with traffic.

    Example: tieback import shodan.json.gz nmap.xml

    Example: tieback import data_safety_export.csv --app com.example.shop
    """
    from tieback.pipeline.passive_evidence import import_reports

    done: list[ImportedReport] = []
    failed = 0
    with progress_bar("importing") as bar:
        for end in import_reports(workspace, reports, lambda _, facts: bar(facts, facts), app):
            if isinstance(end, TiebackError):
                failed += 1
                print_failure(end)
                continue
            done.append(end)
            if output is OutputFormat.JSON:
                write_line(encode("import", end))
            if end.first_left_out:
                print_problem(f"{end.path}: {count_text(end.left_out, 'record')} ignored; first: {end.first_left_out}")
    if done and output is OutputFormat.TABLE:
        _print(done)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


def _print(done: "list[ImportedReport]") -> None:
    table = RowTable()
    columns: tuple[str, ...] = ("report", "tool", "services", "endpoints", "declared", "ignored", "")
    if not any(one.declared for one in done):
        columns = tuple(column for column in columns if column != "declared")
    for column in columns:
        table.add_column(
            column,
            overflow="fold",
            justify="right" if column in {"services", "endpoints", "declared", "ignored"} else "left",
        )
    for one in done:
        table.add_row(
            Text(one.path),
            Text(one.title),
            f"{one.services:,}",
            f"{one.sightings:,}",
            *((f"{one.declared:,}",) if "declared" in columns else ()),
            f"{one.left_out:,}",
            Text(f"already imported on {one.before[:10]}" if one.before else ""),
        )
    data_console().print(table)
