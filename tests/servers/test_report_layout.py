"""The HTML report as a browser draws it: no label touches another, at any number of stores and on any screen.

Measured in a headless Chromium: the boxes of texts and shapes in every picture, and the widths of page and tables.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from tests.examples import few
from tests.lab.browser import Browser
from tests.unit.report.conftest import FIELDHAND, WORKHUB, in_tables, route, the_report, workhub_store
from tieback.assess.summary import summarise
from tieback.model.backend import Route
from tieback.model.exposure import PiiClassTotal, Severity
from tieback.model.figure import exact
from tieback.model.probe import Access, Identity, Outcome, ProbeReport
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report
from tieback.model.report.groups import SharedStore
from tieback.model.report.tables import LazyTable
from tieback.report import by_name

PRODUCTS = (
    "elasticsearch", "mongodb", "postgresql", "microsoft-sql-server", "docker-registry", "opensearch", "redis",
    "mariadb", "azure_blob", "firebase-rtdb",
)  # fmt: skip
CLASSES = (
    "person_id", "email", "employment", "pin_otp", "person_name", "phone", "geo_location", "device_id", "travel",
    "payment_card", "health", "biometric",
)  # fmt: skip
ACCESSES = (Access.OPEN, Access.ANY_USER, Access.FIREWALLED, Access.OPEN_EMPTY)

OVERLAPS = """
(() => {
  const found = [];
  const beside = (a, b) => a.right <= b.left + 0.5 || b.right <= a.left + 0.5;
  const above = (a, b) => a.bottom <= b.top + 0.5 || b.bottom <= a.top + 0.5;
  const touch = (a, b) => !beside(a, b) && !above(a, b);
  const spread = (a, m) => ({ left: a.left - m, right: a.right + m, top: a.top - m, bottom: a.bottom + m });
  const inside = (a, c) => a.left >= c.left && a.right <= c.right && a.top >= c.top && a.bottom <= c.bottom;
  const within = (a, b) => inside(a, spread(b, 1));
  for (const picture of document.querySelectorAll('main svg')) {
    if (picture.parentElement.closest('svg')) continue;
    const name = picture.getAttribute('aria-label').slice(0, 60);
    const frame = picture.getBoundingClientRect();
    const texts = [...picture.querySelectorAll('text')].filter((t) => t.textContent.trim());
    const areas = texts.map((t) => t.getBoundingClientRect());
    areas.forEach((area, at) => {
      const own = texts[at].textContent;
      if (!within(area, frame)) found.push(`${name}: "${own}" is cut off`);
      for (let other = at + 1; other < areas.length; other++)
        if (touch(area, areas[other])) found.push(`${name}: "${own}" and "${texts[other].textContent}"`);
    });
    const boxes = [...picture.querySelectorAll('rect.box')].map((b) => [b, b.getBoundingClientRect()]);
    boxes.forEach(([box, area], at) => {
      for (const [, other] of boxes.slice(at + 1)) if (touch(area, other)) found.push(`${name}: two boxes`);
      texts.forEach((text, index) => {
        const inside = box.parentElement.contains(text);
        const own = `${name}: "${text.textContent}"`;
        if (inside && !within(areas[index], area)) found.push(`${own} leaves its box`);
        if (!inside && touch(area, areas[index])) found.push(`${own} on a box`);
      });
    });
  }
  return found;
})()
"""
PICTURES = "document.querySelectorAll('main svg.chart, main svg.way').length"
CUT = """
Array.from(document.querySelectorAll('td, th'))
  .filter((cell) => cell.scrollWidth > cell.clientWidth + 1)
  .map((cell) => cell.textContent.trim().slice(0, 80))
