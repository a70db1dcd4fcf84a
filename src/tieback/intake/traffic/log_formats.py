"""Formats of logs, as a table: which row is which, and which of its columns says what."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

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
        """Whether a row has the columns and values that tell the format."""
        return all(column in row for column in self.needs) and all(
            row.get(column) in values for column, values in self.when
        )

    def get(self, row: Row, what: str) -> str:
        """What a row says of ``what``; empty where it does not."""
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
    """Column name to what it says."""


@cache
def _table() -> _Table:
    data = tomllib.loads(files(__package__).joinpath("logs.toml").read_text(encoding="utf-8"))
    return _Table(
        tuple(map(_format, data["format"])),
        data["protocols"],
        {name: what for what, names in data["synonyms"].items() for name in names},
    )


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


def _format(data: dict[str, Any]) -> LogFormat:
    return LogFormat(
        name=data["name"],
        reader=data["reader"],
        needs=tuple(data["needs"]),
        when=tuple((column, _names(values)) for column, values in data.get("when", {}).items()),
        kind=data["kind"],
        columns={what: _names(columns) for what, columns in data["columns"].items()},
    )


@cache
def formats(reader: str) -> tuple[LogFormat, ...]:
    """The formats of one reader, in the order in which they are tried. Zeek writes JSON as well."""
    also = "zeek" if reader == "json" else reader
    return tuple(item for item in _table().formats if item.reader in {reader, also})


def format_of(reader: str, row: Row) -> LogFormat | None:
    """The first format that a row fits."""
    return next((item for item in formats(reader) if item.fits(row)), None)


def by_header(columns: Iterable[str]) -> LogFormat | None:
    """A format for CSV with a header, from usual names; ``None`` where it names no server, or nothing besides."""
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
    """A protocol as ``recognise/services.toml`` and the captures call it."""
    name = name.strip().lower()
    return _table().protocols.get(name, name if name.replace("-", "").replace("_", "").isalnum() else "")
