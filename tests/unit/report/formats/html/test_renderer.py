import base64
import hashlib
import io
import re
from collections.abc import Callable
from html.parser import HTMLParser

from msgspec.structs import replace

from tieback.model.exposure import Severity
from tieback.model.report.document import Report
from tieback.report.formats.html.renderer import HtmlRenderer

VOID = {"wbr", "meta", "link", "br", "img", "hr", "input"}
SVG_VOID = {"path", "polygon", "rect"}


def rendered(report: Report) -> str:
    out = io.BytesIO()
    HtmlRenderer().render(report, out)
    return out.getvalue().decode()


class Reader(HTMLParser):
    """Notes tags and attributes, and checks that elements are closed in order."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def values(self, name: str) -> list[str]:
        return [value for _, key, value in self.attributes if key == name]

    def words(self) -> str:
        return " ".join(" ".join(self.text).split())


def test_output_matches_the_golden_file(report: Report, golden: Callable[[str, bytes], None]) -> None:
    golden("report.html", rendered(report).encode())


def test_page_loads_nothing_and_runs_only_its_own_script(report: Report) -> None:
    text = rendered(report)
    page = Reader(text)
    assert page.tags.isdisjoint({"link", "img", "iframe", "object", "embed", "form", "base"})
    assert page.values("src") == []
    assert all(value.startswith("#") for value in page.values("href"))
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    (policy,) = [value for value in page.values("content") if "default-src" in value]
    (style,), (script,) = (re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL) for tag in ("style", "script"))
    hashes = [base64.b64encode(hashlib.sha256(part.encode()).digest()).decode() for part in (style, script)]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{hashes[0]}'; script-src 'sha256-{hashes[1]}'; base-uri 'none'; "
        "form-action 'none'"
    )
    assert page.values("style") == [], "the policy lets no attribute of style through"
    assert "url(" not in text
    assert "@import" not in text
    assert not re.search(r"fetch|XMLHttp|innerHTML|eval|import\(|new Function|WebSocket|http", script)


def test_nothing_of_a_report_is_in_the_script(report: Report, hostile_report: Report) -> None:
    scripts = [re.findall(r"<script>(.*?)</script>", rendered(one), re.DOTALL) for one in (report, hostile_report)]
    assert scripts[0] == scripts[1]
    assert len(scripts[0]) == 1


def test_hostile_text_stays_text(hostile_report: Report, report: Report) -> None:
    text = rendered(hostile_report)
    page = Reader(text)
    assert page.tags == Reader(rendered(report)).tags
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    assert "{{ 7*7 }}" in page.words()
    assert not {"\x1b", "\u202e", "\x00"} & set(text)
    assert all(value.startswith("#") for value in page.values("href"))


def test_every_link_leads_somewhere_and_ids_are_unique(report: Report) -> None:
    page = Reader(rendered(report))
    ids = page.values("id")
    assert len(ids) == len(set(ids))
    assert {value.removeprefix("#") for value in page.values("href")} <= set(ids)
    assert set(page.values("aria-labelledby")) <= set(ids)


def test_tables_have_captions_and_headed_columns(report: Report) -> None:
    text = rendered(report)
    assert len(re.findall("<table[ >]", text)) == text.count("<caption>")
    assert text.count("<th scope=") == text.count("<th ")
    assert 'lang="en"' in text


def test_what_a_reader_sees(report: Report) -> None:
    words = Reader(rendered(report)).words()
    for phrase in (
        "3 of 5 apps (3 of the 4 fully read) lead to 3 data stores accessible without authentication:",
        "≥4,251 records, ≈1.5 MB.",
        "1 store shows signs of ransom or wiping.",
        "1 app was only partly read. Capture its traffic to see the other back ends",
        "1 app only partly read Its list of back ends is not complete",
        "CodePush can replace the JavaScript code at run time",
        "api.lantern.test",
        "≥2,900 at least",
        "3,614",
        "PINs and one-time codes",
        "940 B sent, 14,222 B read.",
        "+40 access: records are readable without authentication",
        "found behind it",
        "login required",
        "Close the port to the Internet",
        "authorised by Security office",
        "It never uses a credential from an app and never guesses one.",
        "How the figures are calculated",
        "tieback report explain records",
        "20 % of 5 stores found open since 2026-09-01; 1 more unconfirmed",
        "included in the figures above",
        "By hosting provider",
        "1 problem",
    ):
        assert phrase in words, phrase


def test_no_stores_have_no_link_to_them(report: Report) -> None:
    link, calm = '<a href="#exposed">these stores</a>', replace(report.headline, stores_ransomed=0)
    assert rendered(report).count(link) == rendered(replace(report, headline=calm)).count(link) + 1


def test_a_shared_store_is_shown_once(report: Report) -> None:
    words = Reader(rendered(report)).words()
    assert words.count("opensearch needs no login") == 2, "once with the store, once among the findings"
    assert "Shown under Parcello" in words


def test_report_without_a_grant_states_that_nothing_was_contacted(
    report: Report, tabled: Callable[..., Report]
) -> None:
    bare = tabled(
        report,
        scope=None,
        exposures=(),
        findings=(),
        headline=replace(report.headline, apps_affected=0, stores_exposed=0, stores_ransomed=0, kinds=(), pii=()),
    )
    words = Reader(rendered(bare)).words()
    for label in ("apps affected", "open stores", "records exposed", "of data exposed", "ransomed or wiped"):
        assert f"\N{EN DASH} {label} not probed" in words
    assert "Ransomed" not in words
    assert "There was no grant, so no back end was contacted" in words
    assert "no grant, so no back end was contacted" in words
    assert "Apps with an exposed data store" not in words
    assert "api.lantern.test" in words


def test_a_report_without_a_grant_shows_the_number_of_findings_at_the_top(
    report: Report, tabled: Callable[..., Report]
) -> None:
    found = tuple(replace(one, severity=Severity.HIGH) for one in report.findings.first(2))
    words = Reader(rendered(tabled(report, scope=None, exposures=(), findings=found))).words()
    assert "2 findings the worst is high" in words
    assert "the worst is" not in Reader(rendered(report)).words(), "stores are the headline of a probed report"
    probed = Reader(rendered(report)).words()
    assert f"{report.findings.count} findings, most severe first" in probed, "the number is at the table"


def test_apps_that_look_the_same_are_distinguished_by_their_files(
    report: Report, tabled: Callable[..., Report]
) -> None:
    one = replace(next(iter(report.apps.rows())), exposures=())
    twins = tuple(replace(one, app=replace(one.app, sha256=key * 64), path=f"in/{key}.apk") for key in "ab")
    page = rendered(tabled(report, apps=twins, scope=None, exposures=(), findings=()))
    assert all(f"<small>{key}.apk</small>" in page for key in "ab")
    assert ".apk</small>" not in rendered(tabled(report, apps=twins[:1], scope=None, exposures=(), findings=()))


def test_the_findings_come_first_if_nothing_was_probed(report: Report, tabled: Callable[..., Report]) -> None:
    """They are the result then; tables by platform and vendor only count the apps."""
    found = tuple(report.findings.first(2))
    bare = rendered(tabled(report, scope=None, exposures=(), findings=found))
    probed = rendered(report)
    findings, groups = 'id="findings"', 'id="groups"'
    assert bare.index(findings) < bare.index(groups)
    assert probed.index(groups) < probed.index(findings)
    assert [text.count(mark) for text in (bare, probed) for mark in (findings, groups)] == [1, 1, 1, 1]
