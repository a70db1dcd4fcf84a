"""Long names in a real browser: they wrap, and push no column off the screen."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Page, StorageState, ViewportSize

from tests.lab.served import Served, chromium, first_start, served
from tests.unit.cases.samples import exposure
from tests.unit.pipeline.graph_workspace import made
from tests.unit.pipeline.workspaces import GRANT, P, make
from tieback.cases.policy import default_policy
from tieback.model.device import InventoryRow
from tieback.pipeline.disclosure.cases import open_case_service
from tieback.web.pages import NAV

LONG = "de.long." + "x" * 120
ROWS = (
    InventoryRow(P.ANDROID, LONG, "A name of one word: " + "Ü" * 80, publisher="Y" * 100, device="d0"),
    InventoryRow(P.ANDROID, "org.fieldhand.app", "Fieldhand", "4.0.7", device="d0"),
)

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("scanned"))


@pytest.fixture(scope="module")
def browser(scanned: Path) -> Iterator[Browser]:
    """Opened after the scan: as long as it is open, this thread can run no other event loop."""
    with chromium() as opened:
        yield opened


class Fleet(NamedTuple):
    """The pages of a fleet with long names, for a user who has signed in."""

    server: Served
    state: StorageState
    pages: tuple[str, ...]
    """Of its case and its store."""


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Fleet]:
    folder = tmp_path_factory.mktemp("fleet")
    stores = (exposure(), exposure("es-2", targets=("search-eu-west-1-production.services.test:9200",)))
    directory = make(folder, *ROWS, stores=stores, grant=GRANT)
    with open_case_service(directory) as work:
        work.open(default_policy())
        (case, *_) = work.cases()
    with served(directory, folder) as server:
        with browser.new_page() as page:
            first_start(server, page)
            state = page.context.storage_state()
        yield Fleet(server, state, (f"/cases/{case.id}", f"/stores/{case.store.id}"))


@contextmanager
def opened(browser: Browser, fleet: Fleet, width: int) -> Iterator[Page]:
    """A page of a signed-in user, in a window of this width."""
    with browser.new_context(viewport={"width": width, "height": 900}, storage_state=fleet.state) as context:
        yield context.new_page()


@pytest.mark.more
def test_no_page_of_a_run_is_wider_than_a_phone(tmp_path: Path, scanned: Path, browser: Browser) -> None:
    size: ViewportSize = {"width": 390, "height": 844}
    with served(scanned, tmp_path) as server, browser.new_context(viewport=size) as context:
        page = context.new_page()
        first_start(server, page)
        # A long URL, as apps contain them: links and headings of the graph, and cells of the back end.
        found = page.request.get(server.url + "/api/v1/backends").json()["items"]
        paths = [f"/backends/{one['id']}" for one in found]
        for one in found:
            graph = page.request.get(server.url + f"/api/v1/graph?node=host:{one['name']}").json()
            paths += [
                f"/graph?node={quote(node['id'], safe='')}" for node in graph["nodes"] if node["kind"] == "endpoint"
            ]
        assert any(path.startswith("/graph") for path in paths)
        widths = "() => [...document.querySelectorAll('html, .scroll')].map((one) => one.scrollWidth - one.clientWidth)"
        long = "https://" + "x" * 90 + ".test/" + "y" * 90
        wide = {}
        for path in paths:
            page.goto(server.url + path)
            for place in ("main h2", "main td code", "main th code"):
                page.evaluate(
                    "([place, text]) => document.querySelectorAll(place).forEach((one) => { one.textContent = text; })",
                    [place, long],
                )
            if max(page.evaluate(widths)) > 0:
                wide[path] = page.evaluate(widths)
        assert wide == {}


@pytest.mark.more
def test_no_list_scrolls_sideways_on_a_small_laptop(browser: Browser, fleet: Fleet) -> None:
    """Between tablets, whose lists are cards, and screens that are wide enough for every column."""
    lists = [entry.path for _, group in NAV for entry in group]
    wide = {}
    with opened(browser, fleet, 1057) as page:
        for path in (*lists, *fleet.pages, "/inventory/apps", "/inventory/devices"):
            page.goto(fleet.server.url + path)
            for width in (1057, 1150, 1330):
                page.set_viewport_size({"width": width, "height": 900})
                hidden = page.locator(".scroll").evaluate_all(
                    "all => all.map((one) => one.scrollWidth - one.clientWidth)"
                )
                if max(hidden, default=0) > 0:
                    wide[path, width] = hidden
    assert wide == {}


def test_a_long_identifier_pushes_no_column_off_the_screen(browser: Browser, fleet: Fleet) -> None:
    with opened(browser, fleet, 1280) as page:
        for path in ("/inventory/apps", "/inventory/devices", "/inventory/blocklists"):
            page.goto(fleet.server.url + path)
            tables = page.locator(".scroll")
            hidden = tables.evaluate_all("all => all.map((one) => one.scrollWidth - one.clientWidth)")
            assert len(hidden) > 0
            assert max(hidden) <= 0
        page.goto(fleet.server.url + "/inventory/apps")
        assert LONG in page.locator("tbody").inner_text()
