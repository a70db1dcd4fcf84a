"""Records of any table or JSON file: cells by folded column name."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tieback.intake.inventory.json_stream import iter_json_records
from tieback.intake.inventory.source import InventorySource
from tieback.intake.inventory.table import iter_cells

_MOST_NAMES = 1_000
_MOST_SHOWN = 12
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


def iter_records(
    source: InventorySource, known: Mapping[str, Iterable[str]] | None = None
) -> Iterator[tuple[int, dict[str, object]]]:
    """Yield each record of a table or of JSON (an array, an object, lines), with its number, by folded name.

    Args:
        source: the file; a note names the columns that are not known.
        known: the columns that are read, by the name that people write, with other folded names for each.

    Raises:
        InputError: the file is broken.
    """
    head = source.head()
    read = {fold(name) for word, others in (known or {}).items() for name in (word, *others)}
    ignored: dict[str, None] = {}
    rows: Iterable[tuple[int, Mapping[str, Any]]] = iter_cells(source)
    if head.lstrip()[:1] in (b"{", b"["):
        rows = iter_json_records(source, record_path(head), dict[str, Any])
    for number, cells in rows:
        record = {fold(name): value for name, value in cells.items()}
        if known is not None and len(ignored) < _MOST_NAMES and not read.issuperset(record):
            ignored.update(dict.fromkeys(name for name in cells if fold(name) not in read and name.strip()))
        yield number, record
    if known is not None and ignored:
        source.note(ignored_columns_text(ignored, known))


def ignored_columns_text(ignored: Collection[str], known: Iterable[str]) -> str:
    """A sentence that names the columns of a file that are not read, and those that are known."""
    names = [repr(name[:40]) for name in list(ignored)[:_MOST_SHOWN]]
    more = f" and {len(ignored) - _MOST_SHOWN:,} more" if len(ignored) > _MOST_SHOWN else ""
    what = "column is" if len(ignored) == 1 else "columns are"
    return f"{len(ignored):,} {what} ignored: {', '.join(names)}{more} (known: {', '.join(known)})"
