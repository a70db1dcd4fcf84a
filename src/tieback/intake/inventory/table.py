"""Streaming reader of CSV tables (RFC 4180) of any size: separated by comma, semicolon, tab or ``|``; yields single
rows.
"""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain

import msgspec

from tieback.intake.inventory.interface import (
    clean_text,
    column_names_text,
    is_absent,
    named_columns,
    parse_count,
    parse_ownership,
    parse_platform,
    parse_yes,
)
from tieback.intake.inventory.source import InventorySource
from tieback.model.count_text import count_text
from tieback.model.device import DevicePlatform, InventoryRow
from tieback.model.errors import InputError

MAX_COLUMNS = 1_000
SEPARATORS = (",", ";", "\t", "|")
FIELDS = {
    "bundle_id": "bundle identifier or package name",
    "name": "name of the app",
    "version": "version of the app",
    "platform": "platform, such as Android or iOS",
    "publisher": "publisher of the app",
    "store_id": "ID in the app store",
    "signer": "SHA-256 of the signing certificate",
    "device": "identifier of the device, such as its serial number",
    "device_name": "name of the device",
    "user": "user of the device",
    "ownership": "owner of the device: the organisation or a person",
    "count": "number of devices with the app",
    "in_house": "whether the organisation distributes the app itself",
    "installed": "whether the app is installed",
}
"""The fields that a column can mean, each with its description."""


class FileDefaults(msgspec.Struct, frozen=True):
    """Values for the whole file, used if a row has none."""

    platform: DevicePlatform = DevicePlatform.UNKNOWN
    device: str = ""


NO_DEFAULTS = FileDefaults()


def find_header(text: str) -> tuple[str, ...]:
    """The column names in the first lines of a table; empty if there are none."""
    lines = iter(text.splitlines()[:2])
    first = next(lines, "")
    if first.lower().startswith("sep="):
        first = next(lines, "")
    return tuple(_columns(first, detect_separator(first)))


def detect_separator(line: str) -> str:
    """The separator of a header line: the one that occurs most often outside quotes."""
    bare = "".join(line.split('"')[::2])
    return max(SEPARATORS, key=lambda sign: (bare.count(sign), -SEPARATORS.index(sign)))


def _columns(line: str, separator: str) -> list[str]:
    try:
        cells = next(csv.reader([line], delimiter=separator), [])
    except csv.Error:
        return []
    return [cell.strip().removeprefix("\ufeff") for cell in cells]


def map_rows(
    source: InventorySource,
    columns: Mapping[str, str],
    defaults: FileDefaults = NO_DEFAULTS,
    optional: Mapping[str, str] | None = None,
) -> Iterator[InventoryRow]:
    """Yield the rows of a table, without those that say that the app is not installed.

    Args:
        source: the file.
        columns: map from field to column name; case is ignored.
        defaults: values for empty cells.
        optional: further columns, which may be missing.

    Raises:
        InputError: a column is missing, or the text is not CSV.
    """
    header, rows = _opened(source)
    names = named_columns(header)
    place = {name.casefold(): index for index, name in reversed(list(enumerate(names)))}
    missing = [column for column in columns.values() if column.casefold() not in place]
    if missing:
        raise missing_column_error(source, missing, names)
    more = {field: column for field, column in (optional or {}).items() if column.casefold() in place}
    at = {field: place[column.casefold()] for field, column in {**more, **columns}.items()}
    _note_repeated(source, [names[index] for index in at.values()], names)
    width = max(at.values(), default=-1)
    unnamed = {index for index, name in enumerate(header) if not name} - set(at.values())
    for number, row in rows:
        # Trailing separators do no harm; with another cell too many, nobody knows which one is where.
        if len(row) <= width or any(row[len(names) :]):
            if any(row):
                source.skip(number, f"{count_text(len(row), 'column')} instead of {len(names)}")
            continue
        for index in [one for one in unnamed if row[one : one + 1] > [""]]:
            unnamed.discard(index)
            source.note(f"column {index + 1} is ignored: it has values, but no name in the header")
        yield from rows_from_cells(source, {field: row[index] for field, index in at.items()}, defaults)


