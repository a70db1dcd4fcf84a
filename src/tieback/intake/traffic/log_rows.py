"""Readers of logs: lines to rows of named columns, with bounded memory for any input.

Source: https://docs.zeek.org/en/master/log-formats.html (Zeek's tab-separated logs),
https://wiki.squid-cache.org/Features/LogFormat (Squid's native one),
https://docs.umbrella.com/deployment-umbrella/docs/log-formats-and-versioning (Umbrella's columns), RFC 4180 (CSV).
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import msgspec

from tieback.intake.traffic.log_formats import LogFormat, Row, by_header, format_of

MAX_LINE = 1 << 20
"""Bytes of a line; a longer one is left out."""
MAX_FIELDS = 400
_MAX_DEPTH = 4
_GZIP = b"\x1f\x8b"
_SQUID = re.compile(
    r"(?P<time>\d{9,11}\.\d{1,6})\s+(?P<elapsed>-?\d{1,12})\s+(?P<client>\S{1,100})\s+(?P<result>[A-Z_]{3,40})/(?P<status>\d{1,3})"
    r"\s+(?P<bytes>\d{1,15})\s+(?P<method>[A-Z_]{1,30})\s+(?P<url>\S+)\s+\S+\s+[A-Z_]{2,40}/(?P<peer>\S{1,200})"
)
_PAIR = re.compile(r'([A-Za-z_][A-Za-z0-9_.-]{0,60})=("(?:[^"\\]|\\.)*"|[^\s"]*)')
_TAB_PAIR = re.compile(r"([A-Za-z_][A-Za-z0-9_.-]{0,60})=(.*)", re.DOTALL)
_UMBRELLA = (
    "time",
    "identity",
    "identities",
    "internal_ip",
    "external_ip",
    "action",
    "type",
    "result",
    "domain",
    "categories",
)
_UMBRELLA_TYPE = re.compile(r"\d{1,5} \([A-Z0-9]{1,12}\)")
_ZEEK_START = ("#separator", "#fields")

type Reader = Callable[[Iterable[str]], Iterator[Row | None]]
"""Function from lines to rows; ``None`` for a line that it cannot read."""


def open_lines(path: Path) -> IO[bytes]:
    """The file's bytes, decompressed if it is gzip.

    Raises:
        OSError: it cannot be opened.
    """
    file = path.open("rb")
    packed = file.read(2) == _GZIP
    file.seek(0)
    return io.BufferedReader(gzip.GzipFile(fileobj=file)) if packed else file


@dataclass(slots=True)
class LineFaults:
    """What of a log was not passed on as lines."""

    damage: str = ""
    """Why the file could not be read to its end; empty if it was."""
    read: int = 0
    """Lines up to there."""
    too_long: int = 0
    """Lines longer than ``MAX_LINE``, which are left out."""
    open_end: bool = False
    """True if the last line has no line end."""


def lines(file: IO[bytes], faults: LineFaults) -> Iterator[str]:
    """Yield lines as text, without their ends, up to the damage of the file; overlong lines are left out."""
    while line := _line(file, faults):
        faults.open_end = not line.endswith(b"\n")
        if len(line) >= MAX_LINE and faults.open_end:
            faults.too_long += 1
            while line and not line.endswith(b"\n"):
                line = _line(file, faults)
            continue
        if not faults.read:
            line = line.removeprefix(b"\xef\xbb\xbf")
        faults.read += 1
        yield line.decode("utf-8", "replace").rstrip("\r\n")


def _line(file: IO[bytes], faults: LineFaults) -> bytes:
    """The next line, or its first ``MAX_LINE`` bytes; empty at the end, and at damage."""
    try:
        return file.readline(MAX_LINE)
    except EOFError:
        faults.damage = "the compressed file is truncated"
    except (zlib.error, gzip.BadGzipFile) as error:
        faults.damage = f"the compressed data is damaged ({error})"[:200]
    except OSError as error:
        faults.damage = f"the file cannot be read further ({error.strerror or 'input or output error'})"
    return b""


def head_lines(head: bytes) -> list[str]:
    """The complete lines in the head of a file."""
    if head[:2] == _GZIP:
        try:
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, 1 << 16)
        except zlib.error:
            return []
    if b"\0" in head[:4096]:
        return []
    text = head.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    return [line for line in text.split("\n")[:40] if line.strip()][:20]


def reader_of(head: bytes, own: Sequence[LogFormat] = ()) -> str:
    """The name of the reader for a file with this head; empty if its log format is unknown."""
    beginning = head_lines(head)
    if not beginning:
        return ""
    if beginning[0].startswith(_ZEEK_START):
        return "zeek"
    for name in ("squid", "umbrella", "json", "pairs"):
        rows = [row for row in READERS[name](beginning[:5]) if row]
        if any(format_of(name, row, own) is not None for row in rows):
            return name
    return "csv" if by_columns(beginning[0], own) is not None else ""


def zeek_path(head: bytes) -> str:
    """The kind of log that a header of Zeek states, such as ``conn``; empty if there is none."""
    line = next((line for line in head_lines(head) if line.startswith("#path")), "")
    return "".join(char for char in line.removeprefix("#path").strip() if char.isalnum() or char in "_-")[:40]


def by_columns(header: str, own: Sequence[LogFormat] = ()) -> LogFormat | None:
    """The format of a CSV file from its header line: a user-defined one, else by usual names."""
    columns = _cells(header, _delimiter(header))
    row = dict.fromkeys(columns, "")
    return next((item for item in own if item.reader == "csv" and item.fits(row)), None) or by_header(columns)


def _zeek(text: Iterable[str]) -> Iterator[Row | None]:
    fields: list[str] = []
    separator, unset, empty = "\t", "-", "(empty)"
    for line in text:
        if line.startswith("#"):
            name, _, value = line.replace(separator, " ", 1).partition(" ")
            if name == "#separator":
                separator = _escaped(value)
            elif name == "#unset_field":
                unset = value
            elif name == "#empty_field":
                empty = value
            elif name == "#fields":
                fields = value.split(separator)[:MAX_FIELDS]
            continue
        if not line:
            continue
        values = line.split(separator)
        if not fields or len(values) != len(fields):
            yield None
            continue
        yield {name: "" if value in (unset, empty) else value for name, value in zip(fields, values, strict=True)}


def _escaped(value: str) -> str:
    """Zeek writes its separator as a hexadecimal escape."""
    value = value.strip()
    code = re.fullmatch(r"\\x([0-9a-fA-F]{2})", value)
    if code:
        return chr(int(code.group(1), 16))
    return value[:1] or "\t"


def _json(text: Iterable[str]) -> Iterator[Row | None]:
    for line in text:
        if not line.strip():
            continue
        try:
            value = msgspec.json.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            yield None
            continue
        if not isinstance(value, dict):
            yield None
            continue
        row: dict[str, str] = {}
        _flatten(value, "", row, _MAX_DEPTH)
        yield row


def _flatten(value: dict[str, Any], prefix: str, row: dict[str, str], depth: int) -> None:
    """Nested keys joined by dots; the first items of lists by their index, lists of scalars joined by commas."""
    for key, item in value.items():
        if len(row) >= MAX_FIELDS:
            return
        name = prefix + key
        if isinstance(item, dict):
            if depth:
                _flatten(item, f"{name}.", row, depth - 1)
        elif isinstance(item, list):
            scalars = [_scalar(part) for part in item[:20] if not isinstance(part, dict | list)]
            if scalars:
                row[name] = ",".join(scalars)
            elif item and isinstance(item[0], dict) and depth:
                _flatten(item[0], f"{name}.0.", row, depth - 1)
        elif item is not None:
            row[name] = _scalar(item)


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return repr(value) if isinstance(value, float) else str(value)


def _squid(text: Iterable[str]) -> Iterator[Row | None]:
    for line in text:
        if not line:
            continue
        found = _SQUID.match(line)
        yield found.groupdict() if found else None


def _pairs(text: Iterable[str]) -> Iterator[Row | None]:
    """``key=value`` separated by tabs, or by spaces with quotes; text before the first key is the time."""
    for line in text:
        if not line:
            continue
        row: dict[str, str] = {}
        if "\t" in line:
            first, *parts = line.split("\t")[:MAX_FIELDS]
            for part in (first, *parts):
                found = _TAB_PAIR.fullmatch(part)
                if found:
                    row[found.group(1)] = found.group(2).strip('"')
            if "=" not in first:
                row.setdefault("time", first)
        else:
            for count, found in enumerate(_PAIR.finditer(line)):
                if count >= MAX_FIELDS:
                    break
                row[found.group(1)] = found.group(2).strip('"')
        if row.get("date") and row.get("time"):
            row["date"] = f"{row['date']} {row['time']}"
        yield row if len(row) > 2 else None


def _delimiter(line: str) -> str:
    return max(",;\t|", key=line.count)


def _cells(line: str, delimiter: str) -> list[str]:
    try:
        return next(csv.reader([line], delimiter=delimiter), [])[:MAX_FIELDS]
    except csv.Error:
        return []


def _umbrella(text: Iterable[str]) -> Iterator[Row | None]:
    for line in text:
        if not line:
            continue
        cells = _cells(line, ",")
        if len(cells) < len(_UMBRELLA) or not _UMBRELLA_TYPE.fullmatch(cells[6]):
            yield None if not line.lstrip('"').lower().startswith("timestamp") else {}
            continue
        yield dict(zip(_UMBRELLA, cells, strict=False))


def _csv(text: Iterable[str]) -> Iterator[Row | None]:
    header: list[str] = []
    delimiter = ","
    for line in text:
        if not line:
            continue
        if not header:
            delimiter = _delimiter(line)
            header = _cells(line, delimiter)
            continue
        cells = _cells(line, delimiter)
        yield (
            {name: cell for name, cell in zip(header, cells, strict=False) if cell}
            if len(cells) == len(header)
            else None
        )


READERS: dict[str, Reader] = {
    "zeek": _zeek,
    "json": _json,
    "squid": _squid,
    "pairs": _pairs,
    "umbrella": _umbrella,
    "csv": _csv,
}
