"""The review of the fleet as a table for a meeting: CSV (RFC 4180), or an Office Open XML workbook (extra ``xlsx``).

No cell can become a formula: in CSV by ``report.formats.csv.cell``, in the workbook because texts are stored as texts.
"""

import csv
import io
from collections.abc import Iterable
from datetime import date

from tieback.model.device import AppStoreState, DevicePlatform, Ownership
from tieback.model.errors import UsageError
from tieback.model.extras import extra_advice
from tieback.pipeline.fleet.coverage import FleetLine
from tieback.report.figures import quality_text
from tieback.report.formats.csv import cell
from tieback.report.texts.clean import clean

COLUMNS = (
    "app", "platform", "identifier", "vendor", "devices", "personal", "corporate", "ownership unknown",
    "enterprise store", "removed from devices", "open stores", "records", "records quality", "personal data",
    "our people", "back end", "app store", "downloads", "category", "letter asked", "answer", "answered", "due",
    "match",
)  # fmt: skip
_LONGEST = 2_000
_WIDTHS = {"app": 32, "identifier": 36, "vendor": 28, "personal data": 48, "category": 20}

type Cell = str | int


def review_cells(line: FleetLine) -> tuple[Cell, ...]:
    """The cells of an app, in the order of ``COLUMNS``; empty text where nothing is known."""
    app, letter, store = line.app, line.letter, line.store_summary
    match = line.match
    records = line.known_records if line.exposures else None
    return (
        app.label,
        "" if app.platform is DevicePlatform.UNKNOWN else app.platform.value,
        app.bundle_id or app.store_id,
        line.vendor,
        app.devices,
        *(app.ownership.get(whose, 0) for whose in (Ownership.PERSONAL, Ownership.CORPORATE, Ownership.UNKNOWN)),
        "yes" if app.in_house else "",
        _day(app.removed),
        len(line.exposures) if line.decided else "",
        "" if records is None else records.value,
        quality_text(line.records) if line.exposures else "",
        ", ".join(line.classes),
        "" if line.own_people is None else line.own_people,
        line.back_end.replace("_", " "),
        "" if store.state is AppStoreState.UNKNOWN else store.state.value,
        "" if store.downloads is None else store.downloads,
        store.category,
        _day(letter.asked if letter else None),
        letter.answer if letter and letter.asked else "",
        _day(letter.answered if letter else None),
        _day(letter.due if letter else None),
        match.strength.value if match else "",
    )


def to_csv(lines: Iterable[FleetLine]) -> bytes:
    """The table as CSV in UTF-8 with a byte order mark."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    for line in lines:
        writer.writerow([cell(str(value)) for value in review_cells(line)])
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8", "replace")


def to_xlsx(lines: Iterable[FleetLine]) -> bytes:
    """The table as a workbook with one sheet, a fixed heading and a filter.

    Raises:
        UsageError: the extra is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise UsageError(
            "the format xlsx needs another library", where="--format xlsx", advice=extra_advice("xlsx")
        ) from None
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Review")
        bold = book.add_format({"bold": True})
        count = 0
        for column, name in enumerate(COLUMNS):
            sheet.write_string(0, column, name, bold)
            sheet.set_column(column, column, _WIDTHS.get(name, max(len(name), 10)))
        for line in lines:
            count += 1
            for column, value in enumerate(review_cells(line)):
                if isinstance(value, int):
                    sheet.write_number(count, column, value)
                elif value:
                    sheet.write_string(count, column, clean(value, _LONGEST))
        sheet.freeze_panes(1, 1)
        sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
    return out.getvalue()


def _day(day: date | None) -> str:
    return "" if day is None else day.isoformat()
