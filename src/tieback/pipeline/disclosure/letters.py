"""Write letters from the ledger: select the recipients per kind, number the versions, write files. Nothing is sent."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from tieback.cases.contacts import is_email_address
from tieback.cases.letters.facts import LetterFacts, Sender, collect_facts, shorten_names
from tieback.cases.letters.formats import FORMS, LetterFile, to_eml, to_mailto
from tieback.cases.letters.language import Language, load_language
from tieback.cases.letters.render import letter_reference, render_letter
from tieback.cases.policy import CasePolicy
from tieback.cases.states import STEPS, advance
from tieback.model.case import Case, CaseApp, CaseState, Letter, NewLogLine
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.model.vendor import AssuranceAnswer, Vendor
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.disclosure.vendors import VendorView
from tieback.scope.grant import parse_grant

MAX_SENDER = 64 * 1024
OPEN = frozenset(CaseState) - {CaseState.FIXED, CaseState.CLOSED}
NOTIFIED = OPEN - {CaseState.FOUND, CaseState.VERIFIED}
STATES = {
    "exposure": OPEN,
    "provider": OPEN,
    "owners": OPEN,
    "reminder": NOTIFIED,
    "escalation": NOTIFIED,
    "thanks": frozenset({CaseState.FIXED, CaseState.CLOSED}),
}
"""Case states that each kind of letter is about; ``assurance`` does not depend on cases."""
_UNSAFE = re.compile(r"[^A-Za-z0-9.-]+")


class LetterRequest(msgspec.Struct, frozen=True):
    """The options of ``tieback letter write``."""

    kind: str
    out: Path
    vendors: tuple[str, ...] = ()
    """Vendor IDs or names; default: every vendor concerned."""
    language: str = ""
    """Default: the language of the vendor."""
    forms: tuple[str, ...] = ("md", "html", "eml")
    sender: Path | None = None
    templates: Path | None = None
    to: str = ""
    """Recipient, if not the vendor."""
    address: str = ""
    """E-mail address of the recipient, if not the vendor's best contact."""
    due: date | None = None


class WrittenLetter(msgspec.Struct, frozen=True):
    """A letter that was written."""

    letter: Letter
    vendor: str
    """Name of the vendor."""
    files: tuple[Path, ...]
    again: bool
    """True if the same text was written before."""


def write_letters(work: CaseService, request: LetterRequest, policy: CasePolicy) -> Iterator[WrittenLetter]:
    """Write one kind of letter to every vendor concerned.

    Raises:
        UsageError: unknown kind, language or form; a vendor named that the letter does not concern; no
            sender.
        InputError: a template or the sender's file is damaged, or a file cannot be written.
    """
    sender = sender_of(work, request.sender)
    wanted = [work.find_vendor(name) for name in request.vendors] or None
    concerned = [view for view in work.views(wanted) if _concerns(request.kind, view)]
    if wanted is not None and len(concerned) < len(wanted):
        missing = {vendor.name for vendor in wanted} - {view.vendor.name for view in concerned}
        raise UsageError(
            f"this vendor is not due a letter of kind {request.kind}",
            where=", ".join(sorted(missing)),
            advice=_why_not(request.kind),
        )
    for view in concerned:
        yield _write(work, request, policy, sender, view)


def _concerns(kind: str, view: VendorView) -> bool:
    if kind == "assurance":
        return bool(view.apps) or bool(view.fleet)
    if kind == "reminder" and view.vendor.asked and view.vendor.answer is AssuranceAnswer.NONE:
        return True
    return any(case.state in STATES.get(kind, ()) for case in view.cases)


def _why_not(kind: str) -> str:
    states = ", ".join(sorted(STATES.get(kind, ())))
    return (
        f"It needs a case that is {states}; see `tieback case list`"
        if states
        else "It needs an analysed app of this vendor"
    )


