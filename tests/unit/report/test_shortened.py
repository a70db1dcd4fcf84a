"""A list that is cut states how many entries are left out, in every format for people."""

import html
import io
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import LANTERN, PROBLEMS, TARGETS, fieldhand_store, partly_read, sighting
from tieback.model.endpoint import Party
from tieback.model.exposure import PiiClassTotal
from tieback.model.figure import exact
from tieback.model.report.document import Report
from tieback.model.report.tables import LazyIndex
from tieback.report import by_name, renderers
from tieback.report.files import left_out_text
from tieback.report.shortened import cut, cut_text, fit_text
from tieback.report.texts.stores import most_sensitive

CLASSES = ("postal_address", "email", "geo_location", "ip_address", "person_name", "phone", "password")
"""Most records first; the last one decides the severity."""
WORDS = re.compile(r"and (\d+) more")


@pytest.mark.parametrize(
    ("entries", "most", "count", "expected"),
    [
        ("", 2, None, ""),
        ("", 2, 5, ""),
        ("a", 2, None, "a"),
        ("ab", 2, None, "a, b"),
        ("abc", 2, None, "a, b and 1 more"),
        ("ab", 2, 1_500, "a, b and 1,498 more"),
        ("ab", 5, 7, "a, b and 5 more"),
        ("ab", 0, None, "and 2 more"),
    ],
)
def test_the_number_of_entries_that_are_left_out(entries: str, most: int, count: int | None, expected: str) -> None:
    assert cut_text(entries, most, count=count) == expected


def test_an_entry_cannot_pose_as_the_number() -> None:
    assert cut_text(["and 9 more", "and 8 more"], 2) == "and 9 more, and 8 more"


def test_lines_name_what_is_left_out() -> None:
    assert cut("abcd", 2, one="line of evidence", many="lines of evidence") == [
        "a",
        "b",
        "and 2 more lines of evidence",
    ]


def test_the_class_that_decides_the_severity_is_first() -> None:
    totals = [PiiClassTotal(name, exact(100 - at, ""), 1) for at, name in enumerate(CLASSES)]
    assert most_sensitive(totals)[0].pii_class == "password"
    unused = replace(totals[-1], records=exact(0, ""))
    assert most_sensitive([*totals[:-1], unused])[-1] == unused


def rendered(report: Report, name: str) -> str:
    out = io.BytesIO()
    by_name(name).render(report, out)
    return html.unescape(out.getvalue().decode()).replace("\\", "")


@pytest.mark.parametrize("name", ["markdown", "html", "terminal"])
def test_classes_and_evidence(name: str, report: Report, tabled: Callable[..., Report]) -> None:
    store = replace(
        fieldhand_store(), pii=tuple(PiiClassTotal(one, exact(100 - at, ""), 1) for at, one in enumerate(CLASSES))
    )
    found = replace(
        next(report.findings.rows()), exposures=(store.id,), evidence=tuple(f"evidence-{n}." for n in range(9))
    )
    text = " ".join(rendered(tabled(report, exposures=[store], findings=[found]), name).split())
    assert re.search(r"password|Passwords", text)
    shown = len({one for one in found.evidence if one in text})
    assert f"and {len(found.evidence) - shown} more line" in text
    assert WORDS.findall(text)


@pytest.mark.parametrize("name", ["markdown", "html", "terminal", "sarif", "defectdojo"])
def test_stores_of_a_finding(name: str, report: Report, tabled: Callable[..., Report]) -> None:
    stores = [replace(fieldhand_store(), id=f"exp-{n}", routes=()) for n in range(9)]
    found = replace(next(report.findings.rows()), exposures=tuple(one.id for one in stores))
    text = rendered(tabled(report, exposures=stores, findings=[found]), name)
    assert re.search(r"and [4-7] more", text)


