"""``tieback report``: the last run of a workspace again, in any format."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.terminal import WorkspaceOption, data_console
from tieback.model.errors import WorkspaceError
from tieback.model.report import Report
from tieback.report.interface import Renderer

AudienceOption = Annotated[
    str, typer.Option(help="Who reads the report: internal, vendor (with --vendor NAME), or public (totals alone).")
]
VendorOption = Annotated[str, typer.Option(help="Whose apps and stores, for --audience vendor.")]

FORMATS = "terminal, html, pdf, json, ndjson, csv, markdown, sarif, ocsf, stix, defectdojo, cyclonedx, csaf, junit"
"""For help; a test keeps it true, since importing the renderers would make every command slow."""


def report(
    workspace: WorkspaceOption = Path(".tieback"),
    output: Annotated[str, typer.Option("--format", help=f"One of {FORMATS}.")] = "terminal",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    audience: AudienceOption = "internal",
    vendor: VendorOption = "",
) -> None:
    """Render the last finished run of a workspace.

    Example: tieback report -w .tieback --format pdf -o letter.pdf --audience vendor --vendor "Acme Ltd"
    """
    from tieback.pipeline.reporting import last_report
    from tieback.report import by_name
    from tieback.report.audience import audience_of, for_audience

    renderer = by_name(output)
    who = audience_of(audience, vendor)
    with last_report(workspace) as whole:
        document = for_audience(whole, who, vendor)
        if out is not None:
            write_report(document, renderer, out)
        else:
            show(document, output)


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
        raise WorkspaceError(
            f"the report cannot be written ({error.strerror})", where=str(path), advice="Choose another place"
        ) from None
    finally:
        partial.unlink(missing_ok=True)


def show(document: Report, output: str) -> None:
    """The report on stdout: tables for people, or any of the formats.

    Raises:
        UsageError: there is no such format.
    """
    if output in {"table", "terminal"}:
        from tieback.report.terminal import print_report

        print_report(document, data_console())
        return
    from tieback.report import by_name

    by_name(output).render(document, sys.stdout.buffer)
