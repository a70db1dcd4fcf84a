"""Letters about cases: write one, read it, download it, and record that a person sent it. Nothing is sent here."""

from datetime import date

import msgspec

from tieback.cases.letters.language import KINDS
from tieback.cases.letters.variables import Sender
from tieback.cases.policy import default_policy
from tieback.model.errors import UsageError
from tieback.pipeline.accounts.roles import Role
from tieback.pipeline.disclosure.cases import case_service
from tieback.pipeline.disclosure.letter_files import FORMATS, kept_sender, read_letter_file, write_kept_letter
from tieback.pipeline.disclosure.letters import TLP, mark_sent
from tieback.pipeline.views.cases.detail import vendor_of_case
from tieback.pipeline.views.download import Download
from tieback.pipeline.views.letters import (
    LANGUAGES,
    LetterDetail,
    LetterListing,
    find_letter,
    list_letters,
    show_letter,
)
from tieback.pipeline.views.listing import DEFAULT_LIMIT
from tieback.web.context import Context
from tieback.web.parameters import day_or_none
from tieback.web.problems import NotFoundError
from tieback.web.resource import change, download, form, page_and_json

_MAX_TEXT = 500
_NO_SENDER = "State your organisation and its e-mail address, or put the file sender.toml into the workspace"


class LetterOrder(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which letter to write."""

    kind: str
    """One of ``kinds`` of ``GET /letters``."""
    language: str = ""
    """``en``, ``de``, ``fr``, ``es`` or ``pt``; default: that of the reader."""
    to: str = ""
    """Recipient, such as a CERT; default: the vendor or provider."""
    address: str = ""
    """E-mail address for the draft; default: the vendor's best contact."""
    due: date | None = None
    """Default: from the policy."""
    tlp: str = ""
    """``clear``, ``green``, ``amber``, ``amber+strict`` or ``red``; default: by the kind of letter."""
    reason: str = ""
    """Why a provider or CERT is informed before the day that a letter promises."""
    organisation: str = ""
    """Sender: your organisation; default: as ``sender`` of ``GET /cases/{id}``."""
    email: str = ""
    """Its e-mail address; required with ``organisation``."""


class WrittenLetter(msgspec.Struct, frozen=True, kw_only=True):
    """A letter that was written."""

    letter: LetterDetail
    again: bool
    """True if the same text was written before; it keeps its version."""
    warnings: tuple[str, ...]
    """What to know before sending it."""


class SentMark(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A person sent the letter."""

    channel: str = "email"
    on: date | None = None
    """Default: today."""
    reason: str = ""
    """Why a provider or CERT was informed before the day that a letter promises."""


class LetterForm(msgspec.Struct, frozen=True, kw_only=True):
    """Fields of the forms of letters; each form sends some of them."""

    kind: str = ""
    language: str = ""
    to: str = ""
    address: str = ""
    due: str = ""
    tlp: str = ""
    reason: str = ""
    organisation: str = ""
    email: str = ""
    channel: str = ""
    on: str = ""


def letters(
    context: Context, kind: str = "", vendor: str = "", after: str = "", limit: int = DEFAULT_LIMIT
) -> LetterListing:
    """Letters that were written, the latest first. ``vendor`` is an ID."""
    return list_letters(context.workspace, kind=kind, vendor=vendor, after=after, limit=limit)


def letter(context: Context, letter_id: str) -> LetterDetail:
    """One letter with its text, its files, and what to know before sending it."""
    found = show_letter(context.workspace, letter_id)
    if found is None:
        raise NotFoundError("no letter with this ID", advice="See the list of letters")
    return found


@change(
    "POST",
    "/cases/{case_id:str}/letters",
    role=Role.ANALYST,
    action="write a letter",
    status=201,
    tag="letters",
    made=lambda letter: not letter.again,
)
def write_letter(context: Context, case_id: str, data: LetterOrder) -> WrittenLetter:
    """Write a letter to the vendor of a case. It covers every case of the vendor that this kind of letter is about."""
    return _written(context, case_id, data)


def _written(context: Context, case_id: str, order: LetterOrder) -> WrittenLetter:
    vendor = vendor_of_case(context.workspace, case_id)
    if vendor is None:
        raise NotFoundError("no case with this ID", advice="See the list of cases")
    _check(order)
    fields = {name: getattr(order, name) for name in ("language", "to", "address", "due", "tlp", "reason")}
    fields["by"] = context.user.name
    work = case_service(context.workspace)
    if order.organisation or order.email:
        fields["signed_as"] = Sender(order.organisation, order.email)
    elif kept_sender(work)[0] is None:
        raise UsageError("the letter has no sender", where="organisation", advice=_NO_SENDER)
    kept = write_kept_letter(work, vendor, order.kind, default_policy(), fields)
    return WrittenLetter(letter=letter(context, kept.letter.id), again=kept.again, warnings=kept.warnings)


def _check(order: LetterOrder) -> None:
    if order.kind not in KINDS:
        raise UsageError("unknown kind of letter", where="kind", advice=f"Choose one of {', '.join(KINDS)}")
    if order.language and order.language not in LANGUAGES:
        raise UsageError("unknown language", where="language", advice=f"Choose one of {', '.join(LANGUAGES)}")
    if order.tlp and order.tlp not in TLP:
        raise UsageError("unknown TLP label", where="tlp", advice=f"Choose one of {', '.join(TLP)}")
    if bool(order.organisation) != bool(order.email):
        raise UsageError("a sender needs both", where="organisation, email", advice=_NO_SENDER)
    for name in ("to", "address", "reason", "organisation", "email"):
        if len(getattr(order, name)) > _MAX_TEXT:
            raise UsageError(f"longer than {_MAX_TEXT} characters", where=name)


@change("POST", "/letters/{letter_id:str}/sent", role=Role.ANALYST, action="record that a letter was sent")
def mark_letter_sent(context: Context, letter_id: str, data: SentMark) -> LetterDetail:
    """Record that a person sent the letter. ``effect`` of the letter is what this changes; it depends on its kind."""
    _sent(context, letter_id, data)
    return letter(context, letter_id)


def _sent(context: Context, letter_id: str, data: SentMark) -> None:
    letter(context, letter_id)
    work = case_service(context.workspace)
    day = data.on or work.now.date()
    mark_sent(
        work, letter_id, data.channel[:_MAX_TEXT], day, default_policy(), context.user.name, data.reason[:_MAX_TEXT]
    )


@form(
    "/cases/{case_id:str}/letters",
    role=Role.ANALYST,
    action="write a letter",
    done="The letter is written, and not sent. Read it, then send it yourself.",
    again="case",
)
def write_in_page(context: Context, case_id: str, data: LetterForm) -> str:
    """Write a letter from the page of a case."""
    order = LetterOrder(
        kind=data.kind,
        language=data.language,
        to=data.to.strip(),
        address=data.address.strip(),
        due=day_or_none(data.due, "due"),
        tlp=data.tlp,
        reason=data.reason.strip(),
        organisation=data.organisation.strip(),
        email=data.email.strip(),
    )
    return f"/letters/{_written(context, case_id, order).letter.letter.id}"


@form(
    "/letters/{letter_id:str}/sent",
    role=Role.ANALYST,
    action="record that a letter was sent",
    done="Recorded as sent.",
    again="letter",
)
def sent_in_page(context: Context, letter_id: str, data: LetterForm) -> str:
    """Record from its page that a letter was sent."""
    _sent(
        context,
        letter_id,
        SentMark(channel=data.channel or "email", on=day_or_none(data.on, "on"), reason=data.reason.strip()),
    )
    return f"/letters/{letter_id}"


def letter_file(context: Context, letter_id: str, file_format: str) -> Download:
    """One file of a letter, as a download: ``md``, ``html``, ``pdf``, ``docx``, ``eml`` or ``mailto.txt``."""
    found = find_letter(context.workspace, letter_id)
    if found is None or file_format not in FORMATS:
        raise NotFoundError("no letter with this ID and format", advice="See the list of letters")
    return Download(
        data=read_letter_file(context.workspace.directory, found, file_format),
        media_type=FORMATS[file_format],
        name=f"{found.kind}-v{found.version}-{found.id}.{file_format}",
    )


ROUTES = [
    *page_and_json("/letters", letters, template="letters.html", role=Role.ANALYST, title="Letters"),
    *page_and_json("/letters/{letter_id:str}", letter, template="letter.html", role=Role.ANALYST, title="Letter"),
    write_letter,
    mark_letter_sent,
    write_in_page,
    sent_in_page,
    download(
        "/letters/{letter_id:str}/files/{file_format:str}",
        letter_file,
        role=Role.ANALYST,
        title="File of a letter",
        files=FORMATS.values,
    ),
]
