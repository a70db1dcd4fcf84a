"""How many people, as a range: never below who was met, never above the records."""

import msgspec
import pytest

from tests.each import each
from tieback.assess.people import AT_MOST, PeopleTotal, estimate_people
from tieback.model.exposure import ClassifiedField, PeopleRange
from tieback.model.figure import Figure, Quality, estimate, exact, lower_bound
from tieback.model.probe import Container, Field
from tieback.report.personal import people_text

FIELDS = (Field("x"),)
USERS = Container(("hr", "users"), "table", records=exact(900, "count"), fields=FIELDS)
ORDERS = Container(("hr", "orders"), "table", records=estimate(5000, "statistics"), fields=FIELDS)
ROOMS = Container(("hr", "rooms"), "table", records=exact(10_000, "count"), fields=FIELDS)
UNCOUNTED = Container(("hr", "leads"), "table", fields=FIELDS)
EMPTY = Container(("hr", "news"), "table", records=exact(0, "count"))
OWN = Container(("hr", "log"), "table", system=True, records=exact(1_000_000, "count"))


def field(container: Container, pii_class: str = "email") -> ClassifiedField:
    return ClassifiedField(container.name, "x", pii_class, 0.9)


TABLE = [
    # what, fields, people met, records, quality, at least
    ("one table", [field(USERS)], 0, 900, Quality.EXACT, None),
    ("two fields of one table", [field(USERS), field(USERS, "phone")], 0, 900, Quality.EXACT, None),
    ("two tables", [field(USERS), field(ORDERS)], 50, 5900, Quality.ESTIMATE, 50),
    ("the product's own", [field(USERS), field(OWN)], 0, 900, Quality.EXACT, None),
    ("one that nobody counted", [field(UNCOUNTED)], 0, 0, Quality.LOWER_BOUND, None),
    ("one that nobody counted and somebody read", [field(UNCOUNTED)], 50, 50, Quality.LOWER_BOUND, 50),
]


@each(("fields", "met", "most", "quality", "least"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_range_of_a_store(
    fields: list[ClassifiedField], met: int, most: int, quality: Quality, least: int | None
) -> None:
    found = estimate_people((USERS, ORDERS, ROOMS, UNCOUNTED, EMPTY, OWN), fields, met)
    assert found is not None
    limited = quality is not Quality.LOWER_BOUND
    records = found.at_most if limited else found.records
    assert records is not None
    assert (records.value, records.quality) == (most, quality)
    # "At least" is no upper limit of people.
    assert (found.at_most is not None) is limited
    assert (found.at_least.value if found.at_least is not None else None) == least


def test_there_is_no_upper_limit_if_something_was_not_counted() -> None:
    found = estimate_people((USERS, ORDERS), [field(USERS), field(ORDERS)], 0, ("tables beyond the limit",))
    assert found == PeopleRange(None, None, estimate(5900, AT_MOST))
    assert found is not None
    assert people_text(found) == "number unknown, in \u22485,900 records and in others that were not counted"
    total = PeopleTotal()
    total.add(found)
    total.add(PeopleRange(exact(100, "count"), lower_bound(40, "met")))
    assert total.range() == PeopleRange(None, lower_bound(40, "met"), estimate(6000, "sum over stores"))


@pytest.mark.parametrize("other", [Container(("crm",), "database"), msgspec.structs.replace(ORDERS, fields=())])
def test_containers_whose_fields_were_not_read_may_have_people(other: Container) -> None:
    found = estimate_people((USERS, other), [field(USERS)], 0)
    assert found == PeopleRange(None, None, exact(900, AT_MOST))


def test_a_lower_bound_of_an_earlier_document_is_no_upper_limit() -> None:
    old = msgspec.json.decode(b'{"at_most":{"value":150,"quality":"lower_bound","method":"m"}}', type=PeopleRange)
    assert (old.at_most, old.records) == (None, lower_bound(150, "m"))
    assert people_text(old) == "number unknown, in \u2265150 records"


@pytest.mark.parametrize("fields", [[], [field(USERS, "geo_location"), field(ORDERS, "health")]])
def test_people_without_identifying_fields_are_not_counted(fields: list[ClassifiedField]) -> None:
    assert estimate_people((USERS, ORDERS), fields, 0) is None


def test_stores_may_contain_the_same_people() -> None:
    both = PeopleTotal()
    assert both.range() is None
    both.add(None)
    both.add(PeopleRange(exact(900, "count"), lower_bound(50, "met")))
    both.add(PeopleRange(exact(100, "count"), lower_bound(40, "met")))
    assert both.range() == PeopleRange(Figure(1000, Quality.EXACT, "sum over stores"), lower_bound(50, "met"))
