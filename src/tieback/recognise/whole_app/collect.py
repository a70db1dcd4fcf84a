"""Merge the finds of one app: endpoints with counts and party, credentials, and texts that are not back ends.

An endpoint in fifty places is one sighting with its count, the best evidence, and the names of its containers. The
order of evidence is: name of a key or resource, method, plain string, raw bytes.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.public_key import PublicKey
from tieback.model.sighting import (
    OF_LIBRARY,
    Credential,
    CredentialGrade,
    Evidence,
    NotBackend,
    Problem,
    Sighting,
    UnreadKind,
)
from tieback.recognise.code_libraries import code_library, first_library
from tieback.recognise.endpoints import firebase
from tieback.recognise.interface import Find
from tieback.recognise.legal_pages import legal_page
from tieback.recognise.links import DEEP_LINK, OPENED
from tieback.recognise.makers.callers import Callers
from tieback.recognise.makers.clues import ClueKind, MakerClue, script_app
from tieback.recognise.makers.evidence import is_maker_evidence
from tieback.recognise.makers.hosts import Choices
from tieback.recognise.makers.ownership import Maker
from tieback.recognise.makers.resources import is_client
from tieback.recognise.makers.sent import SentData
from tieback.recognise.projects import project_of
from tieback.recognise.rules import RuleFiles
from tieback.recognise.settings.script_objects import RULE as OBJECT_RULE
from tieback.recognise.whole_app import own_servers
from tieback.recognise.whole_app.fair_limit import FairLimit

__all__ = ["MAX_SIGHTINGS", "AppFinds", "Maker", "merge_finds"]

MAX_SIGHTINGS = 5_000
"""Most distinct endpoints of one app; also the limit of each other list."""
MAX_NAMES = 256
"""Most containers and addresses of one endpoint, and most public keys of one app."""
_HOW = {
    "dex-flow": 1, "hermes-flow": 1, "script-flow": 1, "manifest": 2, "entitlement": 2, "native-string": 3, "binary": 3,
}  # fmt: skip
"""Ranks of evidence without the name of a key or resource."""
_ENCODINGS = frozenset({"percent", "unicode", "base64", "reversed"})
_ENCODED = 4
_EXAMPLE = lazy_pattern(r"(?:resource:string|config)[:/](?:\w{1,60}_)?(?:example|placeholder|sample)(?:_\w{1,60})?/")
"""Evidence of a text that shows the user what to enter."""
_LOADED = lazy_pattern(
    r"_(?:audio|avatar|feed|file|icon|image|img|json|model|movie|music|pdf|photo|picture|song|stream|thumb(?:nail)?|track|video)s?[_/]"
)
"""A word of the name of an example that code loads, such as a picture in place of another one."""
_FIELD = "dex-flow/field"
"""Evidence of a constant of a class, with the class first in its context."""
_CODE = ("dex-", "native-string")
"""Evidence of code and its constants."""
_GENERIC = {
    "password_in_connection_string": 1,
    "password_in_url": 1,
    "user_in_url": 1,
    "private_key": 1,
    "oauth_client_secret": 2,
    "generic_secret": 3,
    "generic_api_key": 3,
    "database_password": 2,
    "password_value": 3,
    "jwt_secret": 2,
    "http_api_key": 2,
    "http_bearer": 2,
    "http_auth_password": 2,
    "named_secret": 4,
    "named_password": 4,
    "query_key": 5,
    "ai_sk_key": 2,
}
"""Kinds of credentials that only their place, their name or a form of several services shows; a higher rank says less.

