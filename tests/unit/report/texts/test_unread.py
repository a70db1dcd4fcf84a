"""Words for apps that were only partly read."""

import io

import pytest
from msgspec.structs import replace

from tieback.model.report.document import Report
from tieback.model.report.tables import LazyTable
from tieback.report import by_name
from tieback.report.texts.unread import partly_read_lines, unread_advice


def test_partly_read_apps_are_listed_with_the_place(report: Report) -> None:
    assert list(partly_read_lines(report)) == [
        ("Lantern 1.0", "CodePush can replace the JavaScript code at run time (classes.dex)")
    ]
    many = LazyTable.of([next(report.partly_read.rows())] * 3)
    assert list(partly_read_lines(replace(report, partly_read=many), 1))[1] == ("and 2 more", "see the JSON report")


CAPTURE = "Capture its traffic to see the other back ends (tieback capture)."


@pytest.mark.parametrize(
    ("partly", "damaged", "text"),
    [
        (0, 0, ""),
        (1, 0, CAPTURE),
        (1, 1, "Its package is cut off or damaged: build or download it again."),
        (
            3,
            1,
            f"1 package is cut off or damaged: build or download it again. {CAPTURE.replace('its', 'their')}",
        ),
        (2, 2, "2 packages are cut off or damaged: build or download them again."),
    ],
)
def test_advice_about_partly_read_apps(report: Report, partly: int, damaged: int, text: str) -> None:
    assert unread_advice(replace(report.headline, apps_partly_read=partly, apps_damaged=damaged)) == text


@pytest.mark.parametrize("name", ["html", "markdown", "terminal"])
@pytest.mark.parametrize("count", [1, 2])
def test_pronouns_agree_with_the_number_of_partly_read_apps(name: str, count: int, report: Report) -> None:
    (one,) = report.partly_read.rows()
    some = [replace(one, app=replace(one.app, sha256=f"{n:064x}")) for n in range(count)]
    whole = replace(report, partly_read=LazyTable.of(some), headline=replace(report.headline, apps_partly_read=count))
    out = io.BytesIO()
    by_name(name).render(whole, out)
    text = " ".join(out.getvalue().decode().split())
    right, wrong = (("its", "their"), ("their", "its"))[count - 1]
    assert f"Capture {right} traffic" in text
    assert f"{wrong} traffic" not in text
    if name == "html":
        assert (f"{right.capitalize()} list" in text, f"{wrong.capitalize()} list" in text) == (True, False)
