"""``tieback workspace check``, ``compact``, ``prune``, ``export``: maintenance of the lake."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.table import Column, Table

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    progress_bar,
    write_line,
)
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError

if TYPE_CHECKING:
    from tieback.storage.retention import RetentionPlan

WORKSPACE = Path(".tieback")
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "Lines, or one JSON document.")]


def check(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """Read the whole lake and list damaged files. Damaged files are ignored from then on.

    The next scan of the same inputs rebuilds them. Exits with code 3 if a file is damaged.

    Example: tieback workspace check
    """
    from tieback.storage.lake.upkeep import check as checked
    from tieback.storage.workspace import Workspace

    sound, damaged = 0, {}
    with Workspace.open(workspace, create=False) as opened, progress_bar("reading the lake") as progress:
        now = opened.lake.layout()
        total = len(now.live) + len(now.damaged)
        for part, why in checked(opened.lake):
            if why:
                damaged[part] = why
            else:
                sound += 1
            progress(sound + len(damaged), total)
    if output is OutputFormat.JSON:
        write_line(encode("workspace-check", {"workspace": str(workspace), "sound": sound, "damaged": damaged}))
    else:
        console = data_console()
        for part, why in damaged.items():
            console.print(f"{part}: {why}", soft_wrap=True)
        console.print(f"{count_text(sound, 'part is sound', 'parts are sound')}, {len(damaged)} damaged")
    if damaged:
        message_console().print("damaged parts are ignored; the next `tieback scan` of the same inputs rebuilds them")
        raise typer.Exit(ExitCode.SOME_FAILED)


def compact(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """Merge small files of the lake into larger ones. Safe while others read.

    A scan does this itself if it leaves more than a few dozen files.

    Example: tieback workspace compact
    """
    from tieback.storage.lake.compaction import compact as compacted
    from tieback.storage.recovery import recover
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened, opened.lock():
        recover(opened.lake, opened.ledger)
        done = compacted(opened.lake)
    if output is OutputFormat.JSON:
        write_line(encode("workspace-compact", {"workspace": str(workspace), **msgspec.structs.asdict(done)}))
        return
    table = Table("", "before", "after", box=None)
    table.add_row("parts", f"{done.before:,}", f"{done.after:,}")
    table.add_row("bytes", f"{done.bytes_before:,}", f"{done.bytes_after:,}")
    data_console().print(table)
    if not done.swept:
        message_console().print("the old files are still in use; the next scan or compact removes them")


def prune(
    *,
    workspace: WorkspaceOption = WORKSPACE,
    older_than: Annotated[
        str | None,
        typer.Option(help="Remove runs older than this, such as 180d, or 0d for all; default: from retention.toml."),
    ] = None,
    keep_runs: Annotated[
        int | None,
        typer.Option(
            min=0,
            help="Number of latest runs to keep, regardless of age; default: from retention.toml, or 1. "
            "0 also removes the last one.",
        ),
    ] = None,
    policy_file: Annotated[
        Path | None,
        typer.Option(
            "--retention", help="Retention file (TOML); default: retention.toml in the workspace, if you accepted it."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be removed; remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask for confirmation.")] = False,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Remove old runs, their results, and apps and captures that no remaining run uses.

    Cases, letters, the inventory, imported reports and the audit log are kept. The last finished run is kept, too,
    unless you pass `--keep-runs 0`.

    Example: tieback workspace prune --older-than 180d --keep-runs 3 --dry-run
    """
    from tieback.storage import retention
    from tieback.storage.recovery import recover
    from tieback.storage.trust import RETENTION_FILE, accept_passed, settings_file
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened, opened.lock():
        file = policy_file
        if older_than is None or keep_runs is None:
            file = settings_file(workspace, RETENTION_FILE, policy_file, "--retention")
        policy = retention.read_policy(file, older_than, keep_runs)
        accept_passed(workspace, RETENTION_FILE, policy_file)
        recover(opened.lake, opened.ledger)
        doomed = retention.plan_retention(opened.lake, opened.ledger, policy)
        _show_doomed(workspace, doomed, output, done=not dry_run)
        if dry_run or not (doomed.runs or doomed.units):
            return
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError(
                    "cannot ask for confirmation (no terminal)", advice="Preview with --dry-run, then pass --yes"
                )
            typer.confirm("Remove this?", abort=True, err=True)
        _, swept = retention.prune(opened.lake, opened.ledger, policy)
    talk = message_console()
    talk.print("removed; the audit log and the cases are kept")
    if not swept:
        talk.print("the old files are still in use; the next scan removes them from disk")


def _show_doomed(workspace: Path, doomed: "RetentionPlan", output: OutputFormat, *, done: bool) -> None:
    if output is OutputFormat.JSON:
        write_line(
            encode(
                "workspace-prune",
                {"workspace": str(workspace), "dry_run": not done, **msgspec.structs.asdict(doomed)},
            )
        )
        return
    console = data_console()
    for run in doomed.runs:
        console.print(f"run {run}")
    table = Table("removed", Column("rows", justify="right"), box=None)
    table.add_row("apps and captures", f"{doomed.units:,}")
    for name, rows in doomed.rows.items():
        table.add_row(name, f"{rows:,}")
    console.print(table)
    console.print(f"{count_text(doomed.parts, 'file of the lake is', 'files of the lake are')} removed or rewritten")


def export(
    destination: Annotated[
        str,
        typer.Argument(
            metavar="DEST", help="Folder, or s3://BUCKET/KEY, gs:// or az:// URL (needs the extra `cloud`)."
        ),
    ],
    *,
    workspace: WorkspaceOption = WORKSPACE,
    run: Annotated[list[str] | None, typer.Option(help="Run ID; repeatable; default: the last run.")] = None,
    all_runs: Annotated[bool, typer.Option("--all-runs", help="Export every finished run.")] = False,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Export runs as Parquet for other programs, as table=…/run=…/part-00000.parquet.

    Example: tieback workspace export s3://reports/tieback
    """
    from tieback.storage.export import export_run, runs_to_export, totals
    from tieback.storage.export_target import open_target
    from tieback.storage.workspace import Workspace

    if run and all_runs:
        raise UsageError(
            "--run and --all-runs exclude each other", where="--run", advice="Leave out --run or --all-runs"
        )
    place = open_target(destination)
    with Workspace.open(workspace, create=False) as opened, progress_bar("writing runs") as progress:
        wanted = runs_to_export(opened.ledger, run or (), every=all_runs, where=str(workspace))
        for number, one in enumerate(wanted):
            progress(number, len(wanted))
            told = totals(export_run(opened.lake, opened.ledger, one, place))
            if output is OutputFormat.JSON:
                write_line(encode("workspace-export", {"destination": place.url, "run": one, "tables": told}))
                continue
            columns = (Column(name, justify="right") for name in ("rows", "files", "bytes"))
            table = Table(f"run {one}", *columns, box=None)
            for name, counts in told.items():
                table.add_row(name, *(f"{count:,}" for count in counts.values()))
            data_console().print(table)
    message_console().print(f"export: {place.url}")
