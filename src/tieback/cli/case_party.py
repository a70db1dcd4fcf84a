"""``tieback case party``: further parties of a case, each with its own state."""

from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.case_options import WORKSPACE, CaseArgument, PolicyOption
from tieback.cli.terminal import WorkspaceOption, message_console
from tieback.cli.vendor import ByOption
from tieback.model.case import PartyRole, PartyState

app = typer.Typer(
    help="Manage further parties of a case: a provider, a coordinator, another vendor.\n\n"
    "Example: tieback case party add case-1f2e coordinator CERT-Bund"
)
NameArgument = Annotated[str, typer.Argument(metavar="NAME", help="Name of the party.")]


@app.command()
def add(
    case: CaseArgument,
    role: Annotated[PartyRole, typer.Argument(help="Role of the party.")],
    name: NameArgument,
    *,
    contact: Annotated[str, typer.Option(help="E-mail address, for letters to this party.")] = "",
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Add a party to a case. It is not informed yet.

    Example: tieback case party add case-1f2e provider "Hoster GmbH" --contact abuse@hoster.example
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        found = work.add_party(work.find_case(case).id, role, name, contact, by)
    message_console().print(Text(f"{found.id}: {found.parties[-1].name}, {role}, not informed"))


@app.command("set")
def set_(
    case: CaseArgument,
    name: NameArgument,
    state: Annotated[PartyState, typer.Argument(help="New state.")],
    *,
    note: Annotated[str, typer.Option(help="Reason for the change, or the consent of the vendor.")] = "",
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Move a party to its next state. The state of the case does not change.

    Example: tieback case party set case-1f2e CERT-Bund acknowledged
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service

    rules = load_policy(policy)
    with open_case_service(workspace) as work:
        found = work.move_party(work.find_case(case).id, name, state, rules, by, note)
    (party,) = [one for one in found.parties if one.name.casefold() == name.strip().casefold()]
    message_console().print(Text(f"{found.id}: {party.name} is {party.state}, due {party.due or 'never'}"))
