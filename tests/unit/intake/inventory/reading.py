"""Read an inventory as the program does. Every file of these tests is made up after the documentation of its source."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tieback.intake.inventory.open import open_inventory
from tieback.intake.inventory.source import InventorySource
from tieback.model.device import InventoryRow


class Read(NamedTuple):
    """What came of a file."""

    source: str
    shape: str
    rows: list[InventoryRow]
    skipped: int
    first_skipped: str


def read(
    folder: Path, content: str | bytes | dict[str, Any] | list[Any], name: str = "export", device: str = ""
) -> Read:
    """Write a file, recognise it and read it."""
    path = folder / name
    if isinstance(content, dict | list):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    source = InventorySource(path, device=device)
    importer, shape, _ = open_inventory(source)
    rows = list(importer.rows(source, shape))
    return Read(importer.meta.name, shape, rows, source.skipped, source.first_skipped)


def told(rows: list[InventoryRow], *names: str) -> Iterator[tuple[object, ...]]:
    """Some members of each row."""
    return (tuple(getattr(row, name) for name in names) for row in rows)
