"""Write letters from the ledger: number the versions, collect what each states, write files. Nothing is sent.

The workspace keeps the files in ``letters/<ID of the letter>/``, one per format.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from tieback.cases.contacts import is_email_address
from tieback.cases.letters.facts import LetterFacts, Sender, collect_facts, places_of, shorten_names, watched_until
from tieback.cases.letters.formats import FORMS, LetterFile, to_eml, to_mailto
from tieback.cases.letters.language import Language, load_language
from tieback.cases.letters.render import letter_reference, render_letter
from tieback.cases.parties import find_party
from tieback.cases.policy import CasePolicy
from tieback.cases.states import require_no_promise
from tieback.model.case import Case, CaseApp, Letter, LetterDates
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.model.vendor import AssuranceAnswer, Vendor
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.disclosure.letter_choice import (
    ASKING,
    STAFF,
    cases_for,
    concerns,
    has_open_store,
    installed_app,
    is_by_name,
    owned_lines,
    states_promise,
    why_not,
)
from tieback.pipeline.disclosure.letter_sender import sender_of
from tieback.pipeline.disclosure.letter_sent import mark_sent, sent_case
from tieback.pipeline.disclosure.vendors import VendorView
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.texts.clean import clean
from tieback.scope.audit_contacts import TargetContact
from tieback.scope.grant import parse_grant
from tieback.storage.failures import storage_errors

__all__ = (
    "LETTERS",
    "TLP",
    "LetterRequest",
    "WrittenLetter",
    "dates_of",
    "mark_sent",
    "sender_of",
    "sent_case",
    "write_letters",
)

LETTERS = "letters"
"""Folder of the workspace."""
TLP = {
    "clear": "TLP:CLEAR",
    "green": "TLP:GREEN",
    "amber": "TLP:AMBER",
    "amber+strict": "TLP:AMBER+STRICT",
    "red": "TLP:RED",
}
"""Labels of the Traffic Light Protocol 2.0 (FIRST, https://www.first.org/tlp/), by the word of ``--tlp``."""
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
    """Recipient, if not the vendor. That of a letter to a provider or CERT is a party of its cases."""
    address: str = ""
    """E-mail address of the recipient, if not the vendor's best contact."""
    due: date | None = None
    tlp: str = ""
    """A key of ``TLP``; default: by the kind of letter."""
    reason: str = ""
    """Why a provider or CERT is informed before the day that our letter promises."""
    signed_as: Sender | None = None
    """The sender, instead of that of a file or grant."""
    by: str = ""
    """Author for the log."""


class WrittenLetter(msgspec.Struct, frozen=True):
    """A letter that was written."""

    letter: Letter
    vendor: str
    """Name of the vendor."""
    files: tuple[Path, ...]
    again: bool
    """True if the same text was written before."""
    key: str = ""
    """URI of the key of the recipient; empty if unknown."""
    address_unknown: bool = False
    """True if the letter cannot state from which address we connected."""
    by_name: bool = False
    """True if an inventory lists an app of a letter to owners by its name only: it may be another app."""
    hints: tuple[str, ...] = ()
    """What to know before sending it: each a sentence without its full stop."""


class _Frame(msgspec.Struct, frozen=True):
    """What all letters of one request have in common."""

    request: LetterRequest
    policy: CasePolicy
    sender: Sender
    contacts: Mapping[str, TargetContact]
    """Our connections by target."""


def write_letters(
    work: CaseService, request: LetterRequest, policy: CasePolicy, *, exposed: list[str] | None = None
) -> Iterator[WrittenLetter]:
    """Write one kind of letter to every vendor concerned.

    Args:
        work: the cases and vendors.
        request: the letter.
        policy: its deadlines.
        exposed: takes the names of the vendors that get no letter of the kind assurance because of an open store.

    Raises:
        UsageError: unknown kind, language or form; a vendor named that the letter does not concern; a recipient that
            is a party of no case, or one recipient for the cases of several vendors; no sender.
        InputError: a template or the sender's file is damaged, or a file cannot be written.
    """
    sender = request.signed_as or sender_of(work, request.sender)
    wanted = [work.find_vendor(name) for name in request.vendors] or None
    views = work.views(wanted, versions=request.kind == "assurance")
    cased = frozenset(case.store.id for case in work.cases())
    concerned = [view for view in views if concerns(request.kind, view, cased)]
    if wanted is not None and len(concerned) < len(wanted):
        missing = [view for view in views if view not in concerned]
        why = why_not(request.kind, missing[0], cased)
        raise UsageError(
            f"this vendor is not due a letter of kind {request.kind}",
            where=", ".join(sorted(view.vendor.name for view in missing)),
            advice=why.advice,
            page=why.page,
        )
    if wanted is None and not concerned:
        raise _none_concerned(request.kind, views, cased)
    if exposed is not None and request.kind == "assurance":
        exposed += sorted(view.vendor.name for view in views if has_open_store(view, cased))
    concerned = _for_recipient(request, concerned)
    cases = [case for view in concerned for case in view.cases]
    contacts = work.contacts([place for case in cases for place in case.all_places])
    frame = _Frame(request, policy, sender, contacts)
    for view in concerned:
        yield _write(work, frame, view)


def _none_concerned(kind: str, views: Sequence[VendorView], cased: Collection[str]) -> UsageError:
    """The error that no vendor is due a letter, with the reason for the first vendor of a case."""
    advice = "See `tieback case list`"
    if first := next((view for view in views if view.cases), None):
        advice = f"{first.vendor.name}: {why_not(kind, first, cased).advice}. {advice}"
    return UsageError("no vendor is due a letter of this kind", where=kind, advice=advice)


def _write(work: CaseService, frame: _Frame, view: VendorView) -> WrittenLetter:
    vendor = view.vendor
    cases = _cases(frame.request, view)
    request = msgspec.structs.replace(frame.request, to=_recipient(frame.request, cases))
    frame = msgspec.structs.replace(frame, request=request)
    name = request.language or _language(frame, vendor)
    language = load_language(name, request.templates)
    if request.kind == "provider" and not request.reason:
        for case in cases:
            require_no_promise(case, work.now.date(), "--reason")
    dates = dates_of(request.kind, cases, frame.policy, work.now.date(), request.due)
    facts = _facts(work, frame, view, cases, language, dates)
    same = (request.kind, name, request.to.casefold())
    known = [one for one in work.letters(vendor.id) if (one.kind, one.language, one.to.casefold()) == same]
    letter = render_letter(request.kind, name, language, facts, known, work.now, vendor.id, request.to)
    again = letter in known
    letter = msgspec.structs.replace(
        letter,
        cases=tuple(case.id for case in cases),
        due=dates.close if request.kind in ASKING else None,
        dates=dates if states_promise(request.kind, cases) else None,
        watched=watched_until(cases) if request.kind == "thanks" else None,
    )
    facts = msgspec.structs.replace(facts, reference=letter_reference(vendor.id))
    address = _address(request, vendor, cases)
    made = list(_made(request, letter, facts, language, address))
    files = _saved(request.out, _stem(view, letter), made)
    _keep(work.directory / LETTERS, letter.id, {path.name: one.data for path, one in zip(files, made, strict=True)})
    digests = tuple((path.name, hashlib.sha256(data.data).hexdigest()) for path, data in zip(files, made, strict=True))
    letter = msgspec.structs.replace(letter, files=digests)
    work.save_letter(letter, request.by, again=again)
    unknown = any(store.looked_from == language.words["from_unknown"] for store in facts.stores)
    unknown = unknown and request.kind not in STAFF
    hints = tuple(_hints(request, vendor, cases, address, work.now.date()))
    by_name = request.kind in STAFF and is_by_name(owned_lines(view, active=request.kind == "owners"))
    return WrittenLetter(letter, vendor.name, tuple(files), again, _key(request, vendor), unknown, by_name, hints)


def _hints(request: LetterRequest, vendor: Vendor, cases: Sequence[Case], address: str, today: date) -> Iterator[str]:
    if not address and request.kind not in STAFF and {"eml", "mailto"} & set(request.forms):
        yield "No e-mail address of the recipient is known, so the draft has none"
    if request.kind == "reminder":
        days = [case.due for case in cases] or [vendor.due]
        if all(day is not None and day >= today for day in days):
            yield f"It is early: the answer is due on {min(day for day in days if day is not None)}"


def _language(frame: _Frame, vendor: Vendor) -> str:
    """That of the reader: our own people, a provider or CERT anywhere, or the vendor."""
    if frame.request.kind in STAFF:
        return frame.sender.language
    return "en" if frame.request.kind == "provider" else vendor.language


def dates_of(kind: str, cases: Sequence[Case], policy: CasePolicy, today: date, due: date | None = None) -> LetterDates:
    """Return the dates of a letter, as ``CasePolicy`` has them. ``close`` is its due date, whatever it asks for."""
    earlier = [case.dates for case in cases if case.dates is not None]
    before = max(earlier, key=lambda one: (one.share, one.publish)) if earlier else None
    urgent = any(case.store.severity is Severity.CRITICAL for case in cases)
    dates = policy.letter_dates(today, urgent=urgent, close=due, before=before)
    if kind == "reminder" and before is not None:
        # Who does not answer has no more time than announced.
        close = dates.close if due is not None else max(min(dates.close, before.share), today + timedelta(days=1))
        acknowledge, share = min(dates.acknowledge, close - timedelta(days=1)), max(before.share, close)
        dates = LetterDates(acknowledge, close, share, max(before.publish, share))
    elif kind == "escalation":
        # It announces to inform others after its due date.
        close = dates.close if before is None else max(dates.close, before.share)
        dates = msgspec.structs.replace(dates, close=close, share=close, publish=max(dates.publish, close))
    return dates


def _facts(
    work: CaseService, frame: _Frame, view: VendorView, cases: Sequence[Case], language: Language, dates: LetterDates
) -> LetterFacts:
    request, vendor, today = frame.request, view.vendor, work.now.date()
    shared = min((case.shared for case in cases if case.shared is not None), default=None)
    days = {"today": today, "due": dates.close, "acknowledge": dates.acknowledge, "publish": dates.publish}
    days["confirm"] = max(dates.close, today + timedelta(days=frame.policy.notice.answer))
    announced = request.kind == "exposure" or any(case.dates is not None for case in cases)
    if shared is None and announced and dates.share > today:
        days["share"] = dates.share
    label = request.tlp or ("amber+strict" if request.kind in STAFF else "amber")
    more: dict[str, object] = {
        "asked": language.day(vendor.asked),
        "awaited": _is_late(vendor, today),
        "shared": language.day(shared),
        "used": bool(_in_use(view)),
        "never_open": not view.cases and not view.stores,
        "owner": shorten_names([clean(case.owner, 200) for case in cases if case.owner], language),
        "authority": _authority(work, frame, cases, language),
        "tlp": TLP[label],
        "tlp_text": language.words[f"tlp_{label.replace('+', '_')}"],
        "recipient": request.to or vendor.name,
        "postal": "" if request.to else vendor.postal,
    }
    apps = [] if cases else _named(view)
    if request.kind in STAFF:
        lines = owned_lines(view, active=request.kind == "owners")
        apps = [installed_app(line) for line in lines]
        cases = [msgspec.structs.replace(case, apps=()) for case in cases]
        names = shorten_names(list(dict.fromkeys(app.name for app in apps)), language)
        word = "users_of" if request.kind == "owners" else "former_users_of"
        more |= {"recipient": request.to or language.fill(word, apps=names), "postal": ""}
        # Without a certain identity of each app, the letter states no number of devices.
        devices = 0 if is_by_name(lines) else view.devices.certain
        more["devices"] = language.number(devices) if devices > 1 and request.kind == "owners" else ""
    elif request.kind == "provider":
        hosts = [case.provider for case in cases if case.provider]
        places = shorten_names([place for case in cases for place in places_of(case)], language)
        known = shorten_names(hosts, language) or language.fill("host_of", places=places)
        more |= {"recipient": request.to or known, "postal": ""}
    return collect_facts(language, frame.sender, vendor.name, cases, apps, days, frame.contacts, **more)


def _is_late(vendor: Vendor, today: date) -> bool:
    """True if the answer to the request for a written confirmation is overdue."""
    open_request = vendor.asked is not None and vendor.answer is AssuranceAnswer.NONE
    return open_request and (vendor.due is None or vendor.due < today)


def _named(view: VendorView) -> list[CaseApp]:
    """The apps of a request: those on devices, with the versions there; if there is none, those that were analysed."""
    return [installed_app(line) for line in _in_use(view)] or [
        CaseApp(app.bundle_id, app.name, app.version_name, app.platform.value, app.sha256) for app in view.apps
    ]


def _in_use(view: VendorView) -> list[FleetLine]:
    """The vendor's apps that are certainly on devices: a match by the name alone may be another app."""
    return [line for line in view.fleet if line.active and line.match is not None and not line.match.strength.weak]


def _authority(work: CaseService, frame: _Frame, cases: Iterable[Case], language: Language) -> str:
    """Who authorised the connections that the letter states; of the grant of the run, also its hash."""
    places = [place for case in cases for place in case.all_places]
    names = [frame.contacts[place].authorised_by for place in places if place in frame.contacts]
    text = work.last_grant()
    if text is None:
        return ", ".join(dict.fromkeys(clean(name, 200) for name in names if name))
    known = parse_grant(text, "the grant of the run").authorised_by
    digest = hashlib.sha256(text.encode()).hexdigest()
    told = language.fill("authority_text", authorised_by=clean(known, 200), sha256=digest)
    return ", ".join([told, *dict.fromkeys(clean(name, 200) for name in names if name not in ("", known))])


def _key(request: LetterRequest, vendor: Vendor) -> str:
    if request.address or request.kind in (*STAFF, "provider"):
        return ""
    return next((one.encryption for one in vendor.contacts if is_email_address(one.address)), "")


def _cases(request: LetterRequest, view: VendorView) -> list[Case]:
    """The cases of one letter. One to a provider or CERT is only about those that have it as a party."""
    cases = cases_for(request.kind, view)
    if request.kind != "provider" or not request.to:
        return cases
    return [case for case in cases if find_party(case, request.to) is not None]


def _for_recipient(request: LetterRequest, concerned: list[VendorView]) -> list[VendorView]:
    """The vendors whose cases the recipient of the request may read about."""
    if request.kind in STAFF or not (request.to or request.address):
        return concerned
    if request.kind == "provider" and request.to:
        found = [view for view in concerned if _cases(request, view)]
        missing = [view for view in concerned if view not in found]
        if missing and (request.vendors or not found):
            cases = [case for view in missing for case in cases_for(request.kind, view)]
            names = dict.fromkeys(party.name for case in cases for party in case.parties)
            parties = f"Parties: {', '.join(names) or 'none yet'}"
            raise UsageError(
                "no case of this letter has this party",
                where=f"{', '.join(sorted(view.vendor.name for view in missing))}: {request.to}",
                advice=f"Add it with `tieback case party add`. {parties}",
                page=f"Add it on the page of the case, or leave the recipient empty. {parties}",
            )
        return found
    if len(concerned) > 1:
        option = "--to" if request.to else "--address"
        raise UsageError(
            f"{option} is for one letter, but several vendors are due one",
            where=", ".join(sorted(view.vendor.name for view in concerned)),
            advice="Name the vendor whose letter it is",
        )
    return concerned


def _recipient(request: LetterRequest, cases: Iterable[Case]) -> str:
    """The recipient of a letter if it is not the vendor: a party by the name that its case has."""
    parties = (find_party(case, request.to) for case in cases if request.kind == "provider")
    return next((party.name for party in parties if party is not None), request.to.strip())


def _address(request: LetterRequest, vendor: Vendor, cases: Iterable[Case]) -> str:
    if request.kind == "provider" and not request.address:
        parties = [party for case in cases if (party := find_party(case, request.to)) is not None]
        return next((party.contact for party in parties if is_email_address(party.contact)), "")
    if request.address or request.kind in (*STAFF, "provider"):
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
            yield LetterFile("mailto.txt", to_mailto(letter, facts, address).encode() + b"\n")
        elif form in FORMS:
            made = LetterFile(form, FORMS[form](letter, facts, language, request.templates))
            if form == "pdf" or (form == "html" and attached is None):
                attached = LetterFile(f"{stem}.{form}", made.data)
            yield made
        else:
            known = ", ".join((*FORMS, "eml", "mailto"))
            raise UsageError("unknown format", where=f"--as {form}", advice=f"Choose from {known}")


def _stem(view: VendorView, letter: Letter) -> str:
    """Name of the files. A notice to our own people has the name of the app, not that of its vendor."""
    vendor = view.vendor
    lines = owned_lines(view, active=letter.kind == "owners") if letter.kind in STAFF else []
    name = _UNSAFE.sub("-", installed_app(lines[0]).name if lines else vendor.name).strip("-.")[:60] or "vendor"
    kind = letter.kind
    if letter.to:
        # Names that differ only in signs are two recipients.
        digest = hashlib.sha256(letter.to.casefold().encode()).hexdigest()[:6]
        kind = "-".join(part for part in (kind, "to", _UNSAFE.sub("-", letter.to).strip("-.")[:40], digest) if part)
    return f"{name}-{vendor.id.removeprefix('v-')[:6]}-{kind}-{letter.language}-v{letter.version}"


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


def _keep(folder: Path, key: str, files: Mapping[str, bytes]) -> None:
    """Keep the files of a letter in the workspace, instead of those of an earlier writing."""
    with storage_errors(folder):
        folder.mkdir(mode=0o700, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".draft-") as place:
            draft = Path(place) / key
            draft.mkdir(mode=0o700)
            for name, data in files.items():
                (draft / name).write_bytes(data)
            shutil.rmtree(folder / key, ignore_errors=True)
            draft.replace(folder / key)
