"""Endpoints of the maker that are the only ones of their kind in an app.

- The only program at a hosting service where developers choose the name, in an app that names nothing of its maker;
  and the only Realtime Database.
- The page at a service for pages, such as ``https://person.github.io/project``, if the app names no other web server of
  an unknown owner and nothing of its maker.
- The site that a tool for wrapped sites shows as the app, if it is the only domain of an unknown owner.
- The only one or two domains with a host and its double for tests, such as ``api.acme.test`` and
  ``api-staging.acme.test``: another company shows its staging environment to few. If a further domain has hosts for
  practice or tests, as those of partners do, none counts.
- The domain with a short name of the app and several hosts, such as ``api.zuq.test`` and ``www.zuq.test`` of Zuq.

Bounds: 4096 endpoints, 256 domains.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

from tieback.model.count_text import count_text
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.domains import PAGES, registrable_domain
from tieback.recognise.makers.evidence import SCRIPT_FLOWS
from tieback.recognise.makers.hosts import is_public_service
from tieback.recognise.makers.name_forms import first_label, has_tests
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles

MAX_ENDPOINTS = 4096
MAX_DOMAINS = 256
MAX_TESTED = 2
"""Most names of domains with test environments that are the maker's."""
_ENVIRONMENT = lazy_pattern(r"(?:(?<=[.-])|\A)(?:staging|stage|stg|nonprod|preprod|uat|qa|dev)\d*(?:[.-]|\Z)")
_ADDRESSED = ("/url", "/fetch", "/join", "/concat", "/retrofit", "/open", "/Firebase")
"""Ends of the evidence of a whole address; a mere name of a host does not say that the app contacts it."""
_NAME = "/host"
_DATABASES = ("firebase-rtdb",)
"""Databases for which an app needs no key; each app has its own, and few are for the apps of anyone."""
_FOR_ANYONE = lazy_pattern(
    r"(?:\A|[.:-])(?:cors|demo|examples?|mirror|proxy|public|samples?|(?:dummy|fake|mock)[a-z]{0,20})\d*(?:[.-]|\Z)"
)
"""Word in the name of a program that shows something to anyone, such as the demonstration of a library."""
_PAGE = lazy_pattern(r"(?:/[\w.~%+-]{0,60}){0,6}/(?:[\w~%+-]{0,60}|[\w.~%+-]{1,60}\.html?)|")
"""Path of a page, not of data that many apps read."""
_WEB = ("http", "https")
_PRACTICE = lazy_pattern(
    r"(?:^|[.-])(?:preprod|pre|develop|test|tests|testing|testnet|sandbox|demo|beta|alpha|int|playground)\d*(?:[.-]|$)"
)
"""Label of a host for tests of others."""


def only_programs(unknown: Collection[tuple[Endpoint, Evidence]]) -> Iterator[tuple[Endpoint, str]]:
    """The only program at hosting services and the only database among the endpoints of unknown owners, and the reason.

    Args:
        unknown: endpoints of an app that names nothing of its maker.
    """
    for kinds, what in ((maker_words().free_deployments, "program at a hosting service"), (_DATABASES, "database")):
        endpoint = _only_of(unknown, kinds)
        if endpoint is not None:
            yield endpoint, f"the only {what} that the app names"


def only_page(unknown: Collection[tuple[Endpoint, Evidence]]) -> Iterator[tuple[str, str]]:
    """The host of the only page at a service for pages, and the reason.

    Args:
        unknown: endpoints of an app that names nothing of its maker.
    """
    projects: dict[tuple[str, str], str] = {}
    for endpoint, _ in islice(unknown, MAX_ENDPOINTS):
        if endpoint.kind is EndpointKind.URL and endpoint.host:
            projects[endpoint.host, endpoint.path.lstrip("/").partition("/")[0]] = endpoint.path
    if len(projects) == 1:
        (((host, _), path),) = projects.items()
        if host.endswith(PAGES) and _PAGE.fullmatch(path) and not is_public_service(host):
            yield host, "the only web server that the app names, with a page of one account"


