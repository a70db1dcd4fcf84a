"""``tieback vendor``: the vendors responsible for apps, their contacts and their answers."""

import getpass
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.formats import format_option
from tieback.cli.inventory_files import NO_INVENTORY
from tieback.cli.options import RunOption
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_failure,
    print_rows,
    write_line,
)
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.safe_text import escape_line
from tieback.model.vendor import AssuranceAnswer, Vendor
from tieback.report.shortened import cut_text

if TYPE_CHECKING:
    from tieback.pipeline.disclosure.vendors import VendorView

app = typer.Typer(
    help="Manage vendors: the apps they are responsible for, their contacts, and their answers.\n\n"
    "Example: tieback vendor list"
)

WORKSPACE = Path(".tieback")
DECIDED = ("open", "no_open_store")
"""Words for the stores of a vendor if their number is known; with the others, a zero would mean nothing."""
_UNDECIDED = {
    "not_decided": "of which it is not decided whether a store is open",
    "not_probed": "that this run did not probe",
    "not_in_run": "that is not in this run",
    "partly_read": "of which the run read only a part",
    "no_back_end": "in which no back end was found, so that nothing could be probed",
}
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]
VendorArgument = Annotated[str, typer.Argument(metavar="VENDOR", help="Vendor ID, a unique prefix of it, or the name.")]


def current_user() -> str:
    """The user account name, for the log."""
    try:
        return getpass.getuser()
    except OSError:
        return ""


ByOption = Annotated[
    str,
    typer.Option("--by", default_factory=current_user, help="Name to record in the log; default: your account name."),
]


def day_of(text: str) -> datetime:
    """Parse a date in ISO 8601 format.

    Raises:
        UsageError: the text is not a date.
    """
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise UsageError("not a date", where=text, advice="Write it as 2026-03-31") from None


@app.command("list")
def list_(
    *, workspace: WorkspaceOption = WORKSPACE, run: RunOption = "", output: FormatOption = OutputFormat.TABLE
) -> None:
    """List the vendors of analysed apps, with devices, open stores and contact.

    Example: tieback vendor list
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace, run=run) as work:
        work.enroll()
        views = work.views()
        back_ends = work.back_ends(views)
        nothing, listed = work.fleet.nothing_probed, work.fleet.known
    views.sort(key=lambda view: (-len(view.stores), -view.devices.certain, view.vendor.name.casefold()))
    if output is OutputFormat.JSON:
        for view in views:
            write_line(encode("vendor-view", _document(view, back_ends[view.vendor.id], listed=listed)))
        return
    table = RowTable()
    for column in ("id", "vendor", "apps", "devices", "open stores", "cases", "contact", "answer"):
        right = column in {"apps", "devices", "open stores", "cases"}
        table.add_column(column, overflow="fold", justify="right" if right else "left", no_wrap=column == "id")
    for view in views:
        vendor = view.vendor
        table.add_row(
            vendor.id,
            Text(vendor.name),
            str(len({app.bundle_id for app in view.apps})),
            view.devices.numbers if listed else "?",
            str(len(view.stores)) if back_ends[vendor.id] in DECIDED else _words(back_ends[vendor.id]),
            str(sum(1 for case in view.cases if case.active)),
            Text(vendor.contacts[0].address if vendor.contacts else "none"),
            _awaited(vendor) or vendor.answer.value,
        )
    print_rows(table, "no vendors; `tieback scan` lists those of the apps")
    _print_undecided(Counter(back_ends.values()), nothing)
    if views and not listed:
        message_console().print(NO_INVENTORY)


@app.command()
def show(
    name: VendorArgument,
    *,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show one vendor: contacts, apps, devices, stores, classes of personal data, cases, answers.

    Example: tieback vendor show "Workhub Access GmbH"
    """
    from tieback.pii.taxonomy import class_titles
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.report.texts.stores import records_text

    with open_case_service(workspace, run=run) as work:
        (view,) = work.views([work.find_vendor(name)])
        back_end = work.back_ends([view])[view.vendor.id]
        listed = work.fleet.known
    if output is OutputFormat.JSON:
        write_line(encode("vendor-view", _document(view, back_end, listed=listed)))
        return
    console, vendor = data_console(), view.vendor
    console.print(Text(vendor.name, style="bold"), Text(f"  {vendor.id}"))
    for contact in vendor.contacts:
        key = f", key: {contact.encryption}" if contact.encryption else ""
        console.print(Text(f"  contact: {contact.address} ({contact.source}{key})"))
    facts = [
        ("domains", ", ".join(vendor.domains)),
        ("postal address", ", ".join(vendor.postal.splitlines())),
        ("language", vendor.language),
        ("signers", ", ".join(vendor.signers)),
        ("devices", view.devices.numbers if listed else "unknown: no inventory was imported"),
        ("personal data", class_titles(view.classes)),
        ("assurance", _assurance(vendor)),
        ("note", vendor.note),
    ]
    for label, text in facts:
        if text:
            console.print(Text(f"  {label}: {text}"))
    for one in view.apps:
        console.print(Text(f"  app: {one.label} {one.version_name} ({one.bundle_id}, {one.platform})"))
    for store in view.stores:
        places = cut_text(store.targets, 3)
        console.print(Text(f"  open store: {store.product} at {places}, {records_text(store.records)}"))
    if not view.stores:
        console.print(Text(f"  open stores: {'none found' if back_end in DECIDED else _words(back_end)}"))
    for case in view.cases:
        console.print(Text(f"  case: {case.id}, {case.state.value.replace('_', ' ')}, due {case.due or 'never'}"))


