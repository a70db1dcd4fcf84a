"""The sightings of a report as JSON, column by column: without a Python object per row.

The text is that of ``encode_row`` for each ``AppSighting``. The template comes from ``encode_row`` itself, so a new
field of the model appears with its default.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from tieback.model.endpoint import Endpoint
from tieback.model.report.apps import AppSighting
from tieback.model.sighting import Evidence, Sighting
from tieback.report.encoding import encode_row

if TYPE_CHECKING:
    import pyarrow as pa

_FIELD = re.compile(rb'"@(\w+)@"')
_UNUSUAL = r"[^ !#-\[\]-~]|##\["
"""A character that JSON, or ``escape_json``, may escape."""
_NUMBERS = frozenset({"port", "count", "offset"})
_LISTS = frozenset({"names", "addresses", "chain"})
_EMPTY_TEXTS = frozenset({"owner", "party_reason"})
"""Null in parts of earlier releases, empty in the document."""


def encode_sightings(batches: "Iterable[pa.RecordBatch]") -> Iterator[bytes]:
    """Rows of ``AppSighting`` as JSON, in pieces; the rows of a piece are separated by commas.

    Args:
        batches: columns named as in ``_template``; lists may be null.
    """
    literals, names = _template()
    for batch in batches:
        if batch.num_rows:
            yield _encoded(batch, literals, names)


def _template() -> tuple[list[str], list[str]]:
    """The constant text before, between and after the fields of a row, and the names of the fields."""
    row = AppSighting(
        _mark("unit"),
        _mark("app_path"),
        Sighting(
            Endpoint(*map(_mark, ("kind", "value", "scheme", "host", "port", "path", "service"))),
            _mark("count"),
            _mark("party"),
            Evidence(*map(_mark, ("file", "offset", "how", "context", "chain"))),
            owner=_mark("owner"),
            party_reason=_mark("party_reason"),
            names=_mark("names"),
            addresses=_mark("addresses"),
        ),
    )
    parts = _FIELD.split(encode_row(row))
    return [part.decode() for part in parts[::2]], [part.decode() for part in parts[1::2]]


def _mark(name: str) -> Any:
    return f"@{name}@"


def _encoded(batch: "pa.RecordBatch", literals: list[str], names: list[str]) -> bytes:
    import pyarrow as pa
    import pyarrow.compute as pc

    pieces: list[pa.Array | str] = []
    before = literals[0]
    for name, after in zip(names, literals[1:], strict=True):
        column = batch[name]
        if name in _LISTS:
            text: pa.Array | str = _lists(column)
        elif name in _NUMBERS:
            text = pc.fill_null(pc.cast(column, pa.string()), "null")
        else:
            column = pc.fill_null(column, "") if name in _EMPTY_TEXTS else column
            usual = not column.null_count and not pc.any(pc.match_substring_regex(column, _UNUSUAL)).as_py()
            text = column if usual else _quoted(column)
            if usual:
                pieces += [f'{before}"', text]
                before = f'"{after}'
                continue
        if isinstance(text, str):
            before += text + after
        else:
            pieces += [before, text]
            before = after
    rows = pc.binary_join_element_wise(*(_large(one) for one in (*pieces, f"{before},", "")))
    return _bytes(rows)[:-1]


def _large(piece: "pa.Array | str") -> Any:
    import pyarrow as pa

    return pa.scalar(piece, pa.large_string()) if isinstance(piece, str) else piece.cast(pa.large_string())


def _quoted(column: "pa.Array") -> "pa.Array":
    """Each text as JSON, each distinct one encoded once; null for no text."""
    import pyarrow as pa

    distinct = column.dictionary_encode()
    texts = pa.array([encode_row(text).decode() for text in distinct.dictionary.to_pylist()], pa.string())
    return texts.take(distinct.indices).fill_null("null")


def _lists(column: "pa.Array") -> "pa.Array | str":
    """Each list of texts as JSON; null is an empty list."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not pc.any(pc.greater(pc.fill_null(pc.list_value_length(column), 0), 0)).as_py():
        return "[]"
    return pa.array([encode_row(texts or ()).decode() for texts in column.to_pylist()], pa.string())


def _bytes(rows: "pa.LargeStringArray") -> bytes:
    """The texts of an array without separators."""
    import numpy as np

    _, offsets, data = rows.buffers()
    ends = np.frombuffer(offsets, np.int64)[rows.offset : rows.offset + len(rows) + 1]
    return memoryview(data)[int(ends[0]) : int(ends[-1])].tobytes()
