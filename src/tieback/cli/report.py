"""``tieback report``: render the last run of a workspace, compare two reports, explain a figure."""

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, cast

import typer

from tieback.cli.completion import complete_figure
from tieback.cli.formats import format_of_file, format_option, is_typed
from tieback.cli.options import MappingOption, ReferenceOption, RunOption, SourceOption, read_source
from tieback.cli.terminal import (
    OutputFormat,
    SafeOutput,
    WorkspaceOption,
    data_console,
    exit_with_findings,
    message_console,
    print_problem,
    print_text,
    print_workspace_notes,
    progress_bar,
)
from tieback.model.errors import UsageError
from tieback.model.exposure import Severity
from tieback.model.report.document import Report

if TYPE_CHECKING:
    from tieback.report.audience import Audience
    from tieback.report.diff.backends import Named
    from tieback.report.diff.change import Comparison
    from tieback.report.diff.past import PastReport
    from tieback.report.interface import Renderer

AudienceOption = Annotated[
    str, typer.Option(help="Audience: internal, vendor (with --vendor NAME), or public (only totals).")
]
VendorOption = Annotated[
    str, typer.Option(help="Vendor to write for, with --audience vendor: its apps, and the stores it answers for.")
]
SuppressionsOption = Annotated[
    Path | None,
    typer.Option(help="Suppression file; default: suppressions.toml in the workspace, if you accepted it."),
]
BaselineOption = Annotated[Path | None, typer.Option(help="Earlier report (.json or .ndjson): marks new findings.")]

SampleOption = Annotated[
    int | None,
    typer.Option(
        min=1, help="Number of apps that the inputs were randomly sampled from; adds an estimate for all of them."
    ),
]

FORMATS = (
    "table", "html", "pdf", "json", "ndjson", "csv", "recipients-csv", "markdown",
    "sarif", "ocsf", "stix", "defectdojo", "cyclonedx", "csaf", "junit",
)  # fmt: skip
"""Names of the formats. A test compares them with the renderers: importing those is slow."""
_BINARY = frozenset({"pdf"})
_SLOW = frozenset({"pdf"})
DIFF_FORMATS = ("table", "markdown", "html", "json")
_DIFF_SUFFIXES = {".md": "markdown", ".html": "html", ".json": "json"}
SCHEMA_FORMATS = ("json", "ndjson")

_DEFAULT = Path(".tieback")

app = typer.Typer(
    help="Render the last finished run of a workspace (or --run ID), compare two reports, or explain a figure.",
    invoke_without_command=True,
)


@app.callback(epilog="Example: tieback report --format pdf -o letter.pdf --audience vendor --vendor 'Acme Ltd'")
def report(
    context: typer.Context,
    workspace: WorkspaceOption = _DEFAULT,
    output: Annotated[
        str, format_option(FORMATS, "Format of the report; or plugin:NAME, a renderer that you enable.", plugins=True)
    ] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    audience: AudienceOption = "internal",
    vendor: VendorOption = "",
    suppressions: SuppressionsOption = None,
    baseline: BaselineOption = None,
    sample_of: SampleOption = None,
    reference: ReferenceOption = None,
    run: RunOption = "",
    mapping: MappingOption = None,
    source: SourceOption = None,
) -> None:
    """Render the last finished run of a workspace (or --run ID), compare two reports, or explain a figure."""
    if context.invoked_subcommand is not None:
        return
    print_workspace_notes(context)
    from tieback.assess.references import select
    from tieback.pipeline.report import run_report
    from tieback.report.audience import audience_of
    from tieback.report.files import check_place
    from tieback.report.references import with_references
    from tieback.report.sampling import with_population_estimate

    if out is not None:
        output = format_of_file(context, output, out, _suffixes())
        check_place(out, "report")
    renderer = _renderer(output)
    if output.startswith("plugin:") and out is None:
        raise UsageError("the output of a plug-in is not printed", where=output[:80], advice="Add --out FILE")
    chosen = select(reference or ())
    who = audience_of(audience, vendor)
    past, set_apart = read_baseline(baseline), read_suppressions(workspace, suppressions)
    located = read_source(mapping, source)
    with run_report(workspace, run) as whole:
        judged = with_population_estimate(with_baseline(set_apart(located(whole)), past), sample_of)
        document = with_references(reduced(judged, who, vendor, workspace, run), chosen)
        if out is not None:
            from tieback.report.files import write_all

            with writing(renderer):
                write_all(document, renderer, out)
            print_left_out(document, renderer, str(out))
            if not getattr(renderer, "written", True):
                print_problem(f"{out} is empty: the plug-in wrote nothing")
        else:
            show(document, output)


