"""Merge the finds of one app: endpoints with counts and party, credentials, and texts that are not back ends.

An endpoint in fifty places is one sighting with its count, the best evidence, and the names of its containers. The
order of evidence is: name of a key or resource, method, plain string, raw bytes.
"""

import re
from collections.abc import Iterable, Iterator

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import Endpoint, EndpointKind
from tieback.model.public_key import PublicKey
from tieback.model.sighting import Credential, Evidence, NotBackend, Problem, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.ownership import Maker, is_maker_evidence
from tieback.recognise.rules import RuleFiles

__all__ = ["MAX_SIGHTINGS", "AppFinds", "Maker", "merge_finds"]

MAX_SIGHTINGS = 5_000
"""Most distinct endpoints of one app; also the limit of each other list."""
MAX_NAMES = 256
"""Most containers of one endpoint, and most public keys of one app."""
_HOW = {"dex-flow": 1, "manifest": 2, "entitlement": 2, "native-string": 3, "binary": 3}
"""Ranks of evidence without the name of a key or resource."""
_ENCODINGS = frozenset({"percent", "unicode", "base64", "reversed"})
_ENCODED = 4
_EXAMPLE = re.compile(r"(?:resource:string|config)[:/](?:\w{1,60}_)?(?:example|placeholder|sample)(?:_\w{1,60})?/")
"""Evidence of a text that shows the user what to enter."""
_GENERIC = {
    "oauth_client_secret": 1,
    "generic_secret": 2,
    "generic_api_key": 2,
    "database_password": 1,
    "password_value": 2,
    "jwt_secret": 1,
    "http_api_key": 2,
    "http_bearer": 2,
    "http_auth_password": 2,
    "named_secret": 3,
    "named_password": 3,
}
"""Kinds of credentials that are recognised only by their names, with a rank: a higher one says less."""


class AppFinds(msgspec.Struct, frozen=True):
    """Endpoints and credentials of an app, in the order of first appearance."""

    sightings: tuple[Sighting, ...]
    """One sighting per endpoint value, with the best evidence, the number of places and the names of its containers."""
    credentials: tuple[Credential, ...]
    not_backends: tuple[NotBackend, ...]
    problems: tuple[Problem, ...]
    keys: tuple[PublicKey, ...] = ()
    """Values of credentials that are public by design and that a probe needs; no other credential values."""


class _Bounded[T]:
    """Distinct values in the order of first appearance, up to the limit."""

    def __init__(self) -> None:
        self.values: dict[object, T] = {}
        self.left_out = False

    def add(self, key: object, value: T) -> T | None:
        """Store a value unless its key exists. Returns the stored value, or ``None`` if the limit is reached."""
        known = self.values.get(key)
        if known is not None:
            return known
        if len(self.values) >= MAX_SIGHTINGS:
            self.left_out = True
            return None
        self.values[key] = value
        return value


class _Seen(msgspec.Struct):
    """An endpoint and its places so far."""

    best: Sighting
    count: int = 0
    names: dict[str, None] = msgspec.field(default_factory=dict)

    def add(self, find: Sighting) -> None:
        """Count one more place, and keep its evidence if it is better."""
        endpoint = self.best.endpoint if self.best.endpoint.host else find.endpoint
        if _worth(find.evidence) < _worth(self.best.evidence):
            self.best = find
        self.best = msgspec.structs.replace(self.best, endpoint=endpoint)
        self.count += find.count
        if find.endpoint.kind is EndpointKind.CLOUD and find.endpoint.path and len(self.names) < MAX_NAMES:
            self.names[find.endpoint.path] = None


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
    sightings: _Bounded[_Seen] = _Bounded()
    passing: _Bounded[_Seen] = _Bounded()
    credentials: _Bounded[Credential] = _Bounded()
    keys: _Bounded[PublicKey] = _Bounded()
    not_backends: _Bounded[NotBackend] = _Bounded()
    problems: _Bounded[Problem] = _Bounded()
    loose: list[Sighting] = []
    told: dict[tuple[str, str], tuple[Endpoint, str]] = {}
    for find in _noting(finds, told):
        match find:
            case Sighting() if find.endpoint.kind is EndpointKind.CLOUD and find.endpoint.value.endswith(":"):
                if len(loose) < MAX_NAMES:
                    loose.append(find)
            case Sighting():
                only_text = _text_reason(find.evidence, rules)
                seen = (passing if only_text else sightings).add(find.endpoint.value, _Seen(find))
                if seen is not None:
                    seen.add(find)
            case Credential():
                credentials.add((find.kind, find.masked, find.endpoint), find)
            case PublicKey():
                keys.add((find.kind, find.value), find)
            case NotBackend():
                not_backends.add(find.value, find)
            case Problem():
                problems.add((find.what, find.where), find)
    for value, found in passing.values.items():
        real = sightings.values.get(value)
        if real is None:
            reason = _text_reason(found.best.evidence, rules) or ""
            not_backends.add(value, NotBackend(str(value), reason))
        else:
            real.count += found.count
    _settle(loose, sightings.values.values())
    _name(sightings.values, rules)
    maker = Maker(app, rules)
    maker.learn_from(told.values())
    lists = (("endpoints", sightings), ("credentials", credentials), ("hosts that are not back ends", not_backends))
    capped = [
        Problem(f"more than {MAX_SIGHTINGS:,} distinct {name}; the rest is left out", app.bundle_id if app else "")
        for name, values in lists
        if values.left_out
    ]
    return AppFinds(
        sightings=tuple(_owned(seen, maker) for seen in sightings.values.values()),
        credentials=tuple(_distinct(credentials.values.values())),
        not_backends=tuple(one for one in not_backends.values.values() if one.value not in sightings.values),
        problems=(*problems.values.values(), *capped),
        keys=tuple(keys.values.values())[:MAX_NAMES],
    )


