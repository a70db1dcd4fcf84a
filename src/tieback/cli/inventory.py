"""``tieback inventory``: the apps on the devices of the fleet, and which of them were analysed."""

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table
from rich.text import Text

from tieback.cli import inventory_fetch, inventory_files, inventory_imports, inventory_lists
from tieback.cli.formats import format_of_file, format_option
from tieback.cli.inventory_files import NO_INVENTORY, WORKSPACE, FormatOption, plain_table
from tieback.cli.options import RunOption
from tieback.cli.terminal import OutputFormat, WorkspaceOption, data_console, message_console, print_text, write_line
from tieback.model.count_text import count_text, its_or_their
from tieback.model.device import CountSource, FleetApp, MatchStrength, Ownership
from tieback.model.document import encode
from tieback.model.errors import UsageError

if TYPE_CHECKING:
    from tieback.pipeline.fleet.block_list import BlockList
    from tieback.pipeline.fleet.coverage import FleetAppDetail, FleetLine, FleetView

app = typer.Typer(help="Manage the app inventory, from EMM/MDM exports.\n\nExample: tieback inventory gaps")
app.command("import")(inventory_files.import_)
app.command("imports")(inventory_imports.imports)
app.command("remove")(inventory_imports.remove)
app.command("pull")(inventory_files.pull)
app.command("match")(inventory_lists.match)
app.command("fetch")(inventory_fetch.fetch)
app.command("store")(inventory_fetch.store)

MostOption = Annotated[int, typer.Option("--most", min=0, help="Maximum rows of a table; 0: all.")]
OwnershipOption = Annotated[
    Ownership | None, typer.Option("--ownership", help="Only apps on a device of this ownership; personal is BYOD.")
]
EnterpriseOption = Annotated[
    bool, typer.Option("--enterprise-store", help="Only apps that the organisation distributes itself.")
]


