"""What a description of a resource is read with: whose word it is, and what the words around it tell."""

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
"""Engines as providers spell them, up to the first thing that is no letter, and the probe that asks them."""


class About(msgspec.Struct, frozen=True):
    """What stands around a description: who says it, when, and where the resource is."""

    source: str
    seen: str = ""
    account: str = ""
    region: str = ""
    key: str = ""
    """The resource's full name, where the export gives it beside the description."""
    name: str = ""


class UndescribedError(Exception):
    """Why a description tells of no resource; the text is for people."""


type Describe = Callable[[Facts, About], Iterator[Resource | Dependency]]


@lru_cache(maxsize=1000)
def product_of(engine: str) -> str:
    """The probe that asks an engine, from the provider's name of it; empty for an unknown one."""
    word = engine.strip().lower()
    for end in (len(word), word.find("_"), word.find(" "), word.find("-")):
        if end > 0 and word[:end] in SERVICES:
            return SERVICES[word[:end]]
    return next((product for name, product in SERVICES.items() if word.startswith(name)), "")


def at_rest(encrypted: Answer, key: str, *, without_key: AtRest = AtRest.ENCRYPTED) -> AtRest:
    """Encryption at rest from a flag and a key; whose key an id alone is, is told by the key's own description.

    Args:
        encrypted: the flag.
        key: id, ARN or alias; empty where none is named.
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
    """Yes where one is, no where all are, else unknown."""
    if Answer.YES in answers:
        return Answer.YES
    return Answer.UNKNOWN if Answer.UNKNOWN in answers or not answers else Answer.NO


def filled(facts: Facts, *keys: str) -> Answer:
    """Whether a list or object is there and not empty; unknown where the source does not speak of it."""
    found = facts.value(*keys)
    if found is None:
        return Answer.UNKNOWN
    return Answer.of(bool(found))


def positive(facts: Facts, *keys: str) -> Answer:
    """Whether a number is above 0."""
    number = facts.number(*keys)
    return Answer.UNKNOWN if number is None else Answer.of(number > 0)
