"""The drawing of shared stores: every way that is drawn, and what is not is counted."""

from itertools import pairwise

from msgspec.structs import replace

from tests.unit.report.conftest import FIELDHAND, PARCELLO, fieldhand_store, in_tables
from tieback.model.backend import Route
from tieback.model.report.document import Report
from tieback.model.report.groups import SharedStore
from tieback.report.formats.html.shared import draw_shared


def test_a_store_and_its_apps(report: Report) -> None:
    found = draw_shared(report)
    assert found is not None
    drawing, left_out = found
    assert [(box.caption, box.lines[0]) for box in drawing.boxes] == [
        ("App", "Fieldhand"),
        ("App", "Parcello"),
        ("Data store", "opensearch 2.11.0"),
    ]
    assert "2 apps lead here" in drawing.boxes[2].lines
    assert ([line.inferred for line in drawing.lines], left_out) == ([False, False], 0)
    assert drawing.description == "Shared stores: 2 apps to opensearch 2.11.0, open."


def test_a_guess_is_dashed_and_what_is_not_drawn_counted(report: Report) -> None:
    store = fieldhand_store()
    pivots = tuple(
        replace(one, candidate=replace(one.candidate, route=Route.PIVOT)) if one.app_sha256 == PARCELLO.sha256 else one
        for one in store.routes
    )
    others = [one for one in report.exposures() if one.id != store.id]
    many = replace(report, shared=(SharedStore(store.id, 1000, (FIELDHAND.sha256, PARCELLO.sha256)),))
    found = draw_shared(in_tables(many, exposures=[replace(store, routes=pivots), *others]))
    assert found is not None
    assert ([line.inferred for line in found[0].lines], found[1]) == ([False, True], 998)


def test_how_the_app_was_seen_to_name_it_counts_too(report: Report) -> None:
    store = fieldhand_store()
    guesses = tuple(replace(one, how="mobsf/urls") for one in store.routes)
    others = [one for one in report.exposures() if one.id != store.id]
    found = draw_shared(in_tables(report, exposures=[replace(store, routes=guesses), *others]))
    assert found is not None
    assert [line.inferred for line in found[0].lines] == [False, False], "0.6 is over the threshold"


def test_boxes_do_not_overlap(report: Report) -> None:
    ids = ("exp-fieldhand", "exp-workhub", "exp-tillroll", "exp-parcello")
    wide = replace(report, shared=tuple(SharedStore(id_, 2, (FIELDHAND.sha256, PARCELLO.sha256)) for id_ in ids))
    found = draw_shared(wide)
    assert found is not None
    for caption in ("App", "Data store"):
        column = sorted((box for box in found[0].boxes if box.caption == caption), key=lambda box: box.y)
        assert all(upper.y + upper.height <= lower.y for upper, lower in pairwise(column))
    assert all(box.y >= 0 and box.y + box.height <= found[0].height for box in found[0].boxes)


def test_nothing_is_shared(report: Report) -> None:
    assert draw_shared(replace(report, shared=())) is None
    assert draw_shared(replace(report, shared=(SharedStore("exp-gone", 3, (FIELDHAND.sha256,)),))) is None
