"""``tieback app``: the endpoints in an app package, by static analysis only."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tieback.cli.app_tables import app_lines
from tieback.cli.formats import format_option
from tieback.cli.options import AppSourceOption, MappingOption, RulesOption, open_source, read_rules
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    data_console,
    print_failure,
    print_skipped,
    progress_bar,
    write_line,
)
from tieback.model.document import encode
from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.model.sighting import AppDocument, UnreadCode, UnreadKind, main_reasons

if TYPE_CHECKING:
    from tieback.model.skipped import SkippedFiles


_MOST_PARTS = 3
"""Limit on the damaged parts of a package that its error names."""
_ADDRESS = re.compile(r"(?:https?|s3|gs|az):/")
"""A URL; paths have one slash where it has two."""


def app(
    inputs: Annotated[
        list[Path], typer.Argument(metavar="FILE|DIR", readable=False, help="App packages, or folders of them.")
    ],
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per app.")] = (
        OutputFormat.TABLE
    ),
    everything: Annotated[
        bool,
        typer.Option(
            "--all", help="Show every entry, why endpoints are the app's own, and why texts are not back ends."
        ),
    ] = False,
    mapping: MappingOption = None,
    source: AppSourceOption = None,
    rules: RulesOption = None,
    workers: Annotated[
        int | None, typer.Option(min=1, max=256, help="Worker processes; default: one per core.")
    ] = None,
) -> None:
    """List back ends and credentials in apps, with file and offset, most interesting first. Contacts nothing.

    With --mapping or --source, the output comes when all apps are read.

    Example: tieback app fieldhand.apk --format json | jq '.sightings[].endpoint.value'
    """
    from tieback.pipeline.app import describe_apps

    for path in inputs:
        if _ADDRESS.match(str(path)) and not path.exists():
            what = "an address, not a file"
            raise UsageError(
                what,
                where=str(path).replace(":/", "://", 1),
                advice="Download the package, or pass the address to tieback scan",
            )
    done = failed = 0
    waiting: list[AppDocument] | None = None if mapping is None and source is None else []
    checkout = open_source(mapping, source) if waiting is not None else None
    skipped: list[SkippedFiles] = []
    added = read_rules(rules)
    with progress_bar("reading apps") as progress:
        for end in describe_apps(inputs, workers=workers, progress=progress, added=added, skipped=skipped.append):
            if isinstance(end, TiebackError):
                failed += 1
                print_failure(end)
                continue
            done += 1
            if lost := [one for one in end.unread if one.kind is UnreadKind.DAMAGED]:
                failed += 1
                what = f"cut off or damaged: {_parts_text(lost)}"
                print_failure(InputError(what, where=end.path, advice="Build or download the package again"))
            elif broken := [one for one in end.unread if one.kind is UnreadKind.FAILED]:
                failed += 1
                print_failure(InputError(_parts_text(broken), where=end.path))
            if waiting is not None:
                waiting.append(end)
            else:
                _show(end, output, everything=everything)
    print_skipped(skipped)
    if waiting:
        from tieback.pipeline.source.documents import documents_with_source

        for document in documents_with_source(waiting, mapping, checkout):
            _show(document, output, everything=everything)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


def _parts_text(parts: list[UnreadCode]) -> str:
    """The parts of an app that were not read, each with its places."""
    from tieback.report.shortened import cut_text

    texts = (f"{one.what} ({places})" if (places := one.places_text()) else one.what for one in main_reasons(parts))
    return cut_text(texts, _MOST_PARTS, between="; ")


def _show(document: AppDocument, output: OutputFormat, *, everything: bool) -> None:
    if output is OutputFormat.JSON:
        write_line(encode("app", document))
        return
    console = data_console()
    for line in app_lines(document, width=console.width, everything=everything):
        console.print(line, no_wrap=True, overflow="ignore", crop=False)
