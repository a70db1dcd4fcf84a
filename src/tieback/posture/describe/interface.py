"""Context of a resource description: its source, date and account, and shared helpers."""

from collections.abc import Callable, Iterator
from functools import lru_cache

import msgspec

from tieback.model.resource import Answer, AtRest, Dependency, Resource
from tieback.posture.facts import Facts

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
"""Engines as spelt by providers, up to the first non-letter, and the product that the probes use."""


class About(msgspec.Struct, frozen=True):
    """Context of a description: source, date, and location of the resource."""

    source: str
    seen: str = ""
    account: str = ""
    region: str = ""
    key: str = ""
    """Full name of the resource, if the export contains it outside the description."""
    name: str = ""


class UndescribedError(Exception):
    """A description contains no usable resource; the message is for users."""


type Describe = Callable[[Facts, About], Iterator[Resource | Dependency]]


@lru_cache(maxsize=1000)
def product_of(engine: str) -> str:
    """Return the product for an engine name of a provider; empty if unknown."""
    word = engine.strip().lower()
    for end in (len(word), word.find("_"), word.find(" "), word.find("-")):
        if end > 0 and word[:end] in SERVICES:
            return SERVICES[word[:end]]
    return next((product for name, product in SERVICES.items() if word.startswith(name)), "")


def at_rest(encrypted: Answer, key: str, *, without_key: AtRest = AtRest.ENCRYPTED) -> AtRest:
    """Return the encryption at rest from a flag and a key. The key's own description shows its owner.

    Args:
        encrypted: the flag.
        key: id, ARN or alias; empty if there is none.
        without_key: what a flag without a key means for this service.
    """
    if encrypted is Answer.NO:
        return AtRest.NONE
    if encrypted is Answer.UNKNOWN:
        return AtRest.UNKNOWN
    if not key:
        return without_key
    return AtRest.PROVIDER_KEY if "alias/aws/" in key else AtRest.ENCRYPTED


def either(*answers: Answer) -> Answer:
    """Return yes if one is yes, no if all are no, otherwise unknown."""
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers or not answers else Answer.NO


def filled(facts: Facts, *keys: str) -> Answer:
    """Return yes if a list or object is present and not empty; unknown if the source does not contain it."""
    found = facts.value(*keys)
    if found is None:
        return Answer.UNKNOWN
    return Answer.of(bool(found))


def positive(facts: Facts, *keys: str) -> Answer:
    """Return yes if a number is greater than 0."""
    number = facts.number(*keys)
    return Answer.UNKNOWN if number is None else Answer.of(number > 0)