def _suffixes() -> dict[str, str]:
    """The formats by suffix."""
    from tieback.report import renderers

    metas = (renderer.meta for renderer in renderers())
    return {meta.suffix: "table" if meta.name == "terminal" else meta.name for meta in metas}


def _renderer(output: str) -> "Renderer":
    """The renderer of a format, or of ``plugin:NAME``. Raises ``UsageError``."""
    if output.startswith("plugin:"):
        from tieback.pipeline.plugins import PluginRenderer

        return PluginRenderer(output.removeprefix("plugin:"))
    from tieback.report import by_name

    return by_name("terminal" if output == "table" else output)


def reduced(whole: Report, audience: "Audience", vendor: str, workspace: Path, run: str = "") -> Report:
    """The report reduced for an audience; what that leaves out is also printed on stderr."""
    from tieback.report.audience import Audience

    if audience is Audience.INTERNAL:
        return whole
    from tieback.pipeline.finish import reduce_report

    document, notes = reduce_report(whole, audience, vendor, workspace, run)
    for note in notes:
        print_problem(note)
    return document


@app.command(epilog="Example: tieback report diff old.json new.json --format markdown")
def diff(
    context: typer.Context,
    old: Annotated[Path, typer.Argument(help="Older report (.json or .ndjson), or a workspace.")],
    new: Annotated[Path, typer.Argument(help="Newer report or workspace.")],
    output: Annotated[str, format_option(DIFF_FORMATS, "Format of the comparison.")] = "table",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    fail_on: Annotated[
        Severity | None,
        typer.Option(help="Exit with code 1 if a new or worse finding has at least this severity; default: never."),
    ] = None,
) -> None:
    """Compare two reports: new, fixed, changed and moved findings, those not checked again, and back ends of apps."""
    from msgspec.structs import replace

    from tieback.report.diff.backends import backend_changes
    from tieback.report.diff.change import ChangeKind
    from tieback.report.diff.compare import compare
    from tieback.report.diff.markdown import as_markdown
    from tieback.report.diff.page import as_page
    from tieback.report.diff.terminal import print_comparison
    from tieback.report.encoding import encode_row

    output = format_of_file(context, output, out, _DIFF_SUFFIXES)
    (was, was_named), (now, now_named) = _past(old), _past(new)
    found = compare(was, now)
    if was_named is not None and now_named is not None:
        found = replace(found, backends=backend_changes(was, now, was_named, now_named))
    if output == "table" and out is None:
        print_comparison(found, data_console())
    else:
        lines: Iterable[bytes]
        if output == "html":
            lines = (piece.encode("utf-8", "replace") for piece in as_page(found))
        elif output == "json":
            names = {"schema": "tieback/comparison/1", "old": found.old.name, "new": found.new.name}
            lines = (
                encode_row(
                    names
                    | {
                        "totals": found.totals,
                        "changes": found.changes,
                        "notes": found.notes,
                        "backends": found.backends,
                    }
                ),
                b"\n",
            )
        elif output == "markdown":
            lines = (f"{line}\n".encode("utf-8", "replace") for line in as_markdown(found))
        else:
            lines = (_plain(found),)
        write_bytes(lines, out)
    news = (one for one in found.changes if one.worse or one.kind is ChangeKind.NEW)
    severe = sum(fail_on is not None and one.finding.severity.rank >= fail_on.rank for one in news)
    if severe:
        exit_with_findings(f"{severe:,} new or worse finding{'s'[: severe > 1]} at or above {fail_on}")


@app.command(epilog="Example: tieback report explain records:kind=mongodb")
def explain(
    context: typer.Context,
    figure: Annotated[
        str,
        typer.Argument(
            help="Figure, such as records, stores-exposed:class=email or bytes:kind=mongodb,country=DE; "
            "default: list all names.",
            autocompletion=complete_figure,
        ),
    ] = "",
    workspace: WorkspaceOption = _DEFAULT,
    output: Annotated[OutputFormat, format_option(OutputFormat, "A table, or JSON lines.")] = OutputFormat.TABLE,
    run: RunOption = "",
) -> None:
    """Explain where a figure comes from: its query, the share of each store, and the evidence."""
    from tieback.pipeline.report import run_report
    from tieback.report.explain import explain_figure as explained
    from tieback.report.explain import figure_names
    from tieback.report.explanation import as_lines, print_explanation

    with run_report(_own_or_outer(context, "workspace", workspace), _own_or_outer(context, "run", run)) as whole:
        if not figure:
            write_bytes((f"{name}\n".encode() for name in figure_names(whole)), None)
            return
        found = explained(whole, figure)
        if output is OutputFormat.JSON:
            write_bytes(as_lines(found), None)
        else:
            print_explanation(found, data_console())


