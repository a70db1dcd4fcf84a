"""The review as CSV and as a workbook: every column, and no text that a spreadsheet would calculate."""

import csv
import io
import zipfile
from datetime import date

import pytest

from tests.unit.pipeline.fleet.test_app_lists import line
from tieback.model.device import AppStoreFact, AppStoreState, DevicePlatform, Ownership
from tieback.pipeline.fleet.coverage import AssuranceLetter, FleetLine
from tieback.pipeline.fleet.review_table import COLUMNS, to_csv, to_xlsx

HOSTILE = '=HYPERLINK("https://x.test")'


def lines() -> list[FleetLine]:
    from msgspec.structs import replace

    known = line(DevicePlatform.IOS, "com.a", HOSTILE)
    app = replace(known.app, ownership={Ownership.PERSONAL: 3, Ownership.CORPORATE: 1}, in_house=True)
    fact = AppStoreFact(DevicePlatform.IOS, "com.a", "de", AppStoreState.REMOVED, downloads=1000, category="Business")
    letter = AssuranceLetter(date(2026, 11, 1), date(2026, 11, 15), "attested", date(2026, 11, 9))
    return [replace(known, app=app, store=(fact,), letter=letter), line(DevicePlatform.ANDROID, "com.b", "B")]


def test_the_table_has_ownership_store_and_letter() -> None:
    rows = list(csv.DictReader(io.StringIO(to_csv(lines()).decode("utf-8-sig"))))
    assert tuple(rows[0]) == COLUMNS
    first, second = rows
    assert (first["personal"], first["corporate"], first["enterprise store"]) == ("3", "1", "yes")
    assert (first["app store"], first["downloads"], first["category"]) == ("removed", "1000", "Business")
    assert (first["letter asked"], first["answer"], first["answered"], first["due"]) == (
        "2026-11-01", "attested", "2026-11-09", "2026-11-15",
    )  # fmt: skip
    assert first["app"] == f"'{HOSTILE}"
    assert (second["app store"], second["letter asked"], second["personal"]) == ("", "", "0")


def test_texts_of_the_workbook_are_texts() -> None:
    pytest.importorskip("xlsxwriter", reason="the extra xlsx is not installed")
    with zipfile.ZipFile(io.BytesIO(to_xlsx(lines()))) as book:
        sheet = book.read("xl/worksheets/sheet1.xml").decode()
        texts = book.read("xl/sharedStrings.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet.lower()
    assert "=HYPERLINK" in texts
    assert sheet.count("<row ") == 3