def iter_cells(source: InventorySource) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield each row of a table with its number, as its cells by column name; short rows have fewer cells.

    Raises:
        InputError: the text is not CSV.
    """
    names, rows = _opened(source)
    _note_repeated(source, names, names)
    for number, row in rows:
        if any(row[len(names) :]):
            source.skip(number, f"{count_text(len(row), 'column')} instead of {len(names)}")
        elif any(row):
            cells: dict[str, str] = {}
            for name, cell in zip(names, row, strict=False):
                cells.setdefault(name, cell)
            yield number, cells


def _note_repeated(source: InventorySource, columns: Iterable[str], names: Sequence[str]) -> None:
    """Note each of the columns whose name occurs several times in the header."""
    counts = Counter(name.casefold() for name in names)
    for name in columns:
        if name and counts[name.casefold()] > 1:
            source.note(f"the header has the column {name[:60]} more than once: the first one is read")


def rows_from_cells(
    source: InventorySource, cells: Mapping[str, object], defaults: FileDefaults = NO_DEFAULTS
) -> Iterator[InventoryRow]:
    """One row from its cells by field; none if they say that the app is not installed."""
    if "installed" in cells and is_absent(cells["installed"], source):
        source.absent += 1
        return
    row = _row(source, cells, defaults)
    if row.device_name and not row.device:
        source.note("devices are known by name only: devices of one name and user count once")
        row = msgspec.structs.replace(row, device=named_device(row.device_name, row.user))
    yield row


def named_device(name: str, user: str) -> str:
    """The identity of a device that has only a name: the name is not unique, so the user is part of it."""
    return f"name:{name}\x1f{user}" if user else f"name:{name}"


def _row(source: InventorySource, cells: Mapping[str, object], defaults: FileDefaults) -> InventoryRow:
    get = cells.get
    platform = parse_platform(get("platform", ""), source) if "platform" in cells else defaults.platform
    return InventoryRow(
        platform=defaults.platform if platform is DevicePlatform.UNKNOWN else platform,
        bundle_id=clean_text(get("bundle_id")),
        name=clean_text(get("name")),
        version=clean_text(get("version")),
        publisher=clean_text(get("publisher")),
        store_id=clean_text(get("store_id")),
        signer=clean_text(get("signer")).replace(":", "").lower(),
        device=clean_text(get("device")) or defaults.device,
        device_name=clean_text(get("device_name")),
        user=clean_text(get("user")),
        ownership=parse_ownership(get("ownership"), source),
        count=parse_count(get("count")),
        in_house=parse_yes(get("in_house"), source),
    )


def missing_column_error(source: InventorySource, missing: Sequence[str], names: Sequence[str]) -> InputError:
    """The error for a table without a required column: which one is missing, and which were found."""
    found = column_names_text(names) or "none"
    return InputError(
        f"column {' and '.join(missing)} is missing (found: {found})",
        where=source.label,
        advice="No part of this file was imported. Export it with this column, or map the columns with --map",
        page="No part of this file was imported. Export it with this column, or choose other columns",
    )


def _opened(source: InventorySource) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    lines = source.lines()
    first = next(lines, "")
    separator = ""
    if first.lower().startswith("sep="):
        separator, first = first[4:5], next(lines, "")
    separator = separator if separator in SEPARATORS else detect_separator(first)
    reader = csv.reader(chain([first], lines), delimiter=separator, strict=True)
    try:
        names = [cell.strip().removeprefix("\ufeff") for cell in next(reader, [])]
    except csv.Error as error:
        raise source.broken(f"not valid CSV ({error})", 1) from None
    if len(names) > MAX_COLUMNS:
        raise source.broken(f"more than {MAX_COLUMNS:,} columns", 1)
    return names, _rows(source, reader)


def _rows(source: InventorySource, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 1
    while True:
        number += 1
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise source.broken(f"not valid CSV ({error})", number) from None
        if row is None:
            return
        yield number, row
