"""Hosts of the maker that no name shows, but the way in which the app uses them.

- The host where the app registers its users and logs them in: an app has its accounts with its maker.
- The only machine at home, tunnel or small web space of one person, and the only name that a customer has at a hosting
  service (public suffix list, private section).
- The addresses of IPv4 at which the app logs its users in, if they are at most three, and those that are the maker's by
  their place (``makers.addresses``).
- The host with a program below the name of the app: ``https://host.test/acmefit/login.php``.
- The host at an unusual port below the name of the app: ``http://host.test:1025/acmefit``.
- The host with several programs below a short name of the app, which the bundle identifier has too:
  ``https://host.test/acfy/list.php``.
- The host with several files in a folder with a long name of the app: ``https://host.test/data/acmefitness/list.json``.
- The host that stands for one of the maker's in the same place of the code, before the same path: the code chooses.
- The host with the same path at the same unusual port as one of the maker's.
- The host that is named like one of the maker's, in words that few hosts have: ``staging-nginz-https.acme-test.io`` and
  ``nginz-https.acme.com``.

A host of a known party is never one of these. Bounds: 64 words per address, 4096 places, 4 hosts per place.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Set as AbstractSet
from itertools import pairwise

import msgspec

from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.sighting import Evidence
from tieback.recognise.endpoints.cloud import cloud_endpoint
from tieback.recognise.makers.addresses import MAX_MACHINES, is_public_address, own_addresses, private_names
from tieback.recognise.makers.domains import PAGES, registrable_domain
from tieback.recognise.makers.evidence import SCRIPT_FLOWS, code_place
from tieback.recognise.makers.names import MakerNames
from tieback.recognise.makers.uses import DOCUMENT, is_used
from tieback.recognise.makers.words import MakerWords, maker_words
from tieback.recognise.rules import RuleFiles

MAX_WORDS = 64
MAX_PLACES = 4096
MAX_CHOICES = 4
"""Most hosts between which code chooses: more are the addresses that a function for all of them gets."""
MIN_PART = 3
"""Least number of letters of the first two parts of a package whose name is not shortened."""
MIN_WORD = 5
"""Least number of letters of a word that few hosts have."""
_CAMEL = lazy_pattern(r"(?<=[a-z])(?=[A-Z])")
_PARTS = lazy_pattern(r"[^A-Za-z]+")
_LABELS = lazy_pattern(r"[.-]")
PROGRAM = lazy_pattern(r"\.(?:php\d?|jsp|do|action|aspx?|asmx|ashx|svc|cgi)\Z", re.IGNORECASE)
"""End of the path of a program on a server."""
_VERSION = lazy_pattern(r"v\d{1,2}(?:\.\d{1,2})?")
_USUAL_PORTS = (80, 443, 3000, 5000, 8000, 8080, 8443)
"""Ports of many programs: those of the web, and those that tools for developers take."""
MAX_BELOW = 3
"""Parts of a path below the name of the app in which the version of an interface can be."""
MIN_FOLDER = 8
"""Least number of letters of the name of a folder that may have other folders before it."""
_ABOUT = frozenset({"wiki", "forum", "forums", "tag", "tags", "topic", "topics", "search", "questions", "blog", "news"})
"""Folders of sites with texts of others about an app."""
_DEVICES = frozenset({"android", "ios", "iphone", "ipad"})
_CLIENTS = ("mobile", "android", "ios", "api")
"""Beginnings of parts of a path that only a program opens."""
_CODE = ("dex-flow/", *SCRIPT_FLOWS)
_PLACEHOLDER = lazy_pattern(
    r"my|your|exampl|sample|home|user|server|host|domain|name|subdomain|foo|xxx|abc"
    r"|(?:test|demo)(?:\d|[.-]|\Z|api|app|er|ing|site|page|web|my|your|user|server|host|domain|name)"
)
"""Beginning of a name that stands for that of the user's own machine."""
_WEB = ("http", "https", "ws", "wss")
_FOLDERS = ("app", "service")
"""Words that are no object of a registration if they are those of a folder."""
_DIGITS = "0123456789"
_FOR_PROGRAMS = (".app", ".cloud", ".dev", ".host", ".run", ".site", ".space")
"""Ends of the domains of services that run the programs of customers. Below older ones are also content networks."""


class Accounts(msgspec.Struct):
    """What an app does with accounts at one host."""

    registers: bool = False
    logs_in: bool = False


