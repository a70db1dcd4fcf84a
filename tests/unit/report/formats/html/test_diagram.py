import unicodedata
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.each import each
from tests.examples import examples
from tests.unit.report.conftest import tillroll_store
from tieback.model.probe import Access
from tieback.model.report.document import Report
from tieback.report.formats.html.diagram import MOST_STORES, Tone, draw, tone_of, wrap
from tieback.report.texts.routes import AppStoreRow, rows


def of_app(report: Report, name: str) -> list[AppStoreRow]:
    every = rows(report, exposed=True, most=50) + rows(report, exposed=False, most=50)
    return [row for row in every if row.summary.app.name == name]


def test_a_named_store_is_joined_to_the_app(report: Report) -> None:
    found = of_app(report, "Fieldhand")
    diagram = draw(found[0].summary.app, found)
    assert [box.caption for box in diagram.boxes] == ["App", "Data store"]
    (line,) = diagram.lines
    assert (line.label, line.inferred, line.tone) == ("named in the app", False, Tone.OPEN)
    assert diagram.description == "Fieldhand: the app names es.fieldhand.test:9200: opensearch 2.11.0, open."


def test_a_store_that_only_traffic_shows_is_not_named_in_the_app(report: Report) -> None:
    (row,) = of_app(report, "Fieldhand")
    shown = replace(row, routes=tuple(replace(route, how="traffic/http_host") for route in row.routes))
    diagram = draw(row.summary.app, [shown])
    assert diagram.description == "Fieldhand: the traffic shows es.fieldhand.test:9200: opensearch 2.11.0, open."
    assert [line.label for line in diagram.lines] == ["in the traffic"]


def test_a_store_behind_an_api_is_joined_to_the_host_by_a_dashed_line(report: Report) -> None:
    found = of_app(report, "Workhub")
    diagram = draw(found[0].summary.app, found)
    assert [box.caption for box in diagram.boxes] == ["App", "Data store", "API host"]
    assert [(line.label, line.inferred) for line in diagram.lines] == [("named", False), ("found behind it", True)]
    assert "the app names api.workhub.test; behind it is api.workhub.test:27017" in diagram.description
    shown = [replace(row, routes=tuple(replace(one, how="traffic/http_host") for one in row.routes)) for row in found]
    diagram = draw(found[0].summary.app, shown)
    assert [line.label for line in diagram.lines] == ["in the traffic", "found behind it"]


def test_a_protected_store_is_drawn_closed(report: Report) -> None:
    found = of_app(report, "Tillroll")
    (_, store) = draw(found[0].summary.app, found).boxes
    assert (store.tone, store.verdict) == (Tone.CLOSED, "login required")


@each(
    ("access", "tone"),
    [
        (Access.OPEN, Tone.OPEN),
        (Access.ANY_USER, Tone.OPEN),
        (Access.PARTIAL, Tone.OPEN),
        (Access.AUTH_REQUIRED, Tone.CLOSED),
        (Access.LOCKED, Tone.CLOSED),
        (Access.FIREWALLED, Tone.CLOSED),
        (Access.OPEN_EMPTY, Tone.UNSURE),
        (Access.SCHEMA_ONLY, Tone.UNSURE),
        (Access.NOT_FOUND, Tone.UNSURE),
        (Access.UNKNOWN, Tone.UNSURE),
    ],
)
def test_unknown_is_never_drawn_as_safe(access: Access, tone: Tone) -> None:
    store = replace(tillroll_store(), access=access)
    assert tone_of(store) is tone
    assert tone_of(replace(store, untested=("names other than photos",))) in {Tone.OPEN, Tone.UNSURE, tone}


def test_a_refusal_that_leaves_a_way_in_untested_is_not_drawn_closed() -> None:
    store = replace(tillroll_store(), untested=("the account postgres without a password",))
    assert tone_of(store) is Tone.UNSURE


def test_boxes_do_not_overlap_and_stay_inside(report: Report) -> None:
    found = of_app(report, "Parcello") * 6
    diagram = draw(found[0].summary.app, found)
    assert diagram.left_out == len(found) - MOST_STORES
    stores = sorted((box for box in diagram.boxes if box.caption == "Data store"), key=lambda box: box.y)
    assert len(stores) == MOST_STORES
    assert all(upper.y + upper.height < lower.y for upper, lower in pairwise(stores))
    assert all(box.y >= 0 and box.y + box.height <= diagram.height for box in diagram.boxes)
    assert all(box.x + box.width <= diagram.width for box in diagram.boxes)


@each(
    ("text", "lines"),
    [
        ("short", ["short"]),
        ("es.fieldhand.example.test:9200", ["es.fieldhand.", "example.test:", "9200"]),
        ("one two three four", ["one two three", "four"]),
        ("x" * 60, ["x" * 14, "x" * 14, "x" * 13 + "…"]),
        ("地図地図地図地図", ["地図地図地図地", "図"]),
        ("", []),
    ],
)
def test_labels_are_wrapped_where_people_would(text: str, lines: list[str]) -> None:
    assert wrap(text, 14, 3) == lines


@settings(deadline=None, max_examples=examples(100))
@given(st.text(max_size=400), st.integers(3, 40), st.integers(1, 4))
def test_wrapped_labels_fit(text: str, room: int, most: int) -> None:
    lines = wrap(text, room, most)
    assert len(lines) <= most
    for line in lines:
        width = sum(
            0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
            for sign in line
        )
        assert width <= room
