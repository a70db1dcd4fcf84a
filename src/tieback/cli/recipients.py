"""Output of ``tieback traffic --recipients``: the recipients of personal data, and how much was readable."""

import csv
import sys

from rich.table import Table
from rich.text import Text

from tieback.cli.terminal import data_console, print_problem, write_line
from tieback.model.document import encode
from tieback.model.spreadsheet import as_cell
from tieback.pipeline.mapping.capture_recipients import CaptureRecipients
from tieback.report.document import clean
from tieback.report.recipients import (
    COLUMNS,
    class_text,
    content_text,
    party_text,
    recipient_cells,
    where_text,
    wire_text,
)


def print_recipients(totals: CaptureRecipients, output: str) -> None:
    """Print all recipients on stdout, and on stderr per file how much was readable.

    Raises:
        InputError: imported address data is damaged.
    """
    rows = totals.recipients()
    if output == "json":
        for one in rows:
            write_line(encode("recipient", one))
    elif output == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(COLUMNS)
        writer.writerows([as_cell(clean(value, 2000)) for value in recipient_cells(one)] for one in rows)
    else:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for column in ("recipient", "host", "app", "data", "where", "on the wire", "values"):
            table.add_column(column, overflow="fold", justify="right" if column == "values" else "left")
        for one in rows:
            app = clean(one.app or one.bundle_id, 80) or "unknown"
            texts = (party_text(one), clean(one.host, 200), app, class_text(one), where_text(one), wire_text(one))
            table.add_row(*map(Text, texts), f"{one.count:,}")
        if rows:
            data_console().print(table)
    for path, flows, counts in totals.counts():
        told = content_text(counts.read, counts.with_data, counts.unreadable, flows, counts.unknown)
        print_problem(f"{path}: {told or 'no flows with servers'}")
    if totals.left_out:
        print_problem(f"{totals.left_out:,} flows have recipients that are not listed; split the capture by time")
