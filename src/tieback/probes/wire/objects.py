"""Records in the beginning of an object of a bucket: rows of CSV and TSV, documents of JSON and JSON Lines.

The object may be cut off anywhere: what is incomplete at its end is left out. Sources: RFC 4180, RFC 8259,
https://jsonlines.org.
"""

import csv
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cache
from importlib import resources
from itertools import islice

import msgspec

from tieback.probes.wire.columns import is_field_name

KINDS = ("csv", "tsv", "json", "jsonl", "ndjson")
"""Extensions of objects whose records can be read."""
_DELIMITERS = {"tsv": "\t"}
_TRIED = (",", ";", "\t", "|")
_MAX_CELLS = 400
_MAX_LINE = 16 * 1024
_VALUE = re.compile(r"[0-9@]")
_WORD = re.compile(r"[A-ZÀ-Þ]*[a-zß-ÿ]+|[A-ZÀ-Þ]+")
_IDENTIFIER = re.compile(r"[a-z][a-z0-9]*(?:[_A-Z-][A-Za-z0-9]*)*")
"""A name as programs write it. A capital at the beginning may begin the name of a person."""
_COMPARED = 10
_CONTRASTS = 2
"""Minimum number of rows below a header that is recognised by contrast."""
_LISTS = 40
"""Maximum number of lists in a document that are tried as the list of its records."""


def object_kind(name: str) -> str:
    """Extension of an object's name if its records can be read; empty otherwise."""
    kind = name.rpartition(".")[2].lower() if "." in name else ""
    return kind if kind in KINDS else ""


def object_records(data: bytes, kind: str, most: int, *, cut: bool) -> list[object]:
    """Return the first records of an object.

    Args:
        data: its beginning.
        kind: one of ``KINDS``.
        most: maximum number of records.
        cut: whether the object goes on after ``data``.
    """
    text = data.decode("utf-8-sig", "replace")
    if kind in ("csv", "tsv"):
        return list(islice(_rows(text, kind, cut=cut), most))
    if kind in ("jsonl", "ndjson") or "}\n{" in text or "}\r\n{" in text:
        return list(islice(_lines(text), most))
    return list(islice(_documents(text), most))


def _rows(text: str, kind: str, *, cut: bool) -> Iterator[object]:
    lines = [line for line in text.splitlines() if line.strip()]
    if cut:
        lines = lines[:-1]
    lines = [line for line in lines if len(line) <= _MAX_LINE and "\0" not in line]
    if not lines:
        return
    delimiter = _DELIMITERS.get(kind) or max(_TRIED, key=lines[0].count)
    rows: list[list[str]] = []
    with suppress(csv.Error):
        rows.extend(row[:_MAX_CELLS] for row in islice(csv.reader(lines, delimiter=delimiter), 1000))
    names = _header(rows) if rows else None
    width = max(map(len, rows), default=0)
    told = names if names is not None else [f"column {place}" for place in range(1, width + 1)]
    for row in rows if names is None else rows[1:]:
        yield dict(zip(told, row, strict=False))


def _header(rows: Sequence[Sequence[str]]) -> list[str] | None:
    """Names of the columns if the first row has them. A name that may be a value is replaced by its place.

    The first row is a header if half of its cells have a word of headers, or if the cells below one of them have digits
    or an ``@`` and it has not.
    """
    first, rest = [cell.strip() for cell in rows[0]], rows[1 : 1 + _COMPARED]
    if not all(first) or len(set(first)) < len(first) or any("@" in cell for cell in first):
        return None
    worded = [bool(_words(cell) & header_words()) for cell in first]
    contrasts = len(rest) >= _CONTRASTS and any(
        not _VALUE.search(cell) and all(at < len(row) and _VALUE.search(row[at]) for row in rest)
        for at, cell in enumerate(first)
    )
    if not contrasts and 2 * sum(worded) < len(first):
        return None
    return [
        cell if is_field_name(cell) and (known or _IDENTIFIER.fullmatch(cell)) else f"column {place}"
        for place, (cell, known) in enumerate(zip(first, worded, strict=True), start=1)
    ]


def _words(cell: str) -> set[str]:
    """Words of a cell in lower case; ``firstName`` and ``first_name`` have two."""
    return {word.lower() for word in _WORD.findall(cell)}


@cache
def header_words() -> frozenset[str]:
    """Words of header lines, from ``header_words.toml``."""
    data = resources.files("tieback.probes.wire").joinpath("header_words.toml").read_bytes()
    return frozenset(msgspec.toml.decode(data, type=_HeaderWords).words)


class _HeaderWords(msgspec.Struct):
    words: list[str]


def _lines(text: str) -> Iterator[object]:
    for line in text.splitlines():
        document = _whole(line) if 1 < len(line) <= _MAX_LINE else None
        if isinstance(document, dict):
            yield document


def _documents(text: str) -> Iterator[object]:
    """The items of the first list of mappings; without one, the document itself."""
    document = _whole(text)
    if isinstance(document, dict):
        lists = [one for one in document.values() if isinstance(one, list) and one and isinstance(one[0], dict)]
        yield from max(lists, key=len) if lists else [document]
        return
    at = text.find("[")
    for _ in range(_LISTS):
        if at < 0:
            return
        items = list(islice(_items(text, at + 1), 100))
        if items:
            yield from items
            return
        at = text.find("[", at + 1)


def _items(text: str, at: int) -> Iterator[object]:
    """Complete mappings of a list that may be cut off."""
    decoder = json.JSONDecoder()
    while True:
        while at < len(text) and text[at] in " \t\r\n,":
            at += 1
        if at >= len(text) or text[at] != "{":
            return
        try:
            item, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        yield item


def _whole(text: str) -> object:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
