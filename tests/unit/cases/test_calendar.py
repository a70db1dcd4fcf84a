"""Due dates as iCalendar: what a calendar program reads back."""

from datetime import date
from typing import Any

import icalendar
import msgspec
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.cases.samples import NOW, case, vendor
from tieback.cases.calendar import to_ics
from tieback.model.case import CaseState
from tieback.model.vendor import AssuranceAnswer


def unfolded(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_a_to_do_a_case_with_its_day() -> None:
    lines = unfolded(to_ics([case()], {"v-1": "Fieldhand Machinery"}, NOW))
    assert lines[0] == "BEGIN:VCALENDAR"
    assert "UID:case-es-1@tieback" in lines
    assert lines.count("DUE;VALUE=DATE:20260308") == 1
    assert "DTSTAMP:20260301T120000Z" in lines
    assert "SUMMARY:Fieldhand Machinery: found\\, elasticsearch at es.fieldhand.test:9200" in lines
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_two_libraries_read_the_due_day() -> None:
    data = to_ics([case()], {"v-1": "Fieldhand; Söhne"}, NOW, [vendor(asked=date(2026, 2, 1), due=date(2026, 3, 3))])
    (calendar,) = icalendar.Calendar.from_ical(data, multiple=True)
    todos: list[Any] = calendar.todos
    events: list[Any] = calendar.events
    assert [todo["DUE"].dt for todo in todos] == [date(2026, 3, 8), date(2026, 3, 3)]
    assert [(event["DTSTART"].dt, event["DTEND"].dt) for event in events] == [
        (date(2026, 3, 8), date(2026, 3, 9)), (date(2026, 3, 3), date(2026, 3, 4)),
    ]  # fmt: skip
    assert all("DTSTART" not in todo and not todo.errors for todo in todos)
    assert len({one["UID"] for one in (*todos, *events)}) == 4
    (again,) = vobject.base.readComponents(data.decode())
    again.validate(raiseException=True)
    assert [todo.due.value for todo in again.vtodo_list] == [date(2026, 3, 8), date(2026, 3, 3)]
    assert [event.dtstart.value for event in again.vevent_list] == [date(2026, 3, 8), date(2026, 3, 3)]
    first = again.vtodo_list[0].summary.value
    assert first == todos[0]["SUMMARY"] == "Fieldhand; Söhne: found, elasticsearch at es.fieldhand.test:9200"


@pytest.mark.parametrize(
    ("one", "shown"), [(case(due=None), False), (case(state=CaseState.CLOSED), False), (case(), True)]
)
def test_only_what_is_still_to_be_done(one: object, shown: bool) -> None:
    assert ("BEGIN:VTODO" in unfolded(to_ics([one], {}, NOW))) is shown  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("answer", "asked", "shown"),
    [
        (AssuranceAnswer.NONE, date(2026, 2, 1), True),
        (AssuranceAnswer.ATTESTED, date(2026, 2, 1), False),
        (AssuranceAnswer.NONE, None, False),
    ],
)
def test_answers_that_are_awaited(answer: AssuranceAnswer, asked: date | None, shown: bool) -> None:
    lines = unfolded(to_ics([], {}, NOW, [vendor(asked=asked, due=date(2026, 3, 3), answer=answer)]))
    assert ("UID:v-1@tieback" in lines) is shown
    assert ("SUMMARY:Fieldhand Machinery: answer to the assurance request is due" in lines) is shown


@given(st.text(max_size=300))
def test_no_name_breaks_the_file(name: str) -> None:
    data = to_ics([msgspec.structs.replace(case(), vendor=name)], {name: name}, NOW)
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    known = (
        "BEGIN",
        "END",
        "VERSION",
        "PRODID",
        "CALSCALE",
        "UID",
        "DT",
        "DUE",
        "SUMMARY",
        "DESC",
        "STATUS",
        "ACT",
        "TRI",
        "TRANSP",
    )
    assert all(line.startswith(known) for line in unfolded(data)[:-1])
    assert unfolded(data).count("BEGIN:VTODO") == 1
