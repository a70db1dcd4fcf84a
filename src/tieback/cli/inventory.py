"""``tieback inventory``: the apps on the devices of the fleet, and which of them were analysed."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli import inventory_files
from tieback.cli.formats import format_option
from tieback.cli.inventory_files import WORKSPACE, FormatOption, plain_table
from tieback.cli.options import RunOption
from tieback.cli.terminal import (
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_text,
    write_line,
)
from tieback.model.device import CountSource, FleetApp
from tieback.model.document import encode
from tieback.model.errors import UsageError

if TYPE_CHECKING:
    from tieback.pipeline.fleet.coverage import FleetAppDetail, FleetLine

app = typer.Typer(help="Manage the app inventory, from EMM/MDM exports.\n\nExample: tieback inventory gaps")
app.command("import")(inventory_files.import_)
app.command("pull")(inventory_files.pull)

MostOption = Annotated[int, typer.Option("--most", min=0, help="Maximum rows of a table; 0: all.")]


class ListFormat(StrEnum):
    """Values of ``--format`` of ``inventory block``."""

    CSV = "csv"
    INTUNE = "intune"
    JAMF = "jamf"


class Action(StrEnum):
    """What the EMM should do with the listed apps."""

    BLOCK = "block"
    REMOVE = "remove"


@app.command("list")
def list_(
    *,
    gone: Annotated[bool, typer.Option("--gone", help="Include apps that are on no device any more.")] = False,
    all_platforms: Annotated[bool, typer.Option("--all", help="Include desktop apps.")] = False,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List the apps of the fleet, those on the most devices first.

    Retired apps whose data is still open are always included.

    Example: tieback inventory list --format json
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        lines = [
            line
            for line in fleet.lines()
            if (line.active or gone or line.retired_but_exposed) and (all_platforms or line.app.platform.mobile)
        ]
    if output is OutputFormat.JSON:
        for line in lines:
            write_line(encode("fleet-app", line.document()))
        return
    table = plain_table("app", "platform", "identifier", "devices", "versions", "sources", "seen", "analysed")
    for line in _first(lines, most):
        one = line.app
        table.add_row(
            Text(one.label),
            one.platform,
            Text(one.bundle_id),
            devices_text(one),
            Text(_versions(one)),
            Text(", ".join(one.sources)),
            f"removed {one.removed}" if one.removed else f"since {one.first_seen}",
            Text(_analysed(line)),
        )
    data_console().print(table)
    _cut(len(lines), most)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Bundle identifier, store ID or name.")],
    *,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show one app: devices, versions, history, and the open stores behind it.

    Example: tieback inventory show com.workhub.mobile
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        for shown in fleet.show(name, most or sys.maxsize):
            if output is OutputFormat.JSON:
                document = {**shown.line.document(), "ownership": shown.ownership, "installs": shown.installs}
                write_line(encode("fleet-app-devices", document))
            else:
                _print_shown(shown)


@app.command()
def gaps(
    *,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List apps of the fleet that were never analysed, and analysed apps that are on no device.

    Example: tieback inventory gaps
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        missing, absent, whole = fleet.gaps(), fleet.absent(), fleet.summary()
    if output is OutputFormat.JSON:
        for one in missing:
            write_line(encode("fleet-gap", {"gap": "not_analysed", "app": one}))
        for other in absent:
            write_line(encode("fleet-gap", {"gap": "not_installed", "app": other}))
        return
    if whole is None:
        message_console().print("no inventory imported yet; run `tieback inventory import FILE`")
    else:
        message_console().print(
            f"{whole.apps:,} apps on {whole.devices:,} listed devices, {whole.not_analysed:,} not analysed"
        )
    console = data_console()
    table = plain_table("in the fleet, not analysed", "platform", "identifier", "publisher", "devices")
    for one in _first(missing, most):
        table.add_row(Text(one.label), one.platform, Text(one.bundle_id), Text(one.publisher), devices_text(one))
    console.print(table)
    _cut(len(missing), most)
    if absent:
        console.print()
        table = plain_table("analysed, on no device", "platform", "identifier", "last seen")
        for other in _first(absent, most):
            table.add_row(
                Text(other.name or other.bundle_id),
                other.platform,
                Text(other.bundle_id),
                str(other.last_on_a_device or "never"),
            )
        console.print(table)
        _cut(len(absent), most)


@app.command()
def review(
    *,
    most: MostOption = 0,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List active apps for a review, with vendor and the classes of personal data behind them.

    Example: tieback inventory review --format json
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        lines = [
            line for line in fleet.lines(versions=False) if line.app.platform.mobile
            and (line.active or line.retired_but_exposed)
        ]  # fmt: skip
    lines.sort(key=lambda line: (not line.exposures, -(line.own_people or 0), -line.app.devices))
    if output is OutputFormat.JSON:
        for line in lines:
            write_line(encode("fleet-review", line.document()))
        return
    # Without domains of the workspace, nothing was compared for any app.
    compared = any(line.own_people is not None for line in lines)
    columns = ("app", "platform", "vendor", "devices", "open stores", "records", "personal data")
    table = plain_table(*columns, *(("our people",) if compared else ()), "")
    for line in _first(lines, most):
        own = "not looked" if line.own_people is None else f"at least {line.own_people:,}"
        state = "retired but exposed" if line.retired_but_exposed else "" if line.match else "not analysed"
        if line.match and line.match.strength.weak:
            state = f"{state}, weak match".removeprefix(", ")
        table.add_row(
            Text(line.app.label),
            line.app.platform,
            Text(line.vendor),
            devices_text(line.app),
            str(len(line.exposures)) if line.match else "",
            f"{line.records:,}" if line.exposures else "",
            Text(", ".join(line.classes)),
            *((own if line.exposures else "",) if compared else ()),
            state,
        )
    data_console().print(table)
    _cut(len(lines), most)


@app.command()
def block(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="APP", help="Bundle identifiers or names; default: apps with open stores."),
    ] = None,
    *,
    output: Annotated[ListFormat, format_option(ListFormat, "Format of the list.")] = ListFormat.CSV,
    action: Annotated[Action, typer.Option(help="Action that the list requests.")] = Action.BLOCK,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    weak: Annotated[bool, typer.Option("--weak", help="Include apps that match only by name.")] = False,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
) -> None:
    """Write a list of apps to block or remove, for import into an EMM. Changes nothing on any device.

    Example: tieback inventory block --format jamf -o block.mobileconfig
    """
    from tieback.cli.files import write_whole
    from tieback.pipeline.fleet.app_lists import LISTS
    from tieback.pipeline.fleet.coverage import open_fleet

    wanted = {name.casefold() for name in names or ()}
    with open_fleet(workspace, run) as fleet:
        lines = [line for line in fleet.lines(versions=False) if line.active and _listed(line, wanted, weak=weak)]
    if wanted and not lines:
        raise UsageError("no device has this app", where=", ".join(names or ()), advice="See `tieback inventory list`")
    if output is not ListFormat.CSV and action is Action.REMOVE:
        raise UsageError(
            "cannot list apps for removal: an EMM needs its own app ID, and no inventory contains it",
            where=f"--format {output}",
            advice="Use --format csv, or --action block",
        )
    data = LISTS[output](lines, action)
    left = sum(1 for line in lines if not line.app.bundle_id)
    if left and output is ListFormat.JAMF:
        message_console().print(f"{left:,} apps left out: no bundle identifier")
    if out is None:
        print_text([data])
    else:
        write_whole(out, data)
        message_console().print(f"{len(lines):,} apps: {out}")


def _listed(line: "FleetLine", wanted: set[str], *, weak: bool) -> bool:
    if wanted:
        return bool(wanted & {line.app.bundle_id.casefold(), line.app.name.casefold()})
    return bool(line.exposures) and (weak or line.match is None or not line.match.strength.weak)


def devices_text(one: FleetApp) -> str:
    """The number of devices with the app, and the source of the number."""
    if one.counted is CountSource.UNKNOWN and not one.devices:
        return "?" if one.removed is None else "0"
    return f"{one.devices:,}{' reported' if one.counted is CountSource.REPORTED else ''}"


def _versions(one: FleetApp) -> str:
    shown = ", ".join(version or "?" for version, _ in one.versions[:3])
    return f"{shown} and {len(one.versions) - 3} more" if len(one.versions) > 3 else shown


def _analysed(line: "FleetLine") -> str:
    if line.match is None:
        return "no"
    words = "yes" if not line.match.strength.weak else "by name, weak"
    if line.exposures:
        words += f", {len(line.exposures)} open {'store' if len(line.exposures) == 1 else 'stores'}"
    return f"retired but exposed: {words}" if line.retired_but_exposed else words


def _print_shown(shown: "FleetAppDetail") -> None:
    line, one, console = shown.line, shown.line.app, data_console()
    console.print(Text(one.label, style="bold"), Text(f"  {one.platform}  {one.bundle_id}"))
    facts = [
        ("devices", devices_text(one)),
        ("ownership", ", ".join(f"{count:,} {whose}" for whose, count in shown.ownership.items())),
        ("vendor", line.vendor),
        ("sources", ", ".join(one.sources)),
        ("seen", f"{one.first_seen} to {one.last_seen}" + (f", removed {one.removed}" if one.removed else "")),
        ("enterprise store", "yes" if one.in_house else ""),
        ("analysed", _analysed(line)),
        ("personal data", ", ".join(line.classes)),
    ]
    for label, text in facts:
        if text:
            console.print(Text(f"  {label}: {text}"))
    if shown.installs:
        table = plain_table("device", "platform", "ownership", "user", "version", "since", "last seen", "removed")
        for install in shown.installs:
            device = install.device
            table.add_row(
                Text(device.label or device.id), device.platform, device.ownership, Text(device.user),
                Text(install.version), str(install.first_seen), str(install.last_seen), str(install.removed or ""),
            )  # fmt: skip
        console.print(table)
    if shown.more:
        message_console().print(f"{shown.more:,} more rows; show all with --most 0")


def _first[T](rows: Iterable[T], most: int) -> list[T]:
    found = list(rows)
    return found[:most] if most else found


def _cut(count: int, most: int) -> None:
    if most and count > most:
        message_console().print(f"{count - most:,} more rows; show all with --most 0")
