"""Facts of one store for a letter, without data of other vendors.

A case's store was reduced to the vendor's own routes when the case was opened. This module also removes addresses that
only other vendors' apps lead to, and lines that name them.
"""

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from tieback.assess.leaves import leaf_containers
from tieback.assess.rules import advice_for, load_rules
from tieback.cases.letters.language import Language, shorten_names
from tieback.cases.letters.variables import StoreFact
from tieback.model.case import Case, Confirmation, Recheck
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.grant import Depth
from tieback.model.probe import MATERIALIZED_VIEW, VIEW, Access, Container, Entry, RansomVerdict
from tieback.report.figures import SIGNS
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import store_name
from tieback.report.verdict import NOT_READ, ONLY_EXTENSIONS, no_personal_data_in
from tieback.scope.audit_contacts import TargetContact, split_place

_COPIES = frozenset(("relationships", VIEW, MATERIALIZED_VIEW))
"""Kinds of containers that show records of other containers."""
_MOST = 12
"""Limit on the containers, classes, addresses and proofs that a letter names per store."""


def build_store_fact(
    case: Case, language: Language, contacts: Mapping[str, TargetContact] | None = None, public_address: str = ""
) -> StoreFact:
    """Return the store of a case, limited to what its vendor may see.

    Args:
        case: the case.
        language: language of the letter.
        contacts: our connections by target, from the audit log.
        public_address: address of our probes on the Internet, if the user named it.
    """
    store = case.store
    own, now = _own_places(store), places_of(case)
    check = case.check
    known = contacts or {}
    contact = _joined(known[place] for place in dict.fromkeys((*own, *now)) if place in known)
    looked = [_looked(contact, store, language), *(_host_text(host, language) for host in host_contacts(case, known))]
    rules = load_rules()
    advice, _ = advice_for(rules["open-store"], rules, store.product)
    return StoreFact(
        product=store_name(store),
        places=shorten_names([clean(place, 100) for place in now], language, _MOST),
        earlier=shorten_names([clean(place, 100) for place in own if place not in now], language, _MOST),
        ways=shorten_names([_way(route) for route in store.routes], language, _MOST),
        access=_access(store, language),
        entry=_entry(store, language),
        abilities=_abilities(store, language),
        records=language.figure((check and check.records) or store.records),
        size=language.size((check and check.bytes) or store.bytes),
        containers=_containers(store, language),
        classes=classes_of([case], language) or _no_classes(store, language),
        signs=_signs(store, own, language),
        proof=shorten_names([clean(line, 200) for line in _proof(case, own)], language, 4, "; "),
        cost=f"{language.number(store.bytes_sent)} / {language.number(store.bytes_read)} {language.words['bytes']}",
        advice=advice,
        verdict="" if check is None else language.verdict.get(check.verdict.value, check.verdict.value),
        checked="" if check is None else language.day(check.time.date()),
        growth=_growth(check, language),
        compared=_compared(check, language),
        attested=language.day(case.attested),
        own_people=_own_people(store, language),
        confirmed=_confirmed(case.confirmed, language),
        looked=language.words["between"].join(looked),
        looked_from=_looked_from(contact, store, public_address, language),
    )


class HostContact(NamedTuple):
    """Our connections to all ports of a host, on which we looked for data stores."""

    host: str
    ports: int
    contact: TargetContact


def host_contacts(case: Case, contacts: Mapping[str, TargetContact]) -> list[HostContact]:
    """The hosts of a store on which we connected to other ports too: its logs have those connections as well."""
    places = {*_own_places(case.store), *places_of(case)}
    shared = {_bracketed(route.candidate.host) for route in case.store.routes if route.candidate.resource}
    hosts: dict[str, dict[str, TargetContact]] = {}
    for place in sorted(places):
        found = split_place(place)
        if found is not None and found[0] not in shared:
            hosts[found[0]] = {}
    for label, one in contacts.items():
        found = split_place(label)
        if found is not None and found[0] in hosts:
            hosts[found[0]][label] = one
    listed = []
    for host, labels in hosts.items():
        contact = _joined(labels.values())
        ports = {one[1] for one in map(split_place, labels) if one is not None}
        known = {one[1] for one in map(split_place, places) if one is not None and one[0] == host}
        if contact is not None and not ports <= known:
            listed.append(HostContact(host, len(ports), contact))
    return listed


