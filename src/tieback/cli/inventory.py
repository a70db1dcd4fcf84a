"""``tieback inventory``: who has which app, and which of them nobody has looked at."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli import inventory_files
from tieback.cli.inventory_files import WORKSPACE, FormatOption, plain_table
from tieback.cli.terminal import (
    OutputFormat,
    WorkspaceOption,
    data_console,
    talk_console,
    write_line,
)
from tieback.model.device import Counted, FleetApp
from tieback.model.document import encode
from tieback.model.errors import UsageError

if TYPE_CHECKING:
    from tieback.pipeline.fleet.coverage import FleetLine, Shown

app = typer.Typer(help="The fleet: which apps are on which devices, by the exports of those who manage them.")
app.command("import")(inventory_files.import_)
app.command("pull")(inventory_files.pull)

MostOption = Annotated[int, typer.Option("--most", min=0, help="Rows of a table at most; 0 for all.")]


class ListFormat(StrEnum):
    """Formats of ``inventory block``."""

    CSV = "csv"
    INTUNE = "intune"
    JAMF = "jamf"


class Action(StrEnum):
    """What a list asks to do with its apps."""

    BLOCK = "block"
    REMOVE = "remove"


@app.command("list")
def list_(
    *,
    gone: Annotated[bool, typer.Option("--gone", help="Also apps that left the fleet.")] = False,
    all_platforms: Annotated[bool, typer.Option("--all", help="Also apps of desktops.")] = False,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Apps of the fleet, those on most devices first; retired ones whose data is still open always stand among them.

    Example: tieback inventory list --format json
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace) as fleet:
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
            f"gone {one.removed}" if one.removed else f"since {one.first_seen}",
            Text(_analysed(line)),
        )
    data_console().print(table)
    _cut(len(lines), most)


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="Bundle identifier, store id, or name.")],
    *,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """One app: its devices, versions, history, and what it leads to.

    Example: tieback inventory show com.workhub.mobile
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace) as fleet:
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
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Apps of the fleet that nobody analysed yet, by devices; and analysed ones that no device has.

    Example: tieback inventory gaps
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace) as fleet:
        missing, absent, whole = fleet.gaps(), fleet.absent(), fleet.summary()
    if output is OutputFormat.JSON:
        for one in missing:
            write_line(encode("fleet-gap", {"gap": "not_analysed", "app": one}))
        for other in absent:
            write_line(encode("fleet-gap", {"gap": "not_installed", "app": other}))
        return
    if whole is None:
        talk_console().print("no inventory was imported yet: `tieback inventory import FILE`")
    else:
        talk_console().print(
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
        table = plain_table("analysed, on no device", "platform", "identifier", "since")
        for other in _first(absent, most):
            table.add_row(
                Text(other.name or other.bundle_id),
                other.platform,
                Text(other.bundle_id),
                str(other.last_on_a_device or "never seen"),
            )
        console.print(table)
        _cut(len(absent), most)


@app.command()
def review(
    *,
    most: MostOption = 0,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """The list for a review: active apps, who answers for them, and the classes of personal data that they reach.

    Example: tieback inventory review --format json
    """
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace) as fleet:
        lines = [
            line for line in fleet.lines(versions=False) if line.app.platform.mobile
            and (line.active or line.retired_but_exposed)
        ]  # fmt: skip
    lines.sort(key=lambda line: (not line.exposures, -line.app.devices))
    if output is OutputFormat.JSON:
        for line in lines:
            write_line(encode("fleet-review", line.document()))
        return
    table = plain_table("app", "platform", "vendor", "devices", "open stores", "records", "personal data", "")
    for line in _first(lines, most):
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
            state,
        )
    data_console().print(table)
    _cut(len(lines), most)


