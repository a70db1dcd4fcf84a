"""``tieback push``: send a report to a server of tieback."""

import os
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import OutputFormat, data_console, write_line
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import InputError, UsageError

TOKEN_VARIABLE = "TIEBACK_TOKEN"
_MAX_TOKEN = 1_000


def push(
    source: Annotated[Path, typer.Argument(metavar="REPORT|WORKSPACE", help="Report file, or workspace.")],
    *,
    server: Annotated[str, typer.Option("--server", metavar="URL", help="Server that runs `tieback serve`.")],
    token_file: Annotated[
        Path | None,
        typer.Option("--token-file", help=f"File with an API token; default: the variable {TOKEN_VARIABLE}."),
    ] = None,
    run: Annotated[str, typer.Option("--run", help="Run of the workspace; default: the last finished one.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be sent. Contact nothing.")] = False,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document.")] = (
        OutputFormat.TABLE
    ),
) -> None:
    """Send a report to a server, which imports it as evidence with source and date.

    For results from behind a network boundary. Of a workspace, only the report of one run is sent. Sending the same
    content again changes nothing.

    Example: tieback push .tieback --server https://tieback.example.org --token-file token
    """
    from tieback.pipeline.push import open_pushed, push_report, server_url
    from tieback.scope.services import parse_service_url

    base = server_url(server)
    parse_service_url(base)
    token = "" if dry_run else _token(token_file)
    with open_pushed(source, run) as (report, file):
        if dry_run:
            if output is OutputFormat.JSON:
                write_line(encode("push", {"report": report, "server": base, "sent": False}))
                return
            console = data_console()
            console.print(
                Text(f"{report.name}: report of {report.title}, {count_text(report.size, 'byte')}"), soft_wrap=True
            )
            console.print(Text(f"SHA-256 {report.sha256}"), soft_wrap=True)
            console.print(Text(f"would be sent to {base}; nothing was contacted"), soft_wrap=True)
            return
        done = push_report(report, file, base, token)
    if output is OutputFormat.JSON:
        write_line(encode("push", done))
        return
    console = data_console()
    sent = f"{count_text(report.size, 'byte')} sent" if done.sent else "the server has this content already"
    console.print(Text(f"{report.name}: {sent}"), soft_wrap=True)
    state = "import queued" if done.new else f"imported by an earlier job ({done.state})"
    console.print(Text(f"{state}: {base}/runs/{done.job}"), soft_wrap=True)


def _token(path: Path | None) -> str:
    if path is None:
        token = os.environ.get(TOKEN_VARIABLE, "")
        if not token:
            advice = f"Pass --token-file FILE, or put the token into {TOKEN_VARIABLE}"
            raise UsageError("no API token", where="tieback push", advice=advice)
        return token.strip()
    try:
        with path.open("rb") as file:
            return file.read(_MAX_TOKEN).decode("ascii", "replace").strip()
    except OSError as error:
        raise InputError(
            error.strerror or "cannot be read", where=f"--token-file {path}", advice="Check the path"
        ) from None
