"""A slow export in a browser: the page shows that the server works, then the file or the problem."""

from collections.abc import Iterator

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")
pytest.importorskip("weasyprint")

from playwright.sync_api import Page, Route, expect

from tests.lab.served import chromium, first_start, served, watch
from tests.unit.pipeline.graph_workspace import made

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("exports")
    with served(made(folder), folder) as server, chromium() as browser:
        opened = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
        first_start(server, opened)
        opened.goto(f"{server.url}/exports")
        yield opened


def test_a_pdf_has_progress_and_is_saved(page: Page) -> None:
    complaints: list[str] = []
    watch(page, complaints)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/exports/pdf?**", hold)
    bar = page.get_by_role("progressbar", name="Writing the file")
    expect(bar).to_be_hidden()
    page.get_by_role("link", name="as pdf").click()
    expect(bar).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("The server is writing the file…")
    page.get_by_role("link", name="as pdf").click()  # once more changes nothing
    with page.expect_download(timeout=120_000) as saved:
        held[0].continue_()
    assert saved.value.path().read_bytes().startswith(b"%PDF-")
    assert saved.value.suggested_filename.endswith("-internal.pdf")
    expect(page.get_by_role("status")).to_contain_text(f"Saved as {saved.value.suggested_filename}")
    expect(bar).to_be_hidden()
    assert len(held) == 1
    assert complaints == []
    page.unroute("**/exports/pdf?**")


def test_a_refused_export_says_why(page: Page) -> None:
    problem = {"title": "Conflict", "detail": "other exports are being written", "advice": "Try again later"}
    page.route("**/exports/pdf?**", lambda route: route.fulfill(status=503, json=problem))
    page.get_by_role("link", name="as pdf").click()
    expect(page.get_by_role("status")).to_have_text("other exports are being written. Try again later.")
    expect(page.get_by_role("progressbar", name="Writing the file")).to_be_hidden()
