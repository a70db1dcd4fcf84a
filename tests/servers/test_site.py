"""The built site in a real browser, from file://: links, console, WCAG 2.2 AA, the width of a phone, and search."""

import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

pytest.importorskip("sphinx")
pytest.importorskip("furo")
pytest.importorskip("playwright")

from playwright.sync_api import Browser, Page

from tests.lab.served import chromium, watch

ROOT = Path(__file__).parents[2]
AXE = ROOT / ".cache/test-servers/axe/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
OURS = {"search.html", "genindex.html"}
"""Pages that Sphinx adds."""
SAMPLE = {
    "index.html",
    "search.html",
    "docs/start/tutorial.html",
    "docs/howto/ci.html",
    "docs/reference/commands/scan.html",
    "docs/reference/glossary.html",
}
"""Pages with every element that the theme has: those of another width or colour scheme."""

AUDIT = """(tags) => axe.run(document, {runOnly: tags, preload: false}).then((result) => result.violations.map(
    (one) => one.id + ': ' + one.nodes.map((node) => node.html.slice(0, 120)).slice(0, 3).join(' | ')))"""
"""Without preload: axe would fetch the style sheets, which no browser does from file://."""

pytestmark = [pytest.mark.more, pytest.mark.timeout(1800)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "out"
    command = [sys.executable, str(ROOT / "tools/build-docs"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


class Links(HTMLParser):
    """Links, files and anchors of a page."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.files: list[str] = []
        self.anchors: set[str] = set()
        self.feed(page.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = dict(attributes)
        if identifier := found.get("id"):
            self.anchors.add(identifier)
        if tag == "a" and (href := found.get("href")):
            self.links.append(href)
        if href := found.get("src") or (found.get("href") if tag == "link" else None):
            self.files.append(href)


def test_links_files_and_anchors_exist(site: Path) -> None:
    pages = {page: Links(page) for page in site.rglob("*.html")}
    assert len(pages) > 100
    wrong = []
    for page, found in pages.items():
        for link in (*found.links, *found.files):
            path, anchor = urldefrag(link)
            if "://" in path or path.startswith(("mailto:", "data:")):
                continue
            target = (page.parent / unquote(path.partition("?")[0])).resolve() if path else page
            if not target.is_file() or (anchor and target in pages and unquote(anchor) not in pages[target].anchors):
                wrong.append(f"{page.relative_to(site)}: {link}")
    assert wrong == []
    elsewhere = {file for found in pages.values() for file in found.files if "://" in file}
    assert elsewhere == set()


def test_every_page_has_a_twin_in_markdown_and_is_listed(site: Path) -> None:
    pages = {str(page.relative_to(site)) for page in site.rglob("*.html")} - OURS
    assert {page for page in pages if not (site / page).with_suffix(".md").is_file()} == set()
    listed = (site / "llms.txt").read_text()
    menu = [line for line in listed.splitlines() if line.startswith("- [")]
    assert len(menu) > 90
    assert all((site / line.split("](")[1].partition(")")[0]).is_file() for line in menu)
    assert "{toctree}" not in "".join(page.read_text() for page in site.rglob("*.md"))


def opened(page: Page, site: Path, names: set[str]) -> Iterator[str]:
    """Open each page, or those that ``names`` has; one decision represents all others."""
    for path in sorted(site.rglob("*.html")):
        name = str(path.relative_to(site))
        if name in names or (not names and ("/adr/" not in name or name.endswith("/0065-documentation-site.html"))):
            page.goto(path.as_uri())
            yield name


@pytest.mark.parametrize(
    ("width", "scheme", "names"), [(375, "light", set()), (375, "dark", SAMPLE), (1440, "light", SAMPLE)]
)
def test_pages_in_the_browser(site: Path, browser: Browser, width: int, scheme: str, names: set[str]) -> None:
    if not AXE.exists():
        pytest.skip("npm's axe-core is not installed")
    complaints: list[str] = []
    elsewhere: list[str] = []
    wrong: dict[str, list[str]] = {}
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_init_script(path=AXE)
    page = context.new_page()
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith("file:") else None)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    watch(page, complaints)
    for name in opened(page, site, names):
        found: list[str] = page.evaluate(AUDIT, RULES)
        wider = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wider > 0:
            found.append(f"{wider} pixels wider than the window")
        if found:
            wrong[name] = found
    context.close()
    assert wrong == {}
    assert elsewhere == []
    assert complaints == []


def test_search_finds_a_page_without_a_server(site: Path, browser: Browser) -> None:
    complaints: list[str] = []
    page = browser.new_page()
    watch(page, complaints)
    page.goto((site / "search.html").as_uri() + "?q=suppressions")
    page.get_by_role("link", name="Reports", exact=True).first.wait_for()
    assert complaints == []
    page.close()
