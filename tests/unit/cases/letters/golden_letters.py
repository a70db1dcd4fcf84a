"""One letter of each kind and language, with everything that a letter can say."""

from datetime import date, timedelta
from functools import cache

import msgspec

from tests.unit.cases.letters.samples import DAYS, SENDER
from tests.unit.cases.samples import APP, NOW, case, exposure
from tieback.cases.letters.facts import LetterFacts, collect_facts
from tieback.cases.letters.formats import to_markdown
from tieback.cases.letters.language import load_language
from tieback.cases.letters.render import letter_reference, render_letter
from tieback.model.case import Case, CaseState, Comparison, Confirmation, Letter, Recheck, RecheckVerdict
from tieback.model.figure import exact
from tieback.model.grant import Depth
from tieback.model.probe import Entry, Privileges, Ransom, RansomVerdict
from tieback.scope.audit_contacts import TargetContact

_CONTACT = TargetContact(NOW, NOW + timedelta(seconds=5), 14, ("93.184.216.5",), "Security office")
_PORT = TargetContact(NOW, NOW + timedelta(seconds=2), 2)
_SENDER = msgspec.structs.replace(SENDER, key="https://nordwind.example/key.asc")
_STAFF = {"owners": "users_of", "removed": "former_users_of"}


def golden_cases(kind: str) -> tuple[Case, ...]:
    """The cases that the letter of a kind is about."""
    store = exposure(
        ransom=Ransom(RansomVerdict.LIKELY, ("a container has the name of a ransom note",)),
        entry=Entry.ANONYMOUS,
        privileges=Privileges.ADMIN,
    )
    found = case(store="es-1", reached={"found": NOW, "notified": NOW}, owner="Fieldhand Machinery")
    found = msgspec.structs.replace(found, store=store, confirmed=Confirmation(NOW.date(), "Ann", "s.txt", "5f" * 32))
    where = ("es.fieldhand.test:9201",)
    compared = Comparison(Depth.DESCRIBE, ("geo_location",), ("health",), ("users.pin",), ("users.password",))
    moved = Recheck(RecheckVerdict.MOVED, NOW, (f"{where[0]}: the same store",), where, exact(2850, "x"), None, 1500)
    moved = msgspec.structs.replace(moved, compared=compared)
    match kind:
        case "assurance":
            return ()
        case "reminder" | "escalation":
            return (msgspec.structs.replace(found, places=where, check=moved, attested=date(2026, 2, 1)),)
        case "thanks":
            check = Recheck(RecheckVerdict.FIXED, NOW)
            return (msgspec.structs.replace(found, check=check, state=CaseState.FIXED),)
        case _:
            return (found,)


def golden_facts(kind: str, name: str) -> LetterFacts:
    """The facts of the letter."""
    language = load_language(name)
    label = "amber_strict" if kind in _STAFF else "amber"
    more: dict[str, object] = {
        "asked": language.day(date(2026, 2, 1)),
        "awaited": True,
        "owner": "Fieldhand Machinery",
        "authority": language.fill("authority_text", authorised_by="Security office", sha256="a5" * 32),
        "tlp": "TLP:" + label.upper().replace("_", "+"),
        "tlp_text": language.words[f"tlp_{label}"],
        "never_open": kind == "assurance",
        "devices": language.number(1204) if kind == "owners" else "",
    }
    if kind in _STAFF:
        more["recipient"] = language.fill(_STAFF[kind], apps="Fieldhand")
    if kind == "provider":
        more["recipient"] = "Example Hosting AG"
    contacts = {f"es.fieldhand.test:{port}": _CONTACT for port in (9200, 9201)}
    contacts |= {f"es.fieldhand.test:{port}": _PORT for port in range(9202, 9297)}
    facts = collect_facts(language, _SENDER, "Fieldhand Machinery", golden_cases(kind), [APP], DAYS, contacts, **more)
    return msgspec.structs.replace(facts, reference=letter_reference("v-1"))


@cache
def golden_letter(kind: str, name: str) -> Letter:
    """The letter, written once."""
    return render_letter(kind, name, load_language(name), golden_facts(kind, name), (), NOW, "v-1")


def golden_markdown(kind: str, name: str) -> str:
    """The letter with its header."""
    return to_markdown(golden_letter(kind, name), golden_facts(kind, name), load_language(name)).decode()
