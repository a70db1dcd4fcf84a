"""What the readers do alike: describe a resource that they found, or note why they could not."""

from collections.abc import Iterator
from typing import Any

from tieback.posture.describe.interface import About, UndescribedError
from tieback.posture.describe.kinds import Kind
from tieback.posture.facts import Facts
from tieback.posture.interface import Fact
from tieback.posture.source import PostureSource

MAX_REMEMBERED = 500_000


def described(source: PostureSource, line: int, kind: Kind | None, facts: Facts, about: About) -> Iterator[Fact]:
    """Yield the statements of a description; one without a resource is skipped with its reason."""
    if kind is None:
        return
    try:
        yield from kind.read(facts, about)
    except UndescribedError as error:
        source.skip(line, f"incomplete description of {kind.name}: {error}")


def elements(value: Any) -> list[Any]:
    """Return the elements of a list; an empty list for any other value."""
    return value if isinstance(value, list) else []


class Told:
    """Remembers described resources: some tools repeat the description with every check."""

    def __init__(self) -> None:
        self._seen: set[int] = set()

    def new(self, key: str) -> bool:
        """True on the first call for a key, as far as remembered."""
        mark = hash(key)
        if mark in self._seen:
            return False
        if len(self._seen) >= MAX_REMEMBERED:
            self._seen.clear()
        self._seen.add(mark)
        return True