"""
BROKEN = """
(() => {
  const found = [];
  for (const code of document.querySelectorAll('td code, th code')) {
    const range = document.createRange();
    let last = null;
    const walker = document.createTreeWalker(code, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode())
      for (let at = 0; at < node.length; at++) {
        range.setStart(node, at);
        range.setEnd(node, at + 1);
        const top = range.getBoundingClientRect().top;
        if (last && Math.abs(top - last.top) > 4 && /[a-z0-9]/i.test(last.sign) && /[a-z0-9]/i.test(node.data[at]))
          found.push(code.textContent);
        last = { top, sign: node.data[at] };
      }
  }
  return found;
})()
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with Browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def report_of(number: int) -> Report:
    """A report with that many stores: two apps lead to the first twelve, the others have an app of their own."""
    base = workhub_store()
    apps, stores = [], []
    shared = number if number < 3 else 12
    for at in range(number):
        product = PRODUCTS[at % len(PRODUCTS)]
        api = f"api{at // 3 % 4}.eu-central-1.acme-production-services.test"
        host = f"{product.replace('_', '-')}-{at}.internal.data.acme-production-services.test"
        users = [FIELDHAND, WORKHUB] if at < shared else [replace(WORKHUB, sha256=f"{at:064x}", name=f"App {at}")]
        routes = tuple(
            route(app, api, 27017, f"https://{api}", "classes.dex", 1, "dex-string/url", Route.PIVOT)
            if at % 3
            else route(app, host, 27017, f"mongodb://{host}", "classes.dex", 1, "dex-string/url", Route.NAMED)
            for app in users
        )
        store = replace(
            base,
            id=f"exp-{at:016x}",
            product=product,
            access=ACCESSES[at % 4 if number > 2 else 0],
            identity=Identity(f"{product}:address:{host}:27017", "address"),
            addresses=(f"127.88.{at // 250}.{at % 250}:27017",),
            targets=(f"{host}:27017",),
            routes=routes,
            containers=tuple(
                replace(one, created=f"{2026 - at % 19}-05-01T00:00:00Z", records=exact(280_000_000 + at, ""))
                for one in base.containers
            ),
            pii=tuple(PiiClassTotal(one, exact(10 ** (at % 9 + 1), ""), 1) for one in CLASSES[: 3 + at % 10]),
            severity=list(Severity)[at % 5],
        )
        stores.append(store)
    leads = {key: tuple(one.id for one in stores if any(way.app_sha256 == key for way in one.routes))
             for key in dict.fromkeys(way.app_sha256 for one in stores for way in one.routes)}  # fmt: skip
    known = {app.sha256: app for app in (FIELDHAND, WORKHUB)}
    for at, (key, ids) in enumerate(leads.items()):
        app = known.get(key) or replace(WORKHUB, sha256=key, name=f"App {at}")
        apps.append(AppSummary(app, f"{at}.apk", 1, ids, has_api=False))
    refused = [
        ProbeReport(f"{one.targets[0].rpartition(':')[0]}:{port}", Outcome.REFUSED)
        for one in stores[:20]
        for port in range(84)
    ]
    return in_tables(
        the_report(),
        apps=apps,
        exposures=stores,
        findings=(),
        shared=tuple(SharedStore(one.id, 2, (FIELDHAND.sha256, WORKHUB.sha256)) for one in stores[:8]),
        headline=summarise(len(apps), len(apps), stores),
        probes=LazyTable.of(refused),
    )


def show(browser: Browser, folder: Path, number: int, width: int) -> None:
    path = folder / "report.html"
    with path.open("wb") as out:
        by_name("html").render(report_of(number), out)
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 500)
    browser.open(path)


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("number", few([1, 2, 10, 100, pytest.param(1000, marks=pytest.mark.more)], 3))
def test_no_labels_overlap_and_the_page_does_not_scroll_sideways(
    browser: Browser, tmp_path: Path, number: int, width: int
) -> None:
    show(browser, tmp_path, number, width)
    assert browser.run(PICTURES) >= 3
    assert browser.run(OVERLAPS) == []
    assert browser.run("document.documentElement.scrollWidth") <= width
    assert browser.run(CUT) == []
    assert browser.run(BROKEN) == []


def test_the_check_sees_an_overlap(browser: Browser, tmp_path: Path) -> None:
    show(browser, tmp_path, 2, 1280)
    browser.run(
        "(() => { const [one, other] = document.querySelectorAll('svg.chart text');"
        " for (const name of ['x', 'y', 'text-anchor']) other.setAttribute(name, one.getAttribute(name)); })()"
    )
    found: Any = browser.run(OVERLAPS)
    assert len(found) >= 1
