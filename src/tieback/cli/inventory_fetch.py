"""``tieback inventory fetch`` and ``store``: packages and app-store facts, from files or by commands of the user."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.inventory_files import WORKSPACE, FormatOption
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    OwnWorkspaceOption,
    data_console,
    message_console,
    print_failure,
    progress_bar,
    write_line,
)
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import InputError, UsageError

if TYPE_CHECKING:
    from tieback.pipeline.fleet.fetch import FetchCoverage

TimeoutOption = Annotated[float, typer.Option("--timeout", min=1, help="Seconds for one app.")]


def fetch(
    *,
    command: Annotated[
        str,
        typer.Option("--command", help="Your downloader; it gets the app in its environment. Empty: coverage only."),
    ] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the packages.")] = Path("packages"),
    most: Annotated[int, typer.Option("--most", min=0, help="Maximum number of apps to try; 0: all.")] = 0,
    retry: Annotated[bool, typer.Option("--retry", help="Try apps again whose package was missing earlier.")] = False,
    timeout: TimeoutOption = 600.0,
    workspace: OwnWorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Fetch the packages of apps that were not analysed, with your own command, and show the coverage.

    The command runs without a shell in an empty folder and writes the package there: one file, or base and splits.
    Returns 3 if packages are missing after an attempt, also of an earlier run; 4 if there is no package at all.

    Example: tieback inventory fetch --command './get-apk --device 7' --out packages
    """
    from tieback.pipeline.fleet.fetch import (
        FETCHED,
        FetchCoverage,
        FetchRequest,
        fetch_coverage,
        fetch_packages,
    )
    from tieback.pipeline.fleet.user_command import split_command

    if not command:
        _print_coverage(fetch_coverage(workspace), output)
        return
    request = FetchRequest(split_command(command), out, most, timeout, retry)
    fetched = failed = missing = earlier = 0
    with progress_bar("fetching") as bar:
        for end in fetch_packages(workspace, request):
            if isinstance(end, FetchCoverage):
                _print_coverage(end, output)
                missing, earlier = end.failed, end.fetched - fetched
                continue
            done = end.outcome == FETCHED
            fetched, failed = fetched + done, failed + (not done)
            bar(fetched + failed, fetched + failed)
            if output is OutputFormat.JSON:
                write_line(encode("fleet-fetch", end))
            text = f"{end.app.label} {end.version}: {end.outcome}" + (f" ({end.reason})" if end.reason else "")
            message_console().print(Text(text))
    if fetched:
        message_console().print(f"next: `tieback scan {out}`")
    if before := missing - failed:
        message_console().print(
            f"{count_text(before, 'package is', 'packages are')} missing since an earlier run; --retry tries again"
        )
    if missing:
        raise typer.Exit(ExitCode.SOME_FAILED if fetched or earlier else ExitCode.NOTHING_DONE)


def store(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help="CSV or JSON: app, state, storefront, downloads, ...")
    ] = None,
    *,
    command: Annotated[
        str, typer.Option("--command", help="Your look-up; it gets the app in its environment and prints JSON.")
    ] = "",
    timeout: TimeoutOption = 60.0,
    workspace: OwnWorkspaceOption = WORKSPACE,
) -> None:
    """Add facts of app stores: whether an app is still offered, its latest version, downloads and category.

    tieback contacts no store: the facts come from files, or from your own command.

    Example: tieback inventory store store-facts.csv
    """
    from tieback.pipeline.fleet.store_lookup import import_store_facts, look_up_store_facts
    from tieback.pipeline.fleet.user_command import split_command

    if not files and not command:
        raise UsageError("nothing to read", where="inventory store", advice="Pass a file, or --command")
    done = failed = 0
    for end in import_store_facts(workspace, files or ()):
        if isinstance(end, InputError):
            failed += 1
            print_failure(end)
            continue
        done += 1
        message_console().print(
            Text(f"{end.path}: {count_text(end.facts, 'fact')}, {count_text(end.ignored, 'record')} ignored")
        )
        for note in end.notes:
            message_console().print(Text(f"{end.path}: {note}"))
        if end.first_ignored:
            message_console().print(Text(f"  first: {end.first_ignored}"))
    if command:
        known = unknown = 0
        for found in look_up_store_facts(workspace, split_command(command), timeout):
            if found.fact is None:
                unknown += 1
                message_console().print(Text(f"{found.app.label}: unknown ({found.reason})"))
            else:
                known += 1
        done += 1
        message_console().print(f"{count_text(known, 'app')} looked up, {unknown:,} unknown")
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)


def _print_coverage(coverage: "FetchCoverage", output: OutputFormat) -> None:
    if output is OutputFormat.JSON:
        write_line(encode("fleet-coverage", coverage))
        return
    console = data_console()
    console.print(
        f"{count_text(coverage.apps, 'mobile app')}, {count_text(coverage.installs, 'install')} "
        f"on {count_text(coverage.devices, 'listed device')}"
    )
    console.print(f"  analysed: {_share(coverage.analysed, coverage.analysed_installs, coverage)}")
    if coverage.fetched:
        console.print(f"  fetched, not yet analysed: {_share(coverage.fetched, coverage.fetched_installs, coverage)}")
    for why, group in coverage.missing.items():
        console.print(Text(f"  missing, {why}: {_share(group.apps, group.installs, coverage)}"))
    if coverage.missing:
        console.print(
            "  "
            + count_text(
                coverage.devices_missing,
                "listed device has at least one missing app",
                "listed devices have at least one missing app",
            )
        )


def _share(apps: int, installs: int, coverage: "FetchCoverage") -> str:
    share = f" ({100 * installs / coverage.installs:.0f} %)" if coverage.installs else ""
    return f"{count_text(apps, 'app')}, {count_text(installs, 'install')}{share}"
