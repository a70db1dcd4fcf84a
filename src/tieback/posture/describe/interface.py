"""Common inputs of the description readers: source and location of a resource, and shared helpers."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from tieback.model.resource import AtRest, Dependency, Resource, TriState
from tieback.posture.facts import ExportObject

SERVICES = {
    "postgres": "postgresql",
    "postgresql": "postgresql",
    "aurora-postgresql": "postgresql",
    "redshift": "postgresql",
    "mysql": "mysql",
    "aurora": "mysql",
    "aurora-mysql": "mysql",
    "mariadb": "mysql",
    "docdb": "mongodb",
    "mongodb": "mongodb",
    "neptune": "neptune",
    "redis": "redis",
    "valkey": "redis",
    "memcached": "memcached",
    "sqlserver": "mssql",
    "oracle": "oracle",
    "db2": "drda",
}
"""Probes by engine name, as providers spell it up to the first character that is not a letter."""


class DescriptionContext(msgspec.Struct, frozen=True):
    """Context of a description: its source, its time, and the location of the resource."""

    source: str
    seen: str = ""
    account: str = ""
    region: str = ""
    key: str = ""
    """Full name of the resource, if the export has it next to the description."""
    name: str = ""


class NotAResourceError(Exception):
    """Why a description gives no resource; the text is shown to users."""


type Describe = Callable[[ExportObject, DescriptionContext], Iterator[Resource | Dependency]]


@lru_cache(maxsize=1000)
def product_of(engine: str) -> str:
    """The probe for an engine, from the provider's name of it; empty for an unknown engine."""
    word = engine.strip().lower()
    for end in (len(word), word.find("_"), word.find(" "), word.find("-")):
        if end > 0 and word[:end] in SERVICES:
            return SERVICES[word[:end]]
    return next((product for name, product in SERVICES.items() if word.startswith(name)), "")


def at_rest(encrypted: TriState, key: str, *, without_key: AtRest = AtRest.ENCRYPTED) -> AtRest:
    """Encryption at rest from a flag and a key. If the key is only an id, the description of the key shows its owner.

    Args:
        encrypted: the flag.
        key: id, ARN or alias; empty if no key is named.
        without_key: meaning of a flag without a key for this service.
    """
    if encrypted is TriState.NO:
        return AtRest.NONE
    if encrypted is TriState.UNKNOWN:
        return AtRest.UNKNOWN
    if not key:
        return without_key
    return AtRest.PROVIDER_KEY if "alias/aws/" in key else AtRest.ENCRYPTED


def either(*answers: TriState) -> TriState:
    """Yes if one answer is yes, no if all are no, otherwise unknown."""
    if TriState.YES in answers:
        return TriState.YES
    return TriState.UNKNOWN if TriState.UNKNOWN in answers or not answers else TriState.NO


def is_present(facts: ExportObject, *keys: str) -> TriState:
    """Whether a list or object is present and not empty; unknown if the source does not contain the key."""
    found = facts.value(*keys)
    if found is None:
        return TriState.UNKNOWN
    return TriState.of(bool(found))


def is_positive(facts: ExportObject, *keys: str) -> TriState:
    """Return yes if a number is greater than 0."""
    number = facts.number(*keys)
    return TriState.UNKNOWN if number is None else TriState.of(number > 0)
