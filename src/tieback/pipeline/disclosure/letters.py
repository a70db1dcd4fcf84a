"""Write letters from the ledger: select the recipients per kind, number the versions, write files. Nothing is sent."""

import hashlib
import re
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

import msgspec

from tieback.cases.contacts import is_email_address
from tieback.cases.letters.facts import LetterFacts, Sender, collect_facts, places_of, shorten_names, was_closed
from tieback.cases.letters.formats import FORMS, LetterFile, to_eml, to_mailto
from tieback.cases.letters.language import Language, load_language
from tieback.cases.letters.render import letter_reference, render_letter
from tieback.cases.parties import STEPS as PARTY_STEPS
from tieback.cases.parties import find_party, move_party
from tieback.cases.policy import CasePolicy
from tieback.cases.states import STEPS, advance, require_no_promise
from tieback.model.app import App
from tieback.model.case import Case, CaseApp, CaseState, Letter, LetterDates, NewLogLine, PartyState
from tieback.model.errors import InputError, UsageError
from tieback.model.exposure import Severity
from tieback.model.vendor import AssuranceAnswer, Vendor
from tieback.pipeline.disclosure.cases import CaseService
from tieback.pipeline.disclosure.vendors import VendorView
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.document import clean
from tieback.scope.audit_contacts import TargetContact
from tieback.scope.grant import parse_grant

MAX_SENDER = 64 * 1024
OPEN = frozenset(CaseState) - {CaseState.FIXED, CaseState.CLOSED}
NOTIFIED = OPEN - {CaseState.FOUND, CaseState.VERIFIED}
STATES = {
    "exposure": OPEN,
    "provider": OPEN,
    "owners": OPEN,
    "removed": OPEN,
    "reminder": NOTIFIED,
    "escalation": NOTIFIED,
    "thanks": frozenset({CaseState.FIXED, CaseState.CLOSED}),
}
"""Case states that each kind of letter is about; ``assurance`` is only for vendors without an open store."""
PROMISING = ("exposure", "escalation")
"""Letters whose dates become those of their cases."""
STAFF = ("owners", "removed")
"""Notices to our own people."""
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
    """Recipient, if not the vendor."""
    address: str = ""
    """E-mail address of the recipient, if not the vendor's best contact."""
    due: date | None = None
    tlp: str = ""
    """A key of ``TLP``; default: by the kind of letter."""
    reason: str = ""
    """Why a provider or CERT is informed before the day that our letter promises."""


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


class _Frame(msgspec.Struct, frozen=True):
    """What all letters of one request have in common."""

    request: LetterRequest
    policy: CasePolicy
    sender: Sender
    contacts: Mapping[str, TargetContact]
    """Our connections by target."""


def write_letters(work: CaseService, request: LetterRequest, policy: CasePolicy) -> Iterator[WrittenLetter]:
    """Write one kind of letter to every vendor concerned.

    Raises:
        UsageError: unknown kind, language or form; a vendor named that the letter does not concern; no
            sender.
        InputError: a template or the sender's file is damaged, or a file cannot be written.
    """
    sender = sender_of(work, request.sender)
    wanted = [work.find_vendor(name) for name in request.vendors] or None
    views = work.views(wanted, versions=request.kind == "assurance")
    cased = frozenset(case.store.id for case in work.cases())
    concerned = [view for view in views if _concerns(request.kind, view, cased)]
    if wanted is not None and len(concerned) < len(wanted):
        missing = [view for view in views if view not in concerned]
        raise UsageError(
            f"this vendor is not due a letter of kind {request.kind}",
            where=", ".join(sorted(view.vendor.name for view in missing)),
            advice=_why_not(request.kind, missing[0], cased),
        )
    concerned = [view for view in concerned if _of_party(request, view.cases)] or concerned
    cases = [case for view in concerned for case in view.cases]
    contacts = work.contacts([place for case in cases for place in case.all_places])
    frame = _Frame(request, policy, sender, contacts)
    for view in concerned:
        yield _write(work, frame, view)