def _own_or_outer[T](context: typer.Context, name: str, own: T) -> T:
    """The option of a sub-command: `report -w DIR explain` means the same as `report explain -w DIR`."""
    outer = context.parent
    if outer is None or is_typed(context, name) or not is_typed(outer, name):
        return own
    return outer.params[name]  # type: ignore[no-any-return]


@app.command(epilog="Example: tieback report schema > report.schema.json")
def schema(
    output: Annotated[
        str, format_option(SCHEMA_FORMATS, "Report format: json, or ndjson (schema of each line).")
    ] = "json",
) -> None:
    """Print the JSON Schema of the report in JSON or NDJSON format."""
    import json

    from tieback.report.schema import lines_schema, report_schema

    made = {"json": report_schema, "ndjson": lines_schema}[output]
    write_bytes([json.dumps(made(), indent=1, ensure_ascii=False).encode() + b"\n"], None)


def read_suppressions(workspace: Path, path: Path | None) -> Callable[[Report], Report]:
    """A function that separates suppressed findings. The suppression file is read before any work is done.

    Raises:
            UsageError: the file is invalid.
    """
    from tieback.storage.trust import SUPPRESSIONS_FILE

    if path is None and not (workspace / SUPPRESSIONS_FILE).exists():
        return lambda whole: whole
    from tieback.pipeline.finish import workspace_suppressions

    apply, notice = workspace_suppressions(workspace, path)
    if notice:
        print_problem(notice)
    return apply


def read_baseline(path: Path | None) -> "PastReport | None":
    """The report that ``--baseline`` names. It is read before any work is done.

    Raises:
            InputError: the file cannot be read, or is not a report.
    """
    if path is None:
        return None
    from tieback.report.diff.past import read_past

    return read_past(path)


def with_baseline(document: Report, past: "PastReport | None") -> Report:
    """The report, with the status of each finding relative to an earlier report."""
    if past is None:
        return document
    from msgspec.structs import replace

    from tieback.report.diff.compare import baseline_of, compare
    from tieback.report.diff.past import past_from_report

    return replace(document, baseline=baseline_of(compare(past, past_from_report(document, "this run"))))


def _past(path: Path) -> "tuple[PastReport, Named | None]":
    """The compared data of a report, and the back ends that its apps name."""
    from tieback.pipeline.report import last_report
    from tieback.report.diff.backends import named_in_file, named_in_report
    from tieback.report.diff.past import past_from_report, read_past

    if not path.is_dir():
        past = read_past(path)
        return past, named_in_file(path, past)
    with last_report(path) as whole:
        return past_from_report(whole, str(path)), named_in_report(whole)


def _plain(found: "Comparison") -> bytes:
    import io

    from tieback.console import open_console
    from tieback.report.diff.terminal import print_comparison

    text = io.StringIO()
    print_comparison(found, open_console(width=100, file=text, color_system=None))
    return text.getvalue().encode("utf-8", "replace")


def write_bytes(pieces: Iterable[bytes], path: Path | None) -> None:
    """Write the pieces to a file in one step, or to stdout. Raises the same errors as ``write_report``."""
    if path is None:
        print_text(pieces)
    else:
        from tieback.report.files import open_whole

        with open_whole(path, "report") as file:
            file.writelines(pieces)


def show(document: Report, output: str, *, brief: bool = False, least: Severity | None = None) -> None:
    """Print the report on stdout: tables for people (``brief``: only the conclusions), or any other format.

    A pipe gets all findings of severity ``least`` or above.

    Raises:
            UsageError: unknown format.
    """
    if output == "table":
        from tieback.report.formats.terminal.renderer import print_report

        print_report(document, data_console(), brief=brief, least=least)
        return
    from tieback.report import by_name

    renderer = by_name(output)
    if output in _BINARY:
        with writing(renderer):
            renderer.render(document, sys.stdout.buffer)
    else:
        with SafeOutput(sys.stdout.buffer) as out:
            renderer.render(document, cast("BinaryIO", out))
    print_left_out(document, renderer, f"the format {output}")


@contextmanager
def writing(renderer: "Renderer") -> Iterator[None]:
    """Show on a terminal that a format that takes seconds is being written."""
    if renderer.meta.name not in _SLOW:
        yield
        return
    with progress_bar(f"writing {renderer.meta.name.upper()}"):
        yield


def print_left_out(document: Report, renderer: "Renderer", name: str) -> None:
    """Print on stderr what of the report the output called ``name`` does not contain."""
    from tieback.report.files import left_out_text

    if text := left_out_text(document, renderer, name):
        message_console().print(text)
