"""Facts of a letter: the data of one vendor, formatted for its language, without data of other vendors."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from tieback.cases.letters.language import Language, shorten_names
from tieback.cases.letters.store_facts import build_store_fact, classes_of, host_contacts, places_of
from tieback.cases.letters.variables import AppFact, LetterFacts, Sender, StoreFact
from tieback.model.app import Platform
from tieback.model.case import Case, CaseApp, CaseState
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import PLATFORM_WORDS
from tieback.scope.audit_contacts import TargetContact

__all__ = (
    "AppFact",
    "LetterFacts",
    "Sender",
    "StoreFact",
    "build_store_fact",
    "collect_app_facts",
    "collect_facts",
    "places_of",
    "shorten_names",
    "was_closed",
)


def collect_app_facts(apps: Iterable[CaseApp]) -> tuple[AppFact, ...]:
    """Return the apps, once per bundle identifier and platform, with the version that was named last."""
    found: dict[tuple[str, str], AppFact] = {}
    for app in apps:
        name = clean(app.name or app.bundle_id, 100)
        found[app.bundle_id, app.platform] = AppFact(
            name, clean(app.bundle_id, 150), _platform(app), clean(app.version, 40)
        )
    return tuple(found.values())


def _platform(app: CaseApp) -> str:
    return PLATFORM_WORDS[Platform(app.platform)]


def collect_facts(
    language: Language,
    sender: Sender,
    vendor: str,
    cases: Sequence[Case],
    apps: Iterable[CaseApp],
    days: Mapping[str, date],
    contacts: Mapping[str, TargetContact] | None = None,
    **more: object,
) -> LetterFacts:
    """Return all variables of a letter.

    Args:
        language: language of the letter.
        sender: sender of the letter.
        vendor: name of the vendor.
        cases: cases of this vendor only.
        apps: apps of this vendor only; those of the cases are added.
        days: ``today``, ``due``, ``acknowledge``, ``publish``, and others of ``LetterFacts``.
        contacts: our connections by target, from the audit log.
        more: further members of ``LetterFacts``.
    """
    known = collect_app_facts([*apps, *(app for case in cases for app in case.apps)])
    # Those with data of the sender's own people come first.
    cases = sorted(cases, key=lambda case: -case.store.own_count)
    stores = tuple(build_store_fact(case, language, contacts, sender.public_address) for case in cases)
    places = shorten_names([place for case in cases for place in places_of(case)], language)
    told = min((case.reached[CaseState.NOTIFIED] for case in cases if CaseState.NOTIFIED in case.reached), default=None)
    values: dict[str, object] = {
        "sender": sender,
        "vendor": clean(vendor, 200),
        "recipient": clean(vendor, 200),
        "postal": "",
        "reference": "",
        "apps": known,
        # The owner of a back end may have no app that we know.
        "apps_short": shorten_names([app.name for app in known], language) or places,
        "places_short": places,
        "stores": stores,
        "words": language.words,
        "told": language.day(told.date()) if told else "",
        "sampled": any(container.sampled for case in cases for container in case.store.containers),
        "searched": _searched(cases, contacts or {}, language),
        "classes": classes_of(cases, language),
        "open": any(case.state not in (CaseState.FIXED, CaseState.CLOSED) and not was_closed(case) for case in cases),
        "watched": language.day(watched_until(cases)),
        "tlp_text": language.words["tlp_amber"],
        **{name: language.day(day) for name, day in days.items()},
        **more,
    }
    return msgspec.convert(values, LetterFacts)


def _searched(cases: Iterable[Case], contacts: Mapping[str, TargetContact], language: Language) -> str:
    """On how many ports of which hosts we looked for data stores; empty if we connected to their own ports only."""
    hosts = {found.host: found for case in cases for found in host_contacts(case, contacts)}
    names = [
        language.fill("ports_of", ports=language.number(one.ports), host=clean(one.host, 100))
        for one in hosts.values()
        if one.ports > 1
    ]
    return shorten_names(names, language)


def was_closed(case: Case) -> bool:
    """True if the last re-check with a verdict found the store closed, even if it is not called fixed yet."""
    return case.seen_closed is not None


def watched_until(cases: Sequence[Case]) -> date | None:
    """Until when fixed stores are checked again; ``None`` if at least one is not."""
    days = [case.due for case in cases if case.state is CaseState.FIXED and case.due is not None]
    return min(days) if days and len(days) == len(cases) else None
