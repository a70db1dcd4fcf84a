"""``tieback letter``: write letters as files. The program never sends anything."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from tieback.cli.case_options import PolicyOption
from tieback.cli.formats import format_name, format_option
from tieback.cli.options import RunOption
from tieback.cli.terminal import (
    ExitCode,
    OutputFormat,
    WorkspaceOption,
    data_console,
    message_console,
    print_rows,
    print_skipped,
    write_line,
)
from tieback.cli.vendor import ByOption, day_of
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.document import encode
from tieback.model.errors import UsageError
from tieback.model.safe_text import escape_line

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tieback.model.case import Letter
    from tieback.model.skipped import SkippedFiles
    from tieback.pipeline.disclosure.letters import WrittenLetter
    from tieback.pipeline.disclosure.sent_notes import SentNote

app = typer.Typer(
    help="Write letters to vendors, providers, CERTs and device owners. Letters are files; nothing is sent.\n\n"
    "Example: tieback letter write exposure --as pdf,eml"
)

WORKSPACE = Path(".tieback")
KINDS = "assurance, exposure, provider, owners, removed, reminder, escalation, thanks"
TLP = "clear, green, amber, amber+strict, red"
FORMS = ("markdown", "html", "pdf", "docx", "eml", "mailto")
FormatOption = Annotated[OutputFormat, format_option(OutputFormat, "A table, or one JSON document per line.")]

ReasonOption = Annotated[
    str,
    typer.Option(
        help="Why a provider or CERT is informed before the day that your letter promises, such as a consent."
    ),
]
SentReasonOption = Annotated[
    str,
    typer.Option(
        help="Why a provider or CERT is informed before the day that your letter promises; or why the letter was sent "
        "after its dates."
    ),
]


@app.command()
def write(
    kind: Annotated[str, typer.Argument(help=f"One of {KINDS}.")],
    vendors: Annotated[
        list[str] | None, typer.Argument(metavar="VENDOR", help="Vendor IDs or names; default: all vendors concerned.")
    ] = None,
    *,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder to write the letters to.")] = Path("letters"),
    forms: Annotated[str, typer.Option("--as", help=f"Formats to write, comma-separated: {', '.join(FORMS)}.")] = (
        "markdown,html,eml"
    ),
    language: Annotated[
        str,
        typer.Option(
            help="en, de, fr, es, pt, or a language of your templates; default: that of the vendor; for your own "
            "people that of the sender file; for a provider en."
        ),
    ] = "",
    sender: Annotated[
        Path | None,
        typer.Option(
            help="Sender file (TOML: organisation, e-mail, person, telephone, postal and public address, language, "
            "key); default: sender.toml in the workspace, if you accepted it, or the grant."
        ),
    ] = None,
    templates: Annotated[
        Path | None, typer.Option(help="Folder of your own templates; they replace the built-in ones.")
    ] = None,
    to: Annotated[
        str,
        typer.Option(
            help="Recipient; default: the vendor or provider. For the kind provider, a party of the cases, such as a "
            "CERT; the letter is only about its cases."
        ),
    ] = "",
    address: Annotated[
        str, typer.Option(help="E-mail address for the draft; default: the best contact of the vendor or party.")
    ] = "",
    due: Annotated[str, typer.Option(help="Due date; default: from the policy.")] = "",
    tlp: Annotated[str, typer.Option(help=f"TLP 2.0 label: {TLP}; default: by the kind of letter.")] = "",
    reason: ReasonOption = "",
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
    run: RunOption = "",
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """Write a letter to every vendor concerned, or only to those named. An unchanged text keeps its version number.

    Example: tieback letter write assurance --as pdf,eml --language de
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.letters import LetterRequest, write_letters
    from tieback.pipeline.disclosure.sent_notes import recipient_of
    from tieback.storage.trust import SENDER_FILE, accept_passed, settings_file

    if kind not in KINDS.split(", "):
        raise UsageError("unknown kind of letter", where=kind, advice=f"Choose one of {KINDS}")
    if tlp and tlp not in TLP.split(", "):
        raise UsageError("unknown TLP label", where=tlp, advice=f"Choose one of {TLP}")
    sender_file = settings_file(workspace, SENDER_FILE, sender, "--sender")
    request = LetterRequest(
        kind, out, tuple(vendors or ()), language, _forms(forms),
        sender_file, templates, to, address, day_of(due).date() if due else None, tlp, reason, by=by,
    )  # fmt: skip
    rules = load_policy(policy)
    table = RowTable()
    elsewhere = bool(to) or kind in ("owners", "removed", "provider")  # not to the vendor
    for column in ("letter", "vendor", *(("to",) if elsewhere else ()), "language", "version", "due", "files", "named"):
        table.add_column(column, overflow="fold", no_wrap=column == "letter")
    count = 0
    hints: list[str] = []
    exposed: list[str] = []
    named: list[str] = []
    unknown = False
    with open_case_service(workspace, run=run) as work:
        accept_passed(workspace, SENDER_FILE, sender)
        work.enroll()
        for done in write_letters(work, request, rules, exposed=exposed):
            count += 1
            letter = done.letter
            unknown |= done.address_unknown
            if done.by_name:
                named.append(done.vendor)
            hints += _hints(done)
            if output is OutputFormat.JSON:
                write_line(encode("letter", letter))
            version = f"{letter.version}{' again' if done.again else ''}"
            kinds = ", ".join(path.name.partition(f"-v{letter.version}.")[2] for path in done.files)
            table.add_row(
                letter.id, Text(done.vendor), *((Text(recipient_of(letter, done.vendor)),) if elsewhere else ()),
                letter.language, version, str(letter.due or ""), kinds,
                Text(done.files[0].name.partition(".")[0] if done.files else ""),
            )  # fmt: skip
    if not count:
        raise UsageError("no vendor is due a letter of this kind", where=kind, advice="See `tieback case list`")
    if exposed:
        message_console().print(Text(f"no letter of this kind: {_exposed_text(exposed)}"))
    if unknown:
        message_console().print(
            "the letters cannot state from which address you connected: add public_address to the sender file"
        )
    for vendor in named:
        message_console().print(
            Text(
                f"{vendor}: the inventory lists an app by its name only, or by the identifier of a template, so the "
                "letter states no number of devices. Check that it is the same app before you send the letter"
            )
        )
    for hint in hints:
        message_console().print(Text(hint))
    if output is OutputFormat.TABLE:
        data_console().print(table)
        message_console().print(f"written to {out}, not sent. Send the letters, then run `tieback letter sent LETTER`")