def _host_text(found: HostContact, language: Language) -> str:
    moments = {"first": language.moment(found.contact.first), "last": language.moment(found.contact.last)}
    return language.fill(
        "looked_host" if found.ports > 1 else "looked_port",
        host=clean(found.host, 100),
        connections=language.number(found.contact.connections),
        ports=language.number(found.ports),
        **moments,
    )


def _joined(contacts: Iterable[TargetContact]) -> TargetContact | None:
    """The connections to all places of a store together."""
    found = sorted(contacts, key=lambda one: one.last)
    if not found:
        return None
    local = dict.fromkeys(address for one in found for address in one.local)
    first, count = min(one.first for one in found), sum(one.connections for one in found)
    return TargetContact(first, found[-1].last, count, tuple(local), found[-1].authorised_by)


def _looked(contact: TargetContact | None, store: Exposure, language: Language) -> str:
    if contact is not None:
        word = "looked_once" if contact.connections == 1 else "looked_text"
        moments = {"first": language.moment(contact.first), "last": language.moment(contact.last)}
        return language.fill(word, connections=language.number(contact.connections), **moments)
    if store.window is not None and store.window.last_seen:
        return language.fill("looked_day", day=language.day(date.fromisoformat(store.window.last_seen[:10])))
    return language.words["not_recorded"]


def _looked_from(contact: TargetContact | None, store: Exposure, public_address: str, language: Language) -> str:
    """The address that the logs of the store have. Behind a NAT, only the user knows it."""
    local = contact.local if contact is not None else ()
    inside = bool(store.addresses) and not any(_is_public(place.rpartition(":")[0]) for place in store.addresses)
    seen = [address for address in local if inside or _is_public(address)] or [public_address]
    text = ", ".join(clean(address, 100) for address in seen if address)
    return language.fill("from_address", address=text) if text else language.words["from_unknown"]


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address.strip("[]")).is_global
    except ValueError:
        return False


def _confirmed(found: Confirmation | None, language: Language) -> str:
    if found is None:
        return ""
    return language.fill("confirmed_text", day=language.day(found.day), sha256=found.sha256)


def _proof(case: Case, own: Sequence[str]) -> list[str]:
    """What shows that the store is open, at its new places first."""
    new = case.check.reasons if case.check is not None and not set(case.check.where) <= set(own) else ()
    return [*new, *_told(case.store.proofs, case.store, own)]


def _access(store: Exposure, language: Language) -> str:
    any_account = store.access is Access.ANY_USER and store.entry is Entry.NAMED_ACCOUNT and not store.account
    text = language.access.get(store.access.value, store.access.value)
    if any_account:
        text = language.access.get("any_account", text)
    if store.abilities and not store.has_content:
        text = language.words["usable"]
    if store.undecided:
        text = language.words["undecided"]
    if store.at_most > 1:
        text += language.words["between"] + language.fill("several", most=language.number(store.at_most))
    return text


def _entry(store: Exposure, language: Language) -> str:
    if not store.access.exposed:
        return ""
    unnamed = store.entry is Entry.NAMED_ACCOUNT and not store.account
    key = "entry_any_account" if unnamed else f"entry_{store.entry.value}"
    way = language.words.get(key, "").replace("{account}", clean(store.account, 40))
    rights = language.words.get(f"privileges_{store.privileges.value}", "")
    return language.words["between"].join(filter(None, (way, rights)))


def _abilities(store: Exposure, language: Language) -> str:
    """What every client that gets in can do there besides reading; the vendor documents it, and we did not try it."""
    if not store.exposed or not store.abilities:
        return ""
    able = [language.words[f"ability_{one.value}"] for one in store.abilities]
    return language.words["between"].join(able) + f" ({language.words['ability_source']})"