def _concerns(kind: str, view: VendorView, cased: Collection[str]) -> bool:
    vendor = view.vendor
    if kind == "assurance":
        return bool(view.apps or view.fleet) and not _is_open(view, cased)
    if kind == "reminder" and vendor.asked and vendor.answer is AssuranceAnswer.NONE and not _is_open(view, cased):
        return True
    if kind in STAFF and not _owned(view, active=kind == "owners"):
        return False
    return bool(_cases(kind, view))


def _cases(kind: str, view: VendorView) -> list[Case]:
    """The cases that a letter of this kind is about. None is about a store that the last re-check found closed."""
    states = STATES.get(kind, frozenset())
    found = [case for case in view.cases if case.state in states and not case.unconfirmed]
    if kind == "thanks":
        return [case for case in found if case.state is CaseState.FIXED or (_was_fixed(case) and was_closed(case))]
    return found if kind in STAFF else [case for case in found if not was_closed(case)]


def _was_fixed(case: Case) -> bool:
    return CaseState.FIXED in case.reached


def _is_open(view: VendorView, cased: Collection[str]) -> bool:
    """True if the vendor has an open case, or if nobody has a case for an open store of its apps yet."""
    return any(case.state in OPEN for case in view.cases) or any(store.id not in cased for store in view.stores)


def _owned(view: VendorView, *, active: bool) -> list[FleetLine]:
    """The vendor's apps that lead to stores of its cases, and are on devices, or were."""
    keys = {app.sha256 for case in view.cases for app in case.apps}
    bundles = {app.bundle_id for case in view.cases for app in case.apps}
    lines = [line for line in view.fleet if line.match and any(_is_one(app, keys, bundles) for app in line.match.apps)]
    here = [line for line in lines if line.active]
    return here if active else [line for line in lines if not line.active and not _again(line, here)]


def _is_one(app: App, keys: Collection[str], bundles: Collection[str]) -> bool:
    return app.sha256 in keys or app.bundle_id in bundles


def _again(line: FleetLine, here: Sequence[FleetLine]) -> bool:
    """True if the inventory lists the same app elsewhere under another name or source."""
    return any(line.app.bundle_id and line.app.bundle_id == other.app.bundle_id for other in here)


def _why_not(kind: str, view: VendorView, cased: Collection[str]) -> str:
    if kind == "assurance" and _is_open(view, cased):
        return "An open store concerns it: run `tieback case open`. The letter exposure also asks for the confirmation"
    if any(case.unconfirmed for case in view.cases):
        return "The verdict is experimental. Check it by hand, then run `tieback case confirm CASE --evidence FILE`"
    if kind in STAFF and _cases(kind, view):
        other = "removed" if kind == "owners" else "owners"
        there = _owned(view, active=kind != "owners")
        return (
            f"Write the kind {other}" if there else "No inventory lists an app of this vendor; see `tieback inventory`"
        )
    states = ", ".join(sorted(STATES.get(kind, ())))
    if not states:
        return "It needs an analysed app of this vendor"
    return f"It needs a case that is {states}, with a fitting last re-check; see `tieback case list`"


