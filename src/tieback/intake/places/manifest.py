"""Manifests: one row per input file, as CSV, TSV, JSON lines or Parquet, or as a plain list of paths and URLs.

Columns by name, in any order: ``path`` (or ``url``, ``file``), and optionally ``sha256``, ``size`` (bytes), ``kind``
(``app`` or ``traffic``), and ``offset`` (of a member in a shard). Other columns are ignored. A manifest is read as a
stream; an invalid row is an error in the stream, and the rows after it are read. CSV is RFC 4180.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from tieback.model.errors import InputError
from tieback.model.remote import UNKNOWN_SIZE

MAX_LINE = 65_536
ROWS_A_BATCH = 4096
KINDS = frozenset({"", "app", "traffic"})
_NAMES = {
    "path": ("path", "url", "uri", "file"),
    "sha256": ("sha256", "sha-256"),
    "size": ("size", "bytes"),
    "kind": ("kind",),
    "start": ("offset",),
}
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


class ManifestRow(msgspec.Struct, frozen=True):
    """One file of a manifest."""

    path: str
    """The path or URL as in the manifest."""
    sha256: str = ""
    """Lower-case hexadecimal; empty if unknown."""
    size: int = UNKNOWN_SIZE
    kind: str = ""
    start: int = 0


def read_manifest(path: Path) -> Iterator[ManifestRow | InputError]:
    """Yield the rows of a manifest in order, and an error for each invalid one; never raises."""
    try:
        with path.open("rb") as file:
            head = file.read(4)
            file.seek(0)
            if head == b"PAR1":
                yield from _parquet(path)
            else:
                yield from read_lines(file, str(path), path.suffix.lower())
    except OSError as error:
        yield InputError(
            f"the manifest cannot be read ({error.strerror})",
            where=str(path),
            advice="Check the path and its permissions",
        )


def read_lines(file: BinaryIO | Iterable[bytes], where: str, suffix: str = "") -> Iterator[ManifestRow | InputError]:
    """Yield the rows of a text manifest; its suffix and first line decide the format. Raises what ``file`` raises."""
    lines = _lines(file, where)
    first = next(lines, None)
    if first is None:
        yield InputError("the manifest is empty", where=where, advice="Write one path or URL per line")
        return
    if isinstance(first, InputError):
        yield first
        return
    number, text = first

    def whole() -> Iterator[tuple[int, str] | InputError]:
        yield number, text
        yield from lines

    if suffix in {".jsonl", ".ndjson", ".json"} or text.startswith("{"):
        yield from _json(whole(), where)
    elif suffix in {".csv", ".tsv"} or set(_split_header(text)) & set(_NAMES["path"]):
        yield from _table(text, lines, where, "\t" if suffix == ".tsv" or "\t" in text else ",")
    else:
        for line in whole():
            if isinstance(line, InputError):
                yield line
            elif not line[1].startswith("#"):
                yield ManifestRow(line[1])


def _split_header(text: str) -> list[str]:
    return [name.strip(' "').lower() for name in re.split(r"[,\t]", text[:4096])]


def _lines(file: BinaryIO | Iterable[bytes], where: str) -> Iterator[tuple[int, str] | InputError]:
    """Lines that are not empty, with their numbers."""
    held, number = b"", 0
    pieces = iter(lambda: file.read(MAX_LINE), b"") if hasattr(file, "read") else iter(file)
    too_long = False
    for piece in pieces:
        *whole, held = (held + bytes(piece)).split(b"\n")
        for line in whole:
            number += 1
            if too_long or len(line) > MAX_LINE:
                too_long = False
                yield _wrong("the line is longer than 64 KiB", where, number)
                continue
            yield from _line(line, where, number)
        if len(held) > MAX_LINE:
            too_long, held = True, b""
    if too_long:
        yield _wrong("the line is longer than 64 KiB", where, number + 1)
    elif held:
        yield from _line(held, where, number + 1)


def _line(line: bytes, where: str, number: int) -> Iterator[tuple[int, str] | InputError]:
    try:
        text = line.decode("utf-8-sig" if number == 1 else "utf-8").strip("\r\n ")
    except UnicodeDecodeError:
        yield _wrong("the line is not UTF-8", where, number)
        return
    if text:
        yield number, text


def _json(lines: Iterable[tuple[int, str] | InputError], where: str) -> Iterator[ManifestRow | InputError]:
    for line in lines:
        if isinstance(line, InputError):
            yield line
            continue
        number, text = line
        try:
            found = msgspec.json.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            found = None
        if isinstance(found, dict):
            yield _row({str(name).lower(): value for name, value in found.items()}, where, number)
        else:
            yield _wrong("the line is not a JSON object", where, number)


def _table(
    header: str, lines: Iterator[tuple[int, str] | InputError], where: str, delimiter: str
) -> Iterator[ManifestRow | InputError]:
    names = [name.strip(' "').lower() for name in header.split(delimiter)]
    if not set(names) & set(_NAMES["path"]):
        yield InputError(
            "the manifest has no path column",
            where=where,
            advice="Name one column path; optional columns: sha256, size, kind, offset",
        )
        return
    for line in lines:
        if isinstance(line, InputError):
            yield line
            continue
        number, text = line
        try:
            values = next(csv.reader([text], delimiter=delimiter, strict=True))
        except csv.Error:
            yield _wrong("the line is not a valid table row", where, number)
            continue
        yield _row(dict(zip(names, values, strict=False)), where, number)


def _parquet(path: Path) -> Iterator[ManifestRow | InputError]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            wanted = {name for names in _NAMES.values() for name in names}
            columns = [name for name in file.schema_arrow.names if name.lower() in wanted]
            for batch in file.iter_batches(batch_size=ROWS_A_BATCH, columns=columns):
                for values in batch.to_pylist():
                    number += 1
                    yield _row({name.lower(): value for name, value in values.items()}, str(path), number)
            if not number:
                yield InputError("the manifest is empty", where=str(path), advice="Write one path or URL per row")
    except (pa.ArrowException, ValueError) as error:
        yield InputError(
            f"the manifest is damaged after row {number} ({str(error).partition(chr(10))[0][:100]})",
            where=str(path),
            advice="Write the manifest again",
        )


def _row(values: Mapping[str, Any], where: str, number: int) -> ManifestRow | InputError:
    told = {
        ours: next((values[name] for name in names if values.get(name) not in (None, "")), None)
        for ours, names in _NAMES.items()
    }
    path, sha256, kind = told["path"], told["sha256"] or "", told["kind"] or ""
    if not isinstance(path, str) or len(path) > MAX_LINE or not path.isprintable():
        return _wrong("the row has no path", where, number)
    if not isinstance(sha256, str) or (sha256 and not _SHA256.fullmatch(sha256)):
        return _wrong("sha256 is not 64 hexadecimal digits", where, number)
    if kind not in KINDS:
        return _wrong("kind is neither app nor traffic", where, number)
    try:
        size, start = _whole(told["size"], UNKNOWN_SIZE), _whole(told["start"], 0)
    except ValueError:
        return _wrong("size or offset is not a number of bytes", where, number)
    return ManifestRow(path, sha256.lower(), size, kind, start)


def _whole(value: object, absent: int) -> int:
    if value is None:
        return absent
    text = str(value)
    if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,18}", text):
        raise ValueError(text)
    return int(text)


def _wrong(what: str, where: str, number: int) -> InputError:
    return InputError(f"{what}", where=f"{where}, row {number}", advice="Correct the manifest; the other rows are read")