Other kinds have rank 0. The rule of a user has that of a name.
"""
_LEAST, _OF_USER = 9, 2
_AWS_ID, _AWS_SECRET = "aws_access_key_id", "aws_secret_access_key"


class AppFinds(msgspec.Struct, frozen=True):
    """Endpoints and credentials of an app, in the order of first appearance."""

    sightings: tuple[Sighting, ...]
    """One sighting per endpoint value, with the best evidence, the number of places and the names of its containers."""
    credentials: tuple[Credential, ...]
    not_backends: tuple[NotBackend, ...]
    problems: tuple[Problem, ...]
    keys: tuple[PublicKey, ...] = ()
    """Values of credentials that are public by design and that a probe needs; no other credential values."""

    def without(self, values: Collection[str], reason: str) -> "AppFinds":
        """The finds with some endpoints, by value, as texts that are not back ends for a reason."""
        told = (*self.not_backends, *(NotBackend(value, reason) for value in values))
        return msgspec.structs.replace(
            self,
            sightings=tuple(one for one in self.sightings if one.endpoint.value not in values),
            not_backends=tuple(sorted(told, key=lambda one: one.value)),
        )


def _source(evidence: Evidence) -> tuple[str, str]:
    """What a find shares its part of the limit with: those of its file that the same method finds."""
    return evidence.file, evidence.how.partition("/")[0].partition(":")[0]


_NAMED = (f"config:host/{OBJECT_RULE}", "hermes-flow/configuration")
"""Evidence of a host in an object of a script."""
_WEB_PORTS = (80, 443)
ERROR_REPORTS = "sentry_dsn"
"""Kind of the public key with which an app sends its error reports; its host is that of the maker's own server."""
_SET = ("config:", "resource:", "hermes-flow/configuration")
"""Evidence of a host and port that a configuration has beside each other."""
_WITHOUT_SCHEME = (EndpointKind.HOST_PORT, EndpointKind.ADDRESS)


class _Seen(msgspec.Struct):
    """An endpoint and its places so far."""

    best: Sighting
    count: int = 0
    names: dict[str, None] = msgspec.field(default_factory=dict)
    addresses: dict[str, None] = msgspec.field(default_factory=dict)
    files: set[str] = msgspec.field(default_factory=set)
    """Files that name a cloud resource."""
    project: Endpoint | None = None
    """The identifier of the project on this server of the maker."""

    def add(self, find: Sighting) -> None:
        """Count one more place, and keep its evidence if it is better."""
        endpoint = self.best.endpoint if self.best.endpoint.host else find.endpoint
        if _worth(find.evidence) < _worth(self.best.evidence):
            self.best = find
        self.best = msgspec.structs.replace(self.best, endpoint=endpoint)
        self.count += find.count
        if find.endpoint.kind is EndpointKind.CLOUD and len(self.files) < MAX_NAMES:
            self.files.add(find.evidence.file)
        if find.endpoint.kind is EndpointKind.CLOUD and find.endpoint.path and len(self.names) < MAX_NAMES:
            self.names[find.endpoint.path] = None
        if len(self.addresses) < MAX_NAMES:
            self.addresses.update(dict.fromkeys(find.addresses))


def _worth(evidence: Evidence) -> int:
    """Rank of evidence, the best first: name of a key or a resource, method, readable text, raw bytes."""
    source, _, rest = evidence.how.partition("/")
    kind, _, name = source.partition(":")
    named = 0 if name else 2
    return _HOW.get(kind, named) + (_ENCODED if rest.rpartition(":")[2] in _ENCODINGS else 0)


