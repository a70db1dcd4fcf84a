"""Pages with hostile names in a headless Chromium: no script runs, nothing is loaded, and nothing is complained about.

The control opens the same texts without escaping, so that a check that sees nothing is noticed.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.examples import few
from tests.lab.browser import Browser
from tests.unit.report.conftest import in_tables, the_hostile_report, the_report
from tieback.model.report.document import Report
from tieback.report import by_name
from tieback.report.diff.compare import compare
from tieback.report.diff.page import as_page
from tieback.report.diff.past import past_from_report

OUT = "http://127.66.66.66:8009"
"""Nothing listens there; a request for it is noticed when it is sent."""
NAMES = {
    "script": "</td></script><script>window.bad=1</script><script src=" + OUT + "/a.js></script>",
    "script in a template": "</script></textarea></title></style></noscript><script>window.bad=1</script><!--",
    "event attributes": "\"'><img src=x onerror=window.bad=1><details open ontoggle=window.bad=1>"
    "<input autofocus onfocus=window.bad=1>",
    "attribute without brackets": "x\" onmouseover=window.bad=1 autofocus onfocus=window.bad=1 y='",
    "svg": "<svg onload=window.bad=1><script>window.bad=1</script><animate onbegin=window.bad=1 attributeName=x dur=1s>"
    f"<image href={OUT}/a.png></svg><math><mtext></form><form><mglyph><svg><style><img src onerror=window.bad=1>",
    "data URL": "<iframe src='data:text/html,<script>parent.bad=1</script>'></iframe>"
    "<object data='data:image/svg+xml,<svg onload=top.bad=1>'></object><a href=data:text/html,x id=go>x</a>",
    "script URL": "<a href=javascript:window.bad=1 id=go>x</a><form action=javascript:window.bad=1><button id=go2>y",
    "bidirectional text": "\u202egnp.exe\u202c \u2066a\u2067b\u2068c\u2069 \u200f\u061c evil",
    "styles": f"</style><style>@import '{OUT}/a.css';body{{background:url({OUT}/b.png);display:none}}</style>"
    f"<div style='position:fixed;inset:0;background:url({OUT}/c.png)'>}}*{{display:none}}",
    "huge name": "W" * 100_000,
    "many words": "a b " * 20_000,
    "nul": "a\0<\0script>window.bad=1</\0script>\0b \x1b]0;x\x07 \x85 \ufffe \ud800",
    "frames": f"<iframe srcdoc='<script>parent.bad=1</script>'></iframe><frameset onload=window.bad=1>"
    f"<embed src={OUT}/a><portal src={OUT}/b></portal>",
    "refresh and base": f"<meta http-equiv=refresh content='0;url={OUT}/'><base href={OUT}/>"
    f"<link rel=stylesheet href={OUT}/a.css><link rel=prefetch href={OUT}/b>",
    "entities": "&lt;script&gt;window.bad=1&lt;/script&gt; &#x3c;img src=x onerror=window.bad=1&#x3e; &NewLine;",
    "other alphabets": "+ADw-script+AD4-window.bad+AD0-1+ADw-/script+AD4- \uff1cscript\uff1ewindow.bad=1",
}
FIRST = ("script", "event attributes", "styles", "nul")
"""Not only in ``make test-more``."""
RUNS = ("script", "event attributes", "svg", "frames")
"""Texts that run a script in a page that does not escape them and has no policy."""
LOADS = ("styles", "frames", "script", "svg", "data URL")
"""Texts that make such a page load something."""
ODD = (
    "document.querySelectorAll('iframe, frame, object, embed, portal, img, image, base, link, math, form:not([id]),"
    ' meta[http-equiv=refresh], a:not([href^="#"]), [style*="fixed"]\').length'
)
HANDLERS = (
    "Array.from(document.querySelectorAll('*')).flatMap((e) => e.getAttributeNames()).filter((n) => /^on/.test(n))"
)
BAD = (
    "new Promise((done) => { const wait = (left) => window.bad || !left ? done(window.bad === 1)"
    " : setTimeout(wait, 50, left - 1); wait(400); })"
)
SCRIPTS = "document.scripts.length"
HIDDEN = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\0\x1b\x07"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def page_of(report: Report, path: Path) -> Path:
    with path.open("wb") as out:
        by_name("html").render(report, out)
    return path


@pytest.fixture(scope="module")
def scripts(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> int:
    """Number of scripts of an honest report."""
    browser.open(page_of(the_report(), tmp_path_factory.mktemp("honest") / "report.html"))
    return int(browser.run(SCRIPTS))


def inert(browser: Browser, page: Path, scripts: int) -> None:
    browser.open(page)
    # Everything that a person may do with the page: it is scrolled, sorted, searched, and clicked on.
    browser.run("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    browser.run("document.querySelectorAll('button, #go, #go2, summary').forEach((e) => e.click())")
    browser.run("document.querySelectorAll('*').forEach((e) => e.dispatchEvent(new Event('mouseover')))")
    browser.run("window.scrollTo(0, document.body.scrollHeight)")
    assert browser.run("window.bad === undefined") is True
    assert browser.run(ODD) == 0
    assert browser.run(HANDLERS) == []
    assert browser.run(SCRIPTS) == scripts
    assert browser.run("location.href") == page.as_uri()
    assert browser.run("document.body.innerText.length") > 1000, "the page can be read"
    assert browser.requests() == []
    assert browser.complaints() == []
    text = browser.run("document.documentElement.outerHTML")
    assert [sign for sign in HIDDEN if sign in text] == []


@pytest.mark.parametrize(
    "name", few([name if name in FIRST else pytest.param(name, marks=pytest.mark.more) for name in NAMES], 2)
)
def test_a_report_with_hostile_names_is_inert(browser: Browser, scripts: int, tmp_path: Path, name: str) -> None:
    inert(browser, page_of(the_hostile_report(NAMES[name]), tmp_path / "report.html"), scripts)


@pytest.mark.more
def test_a_comparison_with_hostile_names_is_inert(browser: Browser, tmp_path: Path) -> None:
    page = tmp_path / "diff.html"
    for name, text in NAMES.items():
        old, new = in_tables(the_report(), findings=()), the_hostile_report(text)
        page.write_text("".join(as_page(compare(past_from_report(old, name), past_from_report(new, text)))))
        browser.open(page)
        inert(browser, page, int(browser.run(SCRIPTS)))


@pytest.mark.parametrize("name", sorted({*RUNS, *LOADS}))
def test_the_same_names_run_or_load_in_a_page_that_does_not_escape(browser: Browser, tmp_path: Path, name: str) -> None:
    page = tmp_path / "control.html"
    page.write_text(f"<!doctype html><meta charset=utf-8><table><tr><td>{NAMES[name]}</td></tr></table>")
    browser.open(page)
    if name in RUNS:
        assert browser.run(BAD) is True, "no script ran"
    if name in LOADS:
        assert browser.requests() != [], "nothing was requested"
