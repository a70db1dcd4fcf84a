"""Reads texts as exports, and settles what they say."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from tieback.model.resource import Dependency, Resource
from tieback.posture.defaults import ProviderDefaults
from tieback.posture.interface import Fact
from tieback.posture.merge import merge_statements
from tieback.posture.open import open_export
from tieback.posture.source import Origin, PostureSource

SEEN = "2026-11-22T10:00:00Z"

type Read = Callable[..., tuple[list[Fact], PostureSource]]
type Settle = Callable[[Sequence[Fact]], Mapping[str, Resource]]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """What an export says, and its source; keywords are what the user says of it."""

    def of(text: str | bytes, **origin: str) -> tuple[list[Fact], PostureSource]:
        path = tmp_path / "export"
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        reader, source = open_export(path, Origin(**{"taken": SEEN, **origin}))
        return list(reader.facts(source)), source

    return of


@pytest.fixture
def settle() -> Settle:
    """Every resource by its key, as all facts together describe it."""

    def of(facts: Sequence[Fact]) -> Mapping[str, Resource]:
        about: dict[str, list[Dependency]] = {}
        said: dict[str, list[Resource]] = {}
        for fact in facts:
            if isinstance(fact, Dependency):
                about.setdefault(fact.id, []).append(fact)
            else:
                said.setdefault(fact.key, []).append(fact)
        return {key: merge_statements(ones, about, ProviderDefaults()) for key, ones in said.items()}

    return of
