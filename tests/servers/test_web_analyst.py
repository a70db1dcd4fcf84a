"""The analyst in a browser: first start, upload an app, watch its analysis, and read why a back end was found."""

from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Page, expect

from tests.lab.served import Served, chromium, first_start, served
from tieback.engine.sandbox import Sandbox, sandbox_state

APPS = Path(__file__).parents[2] / "labs" / "apps"
DONE = 90_000
"""Milliseconds for the analysis of one small app on a busy machine."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("analyst")
    with served(folder / "ws", folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def page(server: Served, browser: Browser) -> Page:
    page = browser.new_page()
    first_start(server, page)
    return page


@pytest.mark.more
def test_an_empty_workspace_says_where_to_begin(page: Page) -> None:
    main = page.get_by_role("main")
    expect(main).to_contain_text("No run has finished")
    assert "/uploads" in [link.get_attribute("href") for link in main.get_by_role("link").all()]


def test_the_link_works_once(server: Served, browser: Browser, page: Page) -> None:
    assert page.url, "the fixture has used the link"
    answer = browser.new_context().new_page().goto(server.first_link.replace("localhost", "127.0.0.1"))
    assert answer is not None
    assert answer.status in {403, 404, 410}


def test_from_the_upload_to_the_reason(page: Page, server: Served) -> None:
    if sandbox_state() is Sandbox.NONE:
        pytest.skip("this machine has no sandbox, so the server refuses uploads")
    page.goto(f"{server.url}/uploads")
    page.get_by_label("Files, at most").set_input_files(APPS / "fieldhand.apk")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator("[data-uploads-list]")).to_contain_text("Uploaded.")
    expect(page.locator("[data-uploads-shown]")).to_contain_text("fieldhand.apk")
    expect(page.get_by_text("No file was uploaded.")).to_have_count(0)
    page.get_by_role("link", name="Analyse fieldhand.apk").click()
    page.get_by_role("button", name="Start", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Run")
    expect(page.locator("main")).to_contain_text("done", timeout=DONE)
    page.goto(f"{server.url}/apps")
    page.get_by_role("link", name="Fieldhand").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Fieldhand")
    expect(page.get_by_role("main")).to_contain_text("not probed")
    page.get_by_role("link", name="es.fieldhand.test").first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("es.fieldhand.test")
    expect(page.get_by_role("main")).to_contain_text("Why: every statement with its evidence")
    expect(page.get_by_role("main")).to_contain_text("registrable domain")


def test_the_run_contacted_nothing(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/audit/probing")
    expect(page.get_by_role("main")).to_contain_text("Nothing was probed from this workspace")
    page.goto(f"{server.url}/runs")
    expect(page.get_by_role("main")).to_contain_text("none: nothing was contacted")


def test_the_graph_is_drawn_and_listed(page: Page, server: Served) -> None:
    page.goto(f"{server.url}/apps")
    page.get_by_role("link", name="Fieldhand").first.click()
    sha256 = page.url.rpartition("/")[2]
    page.goto(f"{server.url}/graph?node=app:{sha256}")
    expect(page.get_by_role("main").get_by_role("table")).to_contain_text("es.fieldhand.test")
    expect(page.locator(".graph-picture canvas").first).to_be_attached()
    drawn = page.evaluate(
        "Array.from(document.querySelectorAll('.graph-picture canvas')).some((one) => {"
        " const all = one.getContext('2d').getImageData(0, 0, one.width, one.height).data;"
        " return all.some((value) => value !== 0); })"
    )
    assert drawn