class Choices:
    """The hosts that code joins with the same path in the same place."""

    def __init__(self) -> None:
        """Begin without places."""
        self._places: dict[tuple[str, int, str], set[str]] = {}

    def add(self, endpoint: Endpoint, evidence: Evidence) -> None:
        """Record an endpoint that code assembles."""
        if (
            not evidence.how.startswith(_CODE)
            or evidence.offset is None
            or endpoint.kind is not EndpointKind.URL
            or not endpoint.path.strip("/")
        ):
            return
        place = (evidence.file, evidence.offset, endpoint.path)
        if place in self._places or len(self._places) < MAX_PLACES:
            hosts = self._places.setdefault(place, set())
            if len(hosts) <= MAX_CHOICES:
                hosts.add(endpoint.host)

    def beside(self, own: Collection[str]) -> Iterator[tuple[str, str]]:
        """Each host between which and one of the maker's own the code chooses, and that one."""
        for hosts in self._places.values():
            known = sorted(hosts.intersection(own))
            if known and len(hosts) <= MAX_CHOICES:
                yield from ((host, known[0]) for host in sorted(hosts.difference(own)))


def account_hosts(finds: Iterable[tuple[Endpoint, Evidence]]) -> dict[str, Accounts]:
    """The hosts at which the app registers users or logs them in, by addresses of programs.

    A page of a web site, such as the one where developers get a key, is no program.
    """
    found: dict[str, Accounts] = {}
    for endpoint, evidence in finds:
        if endpoint.kind is EndpointKind.URL and (_is_program(endpoint, evidence) or is_public_address(endpoint)):
            registers, logs_in = _acts(endpoint.path)
            if registers or logs_in:
                one = found.setdefault(endpoint.host, Accounts())
                one.registers |= registers
                one.logs_in |= logs_in
    return found


def program_below(endpoint: Endpoint, named: Callable[[str], bool]) -> str:
    """The first part of the path, if it has the name of the app and a program is below it; empty otherwise.

    The pages of one account need no program: ``https://person.github.io/acmefit/``. Nor does a port that nothing but
    programs of their own makers have.

    Args:
        endpoint: any endpoint.
        named: true for a text in lower case that is the name of the app.
    """
    first, _, rest = endpoint.path.lstrip("/").partition("/")
    if endpoint.kind is not EndpointKind.URL or not named(first.lower()):
        return ""
    unusual = endpoint.port is not None and endpoint.port not in _USUAL_PORTS and endpoint.scheme in _WEB
    version = any(_VERSION.fullmatch(part) for part in rest.lower().split("/")[:MAX_BELOW])
    opened = unusual or version or PROGRAM.search(rest) or any(_acts(rest))
    return first if opened or endpoint.host.endswith(PAGES) else ""


def program_of_app(endpoint: Endpoint, title: AbstractSet[str]) -> str:
    """The last part of the path, if a program there is named after the app and one kind of device; empty otherwise.

    Args:
        endpoint: any endpoint.
        title: the words under the icon. A common word is enough: ``android_sudoku.jsp`` of Sudoku.
    """
    last = endpoint.path.rpartition("/")[2]
    words = set(words_of(last)) if endpoint.kind is EndpointKind.URL and PROGRAM.search(last) else set()
    named = {word for word in words & title if len(word) >= MIN_WORD}
    return last if named and not words.isdisjoint(_DEVICES) else ""


