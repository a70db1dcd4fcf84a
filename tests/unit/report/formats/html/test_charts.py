from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.unit.report.conftest import fleet_report
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.report.document import Report
from tieback.model.report.groups import Breakdown
from tieback.report.breakdown import count_breakdown
from tieback.report.formats.html.charts import MOST_CLASSES, MOST_STORES, WIDTH, charts, short_figure

TITLES = {"email": "E-mail addresses"}


@each(
    ("figure", "text"),
    [
        (exact(0, ""), "0"),
        (exact(999, ""), "999"),
        (exact(1000, ""), "1 k"),
        (lower_bound(2_950, ""), "≥2.9 k"),
        (estimate(12_999, ""), "≈12 k"),
        (exact(280_000_000, ""), "280 M"),
        (exact(10**15, ""), "1 P"),
        (exact(10**20, ""), "100,000 P"),
    ],
)
def test_short_figures_claim_no_more_than_was_measured(figure: Figure, text: str) -> None:
    assert short_figure(figure) == text


def test_what_is_drawn(report: Report) -> None:
    matrix, severities = charts(count_breakdown(report), TITLES)
    assert matrix.title == "Exposed records by store and class of personal data"
    assert "E-mail addresses in mongodb: 2.5 k" in matrix.description
    assert [label.text for label in matrix.labels][:2] == ["mongodb", "opensearch"]
    assert [(mark.text, mark.tone) for mark in severities.marks] == [("2", "critical"), ("1", "high")]
    assert severities.description == "critical: 2 apps; high: 1 app"


def test_years_chart() -> None:
    *_, years = charts(count_breakdown(fleet_report()), TITLES)
    assert [mark.text for mark in years.marks] == ["4"] * 6
    assert [label.text for label in years.labels] == [str(year) for year in range(2012, 2018)]
    (only,) = charts(Breakdown((), (), tuple((str(year), 1) for year in range(1980, 2020)), 3), {})
    assert only.note == "3 stores without a date. 24 are older."
    assert only.labels[0].text == "2004"


def test_nothing_to_draw() -> None:
    assert charts(Breakdown((), (), (), 7), {}) == ()


def test_long_lists_are_cut_and_counted() -> None:
    cells = tuple((f"store{s}", f"class{c:02}", exact(c + 1, "")) for s in range(9) for c in range(15))
    (matrix,) = charts(Breakdown(cells, (), (), 0), {})
    assert len(matrix.marks) == MOST_CLASSES * MOST_STORES
    assert "5 more classes and 4 more kinds of store." in matrix.note


@settings(deadline=None, max_examples=examples(60))
@given(
    st.lists(st.tuples(st.text(max_size=30), st.text(max_size=40), st.integers(0, 10**18)), max_size=30),
    st.lists(st.tuples(st.sampled_from(["critical", "high to low"]), st.integers(1, 10**7)), max_size=5),
    st.lists(st.tuples(st.text(max_size=20), st.integers(0, 10**6)), max_size=40),
)
def test_every_mark_is_inside(
    cells: list[tuple[str, str, int]], apps: list[tuple[str, int]], years: list[tuple[str, int]]
) -> None:
    distinct = {(store, name): value for store, name, value in cells}
    given_cells = tuple((*key, Figure(value, Quality.EXACT, "")) for key, value in distinct.items())
    for chart in charts(Breakdown(given_cells, tuple(apps), tuple(years), 0), {}):
        assert chart.width == WIDTH
        for mark in chart.marks:
            assert mark.x >= 0
            assert mark.x + mark.width <= chart.width + 0.2
            assert mark.y >= 0
            assert mark.y + mark.height <= chart.height
            assert 0 < mark.opacity <= 1