LEFT_OUT: dict[str, tuple[str, ...]] = {
    "junit": (r"Apps: [^\n]*org\.app99 and 20 more\n",),
    "sarif": (
        r"and 117 more; opensearch",
        r"Not listed: 140 more locations in the packages\.",
        r'"locationsNotListed":140',
        r"and 401 more notices; the JSON report lists them all",
    ),
    "ocsf": (r'"unmapped":{"apps":120,"apps_not_listed":20}', r"; and \d+ more lines of evidence", r"and 125 more"),
    "cyclonedx": (
        r'{"name":"tieback:endpoints-not-listed","value":"30"}',
        r'{"name":"tieback:apps-not-listed","value":"20"}',
    ),
    "stix": (r"not listed: 20 more addresses and 80 more targets", r"and 13 more reports by other tools"),
    "csaf": (r"; and \d+ more lines of evidence", r"and 127 more"),
    "defectdojo": (r"and 100 more apps", r"and 110 more"),
    "csv": (r"; and \d+ more\b", r"; and 13 more reports"),
    "markdown": (r"and 115 more; ", r"and 995 more lines of evidence", r"and 1,380 more", r"and 70 more"),
    "html": (r"and 115 more", r"and 995 more lines of evidence", r"and 1300 more", r"and 13 more reports"),
    "terminal": (r"and 117\s+more; ", r"and 997 more lines of evidence", r"and 1,395 more", r"and 70 more"),
}
"""What each format states about the lists that it cuts. JSON and JSON lines have everything."""


@pytest.mark.parametrize("name", [one.meta.name for one in renderers() if one.meta.name != "pdf"])
def test_each_format_counts_what_it_leaves_out(name: str, crowded: Report) -> None:
    text = rendered(crowded, name)
    if name in {"json", "ndjson"}:
        assert all(f"h{n}.test" in text and f"s{n % TARGETS}.test" in text for n in range(PROBLEMS))
        return
    missing = [words for words in LEFT_OUT.get(name, ()) if not re.search(words, text)]
    assert missing == []
    assert name in LEFT_OUT or name == "recipients-csv"


@pytest.mark.parametrize("name", ["csv", "ocsf", "cyclonedx"])
def test_the_user_sees_that_apps_have_no_row(name: str, crowded: Report) -> None:
    note = left_out_text(crowded, by_name(name), "x")
    first, _, rest = note.partition("; ")
    assert first == "not in x: 20 apps of findings with more than 100 apps"
    assert rest in ("", "what was not read of 1 app")


@pytest.mark.parametrize("name", ["markdown", "html", "terminal"])
def test_stores_without_an_app(name: str, report: Report, tabled: Callable[..., Report]) -> None:
    stores = [
        replace(fieldhand_store(), id=f"exp-{n:04}", routes=(), targets=(f"s{n:04}.test:9200",)) for n in range(720)
    ]
    text = rendered(tabled(report, apps=(), exposures=stores, findings=(), without_inputs=True), name)
    shown = len(set(re.findall(r"s\d{4}\.test", text)))
    assert 0 < shown < len(stores)
    assert f"{len(stores) - shown} more store" in text


@pytest.mark.parametrize("name", ["markdown", "html", "terminal"])
@pytest.mark.parametrize(("others", "hosts", "most"), [(0, 2500, 501), (200, 90, 20)])
def test_hosts_of_an_app(
    name: str, report: Report, tabled: Callable[..., Report], others: int, hosts: int, most: int
) -> None:
    """More hosts than are kept in memory: the number is that of all. With many apps, each has few hosts."""
    rows = [sighting(LANTERN, f"https://h{n:04}.test", f"h{n:04}.test", Party.FIRST) for n in range(hosts)]
    first = replace(partly_read(), unread=())
    apps = [first, *(replace(first, app=replace(first.app, sha256=f"{n:064x}")) for n in range(others))]
    text = rendered(
        tabled(report, apps=apps, exposures=(), findings=(), sightings=LazyIndex.by(rows, lambda row: row.app_sha256)),
        name,
    )
    shown = len(set(re.findall(r"h\d{4}\.test", text)))
    assert 0 < shown < most
    assert f"and {hosts - shown:,} more" in " ".join(text.split())


@pytest.mark.parametrize(
    ("longest", "expected"),
    [
        (28, f"{'a' * 8}; {'b' * 8}; {'c' * 8}"),
        (27, f"{'a' * 8}; and 2 more ways"),
        (26, f"{'a' * 8}; and 2 more ways"),
        (24, f"{'a' * 6}…; and 2 more ways"),
    ],
)
def test_as_many_entries_as_fit(longest: int, expected: str) -> None:
    assert fit_text(["a" * 8, "b" * 8, "c" * 8], longest, one="way") == expected


def test_one_entry_that_is_too_long_is_cut_and_the_others_are_counted() -> None:
    assert fit_text(["a" * 50, "b"], 30, one="way") == f"{'a' * 13}…; and 1 more way"
    assert cut_text(["a" * 50, "b", "c"], 2, longest=20) == f"{'a' * 8}… and 2 more"
