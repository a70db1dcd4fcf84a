"""``tieback report``: the last run of a workspace again, in any format."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.terminal import OutputFormat, WorkspaceOption, data_console
from tieback.model.errors import WorkspaceError
from tieback.model.report import Report
from tieback.report.interface import Renderer


def report(
    workspace: WorkspaceOption = Path(".tieback"),
    output: Annotated[str, typer.Option("--format", help="terminal, json or html.")] = "terminal",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
) -> None:
    """Render the last finished run of a workspace.

    Example: tieback report -w .tieback --format html -o report.html
    """
    from tieback.pipeline.reporting import last_report
    from tieback.report import by_name

    renderer = by_name(output)
    with last_report(workspace) as document:
        if out is not None:
            write_report(document, renderer, out)
        elif output == "terminal":
            show(document, OutputFormat.TABLE)
        else:
            renderer.render(document, sys.stdout.buffer)


def write_report(document: Report, renderer: Renderer, path: Path) -> None:
    """Write the report to a file, whole or not at all.

    Raises:
        WorkspaceError: the file cannot be written.
    """
    partial = path.with_name(f".{path.name}.part")
    try:
        with partial.open("wb") as file:
            renderer.render(document, file)
        partial.replace(path)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise WorkspaceError(
            f"the report cannot be written ({error.strerror})", where=str(path), advice="Choose another place"
        ) from None


def show(document: Report, output: OutputFormat) -> None:
    """The report on stdout: tables for people, or one JSON document."""
    if output is OutputFormat.JSON:
        from tieback.report import by_name

        by_name("json").render(document, sys.stdout.buffer)
        return
    from tieback.report.terminal import print_report

    print_report(document, data_console())