@app.command()
def block(
    names: Annotated[
        list[str] | None, typer.Argument(metavar="[APP]...", help="Bundle identifiers or names; default: open ones.")
    ] = None,
    *,
    output: Annotated[ListFormat, typer.Option("--format", help="Who is to read the list.")] = ListFormat.CSV,
    action: Annotated[Action, typer.Option(help="What it asks to do with the apps.")] = Action.BLOCK,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    weak: Annotated[bool, typer.Option("--weak", help="Also apps that are matched by name alone.")] = False,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Write a list of apps to block or remove, for an EMM to take in. Nothing is pushed anywhere.

    Example: tieback inventory block --format jamf -o block.mobileconfig
    """
    from tieback.cli.files import write_whole
    from tieback.pipeline.fleet.app_lists import LISTS
    from tieback.pipeline.fleet.coverage import open_fleet

    wanted = {name.casefold() for name in names or ()}
    with open_fleet(workspace) as fleet:
        lines = [line for line in fleet.lines(versions=False) if line.active and _listed(line, wanted, weak=weak)]
    if wanted and not lines:
        raise UsageError(
            "no device has such an app", where=", ".join(names or ()), advice="See `tieback inventory list`"
        )
    if output is not ListFormat.CSV and action is Action.REMOVE:
        raise UsageError(
            "an EMM removes what it installed, by its own number of the app, which no inventory tells",
            where=f"--format {output}",
            advice="Write --format csv, or block it",
        )
    data = LISTS[output](lines, action)
    left = sum(1 for line in lines if not line.app.bundle_id)
    if left and output is ListFormat.JAMF:
        talk_console().print(f"{left:,} apps without a bundle identifier cannot stand in this list")
    if out is None:
        sys.stdout.buffer.write(data)
    else:
        write_whole(out, data)
        talk_console().print(f"{len(lines):,} apps: {out}")


def _listed(line: "FleetLine", wanted: set[str], *, weak: bool) -> bool:
    if wanted:
        return bool(wanted & {line.app.bundle_id.casefold(), line.app.name.casefold()})
    return bool(line.exposures) and (weak or line.match is None or not line.match.strength.weak)


def devices_text(one: FleetApp) -> str:
    """How many devices have it, and how that is known."""
    if one.counted is Counted.UNKNOWN and not one.devices:
        return "?" if one.removed is None else "0"
    return f"{one.devices:,}{' reported' if one.counted is Counted.REPORTED else ''}"


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


def _print_shown(shown: "Shown") -> None:
    line, one, console = shown.line, shown.line.app, data_console()
    console.print(Text(one.label, style="bold"), Text(f"  {one.platform}  {one.bundle_id}"))
    facts = [
        ("devices", devices_text(one)),
        ("whose", ", ".join(f"{count:,} {whose}" for whose, count in shown.ownership.items())),
        ("vendor", line.vendor),
        ("sources", ", ".join(one.sources)),
        ("seen", f"{one.first_seen} to {one.last_seen}" + (f", gone since {one.removed}" if one.removed else "")),
        ("enterprise store", "yes" if one.in_house else ""),
        ("analysed", _analysed(line)),
        ("personal data", ", ".join(line.classes)),
    ]
    for label, text in facts:
        if text:
            console.print(Text(f"  {label}: {text}"))
    if shown.installs:
        table = plain_table("device", "platform", "whose", "user", "version", "since", "last seen", "removed")
        for install in shown.installs:
            device = install.device
            table.add_row(
                Text(device.label or device.id), device.platform, device.ownership, Text(device.user),
                Text(install.version), str(install.first_seen), str(install.last_seen), str(install.removed or ""),
            )  # fmt: skip
        console.print(table)
    if shown.more:
        talk_console().print(f"{shown.more:,} more; --most 0 shows all")


def _first[T](rows: Iterable[T], most: int) -> list[T]:
    found = list(rows)
    return found[:most] if most else found


def _cut(count: int, most: int) -> None:
    if most and count > most:
        talk_console().print(f"{count - most:,} more; --most 0 shows all")
