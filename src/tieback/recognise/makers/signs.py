"""Hosts that a sign shows to be the maker's, although nothing has a name.

A sign is a way in which the app uses a host of an unknown owner: a script opens a program there, a setting names it as
the server, and the like. One sign is enough if no address of the host has TLS, and if the app uses one or two domains
of unknown owners. Services for the apps of others have TLS, which app stores ask for. For each doubt one or two more
signs are needed (docs/adr/0074-several-signs-of-a-maker.md). One doubt is a key for developers in the query: services
for the apps of others give such keys, also to players of a game or members of a forum.

Only URLs of the web in the app's own code, pages, scripts and resources count. Documents, media, news feeds and links
for people are no uses. Addresses without a name and cloud resources have rules of their own. Students write apps that
log in at their university, so the hosts of institutions need more signs; the web space of one person there does not.
Bounds: 4096 endpoints, 256 hosts.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from itertools import islice, pairwise
from typing import NamedTuple

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.makers.callers import Callers
from tieback.recognise.makers.domains import RESTRICTED, registrable_domain
from tieback.recognise.makers.evidence import NAMED_BY_KEY, SCRIPTS
from tieback.recognise.makers.hosts import PROGRAM, is_public_service, words_of
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.uses import DOCUMENT, SETTINGS, is_used, text_before
from tieback.recognise.makers.words import maker_words
from tieback.recognise.rules import RuleFiles

MAX_ENDPOINTS = 4096
MAX_HOSTS = 256
MAX_PARTS = 16
"""Most parts of a path that are read."""
MAX_NAME = 40
"""Most characters of the name of a setting that is read."""
SEVERAL = 3
"""Least number of paths of one host that count as several."""
FEW, CROWD = 2, 4
"""Numbers of domains of unknown owners in one app; more than four are a list of the sites of others."""
_DEX = "dex-"
_SCHEMES = ("http", "https", "ws", "wss")
_WITHOUT_TLS = ("http", "ws")
_SOCKETS = ("ws", "wss")
_ASSIGNED = lazy_pattern(r"([A-Za-z_$][\w$]{0,40})[\"']?\s{0,3}[:=]\s{0,3}[\"'`]\Z")
"""Before an address: the variable or field that gets it."""
_USUAL = (
    r"my|the|app|main|default|dev|develop|development|prod|production|live|staging|stage|test|local|remote|https?|ur[li]"
    r"|addr|address|host|hostname|domain|path|prefix|root|web|rest|service|config|const|ip|[\d_$]"
)
_SERVER = lazy_pattern(
    rf"(?i)(?:{_USUAL}|base){{0,12}}(?:server|backend|api|endpoint|base_?ur[li])(?:base|server|api|endpoint|{_USUAL}){{0,12}}"
)
"""A name for the server of an app, such as ``BASE_URL``; ``weatherApi`` can mean a service for the apps of anyone."""


_DATA = lazy_pattern(r"(?i)\.(?:xml|csv|txt|md|plist|kml|gpx|geojson|srt)\Z")
"""Files with data that an app shows: what is named there is nothing that the app itself contacts."""
_KEY = lazy_pattern(
    r"(?i)[?&](?:key|api[_-]?key|app[_-]?key|app[_-]?id|access[_-]?key|client[_-]?id|consumer[_-]?key"
    r"|subscription[_-]?key)="
)
"""A key that a service gives to developers: https://spec.openapis.org/oas/v3.1.0#security-scheme-object-0."""
_PERSON = lazy_pattern(r"/~\w")
"""Beginning of the path of the web space of one person."""


class Uses(msgspec.Struct, frozen=True):
    """How an app uses one host of an unknown owner."""

    names: frozenset[str]
    """Variables, settings and resources with an address there."""
    paths: frozenset[str]
    """Paths in pages and scripts that are no documents."""
    acts: bool
    """A path in own code, pages or scripts names a login, a registration, records of users, or a change of records."""
    for_apps: int
    """Programs that classes of the app open, with a word for an app or a web service in the path."""
    plain: bool
    """No address has TLS."""
    institution: bool
    """The host is that of a school, university or authority, and no path is the web space of one person."""
    method: bool = False
    """The same for a method of the app's own code that requests an address."""
    talks: bool = False
    """An address is that of a WebSocket, over which both sides send."""
    person: bool = False
    """A program is in the web space of one person: ``/~jane/list.php``."""
    keyed: bool = False
    """A query has a key for developers."""


class Sign(NamedTuple):
    """Something that shows that a host is the maker's."""

    what: str
    holds: Callable[[Uses], bool]


SIGNS = (
    Sign("a setting or variable names it as the server", lambda uses: any(map(_SERVER.fullmatch, uses.names))),
    Sign("a page or script opens a program there", lambda uses: any(map(PROGRAM.search, uses.paths))),
    Sign("a class opens a program for an app or web service there", lambda uses: uses.for_apps > 0),
    Sign("classes open several such programs", lambda uses: uses.for_apps > 1),
    Sign("the app logs users in, or has or changes their records there", lambda uses: uses.acts),
    Sign("a method that requests it logs users in, or has or changes their records", lambda uses: uses.method),
    Sign("the app opens a WebSocket there", lambda uses: uses.talks),
    Sign("the app opens a program in the web space of one person there", lambda uses: uses.person),
    Sign("pages or scripts have several paths there", lambda uses: len(uses.paths) >= SEVERAL),
)
"""The signs. No labelled host of another owner has one without TLS."""