def _exposed_text(vendors: "Sequence[str]") -> str:
    """Which vendors have an open store, and the letter for them."""
    from tieback.report.shortened import cut_text

    count = count_text(len(vendors), "vendor has", "vendors have")
    return f"{count} an open store ({cut_text(vendors, 5)}). The kind exposure is for them"


def _hints(done: "WrittenLetter") -> list[str]:
    """What to know before a letter is sent, one line each."""
    key = (f"encrypt the mail with the key at {done.key}",) if done.key else ()
    return [f"{done.vendor}: {hint[:1].lower()}{hint[1:]}" for hint in (*done.hints, *key)]


def _forms(text: str) -> tuple[str, ...]:
    """The letter formats in a list of names; a letter in Markdown has the suffix ``md``."""
    names = [format_name(part.strip(), FORMS, "--as") for part in text.split(",") if part.strip()]
    return tuple("md" if name == "markdown" else name for name in names)


@app.command("list")
def list_(
    *,
    vendor: Annotated[str, typer.Option(help="List only letters to this vendor.")] = "",
    workspace: WorkspaceOption = WORKSPACE,
    output: FormatOption = OutputFormat.TABLE,
) -> None:
    """List the letters written, with their hashes, and on which day they were sent.

    Example: tieback letter list
    """
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.sent_notes import recipient_of

    with open_case_service(workspace) as work:
        names = {one.id: one.name for one in work.vendors()}
        letters = work.letters(work.find_vendor(vendor).id if vendor else "")
        sent = work.sent_notes()
    if output is OutputFormat.JSON:
        for letter in letters:
            write_line(encode("letter", {**to_fields(letter), "sent": sent.get(letter.id, [])}))
        return
    table = RowTable()
    to = {letter.id: recipient_of(letter, names.get(letter.vendor, letter.vendor)) for letter in letters}
    # A letter that is not to the vendor; most workspaces have none.
    with_recipient = any(to[letter.id] != names.get(letter.vendor, letter.vendor) for letter in letters)
    recipient = ("to",) if with_recipient else ()
    for column in ("letter", "vendor", *recipient, "kind", "language", "version", "written", "sent", "due", "sha256"):
        table.add_column(column, overflow="fold", no_wrap=column == "letter")
    for letter in letters:
        table.add_row(
            letter.id, Text(names.get(letter.vendor, letter.vendor)),
            *((Text(to[letter.id]),) if with_recipient else ()), letter.kind, letter.language, str(letter.version),
            f"{letter.created:%Y-%m-%d}", Text(_sent_text(sent.get(letter.id, ()))), str(letter.due or ""),
            letter.sha256[:16],
        )  # fmt: skip
    to_whom = f" to {vendor}" if vendor else ""
    print_rows(table, f"no letters{to_whom}; `tieback letter write assurance` writes one per vendor")


