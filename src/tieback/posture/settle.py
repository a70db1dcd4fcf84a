"""Merges the statements of all sources about one resource.

For each property, the newest statement counts, and the worse one of the same time; unknown is not a statement. Members
of a cluster, databases of a server, and policy and grants of a bucket are parts. Each part has its own newest
statement, and the whole is as bad as its worst part.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from msgspec.structs import replace

from tieback.model.resource import Answer, AtRest, Dependency, Resource
from tieback.posture.defaults import Defaults
from tieback.posture.reach import MAX_PATH, reached, resolved_key

MAX_ENDPOINTS = 64
MAX_SOURCES = 20
_WORSE: Mapping[str, Answer] = {
    "flag": Answer.YES,
    "route": Answer.YES,
    "port": Answer.YES,
    "in_transit": Answer.NO,
    "authentication": Answer.NO,
    "backups": Answer.NO,
    "backups_encrypted": Answer.NO,
    "backups_public": Answer.YES,
    "logging": Answer.NO,
}
"""The worse answer per property."""
_WORST_KEY = (AtRest.NONE, AtRest.PROVIDER_KEY, AtRest.ENCRYPTED, AtRest.CUSTOMER_KEY)
_HALVES = frozenset({"policy", "grants"})
"""Parts of a bucket's access; only both together can deny access."""
_TEXTS = ("account", "region", "service", "product", "engine", "name", "key_id")


def settled(
    observations: Sequence[Resource],
    about: Mapping[str, Sequence[Dependency]],
    defaults: Defaults,
) -> Resource:
    """Merge all observations of one resource.

    Args:
        observations: observations with one key, at least one, in any order.
        about: dependencies by id; each list contains the newest statement per rule.
        defaults: provider defaults.
    """
    said = [resolved_key(one, about) for one in observations]
    said.sort(key=lambda one: one.seen, reverse=True)
    whole = said[0] if len(said) == 1 and not said[0].part else _merged(said)
    whole = replace(whole, sources=_sources(said), part="")
    return defaults.filled(reached(whole, about))


def _merged(said: Sequence[Resource]) -> Resource:
    """Merge observations, newest first."""
    parts: dict[str, list[Resource]] = {}
    for one in said:
        parts.setdefault(one.part, []).append(one)
    changes: dict[str, object] = {
        name: next((text for one in said if (text := getattr(one, name))), "") for name in _TEXTS
    }
    for name, worse in _WORSE.items():
        answers = {part: _newest(name, ones, worse) for part, ones in parts.items()}
        if name == "port" and not _HALVES.isdisjoint(parts):
            answers = _together(answers)
        changes[name] = _worst(answers.values(), worse)
    keys = [key for ones in parts.values() if (key := _newest_key(ones)) is not AtRest.UNKNOWN]
    changes["at_rest"] = min(keys, key=_WORST_KEY.index, default=AtRest.UNKNOWN)
    changes["listens"] = next((one.listens for one in said if one.listens is not None), None)
    changes["planned"] = all(one.planned for one in said)
    for name, most in (
        ("endpoints", MAX_ENDPOINTS),
        ("addresses", MAX_ENDPOINTS),
        ("cloud", MAX_ENDPOINTS),
        ("needs", 200),
        ("subnets", 200),
        ("problems", MAX_SOURCES),
    ):
        changes[name] = tuple(dict.fromkeys(item for one in said for item in getattr(one, name)))[:most]
    changes["path"] = _path(said)
    return replace(said[0], **changes)


def _newest(name: str, ones: Iterable[Resource], worse: Answer) -> Answer:
    found, when = Answer.UNKNOWN, ""
    for one in ones:
        answer = getattr(one, name)
        if answer is Answer.UNKNOWN:
            continue
        if found is Answer.UNKNOWN:
            found, when = answer, one.seen
        elif one.seen < when:
            break
        elif answer is worse:
            found = answer
    return found


def _newest_key(ones: Iterable[Resource]) -> AtRest:
    """Encryption at rest from observations, newest first; an older one may add the key owner."""
    said = [one for one in ones if one.at_rest is not AtRest.UNKNOWN]
    for number, (_, some) in enumerate(groupby(said, key=lambda one: one.seen)):
        now = {one.at_rest for one in some}
        if AtRest.NONE in now:
            return AtRest.NONE if number == 0 else AtRest.ENCRYPTED
        for whose in (AtRest.PROVIDER_KEY, AtRest.CUSTOMER_KEY):
            if whose in now:
                return whose
    return AtRest.ENCRYPTED if said else AtRest.UNKNOWN


def _worst(answers: Iterable[Answer], worse: Answer) -> Answer:
    some = set(answers) - {Answer.UNKNOWN}
    if worse in some:
        return worse
    return next(iter(some), Answer.UNKNOWN)


def _together(answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """A policy that denies access makes no statement about the grants, and vice versa."""
    halves = {part: answer for part, answer in answers.items() if part in _HALVES}
    rest = {part: answer for part, answer in answers.items() if part not in _HALVES}
    if Answer.YES in halves.values() or set(halves) == _HALVES:
        return {**rest, **halves}
    return rest


def _path(said: Sequence[Resource]) -> tuple[str, ...]:
    """Newest path per source and part, because an older path may be closed."""
    newest: dict[tuple[str, str], str] = {}
    found: dict[str, None] = {}
    for one in said:
        if one.path and newest.setdefault((one.source, one.part), one.seen) == one.seen:
            found.update(dict.fromkeys(one.path))
    return tuple(found)[:MAX_PATH]


def _sources(said: Iterable[Resource]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.source} {one.seen[:10]}".strip() for one in said))[:MAX_SOURCES]
