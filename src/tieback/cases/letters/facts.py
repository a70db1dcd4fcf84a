"""Facts of a letter: the data of one vendor, formatted for its language, without data of other vendors.

A case's store was reduced to the vendor's own routes when the case was opened. This module also removes addresses that
only other vendors' apps lead to, and lines that name them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from tieback.assess.leaves import leaf_containers
from tieback.assess.rules import advice_for, load_rules
from tieback.cases.letters.language import Language
from tieback.model.app import Platform
from tieback.model.case import Case, CaseApp, CaseState, Recheck
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.probe import Container, RansomVerdict
from tieback.report.document import PLATFORM_WORDS, clean, store_name
from tieback.report.verdict import NOT_READ, no_personal_data_in

_MOST = 12
"""Limit on the containers, classes, addresses and proofs that a letter names per store."""


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sender of a letter."""

    organisation: str
    email: str
    person: str = ""
    phone: str = ""
    postal: str = ""


class AppFact(msgspec.Struct, frozen=True):
    """An app of the vendor."""

    name: str
    bundle_id: str
    platform: str
    version: str


class StoreFact(msgspec.Struct, frozen=True):
    """A store, as text."""

    product: str
    places: str
    ways: str
    access: str
    records: str
    size: str
    containers: str
    classes: str
    signs: str
    proof: str
    cost: str
    advice: str
    """How to close access for the product, and how to check; in English, like the products' documentation."""
    verdict: str = ""
    checked: str = ""
    growth: str = ""
    attested: str = ""
    entry: str = ""
    """How one gets in and with what rights; empty if no probe says so."""
    own_people: str = ""
    """Sampled people at the sender's own e-mail domains; empty if there is none or nothing was compared."""


class LetterFacts(msgspec.Struct, frozen=True):
    """The variables of a letter template."""

    sender: Sender
    vendor: str
    recipient: str
    """Recipient: the vendor, a provider, a CERT, or our own staff."""
    postal: str
    today: str
    due: str
    acknowledge: str
    publish: str
    reference: str
    apps: tuple[AppFact, ...]
    apps_short: str
    places_short: str
    stores: tuple[StoreFact, ...]
    words: Mapping[str, str]
    told: str = ""
    """Date on which the vendor was notified."""
    asked: str = ""
    """Date of the assurance request."""
    sampled: bool = False
    """True if a few records were examined."""
    devices: str = ""
    classes: str = ""
    open: bool = True
    """True if at least one of the stores is still open."""


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


def shorten_names(names: Sequence[str], language: Language, most: int = 3) -> str:
    """Return the first names and the number of further ones."""
    distinct = list(dict.fromkeys(names))
    text = ", ".join(distinct[:most])
    return text if len(distinct) <= most else f"{text} (+{len(distinct) - most} {language.words['more']})"


def build_store_fact(case: Case, language: Language) -> StoreFact:
    """Return the store of a case, limited to what its vendor may see."""
    store = case.store
    own = _own_places(store)
    check = case.check
    rules = load_rules()
    advice, _ = advice_for(rules["open-store"], rules, store.product)
    return StoreFact(
        product=store_name(store),
        places=shorten_names([clean(place, 100) for place in (*_later_places(case), *own)], language, _MOST),
        ways=shorten_names([_way(route) for route in store.routes], language, _MOST),
        access=_access(store, language),
        entry=_entry(store, language),
        records=language.figure(store.records),
        size=language.size(store.bytes),
        containers=_containers(store, language),
        classes=shorten_names(_classes([case]), language, _MOST) or _no_classes(store, language),
        signs=_signs(store, own),
        proof=shorten_names([clean(line, 200) for line in _told(store.proofs, store, own)], language, 4),
        cost=f"{language.number(store.bytes_sent)} / {language.number(store.bytes_read)} {language.words['bytes']}",
        advice=advice,
        verdict="" if check is None else language.verdict.get(check.verdict.value, check.verdict.value),
        checked="" if check is None else language.day(check.time.date()),
        growth=_growth(check, language),
        attested=language.day(case.attested),
        own_people=_own_people(store, language),
    )


def _access(store: Exposure, language: Language) -> str:
    text = language.access.get(store.access.value, store.access.value)
    if store.undecided:
        text = language.words.get("undecided", text)
    if store.at_most > 1 and (several := language.words.get("several")):
        text += f"; {several.format(most=store.at_most)}"
    return text


def _entry(store: Exposure, language: Language) -> str:
    """Texts of the user's own languages may lack these words."""
    if not store.access.exposed:
        return ""
    account = clean(store.account, 40)
    way = language.words.get(f"entry_{store.entry.value}", "").replace("{account}", account)
    return "; ".join(filter(None, (way, language.words.get(f"privileges_{store.privileges.value}", ""))))