def merge_finds(app: App | None, finds: Iterable[Find], rules: RuleFiles | None = None) -> AppFinds:
    """Merge the finds of one app.

    Args:
        app: the app; without one no endpoint is first party.
        finds: finds of the extractors, in the order of the artifacts.
        rules: the rule files, if the caller has already read them.
    """
    rules = rules if rules is not None else RuleFiles()
    sightings = FairLimit[_Seen](MAX_SIGHTINGS)
    passing = FairLimit[_Seen](MAX_SIGHTINGS)
    credentials = FairLimit[Credential](MAX_SIGHTINGS)
    keys = FairLimit[PublicKey](MAX_SIGHTINGS)
    not_backends = FairLimit[NotBackend](MAX_SIGHTINGS)
    problems = FairLimit[Problem](MAX_SIGHTINGS)
    loose: list[Sighting] = []
    shared: list[Sighting] = []
    named: list[Sighting] = []
    told: dict[tuple[str, str], tuple[Endpoint, Evidence]] = {}
    clues: dict[tuple[ClueKind, str], MakerClue] = {}
    uses = (Choices(), SentData(), Callers())
    for find in _noting(_without_clues(_own_credentials(finds, app, rules), clues), told, uses, rules):
        match find:
            case Sighting() if find.endpoint.kind is EndpointKind.CLOUD and find.endpoint.value.endswith(":"):
                if len(loose) < MAX_NAMES:
                    loose.append(find)
            case Sighting() if find.endpoint.kind is EndpointKind.CLOUD and _identifier_of(find.endpoint, rules):
                if len(shared) < MAX_NAMES:
                    shared.append(find)
            case Sighting() if find.evidence.how in _NAMED and find.endpoint.port in _WEB_PORTS:
                if len(named) < MAX_NAMES:
                    named.append(find)
            case Sighting():
                only_text = _text_reason(find.endpoint, find.evidence, rules)
                _add((find,), passing if only_text else sightings)
            case Credential():
                credentials.add((find.kind, find.masked, find.endpoint), find, _source(find.evidence))
            case PublicKey():
                keys.add((find.kind, find.value), find)
            case NotBackend():
                _leave_out(find, not_backends)
            case Problem():
                problems.add((find.what, find.where), find)
    _pass_on(passing, sightings, not_backends, rules)
    _name(shared, sightings, rules)
    _settle(loose, sightings, rules)
    # Code that is followed gives the whole address of such a host.
    hosts = {one.best.endpoint.host for one in sightings.values.values()}
    _add((one for one in named if one.endpoint.host not in hosts), sightings)
    _join_pairs(sightings, {one.endpoint for one in credentials.values.values()})
    whose = app if app is not None else script_app(clues.values())
    maker = Maker(whose, rules, next((one.value for one in clues.values() if one.kind is ClueKind.CLASS), ""))
    maker.learn_from(told.values())
    maker.learn_hosts(one.best.endpoint.host for one in sightings.values.values())
    _learn_roles(maker, clues.values(), credentials.values.values(), sightings, rules)
    maker.learn_repositories(_linked(sightings, not_backends))
    maker.learn_uses(((one.best.endpoint, one.best.evidence) for one in sightings.values.values()), *uses)
    lists = (("endpoints", sightings), ("credentials", credentials), ("hosts that are not back ends", not_backends))
    capped = [
        Problem(
            f"more than {MAX_SIGHTINGS:,} distinct {name}; the rest is left out",
            app.bundle_id if app else "",
            None if values is not_backends else UnreadKind.LIMIT,
        )
        for name, values in lists
        if values.left_out
    ]
    return AppFinds(
        sightings=_as_other_addresses(
            _without_guess([_owned(seen, maker) for seen in sightings.values.values()], app, not_backends.values), rules
        ),
        credentials=tuple(_paired(_distinct(credentials.values.values()))),
        not_backends=tuple(
            one for _, one in sorted(not_backends.values.items(), key=_by_name) if one.value not in sightings.values
        ),
        problems=(*problems.values.values(), *capped),
        keys=tuple(keys.values.values())[:MAX_NAMES],
    )


def _own_credentials(finds: Iterable[Find], app: App | None, rules: RuleFiles) -> Iterator[Find]:
    """The finds, with a reason in place of each credential that is a constant in a class of a library of others."""
    own = "".join(f"{part}/" for part in app.bundle_id.split(".")[:2]) if app is not None else "-"
    for find in finds:
        place = find.evidence if isinstance(find, Credential) else None
        constant = place is not None and place.how == _FIELD and not place.context.startswith(f"L{own}")
        if isinstance(find, Credential) and constant and first_library(find.evidence, rules) is not None:
            field = find.evidence.context.partition(": ")[0]
            yield NotBackend(f"{find.kind.replace('_', ' ')} {find.masked} in {field}", OF_LIBRARY)
        else:
            yield find


