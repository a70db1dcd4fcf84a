"""Shared steps of the readers: describe a resource, or record why that failed."""

from collections.abc import Iterable, Iterator
from typing import Any

from tieback.posture.describe.interface import DescriptionContext, NotAResourceError
from tieback.posture.describe.kinds import ResourceType
from tieback.posture.facts import ExportObject
from tieback.posture.interface import Fact
from tieback.posture.source import PostureSource

MAX_REMEMBERED = 500_000


def describe(
    source: PostureSource, line: int, kind: ResourceType | None, facts: ExportObject, about: DescriptionContext
) -> Iterator[Fact]:
    """The facts of a description. One that gives no resource is skipped with its reason."""
    if kind is None:
        return
    try:
        yield from kind.read(facts, about)
    except NotAResourceError as error:
        source.skip(line, f"incomplete description of {kind.name}: {error}")


def count_record(source: PostureSource, facts: Iterable[Fact]) -> Iterator[Fact]:
    """The facts of one record. A record without any, that was not left out for a reason, is about no data store."""
    noted = source.skipped + source.missed
    empty = True
    for fact in facts:
        empty = False
        yield fact
    if empty and source.skipped + source.missed == noted:
        source.other += 1


def list_elements(value: Any) -> list[Any]:
    """The elements of a value that should be a list; empty for any other value."""
    return value if isinstance(value, list) else []


class DescribedResources:
    """Resources that were already described: some tools repeat the description with each check of a resource."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def new(self, key: str) -> bool:
        """True for the first description of a key, as far as the bounded memory reaches."""
        mark = hash(key)
        if mark in self._seen:
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen.add(mark)
        return True