def _noting(finds: Iterable[Find], told: dict[tuple[str, str], tuple[Endpoint, str]]) -> Iterator[Find]:
    """The finds, unchanged. Those that can show which domains belong to the maker are recorded on the way."""
    for find in finds:
        if isinstance(find, Sighting) and is_maker_evidence(find.evidence.how) and len(told) < MAX_SIGHTINGS:
            told.setdefault((find.endpoint.host, find.evidence.how), (find.endpoint, find.evidence.how))
        yield find


def _text_reason(evidence: Evidence, rules: RuleFiles) -> str | None:
    """Why a URL that is only in such places is not a back end, or ``None``."""
    if _EXAMPLE.match(evidence.how):
        return "only in a resource that is named as an example"
    return rules.not_backends.place_reason(evidence.file)


def _settle(loose: Iterable[Sighting], seen: Iterable[_Seen]) -> None:
    """Assign containers without a project to the only project of that kind in their file, or else in the app."""
    projects: dict[str, list[_Seen]] = {}
    for one in seen:
        if one.best.endpoint.kind is EndpointKind.CLOUD:
            projects.setdefault(one.best.endpoint.value.partition(":")[0], []).append(one)
    for find in loose:
        endpoint = find.endpoint
        of_kind = projects.get(endpoint.value.removesuffix(":"), [])
        beside = [one for one in of_kind if one.best.evidence.file == find.evidence.file]
        of_kind = beside or of_kind
        if len(of_kind) == 1 and len(of_kind[0].names) < MAX_NAMES:
            of_kind[0].names[endpoint.path] = None


def _name(sightings: dict[object, _Seen], rules: RuleFiles) -> None:
    """Name a resource on a shared host by the only identifier of its kind in the app."""
    named = [rule for rule in rules.cloud.hosts if rule.named_by]
    for seen in sightings.values():
        endpoint = seen.best.endpoint
        kind = endpoint.value.partition(":")[0]
        if endpoint.kind is not EndpointKind.CLOUD or all(rule.kind != kind for rule in named):
            continue
        for rule in named:
            if rule.kind != kind or rule.host_pattern.fullmatch(endpoint.host) is None:
                continue
            names = [str(value) for value in sightings if str(value).startswith(f"{rule.named_by}:")]
            if len(names) == 1:
                value = f"{kind}:{names[0].partition(':')[2]}"
                seen.best = msgspec.structs.replace(seen.best, endpoint=msgspec.structs.replace(endpoint, value=value))


def _owned(seen: _Seen, maker: Maker) -> Sighting:
    owned = maker.judge(seen.best.endpoint, seen.best.evidence)
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
    )


def _distinct(credentials: Iterable[Credential]) -> Iterator[Credential]:
    """The credentials without those that a rule with a better rank recognises too."""
    every = tuple(credentials)
    best: dict[str, int] = {}
    for one in every:
        rank = _GENERIC.get(one.kind, 0)
        best[one.fingerprint] = min(rank, best.get(one.fingerprint, rank))
    return (one for one in every if not one.fingerprint or _GENERIC.get(one.kind, 0) <= best[one.fingerprint])