def to_fields(letter: "Letter") -> dict[str, object]:
    """The fields of a letter as a dictionary, for documents that add fields."""
    return {name: getattr(letter, name) for name in letter.__struct_fields__}


def _sent_text(notes: "Sequence[SentNote]") -> str:
    """On which day a letter was sent last."""
    return notes[-1].on if notes else "no"


@app.command()
def sent(
    letter: Annotated[str, typer.Argument(help="Letter ID, or a unique prefix of it.")],
    *,
    channel: Annotated[str, typer.Option(help="How it was sent, such as email, form, post, cert.")] = "email",
    on: Annotated[str, typer.Option(help="Date; default: today.")] = "",
    reason: SentReasonOption = "",
    policy: PolicyOption = None,
    by: ByOption,
    workspace: WorkspaceOption = WORKSPACE,
) -> None:
    """Record that you sent a letter. The effect on its cases depends on its kind.

    An exposure notice makes them notified, an escalation escalated, and their dates become those of the letter. A
    reminder sets their due date, and they keep what it promises. With the channel cert, a letter to a provider hands
    them to a CERT. Notices to device owners and thanks change no case. A letter whose dates have passed needs a reason.

    Example: tieback letter sent letter-1f2e --channel post
    """
    from tieback.cases.policy import load_policy
    from tieback.pipeline.disclosure.cases import open_case_service
    from tieback.pipeline.disclosure.letters import mark_sent

    rules = load_policy(policy)
    with open_case_service(workspace) as work:
        day = day_of(on).date() if on else work.now.date()
        found, moved = mark_sent(work, letter, channel, day, rules, by, reason)
    message_console().print(Text(f"{found.id}: sent on {day}"))
    if found.cases and not moved:
        message_console().print("the states and due dates of its cases stay")
    for case in moved:
        message_console().print(f"{case.id}: {case.state}, due {case.due or 'never'}")


@app.command()
def templates(
    folder: Annotated[Path, typer.Argument(help="Folder to write to; existing files are not overwritten.")],
) -> None:
    """Write the letter templates into a folder. Edit them and pass the folder as --templates.

    Example: tieback letter templates our-letters
    """
    from tieback.cases.letters.language import write_templates

    for path in write_templates(folder):
        typer.echo(escape_line(str(path)))


@app.command()
def check(
    template: Annotated[
        list[Path], typer.Argument(help="Language file (.toml), DOCX template, or a folder of them; repeatable.")
    ],
) -> None:
    """Check your own templates: syntax, variables, constructs that are not allowed, and rendering in the sandbox.

    Every problem is one line with file and line number.

    Example: tieback letter check our-letters
    """
    from tieback.cases.letters.check import check_template

    failed = 0
    skipped: list[SkippedFiles] = []
    for path in template:
        problems = check_template(path, skipped.append)
        failed += bool(problems)
        for problem in problems:
            typer.echo(escape_line(str(problem)))
    print_skipped(skipped)
    if failed:
        raise typer.Exit(ExitCode.SOME_FAILED if failed < len(template) else ExitCode.NOTHING_DONE)
    message_console().print("no problem found")
