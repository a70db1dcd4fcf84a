"""What a letter may say: the facts of one vendor, arranged for its language. Nothing of another vendor comes in here.

A case's store was narrowed to the vendor's own ways when it was opened; what is left out is masked again here: places
that other vendors' apps alone lead to, and lines that name them.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec

from tieback.assess.leaves import leaves
from tieback.assess.rules import advice_for, load_rules
from tieback.cases.letters.language import Language
from tieback.model.app import Platform
from tieback.model.case import Case, CaseApp, CaseState, Check
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.probe import Container, RansomVerdict
from tieback.report.document import PLATFORM_WORDS, clean, store_text

_MOST = 12
"""Containers, classes, places and proofs that a letter names of each store."""


class Sender(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who writes."""

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
    """A store, in words."""

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
    """How to close it for the product, and how to verify; in English, as the products' own pages are."""
    verdict: str = ""
    checked: str = ""
    growth: str = ""
    attested: str = ""


class Facts(msgspec.Struct, frozen=True):
    """What stands in braces."""

    sender: Sender
    vendor: str
    recipient: str
    """Whom the letter goes to: the vendor, a provider, a CERT, or our own people."""
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
    """When the vendor was told."""
    asked: str = ""
    """When it was asked for assurance."""
    sampled: bool = False
    """Whether a few records were looked at."""
    devices: str = ""
    classes: str = ""
    open: bool = True
    """Whether at least one of the stores is still open."""


def app_facts(apps: Iterable[CaseApp]) -> tuple[AppFact, ...]:
    """Apps, each bundle identifier and platform once, with the version that was named last."""
    found: dict[tuple[str, str], AppFact] = {}
    for app in apps:
        name = clean(app.name or app.bundle_id, 100)
        found[app.bundle_id, app.platform] = AppFact(
            name, clean(app.bundle_id, 150), _platform(app), clean(app.version, 40)
        )
    return tuple(found.values())


def _platform(app: CaseApp) -> str:
    return PLATFORM_WORDS[Platform(app.platform)]


def short(names: Sequence[str], language: Language, most: int = 3) -> str:
    """The first of some names, and how many more there are."""
    distinct = list(dict.fromkeys(names))
    text = ", ".join(distinct[:most])
    return text if len(distinct) <= most else f"{text} (+{len(distinct) - most} {language.words['more']})"


def store_fact(case: Case, language: Language) -> StoreFact:
    """The store of a case, as its vendor may know it."""
    store = case.store
    own = _own_places(store)
    check = case.check
    rules = load_rules()
    advice, _ = advice_for(rules["open-store"], rules, store.product)
    return StoreFact(
        product=store_text(store),
        places=short([clean(place, 100) for place in own], language, _MOST),
        ways=short([_way(route) for route in store.routes], language, _MOST),
        access=language.access.get(store.access.value, store.access.value),
        records=language.figure(store.records),
        size=language.size(store.bytes),
        containers=_containers(store, language),
        classes=short(_classes([case]), language, _MOST) or language.words["none"],
        signs=_signs(store, own),
        proof=short([clean(line, 200) for line in _told(store.proofs, store, own)], language, 4),
        cost=f"{language.number(store.bytes_sent)} / {language.number(store.bytes_read)} {language.words['bytes']}",
        advice=advice,
        verdict="" if check is None else language.verdict.get(check.verdict.value, check.verdict.value),
        checked="" if check is None else language.day(check.time.date()),
        growth=_growth(check, language),
        attested=language.day(case.attested),
    )


def facts_of(
    language: Language,
    sender: Sender,
    vendor: str,
    cases: Sequence[Case],
    apps: Iterable[CaseApp],
    days: Mapping[str, date],
    **more: object,
) -> Facts:
    """Everything that a letter may say.

    Args:
        language: of the letter.
        sender: who writes.
        vendor: the vendor's name.
        cases: of this vendor alone.
        apps: of this vendor alone; those of the cases are added.
        days: ``today``, ``due``, ``acknowledge`` and ``publish``.
        more: further members of ``Facts``.
    """
    known = app_facts([*apps, *(app for case in cases for app in case.apps)])
    stores = tuple(store_fact(case, language) for case in cases)
    told = min((case.reached[CaseState.NOTIFIED] for case in cases if CaseState.NOTIFIED in case.reached), default=None)
    values: dict[str, object] = {
        "sender": sender,
        "vendor": clean(vendor, 200),
        "recipient": clean(vendor, 200),
        "postal": "",
        "reference": "",
        "apps": known,
        "apps_short": short([app.name for app in known], language),
        "places_short": short([place for case in cases for place in _own_places(case.store)], language),
        "stores": stores,
        "words": language.words,
        "told": language.day(told.date()) if told else "",
        "sampled": any(container.sampled for case in cases for container in case.store.containers),
        "classes": short(_classes(cases), language, _MOST),
        "open": any(case.state not in (CaseState.FIXED, CaseState.CLOSED) for case in cases),
        **{name: language.day(day) for name, day in days.items()},
        **more,
    }
    return msgspec.convert(values, Facts)


def _own_places(store: Exposure) -> tuple[str, ...]:
    """The places that the vendor's own apps lead to; all where no way says so."""
    own = {f"{_bracketed(route.candidate.host)}:{route.candidate.port}" for route in store.routes}
    return tuple(place for place in store.targets if place in own) or tuple(sorted(own)) or store.targets


def _classes(cases: Iterable[Case]) -> list[str]:
    return sorted({total.pii_class.replace("_", " ") for case in cases for total in case.store.pii})


def _growth(check: Check | None, language: Language) -> str:
    if check is None or not check.records_change:
        return ""
    return ("+" if check.records_change > 0 else "-") + language.number(abs(check.records_change))


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _way(route: AppRoute) -> str:
    return f"{clean(route.endpoint, 120)} ({clean(route.file.rpartition('/')[2], 60)})"


def _containers(store: Exposure, language: Language) -> str:
    data = [leaf for leaf in leaves(store.containers) if not leaf.system]
    data.sort(key=lambda leaf: -(leaf.records.value if leaf.records else 0))
    return short([_container(leaf, language) for leaf in data], language, _MOST) or language.words["none"]


def _container(leaf: Container, language: Language) -> str:
    count = "" if leaf.records is None else f" ({language.number(leaf.records.value)})"
    return f"{clean(leaf.name, 80)}{count}"


def _signs(store: Exposure, own: Sequence[str]) -> str:
    if store.ransom.verdict in (RansomVerdict.NONE, RansomVerdict.UNLIKELY):
        return ""
    return "; ".join(clean(line, 200) for line in _told(store.ransom.reasons, store, own)[:4])


def _told(lines: Iterable[str], store: Exposure, own: Sequence[str]) -> list[str]:
    """Lines that name no place of the store which others' apps alone lead to."""
    hosts = {place.rpartition(":")[0] for place in own}
    others = {text for place in store.targets if place not in own for text in (place, place.rpartition(":")[0])} - hosts
    return [line for line in lines if not any(other in line for other in others if len(other) > 3)]
