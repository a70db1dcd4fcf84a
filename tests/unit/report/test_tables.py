import pytest
from msgspec.structs import replace

from tests.unit.report.conftest import group, the_tables
from tieback.model.figure import exact, lower_bound
from tieback.model.report.document import Report
from tieback.model.report.groups import GroupTable
from tieback.model.report.scope import SkipReason
from tieback.report.explain import explain_figure
from tieback.report.sampling import with_population_estimate
from tieback.report.tables import BY, HEADS, cells, figure_steps, name_of, shown_heads
from tieback.report.texts.headline import headline_text


def test_the_arithmetic_from_apps_to_records(report: Report) -> None:
    assert [(step.label, step.value, step.quality, step.note) for step in figure_steps(report)] == [
        ("apps analysed", "5", "exact", ""),
        ("apps only partly read", "1", "exact", "20 % of 5; its traffic shows the other back ends"),
        ("apps that lead to a store that answered", "4", "exact", ""),
        ("apps affected", "3", "exact", "60 % of 5; 3 of 4 fully read apps, 75 %"),
        ("distinct stores that answered", "4", "exact", ""),
        ("distinct stores accessible without authentication", "3", "exact", "75 % of 4"),
        ("records exposed", "≥4,251", "at least", ""),
        ("bytes exposed", "≈1.5 MB", "estimate", ""),
        ("stores ransomed or wiped", "1", "from names and shape", "25 % of 4"),
        ("stores remediated", "1", "exact", "20 % of 5 stores found open since 2026-09-01; 1 more unconfirmed"),
        (
            "apps with fields read",
            "3",
            "exact",
            "2 stores whose fields were read: ≥4,250 records, ≈1.5 MB; included in the figures above",
        ),
    ]


def test_every_step_that_names_a_figure_can_be_explained(report: Report) -> None:
    for step in figure_steps(report):
        if step.figure and step.figure != "bytes":
            figure = explain_figure(report, step.figure).figure
            assert figure is not None
            assert f"{figure.value:,}" == step.value.lstrip("≥≈")


def test_sample_has_its_share_and_interval(report: Report) -> None:
    (line,) = [step for step in figure_steps(with_population_estimate(report, 1000)) if "population" in step.label]
    assert (line.value, line.quality) == ("≈600", "estimate")
    assert line.note.startswith("of 1,000 apps: ")
    assert "at 95 %; the sample is 0.5 % of them" in line.note


def test_without_a_grant_only_the_apps_are_counted(report: Report) -> None:
    assert [step.label for step in figure_steps(replace(report, scope=None))] == [
        "apps analysed",
        "apps only partly read",
        "distinct stores accessible without authentication",
    ]


@pytest.mark.parametrize("name", ["no grant", "nothing covered"])
def test_stores_that_were_not_probed_are_not_zero(report: Report, name: str) -> None:
    assert report.scope is not None
    outside = replace(report.scope, targets_asked=0, skipped=((SkipReason.OUTSIDE, 3),))
    none = replace(report.headline, stores_answering=0, stores_exposed=0)
    unprobed = replace(report, scope=None if name == "no grant" else outside, headline=none)
    assert not unprobed.probed
    steps = {step.figure: step.value for step in figure_steps(unprobed)}
    assert steps["stores-exposed"] == "not probed"
    assert "0" not in steps.values()
    assert cells(group("x", 7, (0, 0, 0, 0, 0), exact(0, "")), probed=False) == ("7", *["-"] * 7)
    assert explain_figure(unprobed, "stores-exposed").figure is None
    counted = explain_figure(unprobed, "apps-analysed").figure
    assert counted is not None
    assert counted.value == report.headline.apps_analysed


def test_a_grant_without_candidates_probes_nothing(report: Report) -> None:
    """That the inputs lead to no store that could be probed is no zero: 0 of 0 is not "none open"."""
    assert report.scope is not None
    nothing = replace(report.scope, targets_asked=0, targets_out_of_scope=0, skipped=())
    head = replace(report.headline, stores_answering=0, stores_exposed=0)
    unprobed = replace(report, scope=nothing, headline=head)
    assert not unprobed.probed
    assert "not probed" in {step.value for step in figure_steps(unprobed)}
    assert "No data store was probed: the " in headline_text(unprobed)


@pytest.mark.parametrize(
    ("counts", "row"),
    [
        ((3, 2, 4, 2, 1), ("7", "3", "2", "4", "2", "≥10", "≈1 kB", "1 (25 %)")),
        ((3, 0, 4, 0, 0), ("7", "3", "0", "4", "0", "-", "-", "0")),
    ],
)
def test_cells_of_a_group(counts: tuple[int, int, int, int, int], row: tuple[str, ...]) -> None:
    assert cells(group("x", 7, counts, lower_bound(10, "sum")), probed=True) == row


def test_empty_column_is_not_shown() -> None:
    kinds, platforms, *_ = the_tables()
    assert HEADS[0] not in [HEADS[at] for at in shown_heads(kinds, probed=True)]
    assert len(shown_heads(platforms, probed=True)) == len(HEADS)
    untold = replace(group("x", 9, (9, 9, 9, 9, 9), exact(1, "")), using=None, affected=None, ransomed=None)
    assert [HEADS[at] for at in shown_heads(GroupTable("platform", (untold,)), probed=True)] == [
        "Apps analysed", "Stores", "Open", "Records", "Size",
    ]  # fmt: skip


def test_names() -> None:
    platforms = the_tables()[1]
    assert [name_of(platforms, one) for one in platforms.groups] == ["Android", "iOS"]
    assert set(BY) == {"kind", "platform", "vendor", "provider", "country"}
    hostile = GroupTable("vendor", (group("a\x1b[31m\u202e", 1, (1, 1, 1, 1, 0), exact(1, "")),))
    assert not {"\x1b", "\u202e"} & set(name_of(hostile, hostile.groups[0]))