def wrapped_site(
    every: Iterable[tuple[Endpoint, Evidence]], unknown: Collection[tuple[Endpoint, Evidence]], rules: RuleFiles
) -> str:
    """The site that a tool shows as the app; empty if no such tool made it, or if several domains can be that site.

    Args:
        every: the endpoints of the app. A tool adds its own.
        unknown: those of unknown owners.
        rules: rule files.
    """
    tools = maker_words().site_tools
    made = any(registrable_domain(endpoint.host, rules) in tools for endpoint, _ in islice(every, MAX_ENDPOINTS))
    found = [one for one, _ in islice(unknown, MAX_ENDPOINTS) if one.scheme in _WEB] if made else []
    sites = {one.host for one in found if not one.path.strip("/") and not is_public_service(one.host)}
    domains = {registrable_domain(one.host, rules) for one in found}
    return sites.pop() if len(sites) == len(domains) == 1 else ""


def _only_of(unknown: Iterable[tuple[Endpoint, Evidence]], kinds: Collection[str]) -> Endpoint | None:
    """The only endpoint of these kinds; ``None`` if there are several, or if it is a mere name of a host."""
    lists = maker_words()
    found: dict[str, tuple[Endpoint, Evidence]] = {}
    for endpoint, evidence in islice(unknown, MAX_ENDPOINTS):
        kind = endpoint.value.partition(":")[0]
        if endpoint.kind is not EndpointKind.CLOUD or kind not in kinds or is_public_service(endpoint.host):
            continue
        if endpoint.value not in lists.public_deployments and _FOR_ANYONE.search(endpoint.value) is None:
            found.setdefault(endpoint.value, (endpoint, evidence))
    if len(found) != 1:
        return None
    ((endpoint, evidence),) = found.values()
    addressed = evidence.how.endswith(_ADDRESSED) or (
        evidence.how.startswith(SCRIPT_FLOWS) and not evidence.how.endswith(_NAME)
    )
    return endpoint if addressed else None


def only_domains(unknown: Mapping[str, Collection[str]], names: MakerNames) -> Iterator[tuple[str, str]]:
    """Each domain with tests of its owner, and with a short name of the app, and the reason.

    Args:
        unknown: domains of unknown owners, and the hosts that the app names below each.
        names: the names of the maker.
    """
    for domain in only_tested(unknown):
        yield domain, "a domain with a test environment, as no partner of the app shows"
    for domain, hosts in unknown.items():
        if names.is_short_title(first_label(domain), len(hosts)):
            what = count_text(len(hosts), "host")
            yield domain, f"a domain with the short name of the app, which names {what} there"


def only_tested(unknown: Mapping[str, Collection[str]]) -> Iterator[str]:
    """The domains of one or two names with doubles for tests, if no other domain has hosts for tests or practice.

    Args:
        unknown: domains of unknown owners, and the hosts that the app names below each.
    """
    tests: dict[str, list[str]] = {}
    double = set()
    others = set()
    for domain, hosts in islice(unknown.items(), MAX_DOMAINS):
        name = first_label(domain)
        if has_tests(domain, hosts):
            tests.setdefault(name, []).append(domain)
            double |= {name} if _has_double(domain, hosts) or _count_tests(domain, hosts) > 1 else set()
        elif any(_PRACTICE.search(host.removesuffix(domain)) for host in hosts):
            others.add(name)
    # One name below several top-level domains is that of one owner.
    certain = {name for name, domains in tests.items() if name in double or len(domains) > 1}
    if certain == tests.keys() and len(tests) <= MAX_TESTED and others <= tests.keys():
        for domains in tests.values():
            yield from domains


def _count_tests(domain: str, hosts: Collection[str]) -> int:
    return sum(has_tests(domain, (host,)) for host in hosts)


def _has_double(domain: str, hosts: Collection[str]) -> bool:
    """True if two of the hosts differ only in the environment."""
    left = {host.removesuffix(domain).strip(".") for host in hosts}
    plain = {name: _ENVIRONMENT.sub("", name).strip(".-") for name in left}
    return any(bare and bare != name and bare in left for name, bare in plain.items())
