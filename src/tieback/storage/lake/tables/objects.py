"""Index results of remote objects: conversion to rows of the lake and back."""

from collections.abc import Iterator, Sequence
from typing import Any

import pyarrow as pa

from tieback.model.remote import ShardMember
from tieback.model.unit import Unit
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.schemas import rows_table

type IndexRow = tuple[str, str, int, int, str, str]
"""State of the object, member, first byte, size, SHA-256, kind."""


def object_table(results: Sequence[tuple[Unit, Sequence[ShardMember]]]) -> pa.Table:
    """The rows of a batch of objects."""
    rows: list[Sequence[Any]] = [
        (unit.key, unit.version, n, unit.source, one.name, one.start, one.size, one.sha256, one.kind)
        for unit, found in results
        for n, one in enumerate(found)
    ]
    return rows_table("objects", rows)


def read_objects(lake: Lake, version: str) -> Iterator[IndexRow]:
    """All index results of this version. Raises ``WorkspaceError``."""
    yield from lake.stream(
        'SELECT unit, member, "start", size, sha256, kind FROM objects WHERE version = ? ORDER BY unit, ordinal',
        [version],
    )
