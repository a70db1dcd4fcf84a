import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.assess.leaves import records_total
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound, total
from tieback.model.probe import Container
from tieback.probes.plausible import MOST_BYTES, MOST_RECORDS, check_figures


def container(records: Figure | None, size: Figure | None = None, name: str = "people") -> Container:
    return Container((name,), "index", records=records, bytes=size)


@pytest.mark.parametrize(
    ("records", "size"),
    [
        (exact(2**63 - 1, "docs.count"), None),
        (exact(2**63 - 1, "docs.count"), exact(208, "store.size")),
        (exact(MOST_RECORDS + 1, "docs.count"), None),
        (exact(11_000_000, "docs.count"), exact(1, "store.size")),
        (estimate(10**12, "rows"), exact(5_000, "size")),
    ],
)
def test_figures_that_no_store_can_have_are_claimed(records: Figure, size: Figure | None) -> None:
    (checked,), problems = check_figures([container(records, size)])
    assert checked.records == Figure(records.value, Quality.CLAIMED, records.method)
    assert checked.bytes == size
    assert problems == ("the server claims figures that its data cannot have: people",)


@each(
    ("records", "size"),
    [
        (exact(0, "n"), exact(0, "b")),
        (exact(5_000_000, "n"), exact(0, "b")),  # statistics that are not written yet
        (exact(82, "n"), exact(1, "b")),
        (exact(10**9, "n"), exact(200_000, "b")),  # a column store with equal values
        (lower_bound(205, "n"), None),
        (None, exact(10, "b")),
        (exact(2**31 * 1000, "n"), exact(10**15, "b")),
    ],
)
def test_figures_of_real_stores_stay_as_they_are(records: Figure | None, size: Figure | None) -> None:
    assert check_figures([container(records, size)]) == ((container(records, size),), ())


@pytest.mark.parametrize(
    ("tables", "size", "claimed"),
    [
        ([9_000_000, 9_000_000], exact(1_000, "b"), True),
        ([9_000_000], exact(1_000, "b"), False),
        ([9_000_000, 9_000_000], exact(2_000, "b"), False),
        ([9_000_000, 9_000_000], None, False),
    ],
)
def test_a_sum_that_the_bytes_around_it_cannot_hold_is_claimed(
    tables: list[int], size: Figure | None, claimed: bool
) -> None:
    outer = Container(("shop",), "database", bytes=size)
    other = Container(("hr", "people"), "table", records=exact(5, "n"))
    inner = [Container(("shop", f"t{n}"), "table", records=exact(one, "n")) for n, one in enumerate(tables)]
    checked, problems = check_figures([outer, other, *inner])
    kinds = {one.records.quality for one in checked if one.records is not None and one.path[0] == "shop"}
    assert kinds == {Quality.CLAIMED if claimed else Quality.EXACT}
    assert checked[1] == other
    line = "the server claims figures that its data cannot have: shop"
    assert problems == ((line,) if claimed else ())


def test_impossible_bytes_are_claimed() -> None:
    (checked,), problems = check_figures([container(exact(3, "n"), exact(MOST_BYTES + 1, "b"))])
    assert checked.bytes is not None
    assert checked.bytes.quality is Quality.CLAIMED
    assert checked.records == exact(3, "n")
    assert len(problems) == 1


def test_the_problem_line_names_three_containers_and_counts_the_others() -> None:
    many = [container(exact(2**63 - 1, "n"), name=f"i{number}") for number in range(10)]
    _, problems = check_figures(many)
    assert problems == ("the server claims figures that its data cannot have: i0, i1, i2 and 7 more",)


def test_a_sum_leaves_claimed_figures_out_and_is_a_lower_bound() -> None:
    checked, _ = check_figures([container(exact(2**63 - 1, "n"), name="a"), container(exact(7, "n"), name="b")])
    found = records_total(checked)
    assert (found.value, found.quality) == (7, Quality.LOWER_BOUND)


@given(st.lists(st.tuples(st.integers(0, 2**70), st.sampled_from(Quality)), max_size=8))
def test_no_sum_is_claimed_or_contains_a_claimed_figure(parts: list[tuple[int, Quality]]) -> None:
    found = total(Figure(value, quality, "n") for value, quality in parts)
    assert found.quality is not Quality.CLAIMED
    assert found.value == sum(value for value, quality in parts if quality is not Quality.CLAIMED)