def _linked(sightings: FairLimit[_Seen], not_backends: FairLimit[NotBackend]) -> Iterator[str]:
    """The addresses that the app names, also those for people."""
    yield from (one.best.endpoint.value for one in sightings.values.values())
    yield from (one.value for one in not_backends.values.values())


def _learn_roles(
    maker: Maker,
    clues: Iterable[MakerClue],
    credentials: Iterable[Credential],
    sightings: FairLimit[_Seen],
    rules: RuleFiles,
) -> None:
    """Learn the domain that answers for the app: the only one that gets its error reports, or has its support."""
    reports = (sightings.values.get(one.endpoint) for one in credentials if one.kind == ERROR_REPORTS)
    hosts = (
        one.best for one in reports if one is not None and rules.third_parties.of_file(one.best.evidence.file) is None
    )
    maker.learn_only((one.endpoint.host for one in hosts), "the domain that gets the error reports of the app")
    for kind, whose in ((ClueKind.SUPPORT, "its support"), (ClueKind.AUTHOR, "its author")):
        places = (one for one in clues if one.kind is kind and rules.third_parties.of_file(one.file) is None)
        maker.learn_only((one.value for one in places), f"the only domain in the app with an address of {whose}")


def _leave_out(find: NotBackend, not_backends: FairLimit[NotBackend]) -> None:
    """Add a text that is not a back end; of two reasons the first by the alphabet.

    The order of these texts depends on what the process has read before: known ones are found sooner.
    """
    known = not_backends.add(find.value, find)
    if known is not None and find.reason < known.reason:
        not_backends.values[find.value] = find


def _by_name(item: tuple[object, NotBackend]) -> str:
    return item[1].value


def _join_pairs(sightings: FairLimit[_Seen], used: set[str]) -> None:
    """Count a host and port of a configuration with a URL of the same host and port, if it adds no service to it.

    Args:
        sightings: the endpoints of the app.
        used: endpoints that credentials name.
    """
    urls: dict[tuple[str, int | None], _Seen] = {}
    for one in sightings.values.values():
        if one.best.endpoint.kind is EndpointKind.URL:
            urls.setdefault((one.best.endpoint.host, one.best.endpoint.port), one)
    for value, seen in list(sightings.values.items()):
        endpoint = seen.best.endpoint
        same = urls.get((endpoint.host, endpoint.port)) if endpoint.kind in _WITHOUT_SCHEME and endpoint.port else None
        if (
            same is not None
            and value not in used
            and seen.best.evidence.how.startswith(_SET)
            and endpoint.service in (None, same.best.endpoint.service)
        ):
            same.count += seen.count
            del sightings.values[value]


def _add(finds: Iterable[Sighting], sightings: FairLimit[_Seen]) -> None:
    for find in tuple(finds):
        seen = sightings.add(find.endpoint.value, _Seen(find), _source(find.evidence))
        if seen is not None:
            seen.add(find)


def _pass_on(
    passing: FairLimit[_Seen], sightings: FairLimit[_Seen], not_backends: FairLimit[NotBackend], rules: RuleFiles
) -> None:
    """Count the URLs of mere texts with those of other places; without another place they are not back ends."""
    for value, found in passing.values.items():
        real = sightings.values.get(value)
        if real is None:
            reason = _text_reason(found.best.endpoint, found.best.evidence, rules) or ""
            _leave_out(NotBackend(str(value), reason), not_backends)
        else:
            real.count += found.count


def _without_clues(finds: Iterable[Find], clues: dict[tuple[ClueKind, str], MakerClue]) -> Iterator[Find]:
    """The finds without the clues, which are recorded on the way."""
    for find in finds:
        if not isinstance(find, MakerClue):
            yield find
        elif len(clues) < MAX_NAMES:
            clues.setdefault((find.kind, find.value), find)


