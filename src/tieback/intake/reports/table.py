"""Reports as CSV with a header line."""

import csv
from collections.abc import Iterator

from tieback.intake.reports.source import ReportSource
from tieback.model.count_text import count_text


def columns_of(line: str) -> list[str]:
    """Names of the columns in a header line, in lower case; empty if the line is not CSV."""
    try:
        cells = next(csv.reader((line,)), [])
    except csv.Error:
        return []
    return [cell.strip().lower() for cell in cells]


def first_line(head: bytes) -> str:
    """The first line of the beginning of a file."""
    return head.partition(b"\n")[0].decode("utf-8", "replace")


def rows_of(
    source: ReportSource, lines: Iterator[str], columns: int, most: int | None = None
) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of each row behind the header line. Rows with another number of cells are skipped.

    Args:
        source: the file, which counts what is skipped.
        lines: its lines behind the header line.
        columns: number of cells of a row.
        most: maximum number of rows.

    Raises:
        InputError: the file is not valid CSV, or has more rows.
    """
    reader = csv.reader(lines, strict=True)
    number = 0
    while True:
        try:
            row = next(reader, None)
        except csv.Error as error:
            raise source.broken(reader.line_num + 1, f"not valid CSV ({error})") from None
        if row is None:
            return
        line = reader.line_num + 1
        number += 1
        if most is not None and number > most:
            raise source.broken(line, f"more than {count_text(most, 'row')}")
        if not row:
            continue
        if len(row) == columns:
            yield line, row
        else:
            source.skip(line, f"{count_text(len(row), 'column')} instead of {columns}")
