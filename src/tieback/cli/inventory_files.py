"""``tieback inventory import`` and ``pull``: exports into the workspace, and from an EMM's API into files."""

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

from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    complain,
    data_console,
    progress_bar,
    talk_console,
    write_line,
)
from tieback.model.device import DevicePlatform
from tieback.model.document import encode
from tieback.model.errors import TiebackError, UsageError

if TYPE_CHECKING:
    from tieback.pipeline.fleet.inventory import InventoryDone

FormatOption = Annotated[OutputFormat, typer.Option("--format", help="A table, or one JSON document a line.")]
WORKSPACE = Path(".tieback")


class PullSource(StrEnum):
    """EMMs whose API can be asked."""

    INTUNE = "intune"
    JAMF = "jamf"


def import_(
    files: Annotated[list[Path], typer.Argument(metavar="FILE|DIR...", help="Exports, zips of them, or folders.")],
    *,
    source: Annotated[
        str, typer.Option(help="Whose export it is, where its content must not decide; see docs/howto/inventory.md.")
    ] = "",
    taken: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="The day that it shows; default: the file's.")
    ] = None,
    complete: Annotated[
        bool, typer.Option("--complete", help="It names all devices of its source: others are gone.")
    ] = False,
    keep_names: Annotated[
        bool, typer.Option("--keep-names", help="Keep names of devices and people; default: pseudonyms.")
    ] = False,
    device: Annotated[str, typer.Option(help="The device that a file is about, where it does not say.")] = "",
    platform: Annotated[DevicePlatform, typer.Option(help="Of rows that name none.")] = DevicePlatform.UNKNOWN,
    columns: Annotated[
        list[str] | None, typer.Option("--map", help="FIELD=COLUMN of a plain table; remembered.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Take what the columns of plain tables seem to mean.")] = False,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Read inventories into the workspace. The source is told by content; a file is entered whole, and once.

    Example: tieback inventory import AppInvRawData.zip jamf/ --keep-names
    """
    from tieback.pipeline.fleet.inventory import InventoryRequest, columns_from, import_inventories

    request = InventoryRequest(
        source,
        taken.replace(tzinfo=UTC).date() if taken else None,
        complete,
        keep_names,
        device,
        platform,
        columns_from(columns or ()),
    )
    confirm = (lambda *_: True) if yes else _ask if sys.stdin.isatty() else None
    done: list[InventoryDone] = []
    failed = 0
    with progress_bar("importing") as bar:
        for end in import_inventories(workspace, files, request, confirm, lambda _, rows: bar(rows, rows)):
            if isinstance(end, TiebackError):
                failed += 1
                complain(end)
                continue
            done.append(end)
            if output is OutputFormat.JSON:
                write_line(encode("inventory-import", end))
            if end.first_left_out:
                talk_console().print(
                    Text(f"{end.path}: {end.left_out:,} records were left out; first {end.first_left_out}")
                )
    if done and output is OutputFormat.TABLE:
        _print_imports(done)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if done else ExitCode.NOTHING_DONE)
    if not done:
        raise UsageError("nothing to import there", where=str(files[0]), advice="Name a file, or a folder with exports")


def pull(
    source: Annotated[PullSource, typer.Argument(help="Whose API.")],
    *,
    client_id: Annotated[str, typer.Option(help="Of the API client.")],
    secret_env: Annotated[str, typer.Option(help="Variable of the environment that holds its secret.")],
    tenant: Annotated[str, typer.Option(help="Of Intune: the directory's id.")] = "",
    url: Annotated[str, typer.Option(help="Of Jamf Pro, such as https://acme.jamfcloud.com.")] = "",
    login: Annotated[str, typer.Option(help="Of Intune: another cloud's login.")] = "",
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the files.")] = Path("inventory"),
) -> None:
    """Fetch an inventory by an EMM's API into files, to be imported. Read-only, and only to these hosts.

    Example: tieback inventory pull jamf --url https://acme.jamfcloud.com --client-id abc --secret-env JAMF_SECRET
    """
    from tieback.pipeline.fleet.pull import GRAPH, LOGIN, Account
    from tieback.pipeline.fleet.pull import pull as fetch

    secret = os.environ.get(secret_env, "")
    if not secret:
        raise UsageError("no secret there", where=f"--secret-env {secret_env}", advice="Put it into that variable")
    if source is PullSource.INTUNE and not tenant:
        raise UsageError("whose directory?", where="--tenant", advice="Give the id of the Microsoft Entra tenant")
    if source is PullSource.JAMF and not url:
        raise UsageError("which server?", where="--url", advice="Give the URL of Jamf Pro")
    account = Account(source.value, client_id, secret, tenant, (url or GRAPH).rstrip("/"), (login or LOGIN).rstrip("/"))
    with progress_bar("asking") as bar:
        done = fetch(account, out, lambda _, pages: bar(pages, pages))
    for one in done:
        typer.echo(str(one.path))
        talk_console().print(f"{one.path}: {one.pages:,} pages; now `tieback inventory import {one.path}`")


def _ask(label: str, columns: Sequence[str], meaning: Mapping[str, str]) -> bool:
    console = talk_console()
    console.print(Text(f"{label}: what do its columns mean?"))
    known = {column: field for field, column in meaning.items()}
    for column in columns:
        console.print(Text(f"  {column[:60]}  →  {known.get(column, 'not read')}"))
    return typer.confirm("Is that right? It is remembered for tables with these columns", err=True)


def _print_imports(done: "list[InventoryDone]") -> None:
    table = plain_table("inventory", "of", "format known", "day", "rows", "left out", "")
    for end in done:
        entered = end.entered
        table.add_row(
            Text(end.path),
            Text(f"{end.title}, {entered.shape}"),
            {"platform": "compared", "documented": "by documentation", "aliases": "assumed"}[end.evidence],
            str(entered.taken),
            f"{entered.rows:,}",
            f"{end.left_out + entered.skipped:,}",
            f"imported before, {entered.imported.date()}" if entered.again else "",
        )
    data_console().print(table)


def plain_table(*columns: str) -> Table:
    """A table without lines; numbers stand to the right."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for column in columns:
        right = column in {"devices", "rows", "left out", "records", "open stores"}
        table.add_column(column, overflow="fold", justify="right" if right else "left")
    return table