def _noting(
    finds: Iterable[Find],
    told: dict[tuple[str, str], tuple[Endpoint, Evidence]],
    uses: tuple[Choices, SentData, Callers],
    rules: RuleFiles,
) -> Iterator[Find]:
    """The finds, unchanged. Those that can show which domains belong to the maker are recorded on the way."""
    for find in finds:
        if isinstance(find, Sighting):
            for one in uses:
                one.add(find.endpoint, find.evidence)
        if isinstance(find, Sighting) and len(told) < MAX_SIGHTINGS:
            endpoint, evidence = find.endpoint, find.evidence
            page = legal_page(endpoint) is not None
            if page and _text_reason(endpoint, evidence, rules) is not None:  # an example or a list, no page of the app
                page, endpoint = False, msgspec.structs.replace(endpoint, path="")
            if page or is_maker_evidence(evidence) or project_of(endpoint) or is_client(endpoint, rules):
                cloud = endpoint.kind is EndpointKind.CLOUD
                place = (endpoint.value if cloud or page else endpoint.host, evidence.how)
                told.setdefault(place, (endpoint, evidence))
        yield find


def _text_reason(endpoint: Endpoint, evidence: Evidence, rules: RuleFiles) -> str | None:
    """Why a URL that is only in such places is not a back end, or ``None``."""
    if (example := _EXAMPLE.match(evidence.how)) and not _LOADED.search(example[0]):
        return "only in a resource that is named as an example"
    if evidence.how.startswith(f"{DEEP_LINK}/"):
        return OPENED
    return rules.not_backends.place_reason(evidence.file, endpoint.host)


def _settle(loose: Iterable[Sighting], sightings: FairLimit[_Seen], rules: RuleFiles) -> None:
    """Assign containers without a project to the only project of that kind in their file, or else in the app.

    Those of a part of a project, such as ``supabase-storage``, become a resource with the name of the project.
    """
    projects: dict[str, list[_Seen]] = {}
    for one in sightings.values.values():
        if one.best.endpoint.kind is EndpointKind.CLOUD:
            projects.setdefault(one.best.endpoint.value.partition(":")[0], []).append(one)
    nodes: list[Sighting] = []
    for find in loose:
        kind = find.endpoint.value.removesuffix(":")
        if kind == firebase.SERVICE:
            if find.endpoint.path:
                nodes.append(find)
            else:
                _add(_default_database(find, projects), sightings)
            continue
        project = rules.cloud.projects.get(kind, kind)
        of_kind = projects.get(project, [])
        of_kind = [one for one in of_kind if find.evidence.file in one.files] or of_kind
        if len(of_kind) != 1:
            continue
        if project != kind:
            _add((_part_of(of_kind[0].best.endpoint, find),), sightings)
        elif len(of_kind[0].names) < MAX_NAMES:
            of_kind[0].names[find.endpoint.path] = None
    _add(_of_database(nodes, sightings), sightings)


def _of_database(nodes: Iterable[Sighting], sightings: FairLimit[_Seen]) -> list[Sighting]:
    """The nodes of a Realtime Database without a name, in the only database of the app."""
    databases = [one for one in sightings.values.values() if one.best.endpoint.service == firebase.SERVICE]
    return [firebase.with_node(find, databases[0].best.endpoint) for find in nodes] if len(databases) == 1 else []


def _default_database(find: Sighting, resources: Mapping[str, Sequence[_Seen]]) -> Iterator[Sighting]:
    """The default database of the app's only Firebase project, unless a setting names another one."""
    projects, named = resources.get("firestore", ()), resources.get(firebase.SERVICE, ())
    if len(projects) == 1 and all(one.best.evidence.how.startswith(_CODE) for one in named):
        project = projects[0].best.endpoint.value.partition(":")[2]
        yield msgspec.structs.replace(find, endpoint=firebase.of_project(project))


