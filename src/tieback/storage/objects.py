"""Index results of remote objects: conversion to rows of the lake and back."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import pyarrow as pa

from tieback.storage.apps import Named
from tieback.storage.lake import Lake
from tieback.storage.schemas import rows_table


class MemberLike(Protocol):
    """A file in an object, or the object itself, as described in ``intake.places.shard``."""

    @property
    def name(self) -> str: ...  # noqa: D102 - as in ``intake.places.shard.Member``
    @property
    def start(self) -> int: ...  # noqa: D102
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def sha256(self) -> str: ...  # noqa: D102
    @property
    def kind(self) -> str: ...  # noqa: D102


type Found = tuple[str, str, int, int, str, str]
"""State of the object, member, first byte, size, SHA-256, kind."""


class Surveyed(Named, Protocol):
    """The unit of an object."""

    @property
    def source(self) -> str: ...  # noqa: D102 - as in ``engine.interface.Unit``


def object_table(results: Sequence[tuple[Surveyed, Sequence[MemberLike]]]) -> pa.Table:
    """The rows of a batch of objects."""
    rows: list[Sequence[Any]] = [
        (unit.key, unit.version, n, unit.source, one.name, one.start, one.size, one.sha256, one.kind)
        for unit, found in results
        for n, one in enumerate(found)
    ]
    return rows_table("objects", rows)


def read_objects(lake: Lake, version: str) -> Iterator[Found]:
    """All index results of this version. Raises ``WorkspaceError``."""
    yield from lake.stream(
        'SELECT unit, member, "start", size, sha256, kind FROM objects WHERE version = ? ORDER BY unit, ordinal',
        [version],
    )
