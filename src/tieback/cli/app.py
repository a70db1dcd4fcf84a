"""``tieback app``: the endpoints in an app package, by static analysis only."""

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import UNFOLDED, ExitCode, OutputFormat, data_console, print_failure, progress_bar, write_line
from tieback.model.document import encode
from tieback.model.endpoint import Party
from tieback.model.errors import TiebackError
from tieback.model.sighting import AppDocument, CredentialGrade

_FOREIGN = frozenset({Party.THIRD, Party.PLATFORM})
_GRAVEST = (
    CredentialGrade.SUPERUSER, CredentialGrade.PRIVATE_KEY, CredentialGrade.NORMAL, CredentialGrade.UNKNOWN,
    CredentialGrade.CLIENT_SECRET, CredentialGrade.WRITE_ONLY, CredentialGrade.LIMITED, CredentialGrade.PUBLIC,
)  # fmt: skip
SHOWN = 40
"""Maximum number of endpoints per app in the table. JSON output is complete."""


def app(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR", readable=False, help="App packages, or folders of them.")
    ],
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per app.")] = (
        OutputFormat.TABLE
    ),
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; default: one per core.")
    ] = None,
) -> None:
    """List the back ends named in apps, with file and offset. Contacts nothing.

    Example: tieback app fieldhand.apk --format json | jq '.sightings[].endpoint.value'
    """
    from tieback.pipeline.app import describe_apps

    done = failed = 0
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
                _print(end)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


def _credentials(document: AppDocument) -> str:
    """The number of credentials per grade, the most severe grade first."""
    if not document.credentials:
        return ""
    counts = Counter(credential.grade for credential in document.credentials)
    grades = ", ".join(f"{counts[grade]} {grade.value.replace('_', ' ')}" for grade in _GRAVEST if counts[grade])
    return f"credentials found (never used): {grades}"


def _print(document: AppDocument) -> None:
    console = data_console()
    app = document.app
    title = Text(f"{app.label} {app.version_name}" if app else Path(document.path).name, style="bold")
    console.print(title, Text(f"  {app.bundle_id} · {document.path}" if app else f"  {document.path}", style="dim"))
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 2), show_header=bool(document.sightings))
    table.add_column("back end", overflow="fold", ratio=3)
    table.add_column("service")
    table.add_column("owner", overflow="ellipsis", no_wrap=True, max_width=None if console.width == UNFOLDED else 18)
    table.add_column("found in", overflow="fold", min_width=24, ratio=2)
    for sighting in document.sightings[:SHOWN]:
        place = sighting.evidence
        table.add_row(
            Text(sighting.endpoint.value),
            Text(sighting.endpoint.service or ""),
            Text(sighting.owner or str(sighting.party), style="dim" if sighting.party in _FOREIGN else ""),
            Text(place.file if place.offset is None else f"{place.file}+{place.offset:#x}"),
        )
    console.print(table)
    notes = [
        f"{len(document.sightings) - SHOWN} more with --format json" if len(document.sightings) > SHOWN else "",
        "no back end found" if not document.sightings else "",
        _credentials(document),
        f"{len(document.not_backends)} namespaces, schemas and documents ignored" if document.not_backends else "",
        f"{len(document.problems)} problems" if document.problems else "",
    ]
    console.print(Text("  " + " · ".join(note for note in notes if note), style="dim"))
    for problem in document.problems[:5]:
        console.print(Text(f"  ! {problem.where + ': ' if problem.where else ''}{problem.what}", style="yellow"))
    console.print()
