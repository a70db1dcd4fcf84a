"""A plain table of a fleet in a browser: upload it, see what its columns were taken for, choose, and see the apps."""

from pathlib import Path

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import expect

from tests.lab.served import chromium, first_start, served
from tieback.engine.sandbox import Sandbox, sandbox_state

TABLE = b"Kennung,Bezeichnung,Anzahl,Notiz\ncom.plain,Plain,7,x\ncom.other,Other,2,y\n"
DONE = 60_000
"""Milliseconds for an import on a busy machine."""

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(400)]


def test_columns_are_shown_chosen_and_kept(tmp_path: Path) -> None:
    if sandbox_state() is Sandbox.NONE:
        pytest.skip("this machine has no sandbox, so the server refuses uploads")
    (tmp_path / "fleet.csv").write_bytes(TABLE)
    with served(tmp_path / "ws", tmp_path) as server, chromium() as browser:
        page = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
        first_start(server, page)
        page.goto(f"{server.url}/uploads")
        page.locator("#upload-files").set_input_files(tmp_path / "fleet.csv")
        page.get_by_role("button", name="Upload").click()
        page.get_by_role("link", name="Details").click(timeout=DONE)
        page.get_by_role("button", name="Import as an inventory").click()
        table = page.get_by_role("group", name="fleet.csv")
        expect(table).to_contain_text("Missing: a column that identifies the app", timeout=DONE)
        expect(table).to_contain_text("Ignored now: Kennung, Bezeichnung, Notiz")
        count = table.get_by_label("count")
        expect(count.locator("option:checked")).to_have_text("Anzahl")
        table.get_by_label("user").select_option(label="Notiz")
        page.get_by_role("button", name="Import with these columns").click()
        expect(page.get_by_role("alert")).to_contain_text("no column identifies the app of a row")
        expect(table.get_by_label("user").locator("option:checked")).to_have_text("Notiz")
        table.get_by_label("bundle_id").select_option(label="Kennung")
        table.get_by_label("bundle identifier").press("Tab")
        page.get_by_role("button", name="Import with these columns").click()
        expect(table).to_contain_text("It was imported with these columns", timeout=DONE)
        page.goto(f"{server.url}/inventory/apps")
        expect(page.get_by_role("row").filter(has_text="com.plain")).to_contain_text("7")
