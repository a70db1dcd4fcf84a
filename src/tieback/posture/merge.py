"""Merge of all sources into one view of a resource.

For each fact the newest statement counts; of two at the same time, the worse one. Unknown is not a statement. Members
of a cluster, databases of a server, and the policy and grants of a bucket are parts. Each part has its own newest
statement, and the whole is as bad as its worst part.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

from msgspec.structs import replace

from tieback.model.resource import AtRest, Dependency, Resource, TriState
from tieback.posture.defaults import ProviderDefaults
from tieback.posture.reach import MAX_PATH, with_key_owner, with_reachability

MAX_ENDPOINTS = 64
MAX_SOURCES = 20
_WORSE: Mapping[str, TriState] = {
    "flag": TriState.YES,
    "route": TriState.YES,
    "port": TriState.YES,
    "in_transit": TriState.NO,
    "authentication": TriState.NO,
    "backups": TriState.NO,
    "backups_encrypted": TriState.NO,
    "backups_public": TriState.YES,
    "logging": TriState.NO,
}
"""The worse value of each fact."""
_WORST_KEY = (AtRest.NONE, AtRest.PROVIDER_KEY, AtRest.ENCRYPTED, AtRest.CUSTOMER_KEY)
_HALVES = frozenset({"policy", "grants"})
"""Parts of a bucket's access that mean no only together."""
_TEXTS = ("account", "region", "service", "product", "engine", "name", "key_id")


def merge_statements(
    observations: Sequence[Resource],
    about: Mapping[str, Sequence[Dependency]],
    defaults: ProviderDefaults,
) -> Resource:
    """One resource from all statements about it.

    Args:
        observations: statements with the same key, at least one, in any order.
        about: dependencies by id; each list has the newest statement of each rule.
        defaults: defaults of the providers.
    """
    said = [with_key_owner(one, about) for one in observations]
    said.sort(key=lambda one: one.seen, reverse=True)
    whole = said[0] if len(said) == 1 and not said[0].part else _merged(said)
    whole = replace(whole, sources=_sources(said), part="")
    return defaults.apply(with_reachability(whole, about))


def _merged(said: Sequence[Resource]) -> Resource:
    """Merge ``said``, which is sorted with the newest first."""
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


def _newest(name: str, ones: Iterable[Resource], worse: TriState) -> TriState:
    found, when = TriState.UNKNOWN, ""
    for one in ones:
        answer = getattr(one, name)
        if answer is TriState.UNKNOWN:
            continue
        if found is TriState.UNKNOWN:
            found, when = answer, one.seen
        elif one.seen < when:
            break
        elif answer is worse:
            found = answer
    return found


def _newest_key(ones: Iterable[Resource]) -> AtRest:
    """The newest key; an older statement can name the owner if the newest one only reports encryption."""
    said = [one for one in ones if one.at_rest is not AtRest.UNKNOWN]
    for number, (_, some) in enumerate(groupby(said, key=lambda one: one.seen)):
        now = {one.at_rest for one in some}
        if AtRest.NONE in now:
            return AtRest.NONE if number == 0 else AtRest.ENCRYPTED
        for whose in (AtRest.PROVIDER_KEY, AtRest.CUSTOMER_KEY):
            if whose in now:
                return whose
    return AtRest.ENCRYPTED if said else AtRest.UNKNOWN


def _worst(answers: Iterable[TriState], worse: TriState) -> TriState:
    some = set(answers) - {TriState.UNKNOWN}
    if worse in some:
        return worse
    return next(iter(some), TriState.UNKNOWN)


def _together(answers: Mapping[str, TriState]) -> dict[str, TriState]:
    """A policy that admits no one is not evidence about the grants, and vice versa."""
    halves = {part: answer for part, answer in answers.items() if part in _HALVES}
    rest = {part: answer for part, answer in answers.items() if part not in _HALVES}
    if TriState.YES in halves.values() or set(halves) == _HALVES:
        return {**rest, **halves}
    return rest


def _path(said: Sequence[Resource]) -> tuple[str, ...]:
    """Only the newest statements of each source and part, because an older path can be closed by now."""
    newest: dict[tuple[str, str], str] = {}
    found: dict[str, None] = {}
    for one in said:
        if one.path and newest.setdefault((one.source, one.part), one.seen) == one.seen:
            found.update(dict.fromkeys(one.path))
    return tuple(found)[:MAX_PATH]


def _sources(said: Iterable[Resource]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(f"{one.source} {one.seen[:10]}".strip() for one in said))[:MAX_SOURCES]