class ReviewFormat(StrEnum):
    """Values of ``--format`` of ``inventory review``."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"


_REVIEW_SUFFIXES = {".csv": "csv", ".xlsx": "xlsx", ".json": "json", ".ndjson": "json"}
_LIST_SUFFIXES = {".csv": "csv", ".mobileconfig": "jamf", ".rpz": "rpz", ".hosts": "hosts"}
"""Other formats of the lists share a suffix with them, or have none of their own."""


class ListFormat(StrEnum):
    """Values of ``--format`` of ``inventory block``."""

    CSV = "csv"
    INTUNE = "intune"
    JAMF = "jamf"
    ANDROID_ENTERPRISE = "android-enterprise"
    WORKSPACE_ONE = "workspace-one"
    RPZ = "rpz"
    HOSTS = "hosts"


class Action(StrEnum):
    """What the EMM should do with the listed apps."""

    BLOCK = "block"
    REMOVE = "remove"


@app.command("list")
def list_(
    *,
    gone: Annotated[bool, typer.Option("--gone", help="Include apps that are on no device any more.")] = False,
    all_platforms: Annotated[bool, typer.Option("--all", help="Include desktop apps.")] = False,
    ownership: OwnershipOption = None,
    enterprise_store: EnterpriseOption = False,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List the apps of the fleet, those on the most devices first.

    Retired apps whose data is still open are always included.

    Example: tieback inventory list --format json
    """
    from tieback.pipeline.fleet.block_list import is_chosen
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        every = [
            line
            for line in fleet.lines()
            if (line.active or gone or line.retired_but_exposed) and (all_platforms or line.app.platform.mobile)
        ]
        apps = [line.app for line in every]
        lines = [line for line in every if is_chosen(line.app, ownership, enterprise_store=enterprise_store)]
        known = fleet.known
    if not known:
        message_console().print(NO_INVENTORY)
    _note_filters(apps, ownership, enterprise_store=enterprise_store)
    if output is OutputFormat.JSON:
        for line in lines:
            write_line(encode("fleet-app", line.document()))
        return
    rows = [
        {
            "app": line.app.label,
            "platform": line.app.platform,
            "identifier": line.app.bundle_id,
            "devices": devices_text(line.app),
            "ownership": ownership_text(line.app),
            "versions": _versions(line.app),
            "sources": ", ".join(line.app.sources),
            "seen": f"removed {line.app.removed}" if line.app.removed else f"since {line.app.first_seen}",
            "analysed": _analysed(line),
        }
        for line in _first(lines, most)
    ]
    table = _table(("app", "platform", "identifier", "devices", "versions", "sources", "seen", "analysed"), rows)
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
    ownership: OwnershipOption = None,
    enterprise_store: EnterpriseOption = False,
    most: MostOption = 50,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List apps of the fleet that were never analysed, and analysed apps that are on no device.

    Example: tieback inventory gaps
    """
    from tieback.pipeline.fleet.block_list import is_chosen
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace, run) as fleet:
        apps = fleet.gaps()
        missing = [one for one in apps if is_chosen(one, ownership, enterprise_store=enterprise_store)]
        # An app on no device has no ownership.
        absent = fleet.absent() if ownership is None and not enterprise_store else []
        whole = fleet.summary()
    _note_filters(apps, ownership, enterprise_store=enterprise_store)
    if output is OutputFormat.JSON:
        for one in missing:
            write_line(encode("fleet-gap", {"gap": "not_analysed", "app": one}))
        for other in absent:
            write_line(encode("fleet-gap", {"gap": "not_installed", "app": other}))
        return
    if whole is None:
        message_console().print(NO_INVENTORY)
    else:
        message_console().print(
            f"{count_text(whole.apps, 'app')} on {count_text(whole.devices, 'listed device')}, "
            f"{whole.not_analysed:,} not analysed"
        )
    console = data_console()
    rows = [
        {
            "in the fleet, not analysed": one.label,
            "platform": one.platform,
            "identifier": one.bundle_id,
            "publisher": one.publisher,
            "devices": devices_text(one),
            "ownership": ownership_text(one),
        }
        for one in _first(missing, most)
    ]
    table = _table(("in the fleet, not analysed", "platform", "identifier", "publisher", "devices"), rows)
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
    context: typer.Context,
    *,
    ownership: OwnershipOption = None,
    enterprise_store: EnterpriseOption = False,
    most: MostOption = 0,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: Annotated[
        ReviewFormat, format_option(ReviewFormat, "A table; one JSON document per line; a CSV or XLSX file.")
    ] = ReviewFormat.TABLE,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write CSV, XLSX or JSON lines to.")] = None,
) -> None:
    """List active apps for a review: vendor, letters, app store, and the personal data behind them.

    Example: tieback inventory review --format xlsx -o review.xlsx
    """
    from tieback.pipeline.fleet.block_list import review_lines
    from tieback.pipeline.fleet.coverage import open_fleet

    output = ReviewFormat(format_of_file(context, output.value, out, _REVIEW_SUFFIXES, plain=False))
    if output is ReviewFormat.TABLE and out is not None:
        raise UsageError("the table is only printed", where=f"--out {out}", advice="Add --format csv, json or xlsx")
    if output is ReviewFormat.XLSX and out is None:
        raise UsageError("missing --out", where="--format xlsx", advice="Pass the file to write, as --out review.xlsx")

    with open_fleet(workspace, run) as fleet:
        every = fleet.lines(versions=output is ReviewFormat.JSON)  # only the documents show the versions
        lines = review_lines(every, ownership=ownership, enterprise_store=enterprise_store)
        if not fleet.known:
            message_console().print(NO_INVENTORY)
        _undecided(fleet, lines)
    _note_filters([line.app for line in review_lines(every)], ownership, enterprise_store=enterprise_store)
    if output is ReviewFormat.JSON and out is None:
        for line in lines:
            write_line(encode("fleet-review", line.document()))
        return
    if output is not ReviewFormat.TABLE:
        _write_review(lines, output, out)
        return
    # Without domains of the workspace, nothing was compared for any app, and the column is left out.
    compared = any(line.own_people is not None for line in lines)
    table = _table(
        ("app", "platform", "vendor", "devices", "open stores", "records", "personal data"),
        [_review_row(line, compared=compared) for line in _first(lines, most)],
    )
    data_console().print(table)
    _cut(len(lines), most)


@app.command()
def block(
    context: typer.Context,
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="APP", help="Bundle identifiers or names; default: apps with open stores."),
    ] = None,
    *,
    output: Annotated[ListFormat, format_option(ListFormat, "Format of the list.")] = ListFormat.CSV,
    action: Annotated[Action, typer.Option(help="Action that the list requests.")] = Action.BLOCK,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="File to write; default: stdout.")] = None,
    weak: Annotated[
        bool, typer.Option("--weak", help="Include apps that match only by name, or by the identifier of a template.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="With rpz and hosts: include hosts that others share.")
    ] = False,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
) -> None:
    """Write a list of apps to block or remove, for an EMM; or of hosts, for a gateway. Changes nothing anywhere.

    Returns 4 and writes no list if the run probed no app of the fleet.

    Example: tieback inventory block --format jamf -o block.mobileconfig
    """
    from tieback.cli.files import write_whole
    from tieback.pipeline.fleet.block_list import BlockRequest, block_list, check_probed, require_inventory
    from tieback.pipeline.fleet.coverage import open_fleet

    output = ListFormat(format_of_file(context, output.value, out, _LIST_SUFFIXES))
    request = BlockRequest(output.value, action.value, tuple(names or ()), weak, force)
    with open_fleet(workspace, run) as fleet:
        require_inventory(fleet)
        lines = fleet.lines(versions=False)
        written = block_list(fleet, request, lines)
    if not written.found:
        check_probed(request, lines)
    for why, count in written.left_out:
        message_console().print(f"{count_text(count, 'app')} left out: {why}")
    for name in written.shared:
        text = f"{name} is the identifier of a template: the list names every app that has it"
        message_console().print(Text(text))
    if request.gateway:
        _print_hosts(written, force=force)
    elif not written.count:
        why = "no app can be listed" if written.found else "no active app that was probed leads to an open store"
        message_console().print(f"the list is empty: {why}")
    if out is None:
        print_text([written.data])
    else:
        write_whole(out, written.data)
        message_console().print(f"{count_text(written.count, 'host' if request.gateway else 'app')}: {out}")


def _print_hosts(written: "BlockList", *, force: bool) -> None:
    for host, why in written.left_out_hosts:
        message_console().print(Text(f"{host} left out: {why}"))
    if written.left_out_hosts and not force:
        message_console().print("--force includes hosts that others share; check first which apps would break")
    if not written.hosts:
        why = "no host can be listed" if written.found else "no app that was probed leads to an open store"
        message_console().print(f"the list is empty: {why}")
    for one in written.hosts:
        message_console().print(Text(f"{one.host}: breaks {', '.join(one.apps) or 'no analysed app'}"))


def _review_row(line: "FleetLine", *, compared: bool) -> dict[str, str]:
    from tieback.pii.taxonomy import class_titles
    from tieback.report.figures import figure_text

    state = "retired but exposed" if line.retired_but_exposed else _back_end_text(line)
    if line.match and line.match.strength.weak:
        state = f"{state}, weak match".removeprefix(", ")
    own = "not looked" if line.own_people is None else f"at least {line.own_people:,}"
    return {
        "app": line.app.label,
        "platform": line.app.platform,
        "vendor": line.vendor,
        "devices": devices_text(line.app),
        "ownership": ownership_text(line.app),
        "open stores": str(len(line.exposures)) if line.decided else "",
        "records": figure_text(line.records) if line.exposures else "",
        "personal data": class_titles(line.classes),
        "our people": own if compared and line.exposures else "",
        "app store": _store_text(line),
        "letter": _letter_text(line),
        "": state,
    }


def _table(always: tuple[str, ...], rows: list[dict[str, str]]) -> Table:
    """A table of rows with equal keys, without columns that are empty in all rows unless they are named."""
    names = [name for name in rows[0] if name in always or any(row[name] for row in rows)] if rows else list(always)
    table = plain_table(*names)
    for row in rows:
        table.add_row(*(Text(row[name]) for name in names))
    return table


def _write_review(lines: list["FleetLine"], output: ReviewFormat, out: Path | None) -> None:
    from tieback.cli.files import write_whole
    from tieback.pipeline.fleet.review_table import to_csv, to_xlsx

    if output is ReviewFormat.JSON:
        data = b"".join(encode("fleet-review", line.document()) + b"\n" for line in lines)
    else:
        data = to_xlsx(lines) if output is ReviewFormat.XLSX else to_csv(lines)
    if out is None:
        print_text([data])
        return
    write_whole(out, data)
    message_console().print(f"{count_text(len(lines), 'app')}: {out}")


def _letter_text(line: "FleetLine") -> str:
    letter = line.letter
    if letter is None or letter.asked is None:
        return ""
    if letter.answered is not None:
        return f"{letter.answer} {letter.answered}"
    return f"asked {letter.asked}" + (f", due {letter.due}" if letter.due else "")


def _store_text(line: "FleetLine") -> str:
    if not line.store:
        return ""
    from tieback.report.texts.stores import store_summary_text

    return store_summary_text(line.store_summary)


def ownership_text(one: FleetApp) -> str:
    """The number of listed devices by ownership; empty if no ownership is known."""
    if not set(one.ownership) - {Ownership.UNKNOWN}:
        return ""
    return ", ".join(f"{count:,} {whose}" for whose, count in one.ownership.items())


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
    how = "by the identifier of a template" if line.match.strength is MatchStrength.TEMPLATE_ID else "by name"
    words = f"{how}, weak" if line.match.strength.weak else "yes"
    if line.exposures:
        words += f", {len(line.exposures)} open {'store' if len(line.exposures) == 1 else 'stores'}"
    elif text := _back_end_text(line):
        words += f", {text}"
    return f"retired but exposed: {words}" if line.retired_but_exposed else words


def _print_shown(shown: "FleetAppDetail") -> None:
    from tieback.pii.taxonomy import class_titles

    line, one, console = shown.line, shown.line.app, data_console()
    console.print(Text(one.label, style="bold"), Text(f"  {one.platform}  {one.bundle_id}"))
    facts = [
        ("devices", devices_text(one)),
        ("ownership", ", ".join(f"{count:,} {whose}" for whose, count in shown.ownership.items())),
        ("vendor", line.vendor),
        ("sources", ", ".join(one.sources)),
        ("seen", f"{one.first_seen} to {one.last_seen}" + (f", removed {one.removed}" if one.removed else "")),
        ("enterprise store", "yes" if one.in_house else ""),
        ("app store", _store_text(line)),
        ("analysed", _analysed(line)),
        ("personal data", class_titles(line.classes)),
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
        message_console().print(f"{count_text(shown.more, 'more row')}; show all with --most 0")


def _back_end_text(line: "FleetLine") -> str:
    """What the run shows of the back ends of an app without a known open store; empty for one with such a store."""
    if line.exposures:
        return ""
    text, reach = _words(line.back_end), line.reach
    if line.back_end not in {"no_open_store", "partly_read"} or reach is None:
        return text
    if not reach.backends:
        return f"{text}, no back end found in that part"
    left = reach.backends - reach.probed
    return f"{text}, {left:,} of {count_text(reach.backends, 'back end')} not probed" if left > 0 else text


def _words(code: str) -> str:
    return {"not_in_run": "not in this run", "no_back_end": "no back end found"}.get(code, code.replace("_", " "))


def _note_filters(apps: list[FleetApp], ownership: Ownership | None, *, enterprise_store: bool) -> None:
    """Print what a filter cannot decide: an app without a known ownership is not an app without such a device."""
    unknown = sum(1 for app in apps if not app.on(ownership) and (app.on(Ownership.UNKNOWN) or not app.ownership))
    if unknown and ownership is not None and ownership is not Ownership.UNKNOWN:
        message_console().print(
            f"{count_text(unknown, 'app is', 'apps are')} not selected, because the ownership of "
            f"{its_or_their(unknown)} devices is unknown"
        )
    if enterprise_store and apps and not any(app.in_house for app in apps):
        message_console().print("no inventory marks an app as distributed by the organisation itself")


def _undecided(fleet: "FleetView", lines: "list[FleetLine]") -> None:
    """Print what the run does not show: these apps have no number of open stores."""
    from tieback.pipeline.fleet.block_list import undecided_counts

    if why := fleet.nothing_probed:
        message_console().print(Text(f"{why} Scan with --grant FILE, or choose an earlier run with --run."))
    for why, count in undecided_counts(lines).items():
        message_console().print(f"{count_text(count, 'app')}: {why}")


def _first[T](rows: Iterable[T], most: int) -> list[T]:
    found = list(rows)
    return found[:most] if most else found


def _cut(count: int, most: int) -> None:
    if most and count > most:
        message_console().print(f"{count_text(count - most, 'more row')}; show all with --most 0")
