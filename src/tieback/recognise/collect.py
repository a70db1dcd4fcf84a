"""Finds of one app become its lists: endpoints with counts and party, credentials, and what is no back end."""

from collections.abc import Iterable, Iterator

import msgspec

from tieback.model.app import App
from tieback.model.endpoint import EndpointKind
from tieback.model.sighting import Credential, NotBackend, Problem, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.ownership import Maker
from tieback.recognise.rules import Rules

__all__ = ["MAX_SIGHTINGS", "Collected", "Maker", "collect"]

MAX_SIGHTINGS = 5_000
"""Distinct endpoints of one app; also the cap of each other list."""
_GENERIC = ("generic_secret", "password_value")
"""Kinds of credentials that only their names tell."""


class Collected(msgspec.Struct, frozen=True):
    """What an app names, in the order in which it was first seen."""

    sightings: tuple[Sighting, ...]
    """One an endpoint value, with the first evidence and the number of places."""
    credentials: tuple[Credential, ...]
    not_backends: tuple[NotBackend, ...]
    problems: tuple[Problem, ...]


class _Bounded[T]:
    """Distinct values in first-seen order, up to the cap."""

    def __init__(self) -> None:
        self.values: dict[object, T] = {}
        self.left_out = False

    def add(self, key: object, value: T) -> None:
        if key in self.values:
            return
        if len(self.values) >= MAX_SIGHTINGS:
            self.left_out = True
            return
        self.values[key] = value


def collect(app: App | None, finds: Iterable[Find], rules: Rules | None = None) -> Collected:
    """Merge the finds of one app.

    Args:
        app: whose they are; without one no endpoint is first party.
        finds: from the extractors, in the order of the artifacts.
        rules: the rule files, where the caller holds them already.
    """
    rules = rules if rules is not None else Rules()
    sightings: _Bounded[Sighting] = _Bounded()
    passing: _Bounded[Sighting] = _Bounded()
    counts: dict[str, int] = {}
    credentials: _Bounded[Credential] = _Bounded()
    not_backends: _Bounded[NotBackend] = _Bounded()
    problems: _Bounded[Problem] = _Bounded()
    for find in finds:
        match find:
            case Sighting():
                if find.endpoint.kind is EndpointKind.URL and rules.not_backends.place_reason(find.evidence.file):
                    passing.add(find.endpoint.value, find)
                    continue
                sightings.add(find.endpoint.value, find)
                if find.endpoint.value in sightings.values:
                    counts[find.endpoint.value] = counts.get(find.endpoint.value, 0) + find.count
            case Credential():
                credentials.add((find.kind, find.masked, find.endpoint), find)
            case NotBackend():
                not_backends.add(find.value, find)
            case Problem():
                problems.add((find.what, find.where), find)
    for value, find in passing.values.items():
        if value not in sightings.values:
            reason = rules.not_backends.place_reason(find.evidence.file) or ""
            not_backends.add(value, NotBackend(str(value), reason))
        else:
            counts[str(value)] += find.count
    maker = Maker(app, rules)
    lists = (("endpoints", sightings), ("credentials", credentials), ("texts that are no back ends", not_backends))
    capped = [
        Problem(f"more than {MAX_SIGHTINGS:,} distinct {name}; the rest is left out", app.bundle_id if app else "")
        for name, values in lists
        if values.left_out
    ]
    return Collected(
        sightings=tuple(
            _owned(sighting, counts[sighting.endpoint.value], maker) for sighting in sightings.values.values()
        ),
        credentials=tuple(_distinct(credentials.values.values())),
        not_backends=tuple(not_backends.values.values()),
        problems=(*problems.values.values(), *capped),
    )


def _owned(sighting: Sighting, count: int, maker: Maker) -> Sighting:
    owned = maker.judge(sighting.endpoint, sighting.evidence)
    return msgspec.structs.replace(
        sighting, count=count, party=owned.party, owner=owned.owner, party_reason=owned.reason
    )


def _distinct(credentials: Iterable[Credential]) -> Iterator[Credential]:
    """Without those of no known form that another rule knows by its form."""
    every = tuple(credentials)
    known = {one.fingerprint for one in every if one.kind not in _GENERIC and one.fingerprint}
    return (one for one in every if one.kind not in _GENERIC or one.fingerprint not in known)