def _write(work: CaseService, frame: _Frame, view: VendorView) -> WrittenLetter:
    request, vendor = frame.request, view.vendor
    name = request.language or _language(frame, vendor)
    language = load_language(name, request.templates)
    cases = _cases(request.kind, view)
    cases = _of_party(request, cases) or cases
    if request.kind == "provider" and not request.reason:
        for case in cases:
            require_no_promise(case, work.now.date(), "--reason")
    dates = dates_of(request.kind, cases, frame.policy, work.now.date(), request.due)
    facts = _facts(work, frame, view, cases, language, dates)
    known = [one for one in work.letters(vendor.id) if (one.kind, one.language) == (request.kind, name)]
    letter = render_letter(request.kind, name, language, facts, known, work.now, vendor.id)
    again = letter in known
    letter = msgspec.structs.replace(
        letter,
        cases=tuple(case.id for case in cases),
        due=dates.close,
        to=request.to,
        dates=dates if request.kind in PROMISING else None,
    )
    facts = msgspec.structs.replace(facts, reference=letter_reference(vendor.id))
    made = list(_made(request, letter, facts, language, _address(request, vendor, cases)))
    files = _saved(request.out, _stem(view, letter), made)
    digests = tuple((path.name, hashlib.sha256(data.data).hexdigest()) for path, data in zip(files, made, strict=True))
    letter = msgspec.structs.replace(letter, files=digests)
    work.save_letter(letter, again=again)
    unknown = any(store.looked_from == language.words["from_unknown"] for store in facts.stores)
    unknown = unknown and request.kind not in STAFF
    return WrittenLetter(letter, vendor.name, tuple(files), again, _key(request, vendor), unknown)


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
    if kind == "reminder" and due is None and before is not None:
        # Who does not answer has no more time than announced.
        dates = msgspec.structs.replace(dates, close=max(min(dates.close, before.share), today + timedelta(days=1)))
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
        lines = _owned(view, active=request.kind == "owners")
        apps = [_installed(line) for line in lines]
        cases = [msgspec.structs.replace(case, apps=()) for case in cases]
        names = shorten_names(list(dict.fromkeys(app.name for app in apps)), language)
        word = "users_of" if request.kind == "owners" else "former_users_of"
        more |= {"recipient": request.to or language.fill(word, apps=names), "postal": ""}
        more["devices"] = language.number(view.devices) if view.devices > 1 and request.kind == "owners" else ""
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
    return [_installed(line) for line in _in_use(view)] or [
        CaseApp(app.bundle_id, app.name, app.version_name, app.platform.value, app.sha256) for app in view.apps
    ]


def _in_use(view: VendorView) -> list[FleetLine]:
    """The vendor's apps that are certainly on devices: a match by the name alone may be another app."""
    return [line for line in view.fleet if line.active and line.match is not None and not line.match.strength.weak]


def _installed(line: FleetLine) -> CaseApp:
    app, analysed = line.app, line.match.apps[0] if line.match is not None and line.match.apps else None
    name = app.name or (analysed.name if analysed is not None else "")
    bundle = app.bundle_id or (analysed.bundle_id if analysed is not None else "")
    platform = analysed.platform.value if analysed is not None else app.platform.value
    versions = ", ".join(version for version, devices in app.versions if version and devices)
    return CaseApp(bundle, name or app.label, versions, platform, "")


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


def _of_party(request: LetterRequest, cases: Iterable[Case]) -> list[Case]:
    """The cases that have the recipient as a party."""
    return [case for case in cases if request.kind == "provider" and find_party(case, request.to) is not None]


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
    lines = _owned(view, active=letter.kind == "owners") if letter.kind in STAFF else []
    name = _UNSAFE.sub("-", _installed(lines[0]).name if lines else vendor.name).strip("-.")[:60] or "vendor"
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
                advice='Write organisation = "…" and email = "…"; docs/howto/letters.md lists the optional keys',
            ) from None
    text = work.last_grant()
    if text is None:
        raise UsageError(
            "missing sender", where="--sender", advice='Pass a TOML file with organisation = "…" and email = "…"'
        )
    grant = parse_grant(text, "the grant of the last run")
    return Sender(grant.authorised_by, grant.contact)


