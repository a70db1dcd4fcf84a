"""Every page in a real browser: no violation of WCAG 2.2 AA, nothing wider than the screen, nothing from elsewhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("litestar")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Page

from tests.lab.served import Served, chromium, first_start, opened, served, shape, watch
from tests.unit.pipeline.graph_workspace import made
from tieback.web.app import build_app
from tieback.web.settings import WebSettings

AXE = Path(__file__).parents[2] / ".cache/test-servers/axe/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NOT_LINKED = {"/first-start/{link}", "/sign-in", "/sign-in/oidc", "/sign-in/callback", "/sign-in/code"}
"""Pages of the sign-in: ``test_sign_in`` opens them."""

pytestmark = [pytest.mark.servers, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("pages")
    with served(made(folder), folder) as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def state(server: Served, browser: Browser) -> Any:
    """Cookies of the administrator."""
    with browser.new_page() as page:
        first_start(server, page)
        return page.context.storage_state()


CUT_CAPTIONS = """() => [...document.querySelectorAll(".scroll > table > caption")].filter((caption) => {
    const range = document.createRange();
    range.selectNodeContents(caption);
    const end = caption.closest(".scroll").getBoundingClientRect().right;
    return [...range.getClientRects()].some((one) => one.right > end);
}).map((caption) => caption.innerText.slice(0, 60))"""


def problems(page: Page) -> list[str]:
    """What axe-core says of a page, whether it is wider than the window, and captions that are cut."""
    found: list[str] = page.evaluate(
        "(tags) => axe.run(document, {runOnly: tags}).then((result) => result.violations.map((one) =>"
        " one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(' | ')))",
        RULES,
    )
    sideways = page.locator(".scroll").evaluate_all(
        "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.ariaLabel)"
    )
    small = page.viewport_size is not None and page.viewport_size["width"] <= 1330
    found += [f"scrolls sideways on a phone, tablet or small laptop: {label}" for label in sideways if small]
    width = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    cut = [f"cut: {text}" for text in page.evaluate(CUT_CAPTIONS)]
    return [*found, *([f"{width} pixels wider than the window"] if width > 0 else []), *cut]


@pytest.mark.parametrize(
    ("width", "scheme"),
    [
        (390, "dark"),
        *(
            pytest.param(*one, marks=pytest.mark.more)
            for one in [(390, "light"), (768, "light"), (1024, "dark"), (1057, "light"), (1440, "dark")]
        ),
    ],
)
def test_every_page(server: Served, browser: Browser, state: Any, width: int, scheme: Any) -> None:
    if not AXE.exists():
        pytest.skip("npm's axe-core is not installed")
    wrong: dict[str, list[str]] = {}
    elsewhere: list[str] = []
    complaints: list[str] = []
    kinds = set()
    # axe-core is not one of our scripts: the policy would refuse it, as it should.
    context = browser.new_context(
        viewport={"width": width, "height": 800}, color_scheme=scheme, storage_state=state, bypass_csp=True
    )
    with context:
        context.add_init_script(path=AXE)
        page = context.new_page()
        page.on("request", lambda request: elsewhere.append(request.url))
        watch(page, complaints)
        for path in opened(page, server):
            kinds.add(shape(path))
            if found := problems(page):
                wrong[path] = found
    assert wrong == {}
    assert [url for url in elsewhere if not url.startswith(server.url)] == []
    assert complaints == []
    made_app = build_app(WebSettings(workspace=Path("unused")))
    routes = {route.path_format for route in made_app.routes if "GET" in getattr(route, "methods", ())}
    listed = {path for path in routes if not path.startswith(("/api/v1", "/static", "/closed")) and "{" not in path}
    assert len(kinds) > 25
    assert listed - kinds - NOT_LINKED - {"/healthz", "/readyz", "/metrics", "/sign-out"} == set()


ON_PAPER = """() => {
    const shown = (one) => one.getBoundingClientRect().width > 0;
    const forms = [...document.querySelectorAll("form, input, select, textarea")].filter(shown);
    const wide = [...document.querySelectorAll(".scroll")].filter((one) => one.scrollWidth > one.clientWidth);
    const hidden = "rgb(255, 255, 255)";
    const white = [...document.querySelectorAll(".badge")].filter((one) => getComputedStyle(one).color === hidden);
    return [...forms.map((one) => `form: ${one.outerHTML.slice(0, 60)}`), ...wide.map((one) => `cut: ${one.ariaLabel}`),
        ...white.map((one) => `white on white: ${one.innerText}`)];
}"""


def test_no_page_loses_text_on_paper(server: Served, browser: Browser, state: Any) -> None:
    """A4 without margins is 794 pixels wide; browsers print no backgrounds."""
    wrong: dict[str, list[str]] = {}
    with browser.new_context(viewport={"width": 718, "height": 1000}, storage_state=state) as context:
        page = context.new_page()
        page.emulate_media(media="print")
        for path in opened(page, server):
            if found := page.evaluate(ON_PAPER):
                wrong[path] = found
    assert wrong == {}
