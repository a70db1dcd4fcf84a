"""``tieback inventory import`` and ``pull``: read exports into the workspace; download them from an EMM's API."""

import os
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    OwnWorkspaceOption,
    data_console,
    message_console,
    print_failure,
    print_skipped,
    progress_bar,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError
from tieback.model.safe_text import escape_line

if TYPE_CHECKING:
    from tieback.model.skipped import SkippedFiles
    from tieback.pipeline.fleet.inventory import InventoryResult, InventoryStatement

FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
WORKSPACE = Path(".tieback")
NO_INVENTORY = "no inventory was imported, so no app is known to be on a device; run `tieback inventory import FILE`"


class PullSource(StrEnum):
    """EMMs with a supported API."""

    INTUNE = "intune"
    JAMF = "jamf"
    WORKSPACE_ONE = "workspace-one"
    GOOGLE = "google"
    KANDJI = "kandji"


_NEEDED = {
    PullSource.INTUNE: ("--client-id", "--tenant"),
    PullSource.JAMF: ("--client-id", "--url"),
    PullSource.WORKSPACE_ONE: ("--client-id", "--url", "--login"),
    PullSource.GOOGLE: ("--tenant",),
    PullSource.KANDJI: ("--url",),
}
"""Options that a source requires, beside ``--secret-env``."""


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|DIR", help="Exports, zip files or folders of exports.")],
    *,
    source: Annotated[
        str, typer.Option(help="Source of the export, if detection fails; see docs/howto/inventory.md.")
    ] = "",
    tenant: Annotated[str, typer.Option(help="Name of the tenant or server, which becomes a source of its own.")] = "",
    taken: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="Date of the data; default: the date of the file.")
    ] = None,
    complete: Annotated[
        bool,
        typer.Option(
            "--complete", help="The files together list all devices of their source; mark other devices as removed."
        ),
    ] = False,
    partial: Annotated[
        bool, typer.Option("--partial", help="The files list only some apps of their devices; mark nothing as removed.")
    ] = False,
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Store names of devices and people; default: pseudonyms.")
    ] = False,
    device: Annotated[str, typer.Option(help="Device that the file describes, if the file does not name it.")] = "",
    platform: Annotated[DevicePlatform, typer.Option(help="Platform of rows that name none.")] = DevicePlatform.UNKNOWN,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="Column of a field in a plain table, as FIELD=COLUMN; remembered.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Accept the detected columns of plain tables without confirmation.")
    ] = False,
    workspace: OwnWorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Import app inventories into the workspace. The source is detected from the content.

    A file is imported completely or not at all, and once per day. Files imported together are one statement.
    An app that a newer file of a device no longer lists counts as removed from that device.

    Example: tieback inventory import AppInvRawData.zip jamf/ --keep-names
    """
    from tieback.pipeline.fleet.inventory import (
        InventoryRequest,
        InventoryStatement,
        import_inventories,
        parse_column_map,
    )

    request = InventoryRequest(
        source,
        taken.replace(tzinfo=UTC).date() if taken else None,
        tenant,
        complete,
        partial,
        keep_names,
        device,
        platform,
        parse_column_map(columns or ()),
    )
    confirm = (lambda *_: True) if yes else _ask if sys.stdin.isatty() else None
    done: list[InventoryResult] = []
    failed = 0
    skipped: list[SkippedFiles] = []
    with progress_bar("importing") as bar:
        for end in import_inventories(
            workspace, files, request, confirm, lambda _, rows: bar(rows, rows), skipped.append
        ):
            if isinstance(end, TiebackError):
                failed += 1
                print_failure(end)
                continue
            if isinstance(end, InventoryStatement):
                _print_statement(end, complete=complete)
                continue
            done.append(end)
            if output is OutputFormat.JSON:
                write_line(encode("inventory-import", end))
            for note in end.notes:
                message_console().print(Text(f"{end.path}: {note}"))
            if end.first_left_out:
                message_console().print(
                    Text(f"{end.path}: {count_text(end.left_out, 'record')} ignored; first: {end.first_left_out}")
                )
    if done and output is OutputFormat.TABLE:
        _print_imports(done)
    print_skipped(skipped)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)
    if not done:
        raise UsageError(
            "no inventory export found", where=str(files[0]), advice="Pass an export file, or a folder with exports"
        )


def pull(
    source: Annotated[PullSource, typer.Argument(help="EMM to download from.")],
    *,
    secret_env: Annotated[
        str, typer.Option(help="Environment variable with the client secret; with the token for Google and Kandji.")
    ],
    client_id: Annotated[str, typer.Option(help="Client ID (Intune, Jamf Pro, Workspace ONE).")] = "",
    tenant: Annotated[str, typer.Option(help="Microsoft Entra tenant ID (Intune), or enterprise ID (Google).")] = "",
    url: Annotated[
        str, typer.Option(help="Server URL (Jamf Pro, Workspace ONE, Kandji), such as https://acme.jamfcloud.com.")
    ] = "",
    login: Annotated[
        str, typer.Option(help="Token URL (Workspace ONE), or login URL of another Microsoft cloud (Intune).")
    ] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the files to.")] = Path("inventory"),
) -> None:
    """Download an inventory from an EMM's API into files, ready for import. Read-only; contacts only the hosts named.

    Example: tieback inventory pull jamf --url https://acme.jamfcloud.com --client-id abc --secret-env JAMF_SECRET
    """
    from tieback.pipeline.fleet.pull import pull_inventory as fetch
    from tieback.pipeline.fleet.pull_client import GOOGLE, GRAPH, LOGIN, ApiAccount

    secret = os.environ.get(secret_env, "")
    if not secret:
        raise UsageError(
            "the environment variable is empty or not set",
            where=f"--secret-env {secret_env}",
            advice="Put the client secret or token into it",
        )
    given = {"--client-id": client_id, "--tenant": tenant, "--url": url, "--login": login}
    for option in _NEEDED[source]:
        if not given[option]:
            raise UsageError(f"missing {option}", where=source.value, advice="See docs/howto/inventory.md")
    default = GOOGLE if source is PullSource.GOOGLE else GRAPH
    account = ApiAccount(
        source.value, client_id, secret, tenant, (url or default).rstrip("/"), (login or LOGIN).rstrip("/")
    )
    with progress_bar("downloading") as bar:
        done = fetch(account, out, lambda _, pages: bar(pages, pages))
    for one in done:
        typer.echo(escape_line(str(one.path)))
        message_console().print(
            f"{one.path}: {count_text(one.pages, 'page')}; next: `tieback inventory import {one.path}`"
        )


def _print_statement(end: "InventoryStatement", *, complete: bool) -> None:
    console = message_console()
    for note in end.notes:
        console.print(Text(f"{end.source}: {note}"))
    for problem in end.problems:
        console.print(Text(f"{end.source}: {problem}"))
    if end.complete:
        console.print(f"{end.source}: {count_text(end.removed, 'device is', 'devices are')} no longer listed")
    elif end.problems:
        advice = "Import all files of the source together" if complete else "Import all its pages together"
        console.print(f"{end.source}: nothing was marked as removed. {advice}")


def _ask(label: str, columns: Sequence[str], meaning: Mapping[str, str]) -> bool:
    console = message_console()
    console.print(Text(f"{label}: detected columns:"))
    known = {column: field for field, column in meaning.items()}
    before: set[str] = set()
    for column in columns:
        again = column.casefold() in before
        before.add(column.casefold())
        means = "ignored: the first column with this name is read" if again else known.get(column, "ignored")
        console.print(Text(f"  {column[:60]}  →  {means}"))
    return typer.confirm("Is this correct? The answer is remembered for tables with these columns", err=True)


def _print_imports(done: "list[InventoryResult]") -> None:
    table = plain_table("inventory", "source", "format", "date", "rows", "ignored", "")
    for end in done:
        entered = end.entered
        table.add_row(
            Text(end.path),
            Text(f"{end.title}, {entered.shape}"),
            {"platform": "compared", "aliases": "assumed", "mapped": "mapped by you"}.get(end.evidence, end.evidence),
            str(entered.taken),
            f"{entered.rows:,}",
            f"{end.left_out + entered.skipped:,}",
            f"already imported on {entered.imported.date()}" if entered.again else "",
        )
    data_console().print(table)


def plain_table(*columns: str) -> Table:
    """A table without borders; number columns are right-aligned."""
    table = RowTable()
    for column in columns:
        right = column in {"apps", "devices", "rows", "ignored", "records", "open stores"}
        table.add_column(column, overflow="fold", justify="right" if right else "left")
    return table
