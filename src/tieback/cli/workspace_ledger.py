"""Location of a workspace's ledger: ``--ledger``, ``tieback workspace new`` and ``move``."""

from pathlib import Path
from typing import Annotated

import typer

from tieback.cli.terminal import OwnWorkspaceOption, message_console, progress_bar
from tieback.model.count_text import count_text

LedgerOption = Annotated[
    str | None,
    typer.Option(
        metavar="URL",
        help="Ledger database of a new workspace: postgresql://USER@HOST/DATABASE, without a password.",
    ),
]


def ensure_ledger(workspace: Path, ledger: str | None) -> None:
    """Create the workspace with its ledger at this location, or check that it is there. No location: do nothing.

    Raises:
            UsageError: the ledger is at another location, or the URL is invalid.
        WorkspaceError: the workspace or the database cannot be used.
    """
    if ledger is None:
        return
    from tieback.storage.workspace import Workspace

    Workspace.open(workspace, ledger=ledger).close()


def new(workspace: OwnWorkspaceOption = Path(".tieback"), ledger: LedgerOption = None) -> None:
    """Create a workspace. Every other command finds the ledger from the workspace folder.

    Example: tieback workspace new -w fleet --ledger postgresql://tieback@db.example.test/tieback?sslmode=verify-full
    """
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, ledger=ledger) as made:
        message_console().print(f"{workspace}: the ledger is at {made.ledger.where}")


def trust(
    workspace: Annotated[
        Path, typer.Option("--workspace", "-w", envvar="TIEBACK_WORKSPACE", help="Workspace folder to accept.")
    ] = Path(".tieback"),
    ledger: Annotated[
        str | None, typer.Option(metavar="URL", help="Address of its ledger, if that is in PostgreSQL.")
    ] = None,
) -> None:
    """Accept a workspace that you did not create here, with everything that it contains.

    tieback uses only workspaces that you created on this machine: a repository could contain a folder `.tieback`
    with false results. Without --workspace in a checkout, commands use a folder of your state folder. Accept a
    workspace of an earlier release, of a backup or of a colleague only if you know where it comes from.

    Example: tieback workspace trust -w /srv/fleet
    """
    from tieback.storage.accept import accept_workspace

    accepted = accept_workspace(workspace, ledger)
    talk = message_console()
    talk.print(
        f"{workspace}: trusted, with {count_text(accepted.parts, 'part')} of its lake", markup=False, soft_wrap=True
    )
    if accepted.files:
        # A folder of rules can change what is found and sent.
        talk.print(f"also trusted as they are now: {', '.join(accepted.files)}", markup=False, soft_wrap=True)


def move(
    to: Annotated[
        str, typer.Option(metavar="URL|sqlite", help="New location: postgresql://USER@HOST/DATABASE, or sqlite.")
    ],
    workspace: OwnWorkspaceOption = Path(".tieback"),
) -> None:
    """Move the ledger to PostgreSQL, or back to a file. Every row is compared before the new ledger is used.

    Example: tieback workspace move --to postgresql://tieback@db.example.test/tieback
    """
    from tieback.storage.ledger.move import move_ledger
    from tieback.storage.workspace import Workspace

    with (
        Workspace.open(workspace, create=False, trusted=True) as opened,
        opened.lock(),
        progress_bar("moving the ledger") as progress,
    ):
        moved = move_ledger(workspace, to, progress)
    console = message_console()
    rows, tables = sum(moved.tables.values()), sum(1 for count in moved.tables.values() if count)
    console.print(f"{count_text(rows, 'row')} of {count_text(tables, 'table')} copied to {moved.target} and compared")
    if moved.written_out:
        console.print(f"{count_text(moved.written_out, 'value')} contained U+0000, stored there as \\x00")
    console.print(f"the old ledger remains at {moved.source}. It is no longer used; you can remove it.")
