"""The analyst's way in a real browser: overview, app, back end, and the evidence graph as a picture and as a list."""

from collections.abc import Iterator
from typing import Any

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import Response

from tests.lab.served import Served, chromium, first_start, served
from tests.unit.pipeline.graph_workspace import made

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("results")
    with served(made(folder), folder) as running:
        yield running


@pytest.fixture(scope="module")
def state(server: Served) -> Any:
    """Cookies of the administrator."""
    with chromium() as browser:
        page = browser.new_page()
        first_start(server, page)
        return page.context.storage_state()


def is_hop(answer: Response) -> bool:
    return "/api/v1/graph" in answer.url


def test_from_the_overview_to_the_store_and_back_in_the_graph(server: Served, state: Any) -> None:
    complaints: list[str] = []
    with chromium() as browser:
        page = browser.new_context(storage_state=state, viewport={"width": 1280, "height": 900}).new_page()
        page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
        page.goto(server.url)
        page.get_by_role("link", name="Apps", exact=True).click()
        page.get_by_role("link", name="Workhub", exact=True).click()
        assert page.get_by_role("heading", level=1).inner_text() == "Workhub"
        page.get_by_role("link", name="api.workhub.test", exact=True).first.click()
        assert page.get_by_role("heading", name="Why: every statement with its evidence").is_visible()
        with page.expect_response(is_hop) as first:
            page.get_by_role("link", name="Show it in the evidence graph").click()
        hop = first.value.json()
        assert {node["kind"] for node in hop["nodes"]} >= {"host", "endpoint", "store"}
        note = page.locator(".graph-note")
        note.wait_for()
        assert "Select a node to add its neighbours" in note.inner_text()
        # The list twin has a row for each edge.
        rows = page.get_by_role("region", name="Neighbours").locator("tbody tr")
        assert rows.count() == len(hop["edges"])
    assert complaints == []


def test_the_graph_is_complete_without_scripts(server: Served, state: Any) -> None:
    with chromium() as browser:
        page = browser.new_context(storage_state=state, java_script_enabled=False).new_page()
        page.goto(f"{server.url}/graph?q=workhub")
        page.get_by_role("link", name="Workhub 2.10.4").first.click()
        for step in ("https://api.workhub.test", "api.workhub.test", "mongodb 7"):
            page.get_by_role("link", name=step, exact=True).first.click()
        assert page.get_by_role("heading", level=2).first.inner_text().startswith("store: mongodb 7")
        assert page.locator(".graph-picture").is_hidden()