def _part_of(project: Endpoint, find: Sighting) -> Sighting:
    """A find of a part without a project, in this project."""
    kind, name = find.endpoint.value.removesuffix(":"), project.value.partition(":")[2]
    endpoint = msgspec.structs.replace(
        project, value=f"{kind}:{name}", path=find.endpoint.path, service=find.endpoint.service
    )
    return msgspec.structs.replace(find, endpoint=endpoint)


def _identifier_of(endpoint: Endpoint, rules: RuleFiles) -> str:
    """Kind of the identifier that names the resource of a host that many customers share; empty for other hosts."""
    kind = endpoint.value.partition(":")[0]
    found = (
        rule.named_by
        for rule in rules.cloud.shared
        if rule.kind == kind and rule.host_pattern.fullmatch(endpoint.host) is not None
    )
    return next(found, "")


def _name(shared: Iterable[Sighting], sightings: FairLimit[_Seen], rules: RuleFiles) -> None:
    """Add the resources on shared hosts, named by the only identifier in their file, or else in the app.

    Without an identifier the value names the host, and no customer. An identifier that names a host is no resource of
    its own: it is counted with that host.
    """
    identifiers = [one for one in sightings.values.values() if one.best.endpoint.kind is EndpointKind.CLOUD]
    used: dict[str, str] = {}
    for find in shared:
        endpoint = find.endpoint
        start = f"{_identifier_of(endpoint, rules)}:"
        of_kind = [one for one in identifiers if one.best.endpoint.value.startswith(start)]
        of_kind = [one for one in of_kind if find.evidence.file in one.files] or of_kind
        if len(of_kind) == 1:
            identifier = of_kind[0].best.endpoint.value
            value = f"{endpoint.value.partition(':')[0]}:{identifier.removeprefix(start)}"
            endpoint = msgspec.structs.replace(endpoint, value=value)
            used[identifier] = value
        _add((msgspec.structs.replace(find, endpoint=endpoint),), sightings)
    for identifier, value in used.items():
        named = sightings.values.get(value)
        if named is not None:  # otherwise there are too many
            _join(sightings.values.pop(identifier), named)
    _join_servers(sightings, rules)


def _join(one: _Seen, other: _Seen) -> None:
    """Count the places of an endpoint with those of another one."""
    other.count += one.count
    other.files |= one.files
    other.names.update(one.names)
    other.addresses.update(one.addresses)


def _join_servers(sightings: FairLimit[_Seen], rules: RuleFiles) -> None:
    """Count the identifier of a project with the server that the maker runs for it."""
    known = tuple(sightings.values.values())
    for one in known:
        rule = own_servers.rule_of(one.best.endpoint, rules)
        if rule is None or sum(own_servers.rule_of(other.best.endpoint, rules) is rule for other in known) > 1:
            continue
        server = own_servers.server_of(rule, one.files, (other.best for other in known), rules)
        if server is not None:
            found = sightings.values[server.value]
            found.best = msgspec.structs.replace(found.best, endpoint=server)
            found.project = one.best.endpoint
            _join(sightings.values.pop(one.best.endpoint.value), found)


def _without_guess(sightings: list[Sighting], app: App | None, others: Iterable[object]) -> list[Sighting]:
    """The sightings; a domain that only the bundle identifier names is no owner: nothing shows that it exists.

    Args:
        sightings: those of the app, with their owners.
        app: the app; its bundle identifier stands for the maker instead.
        others: texts that are no back ends, which can name the domain, too.
    """
    owner = next((one.owner for one in sightings if one.party is Party.FIRST), "")
    if app is None or owner in {"", app.vendor, app.bundle_id} or "." not in owner:
        return sightings
    named = re.compile(rf"(?<![A-Za-z0-9-]){re.escape(owner)}(?![\w-]|\.\w)", re.IGNORECASE)
    if any(named.search(text) for text in (*(one.endpoint.value for one in sightings), *map(str, others))):
        return sightings
    return [
        msgspec.structs.replace(one, owner=app.bundle_id) if one.party is Party.FIRST and one.owner == owner else one
        for one in sightings
    ]


