"""Long names in a real browser: they wrap, and push no column off the screen."""

from pathlib import Path

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from tests.lab.served import chromium, first_start, served
from tests.unit.cases.samples import exposure
from tests.unit.pipeline.workspaces import GRANT, P, make
from tieback.model.device import InventoryRow

LONG = "de.long." + "x" * 120
ROWS = (
    InventoryRow(P.ANDROID, LONG, "A name of one word: " + "Ü" * 80, publisher="Y" * 100, device="d0"),
    InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0"),
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


def test_a_long_identifier_pushes_no_column_off_the_screen(tmp_path: Path) -> None:
    directory = make(tmp_path, *ROWS, stores=(exposure(),), grant=GRANT)
    with served(directory, tmp_path) as server, chromium() as browser:
        page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
        first_start(server, page)
        for path in ("/inventory/apps", "/inventory/devices", "/inventory/blocklists"):
            page.goto(server.url + path)
            tables = page.locator(".scroll")
            hidden = tables.evaluate_all("all => all.map((one) => one.scrollWidth - one.clientWidth)")
            assert len(hidden) > 0
            assert max(hidden) <= 0
        page.goto(server.url + "/inventory/apps")
        assert LONG in page.locator("tbody").inner_text()