def signed_hosts(
    strangers: Iterable[tuple[Endpoint, Evidence]],
    own: Collection[str],
    names: MakerNames,
    rules: RuleFiles,
    callers: Callers | None = None,
) -> Iterator[tuple[str, str]]:
    """Each host that enough signs show to be the maker's, and the reason.

    None counts if there are such hosts of several domains.

    Args:
        strangers: the endpoints of unknown owners.
        own: hosts of the maker.
        names: the names of the maker.
        rules: rule files.
        callers: the methods through which code requests each host.
    """
    used: dict[str, list[tuple[Endpoint, Evidence]]] = {}
    for endpoint, evidence in islice(strangers, MAX_ENDPOINTS):
        web = endpoint.kind is EndpointKind.URL and endpoint.scheme in _SCHEMES and _is_named(endpoint.host)
        place = web and not is_public_service(endpoint.host) and is_used(endpoint, evidence, names, rules)
        place = place and not (evidence.how.startswith(SCRIPTS) and _DATA.search(evidence.file))
        if place and (endpoint.host in used or len(used) < MAX_HOSTS):
            used.setdefault(endpoint.host, []).append((endpoint, evidence))
    domains = {host: registrable_domain(host, rules) or host for host in used}
    count = len(set(domains.values()))
    elsewhere = any(_is_named(host) and rules.third_parties.of(host) is None for host in own)
    reasons: dict[str, str] = {}
    for host, places in used.items() if count <= CROWD else ():
        uses = read_uses(places, method=callers is not None and callers.act(host, names))
        signs = [sign.what for sign in SIGNS if sign.holds(uses)]
        if len(signs) >= needed_signs(uses, count, elsewhere=elsewhere):
            reasons[host] = ", ".join(signs) if not uses.plain else ", ".join((*signs, "there is no TLS"))
    if len({domains[host] for host in reasons}) == 1:
        yield from ((host, f"signs of the maker's own server: {what}") for host, what in reasons.items())


def needed_signs(uses: Uses, domains: int, *, elsewhere: bool) -> int:
    """How many signs are needed: one, and more for each doubt.

    Args:
        uses: how the app uses the host.
        domains: number of the domains of unknown owners that the app uses.
        elsewhere: true if the app names another host of its maker.
    """
    return 1 + (not uses.plain) + (domains > FEW) + uses.keyed + 2 * (elsewhere or uses.institution)


def read_uses(used: Collection[tuple[Endpoint, Evidence]], *, method: bool = False) -> Uses:
    """How an app uses one host.

    Args:
        used: the addresses of the host in the app's own code, pages and resources.
        method: true if a method that requests it is named after a login, records of users, or a change of records.
    """
    scripts = [endpoint for endpoint, evidence in used if evidence.how.startswith(SCRIPTS)]
    code = [endpoint for endpoint, evidence in used if not evidence.how.startswith(SETTINGS)]
    return Uses(
        names=frozenset(name for endpoint, evidence in used if (name := _name(endpoint, evidence))),
        paths=frozenset(one.path for one in scripts if one.path.strip("/") and not DOCUMENT.search(one.path)),
        acts=any(_acts(one.path) and not DOCUMENT.search(one.path) for one in code),
        for_apps=len({one.path for one, evidence in used if evidence.how.startswith(_DEX) and _is_for_apps(one.path)}),
        method=method,
        talks=any(one.scheme in _SOCKETS for one in code),
        person=any(_PERSON.match(one.path) and PROGRAM.search(one.path) for one in code),
        keyed=any(_KEY.search(_query(endpoint, evidence)) for endpoint, evidence in used),
        plain=all(endpoint.scheme in _WITHOUT_TLS for endpoint, _ in used),
        institution=any(_is_institution(endpoint.host) for endpoint, _ in used)
        and not any(_PERSON.match(endpoint.path) for endpoint, _ in used),
    )


def _is_named(host: str) -> bool:
    """True for a host with a name, not with an address."""
    return "." in host and ":" not in host and not host.rpartition(".")[2].isdigit()


def _name(endpoint: Endpoint, evidence: Evidence) -> str:
    """The variable, setting or resource with an address; empty if that does not show."""
    key = NAMED_BY_KEY.match(evidence.how)
    if key is not None:
        return key[1][:MAX_NAME]
    found = _ASSIGNED.search(text_before(endpoint, evidence)) if evidence.how.startswith(SCRIPTS) else None
    return found[1] if found is not None else ""


def _query(endpoint: Endpoint, evidence: Evidence) -> str:
    """The text from the query of an address on; empty if its place shows none."""
    _, found, behind = evidence.context.partition(f"{endpoint.scheme}://{endpoint.host}")
    address = re.split(r"[\s\"'`<>]", behind, maxsplit=1)[0] if found else ""
    return address[address.find("?") :] if "?" in address else ""


def _is_institution(host: str) -> bool:
    """True for a host of a school, university or authority."""
    labels = host.split(".")
    return any(RESTRICTED.fullmatch(".".join(labels[at:])) for at in range(1, len(labels)))


def _is_for_apps(path: str) -> bool:
    """True for a program whose path has a word for an app or a web service: ``/fit/android/list.php``, ``/ws.php``."""
    if not PROGRAM.search(path):
        return False
    words = [word for part in path.split("/")[:MAX_PARTS] for word in words_of(part)]
    pairs = {first + second for first, second in pairwise(words)}
    return not maker_words().app_words.isdisjoint(pairs.union(words))


def _acts(path: str) -> bool:
    """True if the last two parts of a path name a login, a registration, records of users, or a change of records."""
    lists = maker_words()
    words = {word for part in path.rstrip("/").split("/")[-2:] for word in words_of(part)}
    return not words.isdisjoint(lists.accounts | lists.changes | lists.records)
