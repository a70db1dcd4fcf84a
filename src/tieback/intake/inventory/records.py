"""Records of any table or JSON file: cells by folded column name."""

import re
from collections.abc import Iterator
from typing import Any

from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import iter_cells

_NOT_LETTERS = re.compile(r"[\W_]+")
_ENVELOPE = re.compile(rb'\A\s*\{(?:\s*"[^"]{1,80}"\s*:\s*(?:"[^"]{0,200}"|[\d.eE+-]+|true|false|null)\s*,)*'
                       rb'\s*"([^"]{1,80})"\s*:\s*\[\s*\{')  # fmt: skip


def fold(text: str) -> str:
    """A name in lower case, without white space and punctuation."""
    return _NOT_LETTERS.sub("", text.casefold())


def record_path(head: bytes) -> tuple[str, ...]:
    """The path of the records in a JSON file, from its first bytes: a member of the outermost object, or none."""
    found = _ENVELOPE.match(head)
    return (found[1].decode("utf-8", "replace"),) if found else ()


def iter_records(source: InventorySource) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield each record of a table or of JSON (an array, an object, lines), with its number, by folded name.

    Raises:
        InputError: the file is broken.
    """
    head = source.head()
    if head.lstrip()[:1] in (b"{", b"["):
        for number, record in iter_json_records(source, record_path(head), dict[str, Any]):
            yield number, {fold(name): value for name, value in record.items()}
        return
    for number, cells in iter_cells(source):
        yield number, {fold(name): value for name, value in cells.items()}
