"""``tieback plugins``: Python plug-ins that read file formats or render reports."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import OutputFormat, data_console, message_console, write_line
from tieback.console import RowTable
from tieback.model.document import encode

app = typer.Typer(
    help="List and run Python plug-ins: readers of file formats, and renderers of reports. None of them probes.\n\n"
    "Example: tieback plugins list"
)


@app.command("list")
def list_(
    *,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per plug-in.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    r"""List the plug-ins that are installed or enabled. Runs none of them.

    A plug-in is trusted code. It runs only if \[plugins] of your own configuration file names it.

    Example: tieback plugins list
    """
    from tieback.pipeline.plugins import plugin_states

    found = plugin_states()
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("plugin", one))
        return
    if not found:
        message_console().print("no plug-in is installed or enabled")
        return
    table = RowTable()
    for column in ("name", "kind", "distribution", "version", "state"):
        table.add_column(column, overflow="fold")
    for one in found:
        state = "enabled" if one.enabled else "not enabled"
        table.add_row(
            *map(Text, (one.name, one.kind, one.distribution, one.version, state if one.installed else "not installed"))
        )
    data_console().print(table)


@app.command()
def read(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of an enabled reader.")],
    path: Annotated[Path, typer.Argument(metavar="FILE", help="File in the format of the plug-in.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="File to write, in a format that tieback reads.")],
) -> None:
    """Convert a file with a reader to a format that tieback reads: an inventory, a report, an app or a capture.

    The result is checked when it is imported, like any other file.

    Example: tieback plugins read acme-mdm devices.bin -o devices.csv
    """
    from tieback.pipeline.plugins import read_with_plugin

    written = read_with_plugin(name, path, out)
    message_console().print(Text(f"written: {out}{'' if written else ' (empty: the plug-in wrote nothing)'}"))
