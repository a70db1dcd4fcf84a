"""Where the ledger of a workspace is: ``--ledger``, ``tieback workspace new`` and ``move``."""

from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.terminal import WorkspaceOption, progress_bar, talk_console

LedgerOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Keep the ledger of a new workspace in PostgreSQL: postgresql://USER@HOST/DATABASE, without a password.",
    ),
]


def settle(workspace: Path, ledger: str | None) -> None:
    """Make the workspace with its ledger there, or see that it has it there already; nothing where none was named.

    Raises:
        UsageError: it has its ledger elsewhere, or that is no address.
        WorkspaceError: the workspace or the database cannot be used.
    """
    if ledger is None:
        return
    from tieback.storage.workspace import Workspace

    Workspace.open(workspace, ledger=ledger).close()


def new(workspace: WorkspaceOption = Path(".tieback"), ledger: LedgerOption = None) -> None:
    """Make a workspace; every other command finds its ledger by the workspace alone.

    Example: tieback workspace new -w fleet --ledger postgresql://tieback@db.example.test/tieback?sslmode=verify-full
    """
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, ledger=ledger) as made:
        talk_console().print(f"{workspace}: the ledger is at {made.ledger.where}", markup=False)


def move(
    to: Annotated[str, typer.Option(metavar="URL|sqlite", help="postgresql://USER@HOST/DATABASE, or sqlite.")],
    workspace: WorkspaceOption = Path(".tieback"),
) -> None:
    """Move the ledger to PostgreSQL or back to a file; every row is checked before the new one counts.

    Example: tieback workspace move --to postgresql://tieback@db.example.test/tieback
    """
    from tieback.storage.ledger.move import move as move_ledger
    from tieback.storage.workspace import Workspace

    with (
        Workspace.open(workspace, create=False) as opened,
        opened.lock(),
        progress_bar("moving the ledger") as progress,
    ):
        moved = move_ledger(workspace, to, progress)
    console = talk_console()
    rows, tables = sum(moved.tables.values()), sum(1 for count in moved.tables.values() if count)
    console.print(f"{rows} rows of {tables} tables are at {moved.target}, read back and compared", markup=False)
    if moved.written_out:
        console.print(f"{moved.written_out} values held U+0000, which is written \\x00 there", markup=False)
    console.print(f"the old ledger is left at {moved.source}: nothing reads it any more; remove it when you like")
