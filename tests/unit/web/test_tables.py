"""Cells of tables with the names of their columns: a narrow screen shows rows as cards."""

import re
from pathlib import Path

import pytest
from litestar.testing import TestClient
from litestar.types import ASGIApp

from tieback.web.pages import TEMPLATES
from tieback.web.tables import labelled

HEAD = '<table id="t"><caption>Of <a href="/x">x</a></caption>\n<thead><tr><th scope="col">App</th>'
HEAD += '<th scope="col" class="number">Open <small>stores</small></th><th scope="col"></th></tr></thead>\n<tbody>'


def labels(text: str) -> list[str]:
    """The column of each cell; empty for one without."""
    return [(re.findall(r'data-label="([^"]*)"', one) or [""])[0] for one in re.findall(r"<td[^>]*>", text)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [('<tr><th scope="row">A</th><td class="number">1</td><td>x</td></tr>', ["Open stores", ""]),
     ("<tr><td>A</td><td>1</td></tr><tr><th>B</th><td></td></tr>", ["App", "Open stores", "Open stores"]),
     ('<tr><th scope="row">A<small>b</small></th><td colspan="2" class="muted">not probed</td></tr>', [""]),
     ("<tr><th>A</th><td>&lt;td&gt; <code>x</code></td></tr>", ["Open stores"]),
     ("<tr><th>A</th><td>1</td><td>2</td><td>one cell too many</td></tr>", ["Open stores", "", ""])],
)  # fmt: skip
def test_each_cell_has_the_name_of_its_column(row: str, expected: list[str]) -> None:
    found = labelled(f"{HEAD}{row}</tbody></table>")
    assert labels(found) == expected
    plain = re.sub(r' (?:role|data-label)="[^"]*"', "", found)
    assert plain == f"{HEAD}{row}</tbody></table>"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("<td>2026-11-28</td>", '<td class="day"'),
        ('<td class="muted">2026-11-28<small>email</small></td>', '<td class="day muted"'),
        ("<td>2026-11-28 10:30 UTC</td>", '<td role="cell"'),
        ("<td>until 2026-11-28</td>", '<td role="cell"'),
    ],
)
def test_a_day_is_not_broken_into_two_lines(cell: str, expected: str) -> None:
    assert expected in labelled(f"{HEAD}<tr><th>A</th>{cell}</tr></tbody></table>")


def test_roles_stay_with_another_display() -> None:
    found = labelled(f'{HEAD}<tr><th scope="row">A</th><td>1</td></tr></tbody></table>')
    roles = re.findall(r'<(\w+)[^>]* role="(\w+)"', found)
    assert roles == [
        ("table", "table"), ("thead", "rowgroup"), ("tr", "row"), *[("th", "columnheader")] * 3,
        ("tbody", "rowgroup"), ("tr", "row"), ("th", "rowheader"), ("td", "cell"),
    ]  # fmt: skip


def test_a_second_table_has_its_own_columns() -> None:
    one = "<table><thead><tr><th>A</th><th>{}</th></tr></thead><tbody><tr><td>1</td><td>2</td></tr></tbody></table>"
    assert labels(labelled(one.format("B") + one.format("C &#34;x&#34;"))) == ["A", "B", "A", "C &#34;x&#34;"]


def test_every_table_of_the_templates_becomes_cards() -> None:
    outside = []
    for file in sorted(Path(TEMPLATES).glob("*.html")):
        inside = re.findall(r"\{% call scroll\(.*?\{% endcall %\}", file.read_text(), re.DOTALL)
        if "".join(inside).count("<table") != file.read_text().count("<table") and file.name != "macros.html":
            outside.append(file.name)
    assert outside == []


def test_no_caption_has_a_link() -> None:
    """A table with explicit roles owns only its caption and its rows; a link in the caption would be neither."""
    texts = {file.name: file.read_text() for file in Path(TEMPLATES).glob("*.html")}
    captions = [
        (name, one) for name, text in texts.items() for one in re.findall(r"<caption>.*?</caption>", text, re.DOTALL)
    ]
    assert len(captions) > 20
    assert [name for name, caption in captions if "<a " in caption] == []


def test_cells_of_pages_are_labelled(pages: TestClient[ASGIApp]) -> None:
    text = pages.get("/backends").text
    assert set(labels(text)) == {"Stores", "Owner", "Provider", "Apps", "Endpoints", "Probed"}