@app.command()
def edit(
    name: VendorArgument,
    *,
    rename: Annotated[str | None, typer.Option("--name", help="New name.")] = None,
    domain: Annotated[list[str] | None, typer.Option(help="Domain; repeatable; replaces the known domains.")] = None,
    bundle_id: Annotated[
        list[str] | None, typer.Option(help="App of this vendor, regardless of its signer; repeatable.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="Language of its letters.")] = None,
    postal: Annotated[str | None, typer.Option(help="Postal address, with a comma between lines.")] = None,
    note: Annotated[str | None, typer.Option(help="Free text.")] = None,
    contact: Annotated[list[str] | None, typer.Option(help="Contact to add before the known ones; repeatable.")] = None,
    forget: Annotated[list[str] | None, typer.Option(help="Contact to remove; repeatable.")] = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Edit the register entry of a vendor. Every change is logged.

    Example: tieback vendor edit v-1f2e3d --contact security@maker.example --language de
    """
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.vendors import operator_contact, register_changes

    lines = None if postal is None else postal.replace(",", "\n")
    changes = register_changes(name=rename, language=language, postal=lines, note=note)
    contacts = [operator_contact(text) for text in contact or ()]
    if not (changes or contacts or forget or domain or bundle_id):
        raise UsageError("nothing to change", where=name, advice="See the options in `tieback vendor edit --help`")
    with open_case_service(workspace) as work:
        vendor = work.find_vendor(name)
        if domain:
            changes["domains"] = work.check_domains(vendor.id, domain)
        if bundle_id:
            changes["bundle_ids"] = work.check_bundle_ids(vendor.id, bundle_id)
        if forget:
            left = tuple(one for one in vendor.contacts if one.address not in forget)
            if len(left) == len(vendor.contacts):
                raise UsageError("no such contact", where=", ".join(forget), advice="See `tieback vendor show`")
            changes["contacts"] = left
        if changes:
            vendor = work.edit(vendor.id, changes, by)
        if contacts:
            vendor = work.add_contacts(vendor.id, contacts, by)
    message_console().print(Text(f"{vendor.id}: {vendor.name}"))


@app.command()
def merge(
    kept: Annotated[str, typer.Argument(help="Vendor to keep.")],
    gone: Annotated[str, typer.Argument(help="Duplicate vendor to merge into it.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only show what the first vendor would be; nothing is changed.")
    ] = False,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Merge two vendors: the apps, contacts, cases and letters of the second go to the first.

    So do its note, and its postal address and answer if the first vendor has none; else they are in the note. The log
    keeps every fact of the removed entry.

    Example: tieback vendor merge "Acme Ltd" com.acme.old
    """
    from tieback.cases.register import vendor_fields
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        vendor = work.merged(kept, gone)[0] if dry_run else work.merge(kept, gone, by)
    console = message_console()
    console.print(Text(f"{vendor.id}: {vendor.name}" + (" (nothing was changed)" if dry_run else "")))
    for name, text in vendor_fields(vendor).items():
        if name != "name":
            console.print(Text(f"  {name.replace('_', ' ')}: {escape_line(text)}"))


@app.command("import-contacts")
def import_contacts(
    file: Annotated[Path, typer.Argument(help="A security.txt (with --vendor), or CSV with vendor and contact.")],
    *,
    vendor: Annotated[str, typer.Option(help="Vendor that the security.txt belongs to.")] = "",
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Import contacts of vendors from a file. Downloads nothing. Rows that are wrong are shown, the others imported.

    Example: tieback vendor import-contacts security.txt --vendor "Workhub Access GmbH"
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        work.enroll()
        changed, problems = work.import_contacts(file, vendor, by)
    for one in changed:
        message_console().print(Text(f"{one.name}: {', '.join(contact.address for contact in one.contacts)}"))
    for problem in problems:
        print_failure(problem)
    if problems:
        raise typer.Exit(ExitCode.SOME_FAILED if changed else ExitCode.NOTHING_DONE)


@app.command()
def answer(
    name: VendorArgument,
    said: Annotated[AssuranceAnswer, typer.Argument(help="Answer of the vendor to the assurance request.")],
    *,
    on: Annotated[str, typer.Option(help="Date of the answer; default: today.")] = "",
    file: Annotated[
        Path | None, typer.Option(help="File with the answer; the workspace keeps a copy, named by its hash.")
    ] = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Record a vendor's answer. The answer attested applies to each open case of the vendor.

    If a re-check finds such a store still open, the case is marked contradicted.

    Example: tieback vendor answer "Acme Ltd" attested --file answer.pdf
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        vendor = work.find_vendor(name)
        day = day_of(on).date() if on else work.now.date()
        cases = work.answer(vendor, said, day, file, by)
    told = f"; it applies to {len(cases)} open {'case' if len(cases) == 1 else 'cases'}" if cases else ""
    message_console().print(Text(f"{vendor.name}: {said} on {day}{told}"))


def _words(back_end: str) -> str:
    return back_end.replace("_", " ")


def _print_undecided(back_ends: Counter[str], nothing_probed: str) -> None:
    """Print of how many vendors the run does not show whether a store is open."""
    if nothing_probed:
        message_console().print(Text(nothing_probed))
        return
    for back_end, why in _UNDECIDED.items():
        if back_ends[back_end]:
            message_console().print(Text(f"{count_text(back_ends[back_end], 'vendor')} with an app {why}"))
    if count := back_ends["not_analysed"]:
        message_console().print(Text(f"{count_text(count, 'vendor')} without an analysed app"))


def _document(view: "VendorView", back_end: str, *, listed: bool) -> dict[str, object]:
    devices = view.devices if listed else None
    return {
        "vendor": view.vendor,
        "apps": [
            {"bundle_id": one.bundle_id, "platform": one.platform, "name": one.name, "version": one.version_name}
            for one in view.apps
        ],
        "devices": devices and devices.certain,
        "devices_by_name": devices and devices.by_name,
        "devices_by_template": devices and devices.by_template,
        "fleet": [line.app.label for line in view.fleet if line.active],
        "stores": [store.id for store in view.stores],
        "back_end": back_end,
        "classes": view.classes,
        "cases": [{"id": case.id, "state": case.state, "due": case.due} for case in view.cases],
    }


def _awaited(vendor: Vendor) -> str:
    """The status of an unanswered request with its due date; empty if there is none."""
    if vendor.answer is not AssuranceAnswer.NONE or vendor.asked is None:
        return ""
    late = vendor.due is not None and vendor.due < datetime.now(UTC).date()
    return f"requested, due {vendor.due or 'never'}{', late' if late else ''}"


def _assurance(vendor: Vendor) -> str:
    if vendor.answer is not AssuranceAnswer.NONE:
        return f"{vendor.answer} on {vendor.answered}"
    return f"requested on {vendor.asked}, due {vendor.due}" if vendor.asked else ""
