"""``tieback backend``: who runs a back end, whose it is, what leads there, and why tieback says so."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.data import DataOption
from tieback.cli.terminal import ExitCode, OutputFormat, complain, data_console, write_line
from tieback.model.document import encode
from tieback.model.errors import TiebackError

if TYPE_CHECKING:
    from tieback.pipeline.why import Why

app = typer.Typer(help="Back ends: who runs them, whose they are, and why tieback says so.")

FormatOption = Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a line.")]


@app.command()
def why(
    hosts: Annotated[list[str], typer.Argument(metavar="HOST...", help="Name, address, HOST:PORT or URL.")],
    *,
    output: FormatOption = OutputFormat.TABLE,
    data: DataOption = None,
) -> None:
    """Say what is known of a host, each statement with its reason. Contacts nothing.

    Example: tieback backend why mydb.c9akciq32.eu-west-1.rds.amazonaws.com
    """
    from tieback.pipeline.why import Knowledge
    from tieback.pipeline.why import why as known_of

    knowledge = Knowledge(data)
    failed = 0
    try:
        for host in hosts:
            try:
                found = known_of(host, knowledge)
            except TiebackError as error:
                if len(hosts) == 1:
                    raise
                failed += 1
                complain(error)
                continue
            if output is OutputFormat.JSON:
                write_line(encode("backend-why", found))
            else:
                _print(found)
    finally:
        knowledge.close()
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(hosts) else ExitCode.NOTHING_DONE)


def _print(found: "Why") -> None:
    console = data_console()
    console.print(Text(found.host, style="bold"), Text(f"  {', '.join(found.addresses)}", style="dim"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=bool(found.statements))
    table.add_column("what")
    table.add_column("is", overflow="fold", ratio=2)
    table.add_column("sure", justify="right")
    table.add_column("because", overflow="fold", ratio=3)
    for one in found.statements:
        table.add_row(Text(one.claim), Text(one.value), f"{one.confidence:.2f}", Text(one.reason))
    console.print(table)
    if not found.statements:
        console.print(Text("  nothing is known of it", style="dim"))
    used = "; ".join(one.cited for one in found.data) or "no imported data"
    console.print(Text(f"  {found.resolved_by} · {used}", style="dim"))
    console.print()
