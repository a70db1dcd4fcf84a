"""``tieback case``: disclosure cases from discovery to fix."""

from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from tieback.cli.case_files import advisory, evidence, export
from tieback.cli.case_options import WORKSPACE, CaseArgument, FormatOption, PolicyOption
from tieback.cli.case_party import app as party_app
from tieback.cli.options import RunOption
from tieback.cli.terminal import (
    UNFOLDED,
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_rows,
    write_line,
)
from tieback.cli.vendor import ByOption, day_of
from tieback.console import RowTable
from tieback.model.case import Case, CaseState, LogLine
from tieback.model.count_text import count_text, form_for
from tieback.model.document import encode
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.safe_text import escape_line

app = typer.Typer(
    help="Manage disclosure cases: one per open store, for its owner, with a tamper-evident log.\n\n"
    "Example: tieback case list --state notified"
)

NO_CASES = "no cases; `tieback case open` opens one per open store of the last scan"
"""Why a list of cases is empty, and what to do."""


@app.command("list")
def list_(
    *,
    state: Annotated[list[CaseState] | None, typer.Option(help="List only cases in this state; repeatable.")] = None,
    vendor: Annotated[str, typer.Option(help="List only cases of this vendor.")] = "",
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List cases, the most urgent first.

    Example: tieback case list --state notified
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        cases = work.cases(state or (), vendor)
        names = {one.id: one.name for one in work.vendors()}
        others = 0 if cases else len(work.cases())
    other = f"no case matches; the workspace has {count_text(others, 'case')}"
    _print(cases, names, output, other if others else NO_CASES)


@app.command("open")
def open_(
    *,
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Open a case per store that allows unauthenticated access, for the vendor that answers for it.

    That is the owner of the back end, not each vendor whose app names it. Known cases do not change. The stores are
    those of the last scan, or of --run ID.

    Example: tieback case open
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service

    rules = load_policy(policy)
    with open_case_service(workspace, run=run) as work:
        done = work.open(rules, by_whom=by)
        names = {one.id: one.name for one in work.vendors()}
        unprobed = "" if done.cases else work.fleet.nothing_probed
    _print(list(done.cases), names, output, unprobed)
    told = f"{len(done.cases)} opened, {done.known} already known"
    if done.nobodys:
        told += f"; no case for {count_text(done.nobodys, 'open store')}: vendor unknown"
    message_console().print(told)
    for store in done.unconfirmed:
        message_console().print(
            f"no case for {escape_line(store)}: the verdict is experimental. Check it by hand, then run "
            "`tieback case confirm HOST:PORT --evidence FILE`"
        )
    for key in done.foreign:
        message_console().print(
            f"{key}: its vendor does not answer for the store; send no letter about it, and close it"
        )
    for store in done.undecided:
        message_console().print(
            f"no case for {escape_line(store)}: several vendors' apps lead there, none is its owner"
        )
    if done.undecided:
        message_console().print(
            "Add the host to the domains of its owner (`tieback vendor edit --domain`), then run this again"
        )


@app.command()
def confirm(
    store: Annotated[str, typer.Argument(metavar="HOST:PORT", help="Location of the store, its ID, or a case ID.")],
    *,
    evidence: Annotated[
        Path,
        typer.Option(help="What shows it, such as a session of the product's own client; the workspace keeps a copy."),
    ],
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
) -> None:
    """Confirm an experimental verdict that you checked by hand, and open its case. Letters cite the confirmation.

    An experimental verdict rests on documentation: no recorded conversation with a real server of the product confirms
    it. Only such a verdict opens no case, and no letter is written about it.

    Example: tieback case confirm db.example.org:7687 --evidence session.txt
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service

    rules = load_policy(policy)
    with open_case_service(workspace, run=run) as work:
        found = work.confirm(store, evidence, rules, by)
    message_console().print(f"{found.id}: confirmed, {found.state}, due {found.due or 'never'}")


@app.command()
def show(
    case: CaseArgument, *, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE
) -> None:
    """Show one case with its history.

    Example: tieback case show case-1f2e
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        found = work.find_case(case)
        lines, names = work.log(found.id), {one.id: one.name for one in work.vendors()}
        letters = [one for one in work.letters(found.vendor) if found.id in one.cases]
    if output is OutputFormat.JSON:
        write_line(encode("case-history", {"case": found, "log": lines, "letters": [one.id for one in letters]}))
        return
    console = data_console()
    console.print(Text(found.id, style="bold"), Text(f"  {names.get(found.vendor, found.vendor)}"))
    for label, text in _facts(found):
        console.print(Text(f"  {label}: {text}"))
    for letter in letters:
        console.print(Text(f"  letter: {letter.subject} ({letter.language}, version {letter.version}), {letter.id}"))
    for line in lines:
        console.print(Text(f"  {line.time:%Y-%m-%d %H:%M}  {line.event}  {_told(line)}"))


@app.command()
def note(
    case: CaseArgument,
    text: Annotated[str, typer.Argument(help="Text of the note.")] = "",
    *,
    attach: Annotated[
        list[Path] | None, typer.Option(help="File to attach; the workspace keeps a copy, named by its hash.")
    ] = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Add a note to the log of a case.

    Example: tieback case note case-1f2e "They called; fix planned for Monday" --attach mail.eml
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    if not text and not attach:
        raise UsageError("the note is empty", where=case, advice="Give a text, or a file with --attach")
    with open_case_service(workspace) as work:
        work.note(work.find_case(case).id, text, attach or (), by)


@app.command()
def advance(
    case: CaseArgument,
    state: Annotated[CaseState, typer.Argument(help="New state.")],
    *,
    note: Annotated[str, typer.Option(help="Reason for the change.")] = "",
    channel: Annotated[str, typer.Option(help="How the vendor was notified, such as email, form, cert.")] = "",
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Move the case to its next state. Only `tieback recheck` can mark it fixed.

    To close a case that no re-check found closed, give a reason with --note. The case shows it for ever. A reason is
    also needed before the day until which a letter of thanks promises re-checks: a closed case gets none.

    Example: tieback case advance case-1f2e notified --channel email
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service

    rules = load_policy(policy)
    with open_case_service(workspace) as work:
        moved = work.advance(work.find_case(case).id, state, rules, by, note, channel)
        watched = None if moved.active else work.watched_until(moved.id)
    message_console().print(f"{moved.id}: {moved.state}, due {moved.due or 'never'}")
    if watched is not None:
        message_console().print(f"no re-check follows, but our letter promises them until {watched}")


@app.command()
def attest(
    case: CaseArgument,
    *,
    on: Annotated[str, typer.Option(help="Date of the vendor's letter; default: today.")] = "",
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Record that the vendor confirmed in writing that this store is secure.

    If a later re-check finds the store open, the case is marked contradicted.

    Example: tieback case attest case-1f2e --on 2026-03-31
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        day = day_of(on).date() if on else work.now.date()
        found = work.attest(work.find_case(case).id, day, by)
        vendor = work.find_vendor(found.vendor)
    message_console().print(f"{found.id}: attested on {day}")
    if vendor.answered is not None:
        message_console().print(Text(f"{vendor.name}: {vendor.answer} on {vendor.answered}"))


@app.command()
def due(
    case: Annotated[str, typer.Argument(metavar="CASE", help="Case to postpone; needs --on.")] = "",
    *,
    days: Annotated[int, typer.Option(min=0, help="Include deadlines within this many days.")] = 7,
    on: Annotated[str, typer.Option(help="New due date of CASE.")] = "",
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List cases that are due soon or overdue; or postpone one case.

    Example: tieback case due --days 3
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    if bool(case) != bool(on):
        raise UsageError(
            "to postpone a case, name the case and the new date", where="due", advice="Give CASE and --on DATE"
        )
    with open_case_service(workspace) as work:
        found = [work.postpone(work.find_case(case).id, day_of(on).date(), by)] if case else work.due(days)
        names = {one.id: one.name for one in work.vendors()}
        active = sum(1 for one in work.cases() if one.active)
    since = f"{count_text(active, 'active case')}, none due within {count_text(days, 'day')}"
    _print(found, names, output, since if active else NO_CASES)


@app.command()
def verify(*, workspace: WorkspaceOption = WORKSPACE, output: FormatOption = OutputFormat.TABLE) -> None:
    """Verify the hash chain of the log, and that each case is as the log says.

    Prints the entry count, the last hash, and the number of cases that match.

    Store both elsewhere: truncation can only be detected against them.

    Example: tieback case verify
    """
    from tieback.pipeline.disclosure.cases import open_case_service

    with open_case_service(workspace) as work:
        verdict = work.verify()
    if output is OutputFormat.JSON:
        write_line(encode("case-log", verdict))
    else:
        typer.echo(
            f"{count_text(verdict.lines, 'entry', 'entries')}, last hash {verdict.head}; "
            f"{count_text(verdict.cases, 'case matches', 'cases match')}"
        )
    if not verdict.ok:
        raise WorkspaceError(verdict.why, where="case log", advice="Compare it with a copy of the workspace")


@app.command()
def stats(
    *,
    group: Annotated[str, typer.Option("--by", help="Group by vendor, provider or channel.")] = "",
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Show how long cases take: median days to acknowledge and to fix, and the share of vendors without a response.

    A vendor counts as silent only after its answer was due. A written attestation is an answer.

    JSON output includes the survival curve.

    Example: tieback case stats --by provider
    """
    from tieback.pipeline.disclosure.cases import GROUPS, open_case_service

    if group and group not in GROUPS:
        raise UsageError("unknown group", where=f"--by {group}", advice=f"Choose one of {', '.join(GROUPS)}")
    with open_case_service(workspace) as work:
        found = work.statistics(group)
    if output is OutputFormat.JSON:
        for one in found:
            write_line(encode("case-statistics", one))
        return
    table = RowTable()
    for column in (
        "",
        "cases",
        "notified",
        "answered",
        "fixed",
        "contradicted",
        "days to answer",
        "days to fix",
        "waiting",
        "no response",
    ):
        table.add_column(column, justify="right" if column else "left", overflow="fold")
    for one in found:
        table.add_row(
            Text(one.group), str(one.cases), str(one.told), str(one.answered), str(one.fixed), str(one.contradicted),
            _days(one.days_to_acknowledge), _days(one.days_to_fix), str(one.waiting),
            "" if one.no_response_share is None else f"{one.no_response_share:.0%}",
        )  # fmt: skip
    data_console().print(table)


@app.command()
def policy() -> None:
    """Print the default deadlines. Edit them and pass the file as --policy.

    Example: tieback case policy > policy.toml
    """
    typer.echo(resources.files("tieback.cases").joinpath("policy.toml").read_text(encoding="utf-8"), nl=False)


def _print(cases: list[Case], names: dict[str, str], output: OutputFormat, empty: str) -> None:
    from tieback.report.figures import figure_text
    from tieback.report.shortened import cut_text

    if output is OutputFormat.JSON:
        for case in cases:
            write_line(encode("case", {**case_fields(case), "vendor_name": names.get(case.vendor, "")}))
        return
    today = datetime.now(UTC).date()
    most = 2 if data_console().width < UNFOLDED else None
    table = RowTable()
    for column in ("case", "vendor", "state", "due", "store", "records", "last re-check"):
        table.add_column(
            column, overflow="fold", justify="right" if column == "records" else "left", no_wrap=column == "case"
        )
    for case in cases:
        late = " late" if case.due is not None and case.active and case.due < today else ""
        table.add_row(
            case.id,
            Text(names.get(case.vendor, case.vendor)),
            case.state.value.replace("_", " ") + (", unfixed" if case.unfixed and not case.active else ""),
            f"{case.due or ''}{late}",
            Text(f"{case.store.product} at {cut_text(case.store.targets, most or len(case.store.targets))}"),
            figure_text(case.store.records),
            "" if case.check is None else f"{case.check.verdict.value.replace('_', ' ')}, {case.check.time:%Y-%m-%d}",
        )
    print_rows(table, empty)


def case_fields(case: Case) -> dict[str, object]:
    """The fields of a case as a dictionary, for documents that add fields."""
    return {name: getattr(case, name) for name in case.__struct_fields__}


def _facts(case: Case) -> list[tuple[str, str]]:
    from tieback.cases.comparison import comparison_lines
    from tieback.pii.taxonomy import class_titles
    from tieback.report.figures import figure_text

    store, check = case.store, case.check
    facts = [
        ("state", f"{case.state.value.replace('_', ' ')} since {case.since:%Y-%m-%d}, due {case.due or 'never'}"),
        ("store", f"{store.product} {store.version} at {', '.join(store.targets)}"),
        ("seen later at", ", ".join(case.places)),
        ("may also be at", ", ".join(case.suspects)),
        (
            "records",
            f"{figure_text(store.records)} when the case was opened on {case.opened:%Y-%m-%d}",
        ),
        ("severity", store.severity.value),
        ("personal data", class_titles(total.pii_class for total in store.pii)),
        ("apps", ", ".join(f"{app.name or app.bundle_id} {app.version}" for app in case.apps)),
        ("also reached by", ", ".join(f"{app.name or app.bundle_id} {app.version}" for app in case.also)),
        *(
            (party.role.value, f"{party.name}, {party.state.value.replace('_', ' ')}, due {party.due or 'never'}")
            for party in case.parties
        ),
        ("owner of the back end", case.owner),
        ("provider", case.provider),
        ("notified by", case.channel),
        ("attested", str(case.attested or "")),
        ("verdict", "experimental, not confirmed" if case.unconfirmed else ""),
        ("confirmed", _confirmation(case)),
        ("promised", _promise(case)),
    ]
    for one in case.unfixed:
        seen = "no re-check" if one.verdict is None else f"re-check: {one.verdict.value.replace('_', ' ')}"
        facts.append(("closed without a fix", f"{one.time:%Y-%m-%d}, {one.by or 'unknown'}, {seen}: {one.reason}"))
    if check is not None:
        grown = (
            ""
            if check.records_change is None
            else f", {check.records_change:+,} {form_for(abs(check.records_change), 'record', 'records')}"
        )
        facts.append(("last re-check", f"{check.verdict.value.replace('_', ' ')}{grown}, {check.time:%Y-%m-%d %H:%M}"))
        if check.closed_before is not None:
            facts.append(("last verdict before", f"closed, {check.closed_before:%Y-%m-%d %H:%M}"))
        facts += [("reason", reason) for reason in check.reasons]
        facts += [("compared", line) for line in comparison_lines(check.compared)] if check.compared else []
    return [(label, text) for label, text in facts if text]


def _confirmation(case: Case) -> str:
    one = case.confirmed
    return "" if one is None else f"{one.day} by {one.by or 'unknown'}, {one.file}, SHA-256 {one.sha256}"


def _promise(case: Case) -> str:
    """What our letters promise the vendor."""
    if case.shared is not None:
        return f"provider or CERT informed on {case.shared}"
    if case.dates is None:
        return ""
    return f"no provider or CERT before {case.dates.share}, no publication before {case.dates.publish}"


def _told(line: LogLine) -> str:
    fields = "; ".join(f"{name} {value}" for name, value in line.fields.items() if name != "case_sha256")
    return f"{fields} ({line.by})" if line.by else fields


def _days(days: float | None) -> str:
    return "" if days is None else f"{days:g}"


app.command()(export)
app.command()(evidence)
app.command()(advisory)
app.add_typer(party_app, name="party")
