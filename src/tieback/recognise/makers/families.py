"""Domains of the maker that are related to each other, or to those of the maker that are known.

- A domain with a word that two of the maker's own domains share: ``acmebrainz.org`` beside ``fitbrainz.org`` and
  ``runbrainz.org``.
- Domains for tests whose names differ only in the environment: ``devacme.eu`` and ``stageacme.eu``. Another company's
  service has one such domain.
- A domain with a host that has the name of the app, if the domain itself has the stem of a word of that name, and the
  app names several hosts there: ``acmeinvoice.invoicing.de`` and ``invoicing.de`` of Acme Invoice.

Bounds: 256 domains, labels of 63 characters.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import combinations, takewhile

from tieback.recognise.makers.domains import registrable_domain
from tieback.recognise.makers.name_forms import first_label
from tieback.recognise.makers.names import MIN_HOSTS
from tieback.recognise.makers.words import MakerWords, maker_words
from tieback.recognise.rules import RuleFiles

MAX_DOMAINS = 256
MIN_SHARED = 6
"""Least number of letters of a word that the maker's domains share, and of a stem."""
MIN_OWN = 3
"""Least number of letters beside such a word."""
_TESTS = ("dev", "stage", "staging", "test", "qa", "uat", "preprod")


def family_domains(own: Collection[str], unknown: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Each domain of an unknown owner that belongs to the maker, and the reason.

    Args:
        own: domains of the maker that the app names.
        unknown: domains of unknown owners, and the hosts that the app names below each.
    """
    words = sorted(_shared(sorted({first_label(domain) for domain in own})[:MAX_DOMAINS]))
    for domain in list(unknown)[:MAX_DOMAINS]:
        label = first_label(domain)
        word = next((one for one in words if _contains(label, one)), "")
        if word:
            yield domain, f"a domain with {word}, which several of the maker's domains share"
    yield from _for_tests(unknown)


def guest_domains(
    guests: Collection[str], title: Collection[str], unknown: Mapping[str, Collection[str]]
) -> Iterator[tuple[str, str]]:
    """Each domain with a host of the maker and the stem of a word under the icon, and the reason.

    Args:
        guests: domains of others below which a host has the name of the app.
        title: words of the name under the icon.
        unknown: domains of unknown owners, and the hosts that the app names below each.
    """
    for domain in sorted(guests):
        stem = next(
            (one for word in sorted(title) if len(one := _beginning(word, first_label(domain))) >= MIN_SHARED), ""
        )
        if stem and len(unknown.get(domain, ())) >= MIN_HOSTS:
            yield domain, f"a domain with {stem}, as the name of the app, and with a host that has this name"


def hosts_below(hosts: Iterable[str], rules: RuleFiles) -> dict[str, set[str]]:
    """The hosts below each registrable domain."""
    found: dict[str, set[str]] = {}
    for host in hosts:
        if domain := registrable_domain(host, rules):
            found.setdefault(domain, set()).add(host)
    return found


def _shared(labels: list[str]) -> set[str]:
    """Words with which at least two of the labels begin or end, and which are no common ones."""
    found = set()
    for one, other in combinations(labels, 2):
        found |= {_beginning(one, other), _beginning(one[::-1], other[::-1])[::-1]}
    lists = maker_words()
    return {word for word in found if len(word) >= MIN_SHARED and not _is_common(word, lists)}


def _beginning(one: str, other: str) -> str:
    """What both texts begin with."""
    return "".join(letter for letter, _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))


def _is_common(word: str, lists: MakerWords) -> bool:
    return word in (
        lists.generic_names | lists.generic_parts | lists.descriptors | lists.host_words | lists.behind | lists.before
    )


def _contains(label: str, word: str) -> bool:
    return len(label) >= len(word) + MIN_OWN and (label.startswith(word) or label.endswith(word))


def _for_tests(unknown: Mapping[str, Collection[str]]) -> Iterator[tuple[str, str]]:
    """Domains for tests of one owner, with the same host below each."""
    groups: dict[tuple[str, str], dict[str, str]] = {}
    for domain in list(unknown)[:MAX_DOMAINS]:
        label = first_label(domain)
        test = next((one for one in _TESTS if label.startswith(one) and len(label) >= len(one) + MIN_OWN), "")
        for host in unknown[domain] if test else ():
            place = (label.removeprefix(test), host.removesuffix(domain))
            groups.setdefault(place, {}).setdefault(test, domain)
    for domains in groups.values():
        if len(domains) > 1:
            yield from ((domain, "one of several domains for tests of one owner") for domain in domains.values())