def _owned(seen: _Seen, maker: Maker) -> Sighting:
    owned = maker.judge(seen.best.endpoint, seen.best.evidence)
    if owned.party is Party.UNKNOWN and seen.project is not None:
        owned = maker.judge(seen.project)
    endpoint = seen.best.endpoint
    if endpoint.kind is EndpointKind.CLOUD:
        endpoint = msgspec.structs.replace(endpoint, path="")
    return msgspec.structs.replace(
        seen.best,
        endpoint=endpoint,
        count=seen.count,
        party=owned.party,
        owner=owned.owner,
        party_reason=owned.reason,
        names=tuple(sorted(seen.names)),
        addresses=tuple(sorted(seen.addresses)),
    )


def _as_other_addresses(sightings: Sequence[Sighting], rules: RuleFiles) -> tuple[Sighting, ...]:
    """The sightings; hosts of unknown owner of which only the code of one SDK makes other addresses belong to it."""
    owners: dict[str, set[str]] = {}
    for one in sightings:
        if one.endpoint.host and one.party is not Party.UNKNOWN:
            library = code_library(one.evidence, rules) if one.party is Party.THIRD else ""
            owners.setdefault(one.endpoint.host, set()).add(library)
    alone = {host: next(iter(names)) for host, names in owners.items() if len(names) == 1 and "" not in names}
    found = []
    for one in sightings:
        owner = alone.get(one.endpoint.host, "") if one.party is Party.UNKNOWN else ""
        reason = f"another address of {one.endpoint.host} is in the code of the SDK {owner}"
        found.append(
            msgspec.structs.replace(one, party=Party.THIRD, owner=owner, party_reason=reason) if owner else one
        )
    return tuple(found)


def _distinct(credentials: Iterable[Credential]) -> Iterator[Credential]:
    """One credential per value and endpoint, under the kind that says most.

    A kind that says less, such as a password in an address, can know the endpoint: the value keeps it.
    """
    every = tuple(credentials)
    best: dict[str, int] = {}
    places: dict[str, dict[str, None]] = {}
    for one in every:
        if not one.evidence.user_rule:  # the rule of a user replaces no other
            rank = _GENERIC.get(one.kind, 0)
            best[one.fingerprint] = min(rank, best.get(one.fingerprint, rank))
        if one.endpoint:
            places.setdefault(one.fingerprint, {})[one.endpoint] = None
    told: set[tuple[str, str, str]] = set()
    for one in every:
        if one.fingerprint and _rank(one) > best.get(one.fingerprint, _LEAST):
            continue
        known = tuple(places.get(one.fingerprint, ())) if one.fingerprint and not one.endpoint else ()
        for endpoint in known or (one.endpoint,):
            if (one.kind, one.masked, endpoint) not in told:
                told.add((one.kind, one.masked, endpoint))
                yield msgspec.structs.replace(one, endpoint=endpoint) if known else one


def _paired(credentials: Iterable[Credential]) -> Iterator[Credential]:
    """The credentials, with the only AWS key id of the app as one with its secret if a secret is elsewhere in it."""
    every = tuple(credentials)
    ids = {one.fingerprint for one in every if one.kind == _AWS_ID}
    together = len(ids) == 1 and any(one.kind == _AWS_SECRET for one in every)
    for one in every:
        alone = one.kind == _AWS_ID and one.grade is CredentialGrade.LIMITED
        yield msgspec.structs.replace(one, grade=CredentialGrade.NORMAL) if together and alone else one


def _rank(one: Credential) -> int:
    return _GENERIC.get(one.kind, _OF_USER if one.evidence.user_rule else 0)