def _no_classes(store: Exposure, language: Language) -> str:
    """Nothing was found, or nobody looked: two different answers."""
    return language.words["not_read" if no_personal_data_in(store) in (NOT_READ, ONLY_EXTENSIONS) else "none"]


def _own_places(store: Exposure) -> tuple[str, ...]:
    """Addresses that the vendor's own apps lead to; all addresses if no route is known."""
    own = {f"{_bracketed(route.candidate.host)}:{route.candidate.port}" for route in store.routes}
    return tuple(place for place in store.targets if place in own) or tuple(sorted(own)) or store.targets


def places_of(case: Case) -> tuple[str, ...]:
    """Addresses where the store is now: the open ones that its vendor may see, or else those of its apps.

    Addresses at which a re-check saw the store later belong to it, whatever leads there.
    """
    own = _own_places(case.store)
    there = case.open_places or case.all_places
    return tuple(place for place in there if place in own or place in case.places) or own


def classes_of(cases: Iterable[Case], language: Language) -> str:
    """Names of the classes, direct identifiers first; their names may contain commas."""
    return _class_names({total.pii_class for case in cases for total in case.store.pii}, language)


def _class_names(labels: Iterable[str], language: Language) -> str:
    """Names of classes of personal data, direct identifiers first."""
    found = set(labels)
    names = [name for label, name in language.classes.items() if label in found]
    return language.words["between"].join([*names, *sorted(found - language.classes.keys())])


def _growth(check: Recheck | None, language: Language) -> str:
    if check is None or not check.records_change:
        return ""
    return ("+" if check.records_change > 0 else "-") + language.number(abs(check.records_change))


def _compared(check: Recheck | None, language: Language) -> str:
    found = check.compared if check is not None else None
    if found is None:
        return ""
    if found.why_not:
        return "" if found.depth is Depth.ENUMERATE else language.words["compared_not"]
    lines = [
        language.fill(word, names=_class_names(names, language))
        for word, names in (("compared_fewer", found.fewer), ("compared_more", found.more))
        if names
    ]
    lines += [
        language.fill(word, names=shorten_names([clean(name, 100) for name in names], language, _MOST))
        for word, names in (("compared_gone", found.credentials_gone), ("compared_kept", found.credentials))
        if names
    ]
    return language.words["between"].join(lines)


def _own_people(store: Exposure, language: Language) -> str:
    own = store.own_people
    if own is None or not store.own_count:
        return ""
    return language.fill(
        "own_people_text", at_least=language.number(own.at_least), sampled=language.number(own.sampled)
    )


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host


def _way(route: AppRoute) -> str:
    return f"{clean(route.endpoint, 120)} ({clean(route.file.rpartition('/')[2], 60)})"


def _containers(store: Exposure, language: Language) -> str:
    data = [leaf for leaf in leaf_containers(store.containers) if not leaf.system and leaf.kind not in _COPIES]
    data.sort(key=lambda leaf: -(leaf.records.value if leaf.records else 0))
    return shorten_names([_container(leaf, language) for leaf in data], language, _MOST) or language.words["none"]


def _container(leaf: Container, language: Language) -> str:
    count = "" if leaf.records is None else f" ({SIGNS[leaf.records.quality]}{language.number(leaf.records.value)})"
    return f"{clean(leaf.name, 80)}{count}"


def _signs(store: Exposure, own: Sequence[str], language: Language) -> str:
    if store.ransom.verdict in (RansomVerdict.NONE, RansomVerdict.UNLIKELY):
        return ""
    return shorten_names([clean(line, 200) for line in _told(store.ransom.reasons, store, own)], language, 4, "; ")


def _told(lines: Iterable[str], store: Exposure, own: Sequence[str]) -> list[str]:
    """Lines that name no address which only other vendors' apps lead to."""
    hosts = {place.rpartition(":")[0] for place in own}
    others = {text for place in store.targets if place not in own for text in (place, place.rpartition(":")[0])} - hosts
    return [line for line in lines if not any(other in line for other in others if len(other) > 3)]