def _write(
    work: CaseService, request: LetterRequest, policy: CasePolicy, sender: Sender, view: VendorView
) -> WrittenLetter:
    vendor = view.vendor
    name = request.language or vendor.language
    language = load_language(name, request.templates)
    cases = [case for case in view.cases if case.state in STATES.get(request.kind, ())]
    facts = _facts(work, request, policy, sender, view, cases, language)
    known = [one for one in work.letters(vendor.id) if (one.kind, one.language) == (request.kind, name)]
    letter = render_letter(request.kind, name, language, facts, known, work.now, vendor.id)
    again = letter in known
    letter = msgspec.structs.replace(
        letter, cases=tuple(case.id for case in cases), due=_due(request, policy, work, cases)
    )
    facts = msgspec.structs.replace(facts, reference=letter_reference(vendor.id))
    made = list(_made(request, letter, facts, language, _address(request, vendor)))
    files = _saved(request.out, _stem(vendor, letter), made)
    digests = tuple((path.name, hashlib.sha256(data.data).hexdigest()) for path, data in zip(files, made, strict=True))
    letter = msgspec.structs.replace(letter, files=digests)
    work.save_letter(letter, again=again)
    return WrittenLetter(letter, vendor.name, tuple(files), again)


def _facts(
    work: CaseService,
    request: LetterRequest,
    policy: CasePolicy,
    sender: Sender,
    view: VendorView,
    cases: Sequence[Case],
    language: Language,
) -> LetterFacts:
    vendor, today = view.vendor, work.now.date()
    name = vendor.name
    due = _due(request, policy, work, cases)
    days = {
        "today": today,
        "due": due,
        "acknowledge": min(due, today + timedelta(days=policy.days.get(CaseState.NOTIFIED, 7))),
        "publish": today + timedelta(days=policy.notice.publish),
    }
    named = [CaseApp(app.bundle_id, app.name, app.version_name, app.platform.value, app.sha256) for app in view.apps]
    # A request covers all apps of the vendor; a notification covers only the apps concerned.
    apps = [] if cases else named
    more: dict[str, object] = {"asked": language.day(vendor.asked)}
    if request.kind == "owners":
        more |= {"devices": language.number(view.devices) if view.devices > 1 else "", "recipient": request.to or ""}
    elif request.kind == "provider":
        hosts = list(dict.fromkeys(case.provider for case in cases if case.provider))
        more["recipient"] = request.to or shorten_names(hosts, language)
        # The host looks for its customer: the owner of the back end.
        name = shorten_names([case.owner or vendor.name for case in cases], language)
    else:
        more |= {"recipient": request.to or vendor.name, "postal": vendor.postal}
    return collect_facts(language, sender, name, cases, apps, days, **more)


def _due(request: LetterRequest, policy: CasePolicy, work: CaseService, cases: Iterable[Case]) -> date:
    if request.due is not None:
        return request.due
    urgent = any(case.store.severity is Severity.CRITICAL for case in cases)
    return work.now.date() + timedelta(days=policy.notice.urgent if urgent else policy.notice.answer)


def _address(request: LetterRequest, vendor: Vendor) -> str:
    if request.address or request.kind in ("owners", "provider"):
        return request.address
    return next((contact.address for contact in vendor.contacts if is_email_address(contact.address)), "")


def _made(
    request: LetterRequest, letter: Letter, facts: LetterFacts, language: Language, address: str
) -> Iterator[LetterFile]:
    attached: LetterFile | None = None
    stem = f"{letter.kind}-{letter.language}"
    for form in sorted(request.forms, key=lambda form: form in ("eml", "mailto")):
        if form == "eml":
            yield LetterFile("eml", to_eml(letter, facts, address, attached))
        elif form == "mailto":
            yield LetterFile("mailto.txt", to_mailto(letter, address).encode() + b"\n")
        elif form in FORMS:
            made = LetterFile(form, FORMS[form](letter, facts, language, request.templates))
            if form == "pdf" or (form == "html" and attached is None):
                attached = LetterFile(f"{stem}.{form}", made.data)
            yield made
        else:
            known = ", ".join((*FORMS, "eml", "mailto"))
            raise UsageError("unknown format", where=f"--as {form}", advice=f"Choose from {known}")


