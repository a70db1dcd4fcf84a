"""``tieback lab up|down|status|record``: labelled data stores on loopback, with a grant for them."""

import os
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

from tieback.cli.formats import format_option
from tieback.cli.terminal import ExitCode, OutputFormat, data_console, message_console, print_failure, write_line
from tieback.console import RowTable
from tieback.model.document import encode
from tieback.model.errors import LabError
from tieback.model.safe_text import escape_line

if TYPE_CHECKING:
    from tieback.lab.state import Lab
    from tieback.lab.up import StartResult

app = typer.Typer(
    help="Run labelled test stores with synthetic data on loopback (127.77.0.0/16), with a grant for them.\n\n"
    "Example: tieback lab up --demo",
    no_args_is_help=True,
)

_DIRECTORY = typer.Option(
    None, "--dir", help="Directory of the lab; default: $TIEBACK_LAB or ~/.local/state/tieback/lab."
)


class PortChoice(StrEnum):
    """Values of ``--ports``: which ports the stores listen on."""

    USUAL = "usual"
    ODD = "odd"


def _unpacked(name: str, what: str) -> Any:
    told = f"Also start and fill {name}, from the copy that you unpacked here."
    return typer.Option(None, f"--{name}", metavar=what, exists=True, help=told)


@app.command()
def up(
    names: list[str] | None = typer.Argument(
        None, metavar="NAME", help="Stores, hosts, servers or products to start, such as `redis`; default: all."
    ),
    only: list[str] | None = typer.Option(
        None, "--only", metavar="NAMES", help="Stores, hosts, servers or products to start, separated by commas."
    ),
    demo: bool = typer.Option(
        False, "--demo", help="Start only the demo: three stores and the API of the sample app Workhub."
    ),
    subnet: int | None = typer.Option(
        None, min=0, max=255, help="Third number of the addresses 127.77.SUBNET.x; default: a free one."
    ),
    ports: PortChoice | None = typer.Option(
        None, "--ports", help="Listen on the usual port of each product or on a random high port; default: usual."
    ),
    elasticsearch: Path | None = _unpacked("elasticsearch", "DIR"),
    opensearch: Path | None = _unpacked("opensearch", "DIR"),
    cassandra: Path | None = _unpacked("cassandra", "DIR"),
    solr: Path | None = _unpacked("solr", "DIR"),
    couchdb: Path | None = _unpacked("couchdb", "DIR"),
    mongod: Path | None = _unpacked("mongod", "FILE"),
    directory: Path | None = _DIRECTORY,
) -> None:
    """Start stores and fill them with data; running stores do not change. Prints the path of the lab's grant.

    If the program of a server is not installed, the server is skipped. The output names the package to install.

    Example: tieback lab up redis mongodb
    """
    try:
        from tieback.lab.store import ServerProgram
        from tieback.lab.up import up as bring_up
    except ModuleNotFoundError as error:
        from tieback.model.extras import extra_advice

        raise LabError(f"{error.name} is not installed", where="lab", advice=extra_advice("lab")) from None
    lab = _lab(directory)
    wanted = (*(names or ()), *(name for word in only or () for name in word.split(",") if name))
    brought = {
        "elasticsearch": elasticsearch,
        "opensearch": opensearch,
        "cassandra": cassandra,
        "solr": solr,
        "couchdb": couchdb,
        "mongod": mongod,
    }
    raised = bring_up(
        lab,
        _tell,
        wanted,
        demo=demo,
        subnet=subnet,
        odd_ports=None if ports is None else ports is PortChoice.ODD,
        installed={ServerProgram(name): path.absolute() for name, path in brought.items() if path is not None},
    )
    failed = [one for one in raised if one.error and not one.skipped]
    typer.echo(escape_line(str(lab.grant)))
    if failed:
        raise typer.Exit(ExitCode.NOTHING_DONE if len(failed) == len(raised) else ExitCode.SOME_FAILED)


@app.command()
def down(
    purge: bool = typer.Option(False, "--purge", help="Also remove the lab's data, grant and logs."),
    directory: Path | None = _DIRECTORY,
) -> None:
    """Stop every server of the lab, including those of an interrupted `up`.

    Example: tieback lab down --purge
    """
    lab = _lab(directory)
    talk = message_console()
    if not lab.directory.is_dir():
        talk.print(f"No lab found in {lab.directory}.")
        return
    with lab.locked():
        stopped, failed = lab.stop_all()
        for error in failed:
            print_failure(error)
        if purge and not failed:
            lab.purge()
    talk.print(f"Stopped: {', '.join(stopped)}." if stopped else "Nothing was running.")
    if purge and not failed:
        talk.print(f"Removed the lab's files in {lab.directory}.")
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED)


@app.command()
def status(
    output: Annotated[
        OutputFormat, format_option(OutputFormat, "Table, or one JSON document per line.")
    ] = OutputFormat.TABLE,
    directory: Path | None = _DIRECTORY,
) -> None:
    """Show each store: address, configuration, and whether it is running.

    Example: tieback lab status
    """
    standings = _lab(directory).statuses()
    if output is OutputFormat.JSON:
        for standing in standings:
            write_line(encode("lab-store", msgspec.to_builtins(standing)))
        return
    columns = ("store", "product", "target", "configuration", "status", "records", "emulation")
    table = RowTable()
    for column in columns:
        table.add_column(column)
    for standing in standings:
        table.add_row(
            standing.name,
            f"{standing.product} {standing.version}".strip(),
            standing.target,
            standing.state,
            "up" if standing.up else "down",
            f"{standing.records:,}" if standing.up else "",
            "yes" if standing.emulation else "no",
        )
    data_console().print(table)


@app.command()
def record(
    out: Path = typer.Argument(..., help="Folder for the captures; created if missing."),
    directory: Path | None = _DIRECTORY,
) -> None:
    """Open each sample app once, as a phone would, and record its traffic as a capture (pcapng).

    Example: tieback lab up --demo && tieback lab record captures && tieback traffic captures
    """
    from tieback.lab.device import record as record_apps
    from tieback.lab.process import is_running

    lab = _lab(directory)
    entries = lab.entries()
    places = {
        name: (entry.server.address, entry.server.port)
        for name, entry in entries.items()
        if is_running(entry.server.process)
    }
    for path in record_apps(places, lab.store_directory, out):
        typer.echo(escape_line(str(path)))


def _lab(directory: Path | None) -> "Lab":
    from tieback.lab.state import Lab, default_directory

    return Lab(directory or default_directory(os.environ))


def _tell(one: "StartResult") -> None:
    """Print one line per store on stderr."""
    if one.error:
        if one.skipped:
            message_console().print(
                f"{one.store.name}: skipped, {one.error.what}. {one.error.advice}.", highlight=False
            )
        else:
            print_failure(one.error)
        return
    assert one.server is not None
    server, store = one.server, one.store
    emulation = " (emulation)" if server.emulation else ""
    product = f"{server.product or 'HTTP server'} {server.version}".strip()
    line = f"{store.name}: {product}{emulation} at {server.address}:{server.port}, {store.state}"
    line += ", already running" if one.already else f", up in {one.seconds:.1f} s"
    if store.records:
        line += f", {store.records:,} record{'s' if store.records > 1 else ''}" + (
            "" if one.loaded or one.already else " from an earlier run"
        )
    message_console().print(line)
