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
from tieback.model.probe import Outcome, ProbeReport, RansomVerdict


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
    from tieback.scope.conversation import Target
    from tieback.scope.grant import load_grant

    permission = load_grant(grant)
    named = [candidates_of(text) for text in targets]
    wanted = [candidate for candidates in named for candidate in candidates]
    # A host without a port is asked on every usual one: that most of them are closed is no failure, and no news.
    swept = {Target(one.host, one.port).label for candidates in named if len(candidates) > 1 for one in candidates}
    reports: list[ProbeReport] = []

    async def run() -> None:
        with progress_bar("asking") as progress:
            async for report in ask(wanted, permission, audit or grant.parent / "audit.jsonl", progress):
                if output is OutputFormat.JSON:
                    write_line(encode("probe", report))
                reports.append(report)

    asyncio.run(run())
    closed = [report for report in reports if report.outcome is Outcome.REFUSED and report.target in swept]
    shown = [report for report in reports if report not in closed]
    if output is OutputFormat.TABLE:
        _print(shown, len(closed))
    if all(report.outcome is Outcome.OUT_OF_SCOPE for report in reports):
        raise InputError(
            "no target is in the grant", where=str(grant), advice="Ask `tieback grant explain` for the reasons"
        )
    if any(report.outcome is not Outcome.OK for report in shown):
        raise typer.Exit(ExitCode.SOME_FAILED)


def _print(reports: list[ProbeReport], closed: int) -> None:
    from tieback.assess.leaves import bytes_total, records_total
    from tieback.report.figures import bytes_text, figure_text

    table = Table(box=None, pad_edge=False)
    for column in ("target", "outcome", "access", "product", "records", "bytes", "ransom", "sent/read"):
        right = column in {"records", "bytes"}
        table.add_column(column, justify="right" if right else "left", overflow="fold", no_wrap=right)
    for report in reports:
        table.add_row(
            Text(report.target),
            Text(str(report.outcome)),
            Text(str(report.access)) if report.outcome is Outcome.OK else Text("-"),
            Text(f"{report.product} {report.version}".strip()),
            figure_text(records_total(report.containers)) if report.containers else "",
            bytes_text(bytes_total(report.containers)) if report.containers else "",
            Text("" if report.ransom.verdict is RansomVerdict.NONE else str(report.ransom.verdict)),
            f"{report.bytes_sent:,}/{report.bytes_read:,} B",
        )
    console = data_console()
    if reports:
        console.print(table)
    if closed:
        console.print(Text(f"{closed} usual ports of data stores are closed", style="dim"))
    for report in reports:
        for problem in report.problems:
            console.print(Text(f"! {report.target}: {problem}", style="dim"))
