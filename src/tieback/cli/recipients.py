"""Output of ``tieback traffic --recipients``: the recipients of personal data, and how much was readable."""

import csv
import sys
from collections.abc import Sequence
from itertools import chain

from rich.text import Text

from tieback.cli.terminal import data_console, print_problem, write_line
from tieback.console import RowTable
from tieback.model.count_text import count_text
from tieback.model.declaration import DeclaredItem
from tieback.model.document import encode
from tieback.model.spreadsheet import as_cell
from tieback.pipeline.mapping.capture_recipients import CaptureRecipients
from tieback.report.declared import NOTE, by_text, declared_text, item_text, not_seen_cells, state_text
from tieback.report.recipients import (
    COLUMNS,
    class_text,
    content_text,
    party_text,
    recipient_cells,
    sender_text,
    where_text,
    wire_text,
)
from tieback.report.texts.clean import clean


def print_recipients(totals: CaptureRecipients, output: str) -> None:
    """Print all recipients on stdout, and on stderr per file how much was readable.

    Raises:
        InputError: imported address data is damaged.
    """
    rows, items = totals.recipients(), totals.declared()
    if output == "json":
        for one in rows:
            write_line(encode("recipient", one))
        for item in items:
            write_line(encode("declared-item", item))
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        cells = chain(map(recipient_cells, rows), not_seen_cells(items, COLUMNS))
        writer.writerows([as_cell(clean(value, 2000)) for value in row] for row in cells)
    else:
        table = RowTable()
        declared = ("declared",) if items else ()
        for column in ("recipient", "host", "app", "data", "where", "on the wire", *declared, "values"):
            table.add_column(column, overflow="fold", justify="right" if column == "values" else "left")
        for one in rows:
            texts = (
                party_text(one),
                clean(one.host, 200),
                sender_text(one),
                class_text(one),
                where_text(one),
                wire_text(one),
            )
            mark = (Text(declared_text(one)),) if items else ()
            table.add_row(*map(Text, texts), *mark, f"{one.count:,}")
        if rows:
            data_console().print(table)
        if items:
            _print_declared(items)
    for path, flows, counts in totals.counts():
        told = content_text(
            counts.read,
            counts.with_data,
            counts.unreadable,
            flows,
            counts.unknown,
            counts.received,
            counts.others,
            counts.longer,
            counts.not_sent,
            counts.quic,
        )
        print_problem(f"{path}: {told or 'no flows with servers'}")
    if totals.left_out:
        print_problem(
            f"{count_text(totals.left_out, 'flow has', 'flows have')} recipients that are not listed; "
            "split the capture by time"
        )


def _print_declared(items: Sequence[DeclaredItem]) -> None:
    table = RowTable()
    for column in ("declared", "by", "in the captures"):
        table.add_column(column, overflow="fold")
    for one in items:
        table.add_row(Text(item_text(one)), Text(by_text(one.declared_by)), Text(state_text(one)))
    console = data_console()
    console.print()
    console.print(table)
    print_problem(NOTE)