def mark_sent(
    work: CaseService, word: str, channel: str, day: date, policy: CasePolicy, by_whom: str, reason: str = ""
) -> tuple[Letter, list[Case]]:
    """Record that a person sent a letter. Its dates become those of its cases, which move on if that is allowed.

    Args:
        work: the cases.
        word: ID of the letter, or the start of it.
        channel: how it was sent; a CERT takes the case over.
        day: when.
        policy: deadlines of states that the letter does not set.
        by_whom: for the log.
        reason: why a provider or CERT was informed before the day that our letter promises.

    Raises:
        UsageError: the letter does not exist, or the promise of an earlier one is still in force.
    """
    letter = _find_letter(work, word)
    cases = [work.find_case(key) for key in letter.cases]
    if letter.kind == "provider" and not reason:
        for case in cases:
            require_no_promise(case, day, "--reason")
    fields = {"letter": letter.id, "kind": letter.kind, "sha256": letter.sha256, "sent": day.isoformat()}
    fields |= {"channel": channel, **({"reason": reason} if reason else {})}
    _ask(work, letter, day, policy, by_whom)
    work.note_entries([NewLogLine(letter.vendor, "letter", fields, by_whom)])
    moved = []
    for case in cases:
        lines = (NewLogLine(case.id, "letter", fields, by_whom),)
        sent = work.change(case.id, lambda old, lines=lines: (sent_case(old, letter, day), lines))  # type: ignore[misc]
        sent = _informed(work, sent, letter, policy, by_whom, reason)
        state = _goal(letter, channel)
        if state is not None and state in STEPS[case.state]:
            sent = work.change(
                case.id,
                lambda old, state=state: advance(  # type: ignore[misc]
                    old, state, policy, work.now, by=by_whom, note=reason, channel=channel
                ),
            )
        due = _due_after(letter, sent, channel)
        if due is not None and due != sent.due:
            sent = work.put_off(case.id, due, by_whom)
        if (sent.state, sent.due) != (case.state, case.due):
            moved.append(sent)
    return letter, moved


def _informed(work: CaseService, case: Case, letter: Letter, policy: CasePolicy, by_whom: str, reason: str) -> Case:
    """The case after a letter to one of its parties, which is informed now."""
    party = find_party(case, letter.to) if letter.kind == "provider" else None
    if party is None or PartyState.INFORMED not in PARTY_STEPS[party.state]:
        return case
    state, now = PartyState.INFORMED, work.now
    return work.change(
        case.id, lambda old: move_party(old, letter.to, state, policy, now, by=by_whom, note=reason, letter=letter.id)
    )


def _due_after(letter: Letter, case: Case, channel: str) -> date | None:
    """The date of the letter that its case is due on; ``None`` if the letter sets none."""
    if letter.kind == "exposure" and letter.dates is not None:
        # Sent again, it has new dates for a state that it does not change.
        return {CaseState.NOTIFIED: letter.dates.acknowledge, CaseState.ACKNOWLEDGED: letter.dates.close}.get(
            case.state
        )
    asks = letter.kind in ("reminder", "escalation") or (letter.kind == "provider" and channel == "cert")
    return letter.due if asks else None


def _find_letter(work: CaseService, word: str) -> Letter:
    found = [one for one in work.letters() if one.id == word] or [
        one for one in work.letters() if one.id.startswith((word, f"letter-{word}"))
    ]
    if len(found) != 1:
        what = "no such letter" if not found else f"{len(found)} letters start with this"
        raise UsageError(what, where=word, advice="See `tieback letter list`")
    return found[0]


def _ask(work: CaseService, letter: Letter, day: date, policy: CasePolicy, by_whom: str) -> None:
    """Both the request and the exposure notice ask for a written confirmation."""
    vendor = work.find_vendor(letter.vendor)
    if letter.kind == "assurance":
        work.edit(letter.vendor, {"asked": day, "due": letter.due}, by_whom)
    elif letter.kind == "exposure" and vendor.asked is None and letter.due is not None:
        confirm = max(letter.due, letter.created.date() + timedelta(days=policy.notice.answer))
        work.edit(letter.vendor, {"asked": day, "due": confirm}, by_whom)


def _goal(letter: Letter, channel: str) -> CaseState | None:
    """The next state. A hosting provider is informed in addition to the vendor; only a CERT takes the case over."""
    if letter.kind == "provider":
        return CaseState.HANDED_TO_CERT if channel == "cert" else None
    return {"exposure": CaseState.NOTIFIED, "escalation": CaseState.ESCALATED}.get(letter.kind)


def sent_case(case: Case, letter: Letter, day: date) -> Case:
    """Return the case with the dates of a letter that its vendor has, or with the day on which others were informed."""
    if letter.kind == "provider":
        return msgspec.structs.replace(case, shared=case.shared or day)
    return case if letter.dates is None else msgspec.structs.replace(case, dates=letter.dates)
