"""``tieback probe``: ask services without an app."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import ExitCode, OutputFormat, data_console, progress_bar, write_line
from tieback.model.document import encode
from tieback.model.errors import InputError
from tieback.model.probe import Outcome, ProbeReport


def probe(
    targets: Annotated[list[str], typer.Argument(metavar="HOST[:PORT]...", help="Without a port: all usual ones.")],
    grant: Annotated[Path, typer.Option(help="The written permission; without one nothing is contacted.")],
    output: Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a service.")] = (
        OutputFormat.TABLE
    ),
    audit: Annotated[
        Path | None, typer.Option(help="Audit log to append to; default: audit.jsonl beside the grant.")
    ] = None,
) -> None:
    """Ask data stores whether they let a stranger in, and what they show. Read-only, under a grant.

    Example: tieback probe es.example.org:9200 '[2001:db8::1]:27017' --grant grant.toml
    """
    from tieback.pipeline.ask import ask, candidates_of
    from tieback.scope.grant import load_grant

    permission = load_grant(grant)
    wanted = [candidate for text in targets for candidate in candidates_of(text)]
    reports: list[ProbeReport] = []

    async def run() -> None:
        with progress_bar("asking") as progress:
            async for report in ask(wanted, permission, audit or grant.parent / "audit.jsonl", progress):
                if output is OutputFormat.JSON:
                    write_line(encode("probe", report))
                reports.append(report)

    asyncio.run(run())
    if output is OutputFormat.TABLE:
        _print(reports)
    if all(report.outcome is Outcome.OUT_OF_SCOPE for report in reports):
        raise InputError(
            "no target is in the grant", where=str(grant), advice="Ask `tieback grant explain` for the reasons"
        )
    if any(report.outcome is not Outcome.OK for report in reports):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _print(reports: list[ProbeReport]) -> None:
    from tieback.assess.leaves import bytes_total, records_total
    from tieback.report.figures import bytes_text, figure_text

    table = Table(box=None, pad_edge=False)
    for column in ("target", "outcome", "access", "product", "containers", "records", "bytes", "sent/read"):
        table.add_column(column, justify="right" if column in {"records", "bytes", "containers"} else "left")
    for report in reports:
        table.add_row(
            Text(report.target),
            Text(str(report.outcome)),
            Text(str(report.access)) if report.outcome is Outcome.OK else Text("-"),
            Text(f"{report.product} {report.version}".strip()),
            str(len(report.containers)),
            figure_text(records_total(report.containers)),
            bytes_text(bytes_total(report.containers)),
            f"{report.bytes_sent:,}/{report.bytes_read:,} B",
        )
    console = data_console()
    console.print(table)
    for report in reports:
        for problem in report.problems:
            console.print(Text(f"! {report.target}: {problem}", style="dim"))
