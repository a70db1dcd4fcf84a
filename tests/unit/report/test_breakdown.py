import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tests.examples import examples
from tests.unit.report.conftest import fleet_report, workhub_store
from tieback.model.report.document import Report
from tieback.model.report.groups import Breakdown
from tieback.report.breakdown import count_breakdown, earliest_year, merge_neighbours, whole_years


def test_counts_per_store_class_and_severity(report: Report) -> None:
    found = count_breakdown(report)
    assert [(store, name, figure.value) for store, name, figure in found.cells if store == "opensearch"] == [
        ("opensearch", "geo_location", 1200),
        ("opensearch", "person_name", 1350),
        ("opensearch", "phone", 150),
    ]
    assert found.apps == (("critical", 2), ("high", 1)), "Parcello leads to two stores and counts with the worse one"
    assert (found.created, found.undated) == ((), 3)


def test_counts_of_the_report_are_used_if_present(report: Report) -> None:
    own = Breakdown((), (("high", 9),), (), 0)
    assert count_breakdown(replace(report, breakdown=own)) is own


def test_years_without_gaps() -> None:
    assert count_breakdown(fleet_report()).created == tuple((str(year), 4) for year in range(2012, 2018))
    assert whole_years({"2015": 2, "2018": 1}) == (("2015", 2), ("2016", 0), ("2017", 0), ("2018", 1))
    assert whole_years({"1970": 1, "2018": 1}) == (("1970", 1), ("2018", 1)), "a clock that was never set"
    assert whole_years({}) == ()


@pytest.mark.parametrize(
    ("created", "year"),
    [("2016-03-01T00:00:00Z", "2016"), ("", ""), ("soon", ""), ("²016-01-01", ""), ("20", "")],
)
def test_the_year_of_a_store(created: str, year: str) -> None:
    store = workhub_store()
    dated = tuple(replace(entry, created=created) for entry in store.containers)
    assert earliest_year(replace(store, containers=dated)) == year
    system = tuple(replace(entry, system=True) for entry in dated)
    assert earliest_year(replace(store, containers=system)) == ""


@each(
    ("cells", "groups"),
    [
        ([("2014", 7), ("2015", 5)], [("2014", 7), ("2015", 5)]),
        ([("2014", 2), ("2015", 9)], [("2014 to 2015", 11)]),
        ([("2014", 9), ("2015", 2)], [("2014 to 2015", 11)]),
        ([("2014", 2), ("2015", 0), ("2016", 1), ("2017", 4)], [("2014 to 2017", 7)]),
        ([("2014", 0), ("2015", 6), ("2016", 1)], [("2014", 0), ("2015 to 2016", 7)]),
        ([("2014", 1), ("2015", 2)], []),
        ([], []),
    ],
)
def test_small_groups_are_joined(cells: list[tuple[str, int]], groups: list[tuple[str, int]]) -> None:
    assert list(merge_neighbours(cells, 5, " to ")) == groups


@settings(deadline=None, max_examples=examples(100))
@given(st.lists(st.integers(0, 12), max_size=12))
def test_no_group_is_small_and_none_is_lost(numbers: list[int]) -> None:
    groups = merge_neighbours([(str(at), number) for at, number in enumerate(numbers)], 5, "-")
    assert all(number == 0 or number >= 5 for _, number in groups)
    assert sum(number for _, number in groups) in ((sum(numbers),) if groups else (sum(numbers), 0))
