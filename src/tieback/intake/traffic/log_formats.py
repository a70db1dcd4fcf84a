"""Log formats as a table: how to recognise rows of a format, and the meaning of their columns."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import msgspec

from tieback.model.errors import InputError

type Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LogFormat:
    """One row of ``logs.toml``."""

    name: str
    reader: str
    needs: tuple[str, ...]
    when: tuple[tuple[str, tuple[str, ...]], ...]
    kind: str
    """``flow``, ``http``, ``tls``, ``dns`` or ``skip``."""
    columns: Mapping[str, tuple[str, ...]]

    def fits(self, row: Row) -> bool:
        """True if a row has the columns and values that identify the format."""
        return all(column in row for column in self.needs) and all(
            row.get(column) in values for column, values in self.when
        )

    def get(self, row: Row, what: str) -> str:
        """The value of a row for ``what``; empty if it has none."""
        for column in self.columns.get(what, ()):
            value = row.get(column)
            if value:
                return value
        return ""


@dataclass(frozen=True, slots=True)
class _Table:
    formats: tuple[LogFormat, ...]
    protocols: Mapping[str, str]
    synonyms: Mapping[str, str]
    """Column name to its meaning."""


@cache
def _table() -> _Table:
    data = tomllib.loads(files(__package__).joinpath("logs.toml").read_text(encoding="utf-8"))
    return _Table(
        tuple(one.format() for one in msgspec.convert(data["format"], list[_FormatTable])),
        data["protocols"],
        {name: what for what, names in data["synonyms"].items() for name in names},
    )


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class _FormatTable(msgspec.Struct):
    """A ``[[format]]`` table as it is written."""

    reader: str
    kind: str
    columns: dict[str, str | list[str]]
    name: str = ""
    needs: list[str] = []
    when: dict[str, str | list[str]] = {}

    def format(self, name: str = "") -> LogFormat:
        """The format; ``name`` if the table has none."""
        return LogFormat(
            name=self.name or name,
            reader=self.reader,
            needs=tuple(self.needs),
            when=tuple((column, _names(values)) for column, values in self.when.items()),
            kind=self.kind,
            columns={what: _names(columns) for what, columns in self.columns.items()},
        )


MAX_MAP = 256 * 1024
"""Bytes of a column map file."""
_READERS = frozenset({"csv", "json", "pairs", "zeek"})
"""Readers whose rows have columns that a user may name."""
_KINDS = frozenset({"flow", "http", "tls", "dns", "skip"})
WHAT = frozenset(
    {"time", "end", "seconds", "milliseconds", "client_ip", "client_port", "server_ip", "server_port", "host", "url"}
    | {"path", "scheme", "method", "status", "user_agent", "referer", "query", "type", "answers", "result", "resolver"}
    | {"connection", "transport", "protocol", "sni", "tls_version", "alpn", "subject"}
    | {"bytes_out", "bytes_in", "packets_out", "packets_in"}
)
"""Meanings that a column can have."""


def read_columns(path: Path) -> tuple[LogFormat, ...]:
    """User-defined formats: a file of ``[[format]]`` tables as in ``logs.toml``.

    Raises:
        InputError: the file cannot be read, or is invalid.
    """
    advice = "See docs/reference/traffic-formats.md"
    try:
        with path.open("rb") as file:
            text = file.read(MAX_MAP + 1)
        if len(text) > MAX_MAP:
            raise InputError("the column map is too large", where=str(path), advice=advice)
        tables = tomllib.loads(text.decode("utf-8-sig")).get("format", [])
    except OSError as error:
        raise InputError(
            f"cannot be read: {error.strerror}", where=str(path), advice="Check the path and its permissions"
        ) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"not valid TOML: {error}"[:200], where=str(path), advice=advice) from None
    try:
        found = tuple(one.format(path.name) for one in msgspec.convert(tables, list[_FormatTable]))
    except msgspec.ValidationError as error:
        raise InputError(
            f"missing or invalid key in a [[format]] table: {error}"[:200], where=str(path), advice=advice
        ) from None
    for item in found:
        wrong = ", ".join(sorted({*item.columns} - WHAT))
        if item.reader not in _READERS or item.kind not in _KINDS or wrong:
            what = f"columns {wrong}" if wrong else f"reader {item.reader!r} or kind {item.kind!r}"
            raise InputError(f"unknown {what}"[:200], where=str(path), advice=advice)
    if not found:
        raise InputError("the file has no [[format]] table", where=str(path), advice=advice)
    return found


@cache
def formats(reader: str) -> tuple[LogFormat, ...]:
    """The formats of one reader, in the order in which they are tried. Zeek also writes JSON."""
    also = "zeek" if reader == "json" else reader
    return tuple(item for item in _table().formats if item.reader in {reader, also})


def format_of(reader: str, row: Row, own: Iterable[LogFormat] = ()) -> LogFormat | None:
    """The first format that a row fits, user-defined ones first; for objects then by usual names."""
    for item in (*(item for item in own if item.reader == reader), *formats(reader)):
        if item.fits(row):
            return item
    return _by_names(tuple(row)) if reader == "json" else None


@lru_cache(maxsize=256)
def _by_names(names: tuple[str, ...]) -> LogFormat | None:
    return by_header(names)


def by_header(columns: Iterable[str]) -> LogFormat | None:
    """A format for CSV with a header, from usual names; ``None`` if it names no server, or nothing else."""
    synonyms = _table().synonyms
    found: dict[str, tuple[str, ...]] = {}
    for column in columns:
        what = synonyms.get(column.strip().lower())
        if what is not None:
            found[what] = (*found.get(what, ()), column)
    if len(found) < 3 or not found.keys() & {"server_ip", "host", "url", "query"}:
        return None
    if not found.keys() & {"client_ip", "time"}:
        return None
    kind = "http" if found.keys() & {"url", "method"} else "dns" if "query" in found else "flow"
    return LogFormat("CSV", "csv", (), (), kind, found)


def protocol_name(name: str) -> str:
    """The name of a protocol in ``recognise/services.toml`` and in captures."""
    name = name.strip().lower()
    return _table().protocols.get(name, name if name.replace("-", "").replace("_", "").isalnum() else "")
