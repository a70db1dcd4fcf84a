"""``tieback workspace``: the folder with all results, and the location of its ledger."""

from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli import workspace_lake, workspace_ledger, workspace_users
from tieback.cli.formats import format_option
from tieback.cli.terminal import OutputFormat, WorkspaceOption, data_console, message_console, print_rows, write_line
from tieback.console import RowTable
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.report.texts.clean import clean

app = typer.Typer(
    help="Manage the workspace: its ledger, its stored results, and their retention.\n\n"
    "Example: tieback workspace show",
    no_args_is_help=True,
)

WORKSPACE = Path(".tieback")
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "Lines, or one JSON document.")]


@app.callback()
def _noun() -> None:
    # Without a callback, Typer would drop the command name if there is only one command.
    return


app.command("new")(workspace_ledger.new)
app.command("trust")(workspace_ledger.trust)
app.command("move")(workspace_ledger.move)
app.command("check")(workspace_lake.check)
app.command("compact")(workspace_lake.compact)
app.command("prune")(workspace_lake.prune)
app.command("export")(workspace_lake.export)
app.command("users")(workspace_users.users)
app.command("remove-user")(workspace_users.remove_user)


@app.command("domains")
def domains(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="DOMAIN", help="The organisation's e-mail domains; replaces all.")
    ] = None,
    *,
    none: Annotated[bool, typer.Option("--none", help="Remove all domains.")] = False,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show or set your e-mail domains. At depth `sample`, reports then show how many sampled people are yours.

    Addresses are compared in memory. No report, log or file has an address, or the domain of another party.

    Example: tieback workspace domains example.org example.net
    """
    from tieback.storage.own_domains import read_own_domains, write_own_domains
    from tieback.storage.workspace import Workspace

    if names and none:
        raise UsageError("domains and --none exclude each other", advice="Pass only one of them")
    with Workspace.open(workspace, create=False, trusted=True if names or none else None):
        known = write_own_domains(workspace, names or ()) if names or none else read_own_domains(workspace)
    if output is OutputFormat.JSON:
        write_line(encode("workspace-domains", {"workspace": str(workspace), "domains": sorted(known)}))
        return
    for name in sorted(known):
        typer.echo(name)
    if not known:
        message_console().print("no e-mail domains are set")


@app.command("show")
def show(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """Show where the ledger is, and the number of units of work per state.

    Example: tieback workspace show
    """
    from tieback.storage.workspace import SCHEMA, Workspace

    with Workspace.open(workspace, create=False) as opened:
        counts = {str(state): count for state, count in sorted(opened.ledger.counts().items())}
        told = {"workspace": str(workspace), "ledger_schema": SCHEMA, "ledger": opened.ledger.where, "units": counts}
    if output is OutputFormat.JSON:
        write_line(encode("workspace", told))
        return
    console = data_console()
    console.print(f"ledger: {told['ledger']} (schema {SCHEMA})", soft_wrap=True)
    console.print("units:  " + (", ".join(f"{count} {state}" for state, count in counts.items()) or "none"))


@app.command("runs")
def list_runs(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """List the runs of `tieback scan`, latest first. `tieback report --run ID` renders one of them.

    Example: tieback workspace runs
    """
    from tieback.storage.workspace import Workspace

    with Workspace.open(workspace, create=False) as opened:
        found = opened.ledger.list_runs()
    if output is OutputFormat.JSON:
        for run in found:
            write_line(encode("workspace-run", run))
        return
    table = RowTable()
    for column in ("run", "started (UTC)", "ended (UTC)", "grant", "inputs"):
        table.add_column(column, overflow="fold")
    for run in found:
        ended = f"{run.ended:%Y-%m-%d %H:%M}" if run.ended is not None else "not finished"
        grant = "none" if run.grant_sha256 is None else run.grant_sha256[:12]
        inputs = ", ".join(clean(one, 200) for one in run.args)
        table.add_row(*map(Text, (run.id, f"{run.started:%Y-%m-%d %H:%M}", ended, grant, inputs)))
    print_rows(table, "no runs; `tieback scan INPUT...` starts one")