def folders_of_app(
    finds: Iterable[tuple[Endpoint, Evidence]], named: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    """Each host with several files in a folder that has a long name of the app, and this name.

    Args:
        finds: endpoints.
        named: true for a text in lower case that is the name of the app.
    """
    files: dict[tuple[str, str], set[str]] = {}
    for endpoint, _ in finds:
        *folders, _ = endpoint.path.lower().strip("/").split("/")
        folders = folders[:MAX_BELOW] if _ABOUT.isdisjoint(folders[:MAX_BELOW]) else []
        for folder in folders if endpoint.kind is EndpointKind.URL else ():
            if len(folder) >= MIN_FOLDER and named(folder):
                files.setdefault((endpoint.host, folder), set()).add(endpoint.path)
    yield from (place for place, paths in files.items() if len(paths) > 1)


def programs_below_short(
    finds: Iterable[tuple[Endpoint, Evidence]], named: Callable[[str], bool]
) -> Iterator[tuple[str, str]]:
    """Each host with several programs below a short name of the app, and this name.

    Args:
        finds: endpoints.
        named: true for a text in lower case that is the short name of the app.
    """
    programs: dict[tuple[str, str], set[str]] = {}
    for endpoint, _ in finds:
        first, _, rest = endpoint.path.lower().lstrip("/").partition("/")
        if endpoint.kind is EndpointKind.URL and PROGRAM.search(rest) and named(first):
            programs.setdefault((endpoint.host, first), set()).add(rest)
    yield from (place for place, paths in programs.items() if len(paths) > 1)


def siblings(own: Collection[str], others: Iterable[str], rules: RuleFiles) -> Iterator[tuple[str, str]]:
    """Each host that is named like one of the maker's own below another domain, and that one.

    Args:
        own: hosts of the maker.
        others: hosts of unknown owners.
        rules: rule files.
    """
    named: dict[frozenset[str], str] = {}
    for host in sorted(own):
        named.setdefault(_host_words(host, rules), host)
    for host in others:
        words = _host_words(host, rules)
        alike = named.get(words, "")
        if alike and len(words) > 1 and any(_is_rare(word) for word in words):
            yield host, alike


def doubles(
    every: Iterable[tuple[Endpoint, Evidence]], unknown: Iterable[tuple[Endpoint, Evidence]], own: Collection[str]
) -> Iterator[tuple[str, str]]:
    """Each host with the same path at the same port as one of the maker's, and the reason.

    The port must be none that many programs have: ``http://acme.test:1337/upload`` beside
    ``http://192.168.0.5:1337/upload``.

    Args:
        every: the endpoints of the app.
        unknown: those of unknown owners.
        own: hosts of the maker.
    """
    programs: dict[tuple[int, str], str] = {}
    for endpoint, _ in every:
        if endpoint.host in own and (place := _program_place(endpoint)) is not None:
            programs.setdefault(place, endpoint.host)
    for endpoint, _ in unknown:
        place = _program_place(endpoint)
        if place in programs and endpoint.host not in own:
            yield endpoint.host, f"a host with the same port and path as {programs[place]}, the maker's own"


def _program_place(endpoint: Endpoint) -> tuple[int, str] | None:
    """The port and the path of a URL with an unusual port; ``None`` for others."""
    port = endpoint.port
    if endpoint.kind is not EndpointKind.URL or port is None or port in _USUAL_PORTS or not endpoint.path.strip("/"):
        return None
    return port, endpoint.path


def _host_words(host: str, rules: RuleFiles) -> frozenset[str]:
    """The words of a host before its registrable domain, without those for environments and without numbers."""
    domain = registrable_domain(host, rules)
    left = host.removesuffix(domain).strip(".") if domain else ""
    words = (word.rstrip(_DIGITS) for word in _LABELS.split(left)[:MAX_WORDS])
    return frozenset(word for word in words if word and word not in maker_words().environments)


def _is_rare(word: str) -> bool:
    lists = maker_words()
    return len(word) >= MIN_WORD and word not in lists.host_words | lists.behind | lists.before | lists.generic_names


def _is_program(endpoint: Endpoint, evidence: Evidence) -> bool:
    """True if an address is that of a program, and not of a page for people."""
    path = endpoint.path
    parts = path.lower().split("/")
    lists = maker_words()
    return (
        evidence.how.startswith(_CODE)
        or PROGRAM.search(path) is not None
        or any(part in lists.program_folders or _VERSION.fullmatch(part) for part in parts[:MAX_WORDS])
        or any(part.startswith(_CLIENTS) for part in parts[-2:])
        or endpoint.host.partition(".")[0] in lists.program_folders
    )


def is_of_library(evidence: Evidence, names: MakerNames) -> bool:
    """True for code of a package without the name of the app: a library has accounts for its own service.

    Tools that shorten names give parts of one or two letters, which say nothing.
    """
    place = code_place(evidence)
    parts = place.removeprefix("L").partition(";")[0].split("/")[:-1]
    named = len(parts) > 1 and all(len(part) >= MIN_PART for part in parts[:2])
    return named and not names.is_own_code(place) and not any(map(names.is_app, parts))


def _acts(path: str) -> tuple[bool, bool]:
    """Whether the last two parts of a path name a registration of users, and a login."""
    lists = maker_words()
    *folders, last = ["", *path.rstrip("/").split("/")][-2:]
    before, words = [word for folder in folders for word in words_of(folder)], words_of(last)
    strange = lists.not_accounts.intersection([*words, *(word for word in before if word not in _FOLDERS)])
    words = [*before, *words]
    pairs = {first + second for first, second in pairwise(words)}
    every = {_bare(word, lists) for word in (*words, *pairs)}
    # ``login_app`` is a login of the app's users; ``register_app`` can register an app.
    logs_in = not lists.logins.isdisjoint(every) and strange <= set(_FOLDERS)
    return not strange and not lists.registrations.isdisjoint(every), logs_in


def _bare(word: str, lists: MakerWords) -> str:
    """A word without the client or the user that it is written together with: ``mobilelogin`` is ``login``."""
    for beside in lists.account_beside:
        if word.removeprefix(beside) in lists.accounts:
            return word.removeprefix(beside)
        if word.removesuffix(beside) in lists.accounts:
            return word.removesuffix(beside)
    return word


def words_of(part: str) -> list[str]:
    """The words of a part of a path: ``doctorLogin.do`` has ``doctor`` and ``login``."""
    spaced = _PARTS.split(_CAMEL.sub("_", PROGRAM.sub("", part)))
    return [word.lower() for word in spaced[:MAX_WORDS] if word]


def used_hosts(
    every: Collection[tuple[Endpoint, Evidence]],
    strangers: Collection[tuple[Endpoint, Evidence]],
    own: AbstractSet[str],
    names: MakerNames,
    rules: RuleFiles,
) -> Iterator[tuple[str, str]]:
    """Each host of an unknown owner that the app uses like one of its maker's, and the reason.

    Args:
        every: the endpoints of the app.
        strangers: those of unknown owners.
        own: hosts of the maker.
        names: the names of the maker.
        rules: rule files.
    """
    strangers = [one for one in strangers if not is_public_service(one[0].host)]
    for endpoint, _ in strangers:
        if name := program_below(endpoint, names.is_app):
            yield endpoint.host, f"a host with programs below the name of the app, {name}"
        elif last := program_of_app(endpoint, names.title_words):
            yield endpoint.host, f"a host with a program for the app on one kind of device, {last}"
    for host, name in folders_of_app(strangers, names.is_app):
        yield host, f"a host with several files in a folder with the name of the app, {name}"
    for host, name in programs_below_short(strangers, names.is_short_app):
        yield host, f"a host with several programs below the short name of the app, {name}"
    yield from own_addresses(every, strangers, names)
    for host in private_names(every, strangers, names, rules.names.private_tlds):
        yield host, "a name that only a private network can have, at which companies offer no service to others"
    personal = {endpoint.host for endpoint, _ in strangers if _is_personal(endpoint)}
    personal = personal or {one[0].host for one in strangers if _is_customer(*one, names, rules)}
    in_jars = {endpoint.host for endpoint, evidence in strangers if ".jar!" in evidence.file}
    if len(personal) == 1 and personal.isdisjoint(in_jars):
        yield from ((host, "the only machine or web space of one person that the app names") for host in personal)
    accounts = account_hosts(one for one in every if not is_of_library(one[1], names))
    for host in sorted({endpoint.host for endpoint, _ in strangers} & accounts.keys()):
        label = host.partition(".")[0]
        if accounts[host].logs_in and host.count(".") > 1 and names.is_first_word(label):
            yield host, f"a host with {label}, the name of the app, where it logs its users in"
    logins = {endpoint.host for endpoint, _ in strangers if is_public_address(endpoint)} & accounts.keys()
    if len(logins) <= MAX_MACHINES:
        yield from ((host, "an address where the app logs its users in") for host in sorted(logins))
    if not own.isdisjoint(accounts):
        return
    unknown = {endpoint.host for endpoint, _ in strangers}
    users = [host for host, does in accounts.items() if host in unknown and does.registers and does.logs_in]
    if len({registrable_domain(host, rules) or host for host in users}) == 1:
        yield from ((host, "the only host where the app registers its users and logs them in") for host in users)


def _is_personal(endpoint: Endpoint) -> bool:
    """True for a machine at home, a tunnel, a workspace or a small web space of one person.

    A name that can stand for any, such as ``myserver``, counts only with a program there.
    """
    labels = endpoint.host.removeprefix("www.").split(".")
    if _PLACEHOLDER.match(labels[0]) and not PROGRAM.search(endpoint.path):
        return False
    return any(".".join(labels[at:]) in maker_words().personal_hosts for at in range(1, len(labels)))


def _is_customer(endpoint: Endpoint, evidence: Evidence, names: MakerNames, rules: RuleFiles) -> bool:
    """True for a name that one customer has at a hosting service, in the app's own code or pages.

    Pages of an account and cloud resources have rules of their own.
    """
    return (
        endpoint.kind is EndpointKind.URL
        and not endpoint.host.endswith(PAGES)
        and endpoint.host.endswith(_FOR_PROGRAMS)
        and rules.suffixes.service(endpoint.host) != ""
        and cloud_endpoint(endpoint.host, "", rules) is None
        and not _PLACEHOLDER.match(endpoint.host)
        and DOCUMENT.search(endpoint.path) is None
        and is_used(endpoint, evidence, names, rules)
    )


def is_public_service(host: str) -> bool:
    """True for a service that answers the apps of anyone, or offers accounts for practice to anyone."""
    lists, labels = maker_words(), host.split(".")
    ends = (".".join(labels[at:]) for at in range(len(labels)))
    return any(end in lists.sample_hosts or end in lists.public_services for end in ends)
