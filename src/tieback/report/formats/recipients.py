"""The table of recipients as CSV: one row per app, host and class, then what is declared and not seen.

No cell can become a formula.
"""

import csv
import io
from collections.abc import Iterator
from itertools import chain
from typing import BinaryIO

from tieback.model.count_text import count_text
from tieback.model.report.document import Report
from tieback.model.spreadsheet import as_cell
from tieback.report.declared import not_seen_cells
from tieback.report.interface import RendererMeta
from tieback.report.recipients import COLUMNS, LONGEST_CELL, recipient_cells
from tieback.report.texts.clean import clean


class RecipientsRenderer:
    """Renders the recipients of personal data."""

    meta = RendererMeta("recipients-csv", ".recipients.csv", "text/csv; charset=utf-8; header=present")

    def render(self, report: Report, out: BinaryIO) -> None:
        """Write the table to ``out``, row by row."""
        out.write(b"\xef\xbb\xbf")
        text = io.StringIO()
        writer = csv.writer(text)
        writer.writerow(COLUMNS)
        rows = map(recipient_cells, report.recipients.rows())
        for row in chain(rows, not_seen_cells(report.declared.rows(), COLUMNS)):
            writer.writerow([as_cell(clean(value, LONGEST_CELL)) for value in row])
            out.write(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
        out.write(text.getvalue().encode("utf-8", "replace"))

    def left_out(self, report: Report) -> Iterator[str]:
        """What of the report is not in the table."""
        if found := report.findings.count + report.suppressed.count:
            yield f"{count_text(found, 'finding')}, because this table lists recipients of personal data"
