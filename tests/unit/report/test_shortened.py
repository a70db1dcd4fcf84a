"""A list that is cut states how many entries are left out, in every format for people."""

import html
import io
import re
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import fieldhand_store
from tieback.model.exposure import PiiClassTotal
from tieback.model.figure import exact
from tieback.model.report import Report
from tieback.report import by_name
from tieback.report.document import most_sensitive
from tieback.report.shortened import cut, cut_text

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
    assert cut("abcd", 2, what="lines of evidence") == ["a", "b", "and 2 more lines of evidence"]


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
