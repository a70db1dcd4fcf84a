"""``tieback inventory imports`` and ``remove``: what was imported, and how to take a wrong import back."""

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.inventory_files import NO_INVENTORY, WORKSPACE, FormatOption, plain_table
from tieback.cli.terminal import (
    OutputFormat,
    OwnWorkspaceOption,
    WorkspaceOption,
    data_console,
    message_console,
    write_line,
)
from tieback.model.document import encode
from tieback.model.errors import UsageError


def imports(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """List the imported inventories, latest first, with what only the date of each has.

    Example: tieback inventory imports
    """
    from tieback.pipeline.fleet.imports import list_imports

    found = list(list_imports(workspace))
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("inventory-imported", one))
        return
    if not found:
        message_console().print(NO_INVENTORY)
        return
    table = plain_table(
        "import", "inventory", "source", "format", "date", "imported", "rows", "ignored", "apps", "devices"
    )
    for one in found:
        entered = one.entered
        table.add_row(
            str(entered.number),
            Text(entered.name),
            Text(entered.source),
            Text(entered.shape),
            str(entered.taken),
            str(entered.imported.date()),
            f"{entered.rows:,}",
            f"{entered.skipped:,}",
            f"{one.only.apps:,}",
            f"{one.only.devices:,}",
        )
    data_console().print(table)
    message_console().print("apps and devices: those that the source lists on this date and on no other")


def remove(
    source: Annotated[str, typer.Argument(help="Source of the imports, as in `tieback inventory imports`.")],
    *,
    taken: Annotated[datetime, typer.Option(formats=["%Y-%m-%d"], help="Date of the data.")],
    yes: Annotated[bool, typer.Option("--yes", help="Remove without confirmation.")] = False,
    workspace: OwnWorkspaceOption = WORKSPACE,
) -> None:
    """Remove all imports of a source for one date, with the apps and devices that only they list.

    What the source also lists for another date stays. Import the right files afterwards.

    Example: tieback inventory remove plain --taken 2026-11-28
    """
    from tieback.pipeline.fleet.imports import day_text, find_day, remove_day
    from tieback.storage.workspace import Workspace

    day = taken.replace(tzinfo=UTC).date()
    with Workspace.open(workspace, create=False) as space, space.lock():
        found = find_day(space, source, day)
        message_console().print(Text(f"{source}, {day}: {day_text(found)}"))
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("cannot ask for confirmation (no terminal)", advice="Pass --yes")
            typer.confirm("Remove this?", abort=True, err=True)
        remove_day(space, source, day)
    message_console().print("removed; what the source lists for other dates is kept")
