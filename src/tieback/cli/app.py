"""``tieback app``: the endpoints in an app package, by static analysis only."""

from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.app_tables import app_lines
from tieback.cli.formats import format_option
from tieback.cli.terminal import ExitCode, OutputFormat, data_console, print_failure, progress_bar, write_line
from tieback.model.document import encode
from tieback.model.errors import TiebackError


def app(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR", readable=False, help="App packages, or folders of them.")
    ],
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per app.")] = (
        OutputFormat.TABLE
    ),
    everything: Annotated[
        bool, typer.Option("--all", help="Show every entry, and each text that is not a back end with the reason.")
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; default: one per core.")
    ] = None,
) -> None:
    """List back ends and credentials in apps, with file and offset, most interesting first. Contacts nothing.

    Example: tieback app fieldhand.apk --format json | jq '.sightings[].endpoint.value'
    """
    from tieback.pipeline.app import describe_apps

    done = failed = 0
    console = data_console()
    with progress_bar("reading apps") as progress:
        for end in describe_apps(inputs, workers=workers, progress=progress):
            if isinstance(end, TiebackError):
                failed += 1
                print_failure(end)
                continue
            done += 1
            if output is OutputFormat.JSON:
                write_line(encode("app", end))
            else:
                for line in app_lines(end, width=console.width, everything=everything):
                    console.print(line, no_wrap=True, overflow="ignore", crop=False)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)
