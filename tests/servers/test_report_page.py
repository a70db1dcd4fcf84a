"""The HTML report in a headless Chromium: search, filters, sorting, keyboard, print, and what axe-core says of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import few
from tests.lab.browser import Browser
from tests.unit.report.conftest import fleet_report, in_tables, the_hostile_report, the_report
from tieback.model.report.document import Report
from tieback.report import by_name
from tieback.report.diff.compare import compare
from tieback.report.diff.page import as_page
from tieback.report.diff.past import past_from_report

AXE = Path(__file__).parents[2] / ".cache/test-servers/axe/node_modules/axe-core/axe.min.js"
VISIBLE = "Array.from(document.querySelectorAll('table[data-sortable] tbody tr[data-row]')).filter((r) => !r.hidden)"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def opened(browser: Browser, report: Report, folder: Path) -> Browser:
    path = folder / "report.html"
    with path.open("wb") as out:
        by_name("html").render(report, out)
    browser.open(path)
    return browser


def first_cells(browser: Browser, heading: str) -> list[str]:
    """First words of the visible rows of the table under a heading."""
    found = browser.run(
        f"Array.from(document.getElementById('{heading}').nextElementSibling.querySelectorAll('tbody tr'))"
        ".filter((r) => !r.hidden).map((r) => r.cells[0].innerText.trim().split(/\\s+/)[0])"
    )
    return list(found)


def test_page_loads_nothing_and_violates_no_content_policy(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_report(), tmp_path)
    assert browser.requests() == []
    assert browser.complaints() == []
    assert browser.run("getComputedStyle(document.querySelector('.band')).backgroundColor") == "rgb(20, 33, 61)"
    # Whatever got into the page would not run: an attribute, another script, a style.
    browser.run("document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=\"window.bad = 1\">')")
    browser.run("(() => { const s = document.createElement('script'); s.textContent = 'window.bad = 2';"
                " document.body.append(s); })()")  # fmt: skip
    assert browser.run("window.bad === undefined") is True
    assert any("Content Security Policy" in text for text in browser.complaints())


def test_hostile_names_are_inert(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_hostile_report(), tmp_path)
    assert browser.requests() == []
    assert browser.complaints() == []
    assert browser.run("document.querySelectorAll('img, iframe, a:not([href^=\"#\"])').length") == 0
    assert "<script>alert(1)</script>" in browser.run("document.body.innerText")


def test_search_filters_and_shows_the_number_of_matches(browser: Browser, tmp_path: Path) -> None:
    opened(browser, fleet_report(), tmp_path)
    every = browser.run(f"{VISIBLE}.length")
    assert browser.run("document.getElementById('said').textContent").endswith(" entries")
    browser.press("/", 191, "/")
    assert browser.run("document.activeElement.id") == "search"
    assert browser.run("document.getElementById('search').value") == "", "the key is not typed"
    browser.type("zqcveil")
    assert first_cells(browser, "exposed") == ["Zqcveil"]
    assert " of " in browser.run("document.getElementById('said').textContent")
    assert browser.run("document.querySelectorAll('article.app:not([hidden])').length") == 1
    browser.press("Escape", 27)
    assert browser.run(f"{VISIBLE}.length") == every


def choose(browser: Browser, name: str, value: str) -> None:
    select = f"document.querySelector('select[name={name}]')"
    browser.run(f"{select}.value = '{value}'; {select}.dispatchEvent(new Event('change'))")


def test_filters(browser: Browser, tmp_path: Path) -> None:
    opened(browser, fleet_report(), tmp_path)
    choose(browser, "kind", "redis")
    assert len(first_cells(browser, "exposed")) == 3
    choose(browser, "severity", "medium")
    assert len(first_cells(browser, "exposed")) == 1
    browser.run("document.getElementById('clear').click()")
    assert len(first_cells(browser, "exposed")) == 24


def test_columns_are_sorted_by_number_and_by_name(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_report(), tmp_path)
    table = "document.querySelector('#exposed').nextElementSibling"
    click = f"{table}.querySelectorAll('thead button')[{{0}}].click()"
    browser.run(click.format(4))
    assert first_cells(browser, "exposed") == ["Parcello", "Fieldhand", "Parcello", "Workhub"]
    browser.run(click.format(4))
    assert first_cells(browser, "exposed")[0] == "Workhub"
    heading = f"{table}.querySelectorAll('thead th')[{{0}}].getAttribute('aria-sort')"
    assert browser.run(heading.format(4)) == "descending"
    browser.run(click.format(0))
    assert first_cells(browser, "exposed") == ["Fieldhand", "Parcello", "Parcello", "Workhub"]
    assert browser.run(heading.format(4)) is None


def test_everything_is_reached_by_keyboard(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_report(), tmp_path)
    browser.press("Tab", 9)
    assert browser.run("document.activeElement.className") == "skip", "the first stop jumps over the head"
    stops = set()
    for _ in range(60):
        browser.press("Tab", 9)
        stops.add(browser.run("document.activeElement.id || document.activeElement.className"))
    assert {"search", "clear", "sort"} <= stops
    browser.run("document.querySelector('#exposed').nextElementSibling.querySelector('thead button').focus()")
    browser.press("Enter", 13, "\r")
    assert first_cells(browser, "exposed")[0] == "Fieldhand"
    outline = browser.run("getComputedStyle(document.activeElement).outlineStyle")
    assert outline == "solid", "the focus can be seen"


def test_a_page_without_scripts_is_whole(browser: Browser, tmp_path: Path) -> None:
    browser.call("Emulation.setScriptExecutionDisabled", value=True)
    try:
        opened(browser, the_report(), tmp_path)
    finally:
        browser.call("Emulation.setScriptExecutionDisabled", value=False)
    assert browser.run("document.getElementById('tools').hidden") is True
    assert browser.run(f"{VISIBLE}.length") > 4


def test_what_is_printed_is_whole_even_where_a_filter_hides(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_report(), tmp_path)
    browser.run("document.getElementById('search').value = 'nothing at all'")
    browser.run("document.getElementById('search').dispatchEvent(new Event('input'))")
    assert browser.run(f"{VISIBLE}.length") == 0
    printed = browser.pdf()
    assert printed.startswith(b"%PDF-")
    assert printed.count(b"/Type /Page\n") + printed.count(b"/Type /Page ") + printed.count(b"/Type/Page") >= 3
    assert browser.run(f"{VISIBLE}.length") == 0, "the screen is as it was"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("which", few(["report", "fleet", "difference"], 2))
def test_axe_finds_nothing(browser: Browser, tmp_path: Path, scheme: str, which: str) -> None:
    if not AXE.exists():
        pytest.skip("npm's axe-core is not installed")
    browser.scheme(scheme)
    try:
        if which == "difference":
            path = tmp_path / "diff.html"
            old, new = in_tables(the_report(), findings=()), the_report()
            path.write_text(
                "".join(as_page(compare(past_from_report(old, "old.json"), past_from_report(new, "new.json"))))
            )
            browser.open(path)
        else:
            opened(browser, the_report() if which == "report" else fleet_report(), tmp_path)
        browser.run(AXE.read_text() + "; 0")
        tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = browser.run(
            f"axe.run(document, {{runOnly: {tags}}}).then((r) => r.violations.map((v) => v.impact + ' ' + v.id + ': '"
            " + v.nodes.slice(0, 3).map((n) => n.target + ' ' + n.failureSummary).join(' | ')))"
        )
        assert found == []
    finally:
        browser.scheme("light")


def test_on_a_phone_the_search_bar_covers_nothing_that_a_link_leads_to(browser: Browser, tmp_path: Path) -> None:
    opened(browser, the_report(), tmp_path)
    browser.run("document.documentElement.style.scrollBehavior = 'auto'")
    browser.run("document.body.style.width = '390px'")
    ends = "Array.from(new Set(Array.from(document.querySelectorAll('main a[href^=\"#\"]')).map((a) => a.hash)))"
    covered = (
        f"new Promise((done) => requestAnimationFrame(() => setTimeout(() => done({ends}.filter((end) => {{"
        " location.hash = ''; location.hash = end;"
        " const bar = document.getElementById('tools').getBoundingClientRect();"
        " const top = document.getElementById(end.slice(1)).getBoundingClientRect().top;"
        " return bar.top <= 0.5 && top < bar.bottom; })), 50)))"
    )
    assert browser.run("document.getElementById('tools').offsetHeight") > 100
    assert browser.run(f"{ends}.length") >= 3
    assert browser.run(covered) == []
