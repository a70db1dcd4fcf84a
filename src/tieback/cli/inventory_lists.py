"""``tieback inventory match``: a published list of affected apps beside the inventory."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.inventory_files import NO_INVENTORY, WORKSPACE, FormatOption, plain_table
from tieback.cli.terminal import OutputFormat, WorkspaceOption, data_console, message_console, write_line
from tieback.model.count_text import count_text
from tieback.model.device import MatchStrength
from tieback.model.document import encode

if TYPE_CHECKING:
    from tieback.pipeline.fleet.match_list import ListMatch


def match(
    files: Annotated[
        list[Path], typer.Argument(metavar="LIST", help="Table, CSAF, STIX, or report of tieback (JSON, NDJSON, CSV).")
    ],
    *,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Compare a published list of affected apps with the inventory: devices, versions and the next action.

    No app needs to be analysed for this.

    Example: tieback inventory match advisory.csaf.json
    """
    from tieback.pipeline.fleet.match_list import match_files

    found = match_files(workspace, files)
    matches = found.matches
    for where, count, first in found.ignored:
        message_console().print(Text(f"{where}: {count_text(count, 'record')} ignored; first: {first}"))
    for where, note in found.notes:
        message_console().print(Text(f"{where}: {note}"))
    if not found.inventory:
        message_console().print(NO_INVENTORY)
    if output is OutputFormat.JSON:
        for one in matches:
            write_line(encode("fleet-match", one.document()))
        return
    installed = [one for one in matches if one.status == "installed"]
    _print_matches("listed app", [one for one in installed if not one.weak])
    template = [one for one in installed if one.strength is MatchStrength.TEMPLATE_ID]
    named = [one for one in installed if one.weak and one.strength is not MatchStrength.TEMPLATE_ID]
    for title, some in (("same name as a listed app", named), ("same identifier of a template", template)):
        if some:
            data_console().print()
            _print_matches(title, some)
    by_template = f", {len(template):,} by the identifier of a template" if template else ""
    gone = sum(one.status == "removed" for one in matches)
    never = sum(one.status == "not_installed" for one in matches)
    message_console().print(
        f"{count_text(len(matches), 'match', 'matches')}: {len(installed):,} installed "
        f"({len(named):,} by name only{by_template}), {gone:,} removed from all devices, {never:,} in no inventory"
    )


def _print_matches(title: str, matches: "list[ListMatch]") -> None:
    table = plain_table(title, "platform", "identifier", "devices", "affected", "not decided", "action")
    for one in matches:
        if one.app is not None:
            table.add_row(
                Text(one.app.label), one.app.platform, Text(one.app.bundle_id), f"{one.app.devices:,}",
                Text(_versions(one.affected)), Text(_versions(one.undecided)), Text(one.action or "none"),
            )  # fmt: skip
    data_console().print(table)


def _versions(versions: tuple[tuple[str, int], ...]) -> str:
    shown = ", ".join(f"{version or '?'} ({devices:,})" for version, devices in versions[:4])
    return f"{shown} and {len(versions) - 4} more" if len(versions) > 4 else shown