def _stem(vendor: Vendor, letter: Letter) -> str:
    name = _UNSAFE.sub("-", vendor.name).strip("-.")[:60] or "vendor"
    return f"{name}-{vendor.id.removeprefix('v-')[:6]}-{letter.kind}-{letter.language}-v{letter.version}"


def _saved(folder: Path, stem: str, made: Iterable[LetterFile]) -> list[Path]:
    files = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in made:
            path = folder / f"{stem}.{one.name}"
            draft = path.with_name(f".{path.name}.part")
            draft.write_bytes(one.data)
            draft.replace(path)
            files.append(path)
    except OSError as error:
        raise InputError(
            f"cannot be written ({error.strerror})", where=str(folder), advice="Choose another folder"
        ) from None
    return files


def sender_of(work: CaseService, path: Path | None) -> Sender:
    """The sender: from a file, or from the grant of the last run.

    Raises:
            UsageError: none of these names a sender.
            InputError: the file is invalid.
    """
    if path is not None:
        try:
            with path.open("rb") as opened:
                raw = opened.read(MAX_SENDER + 1)
            if len(raw) > MAX_SENDER:
                raise ValueError("longer than 64 KiB")
            return msgspec.convert(tomllib.loads(raw.decode()), Sender)
        except OSError as error:
            raise InputError(f"cannot be read ({error.strerror})", where=str(path), advice="Check the path") from None
        except (ValueError, RecursionError) as error:
            raise InputError(
                f"invalid sender file ({str(error).splitlines()[0]})",
                where=str(path),
                advice='Write organisation = "…" and email = "…"; person, phone and postal are optional',
            ) from None
    text = work.last_grant()
    if text is None:
        raise UsageError(
            "missing sender", where="--sender", advice='Pass a TOML file with organisation = "…" and email = "…"'
        )
    grant = parse_grant(text, "the grant of the last run")
    return Sender(grant.authorised_by, grant.contact)


def mark_sent(
    work: CaseService, word: str, channel: str, day: date, policy: CasePolicy, by_whom: str
) -> tuple[Letter, list[Case]]:
    """Record that a person sent a letter. The request is noted, or the cases move to notified, if that is allowed.

    Raises:
            UsageError: the letter does not exist.
    """
    found = [one for one in work.letters() if one.id == word] or [
        one for one in work.letters() if one.id.startswith((word, f"letter-{word}"))
    ]
    if len(found) != 1:
        what = "no such letter" if not found else f"{len(found)} letters start with this"
        raise UsageError(what, where=word, advice="See `tieback letter list`")
    (letter,) = found
    fields = {
        "letter": letter.id,
        "kind": letter.kind,
        "sha256": letter.sha256,
        "sent": day.isoformat(),
        "channel": channel,
    }
    if letter.kind == "assurance":
        work.edit(letter.vendor, {"asked": day, "due": letter.due}, by_whom)
    work.note_entries([NewLogLine(letter.vendor, "letter", fields, by_whom)])
    moved = []
    goal = {"exposure": CaseState.NOTIFIED, "escalation": CaseState.ESCALATED, "provider": CaseState.HANDED_TO_CERT}
    # A hosting provider is informed in addition to the vendor; only a CERT takes the case over.
    state = goal.get(letter.kind) if letter.kind != "provider" or channel == "cert" else None
    for key in letter.cases:
        case = work.find_case(key)
        if state is not None and state in STEPS[case.state]:
            moved.append(
                work.change(key, lambda old: advance(old, state, policy, work.now, by=by_whom, channel=channel))
            )
        work.note_entries([NewLogLine(key, "letter", fields, by_whom)])
    return letter, moved
