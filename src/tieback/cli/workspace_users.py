"""``tieback workspace users`` and ``remove-user``: the users of the pages, from the terminal of the server."""

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.terminal import (
    OutputFormat,
    OwnWorkspaceOption,
    WorkspaceOption,
    data_console,
    message_console,
    write_line,
)
from tieback.console import RowTable
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.report.texts.clean import clean

WORKSPACE = Path(".tieback")
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "Lines, or one JSON document per user.")]


def users(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """List the users of the pages, by name.

    Example: tieback workspace users
    """
    from tieback.pipeline.views.accounts import every_user
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        found = list(every_user(opened.ledger.accounts))
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("workspace-user", one))
        return
    if not found:
        message_console().print("no users; `tieback serve` prints the link for the first administrator")
        return
    table = RowTable()
    for column in ("name", "shown as", "role", "state", "sign-in", "last sign-in (UTC)"):
        table.add_column(column, overflow="fold")
    for one in found:
        state = "disabled" if one.disabled else "enabled"
        way = "sign-in provider" if one.provider else "password"
        last = "never" if one.signed_in is None else f"{datetime.fromtimestamp(one.signed_in, UTC):%Y-%m-%d %H:%M}"
        row = (one.name, clean(one.display, 100), one.role or "none", state, way, last)
        table.add_row(*map(Text, row))
    data_console().print(table)


def remove_user(
    name: Annotated[str, typer.Argument(help="Sign-in name, as in `tieback workspace users`.")],
    *,
    yes: Annotated[bool, typer.Option("--yes", help="Remove without confirmation.")] = False,
    workspace: OwnWorkspaceOption = WORKSPACE,
) -> None:
    """Remove a user of the pages, with all sessions and API tokens. Also works while the server runs.

    The audit log keeps the name. The last enabled administrator cannot be removed.

    Example: tieback workspace remove-user ben
    """
    from tieback.pipeline.accounts.service import AccountService
    from tieback.pipeline.accounts.users import remove_user_named, user_named
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, create=False, trusted=True) as opened:
        service = AccountService.of(opened)
        found = user_named(service, name)
        talk = message_console()
        talk.print(Text(f"{found.name}: {found.role or 'no role'}, {'disabled' if found.disabled else 'enabled'}"))
        if found.issuer is not None:
            talk.print("the next sign-in creates this user again, while a group of the sign-in provider has a role")
        if not yes:
            if not sys.stdin.isatty():
                raise UsageError("cannot ask for confirmation (no terminal)", advice="Pass --yes")
            typer.confirm("Remove this user?", abort=True, err=True)
        remove_user_named(service, name)
    talk.print("removed; the audit log keeps the name")