def _no_classes(store: Exposure, language: Language) -> str:
    """Nothing was found, or nobody looked: two different answers."""
    none = language.words["none"]
    return language.words.get("not_read", none) if no_personal_data_in(store) == NOT_READ else none


def collect_facts(
    language: Language,
    sender: Sender,
    vendor: str,
    cases: Sequence[Case],
    apps: Iterable[CaseApp],
    days: Mapping[str, date],
    **more: object,
) -> LetterFacts:
    """Return all variables of a letter.

    Args:
        language: language of the letter.
        sender: sender of the letter.
        vendor: name of the vendor.
        cases: cases of this vendor only.
        apps: apps of this vendor only; those of the cases are added.
        days: ``today``, ``due``, ``acknowledge`` and ``publish``.
        more: further members of ``LetterFacts``.
    """
    known = collect_app_facts([*apps, *(app for case in cases for app in case.apps)])
    # Those with data of the sender's own people come first.
    cases = sorted(cases, key=lambda case: -case.store.own_count)
    stores = tuple(build_store_fact(case, language) for case in cases)
    told = min((case.reached[CaseState.NOTIFIED] for case in cases if CaseState.NOTIFIED in case.reached), default=None)
    values: dict[str, object] = {
        "sender": sender,
        "vendor": clean(vendor, 200),
        "recipient": clean(vendor, 200),
        "postal": "",
        "reference": "",
        "apps": known,
        "apps_short": shorten_names([app.name for app in known], language),
        "places_short": shorten_names(
            [place for case in cases for place in (*_later_places(case), *_own_places(case.store))], language
        ),
        "stores": stores,
        "words": language.words,
        "told": language.day(told.date()) if told else "",
        "sampled": any(container.sampled for case in cases for container in case.store.containers),
        "classes": shorten_names(_classes(cases), language, _MOST),
        "open": any(case.state not in (CaseState.FIXED, CaseState.CLOSED) for case in cases),
        **{name: language.day(day) for name, day in days.items()},
        **more,
    }
    return msgspec.convert(values, LetterFacts)


def _own_places(store: Exposure) -> tuple[str, ...]:
    """Addresses that the vendor's own apps lead to; all addresses if no route is known."""
    own = {f"{_bracketed(route.candidate.host)}:{route.candidate.port}" for route in store.routes}
    return tuple(place for place in store.targets if place in own) or tuple(sorted(own)) or store.targets


def _later_places(case: Case) -> tuple[str, ...]:
    """Addresses at which a re-check saw the store later; they belong to it, whatever leads there."""
    return tuple(place for place in case.places if place in case.open_places)


def _classes(cases: Iterable[Case]) -> list[str]:
    return sorted({total.pii_class.replace("_", " ") for case in cases for total in case.store.pii})


def _growth(check: Recheck | None, language: Language) -> str:
    if check is None or not check.records_change:
        return ""
    return ("+" if check.records_change > 0 else "-") + language.number(abs(check.records_change))


def _own_people(store: Exposure, language: Language) -> str:
    own = store.own_people
    text = language.words.get("own_people_text", "")
    if own is None or not store.own_count or not text:
        return ""
    return text.format(at_least=language.number(own.at_least), sampled=language.number(own.sampled))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _way(route: AppRoute) -> str:
    return f"{clean(route.endpoint, 120)} ({clean(route.file.rpartition('/')[2], 60)})"


def _containers(store: Exposure, language: Language) -> str:
    data = [leaf for leaf in leaf_containers(store.containers) if leaf.counts_records]
    data.sort(key=lambda leaf: -(leaf.records.value if leaf.records else 0))
    return shorten_names([_container(leaf, language) for leaf in data], language, _MOST) or language.words["none"]


def _container(leaf: Container, language: Language) -> str:
    count = "" if leaf.records is None else f" ({language.number(leaf.records.value)})"
    return f"{clean(leaf.name, 80)}{count}"


def _signs(store: Exposure, own: Sequence[str]) -> str:
    if store.ransom.verdict in (RansomVerdict.NONE, RansomVerdict.UNLIKELY):
        return ""
    return "; ".join(clean(line, 200) for line in _told(store.ransom.reasons, store, own)[:4])


def _told(lines: Iterable[str], store: Exposure, own: Sequence[str]) -> list[str]:
    """Lines that name no address which only other vendors' apps lead to."""
    hosts = {place.rpartition(":")[0] for place in own}
    others = {text for place in store.targets if place not in own for text in (place, place.rpartition(":")[0])} - hosts
    return [line for line in lines if not any(other in line for other in others if len(other) > 3)]
