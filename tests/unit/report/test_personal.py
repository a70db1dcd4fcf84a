"""What people read of personal data: classes with what tells them, a range of people, notices with their reasons."""

import msgspec
import pytest

from tests.unit.assess.test_summary import OPEN, PROTECTED
from tieback.assess.summary import summarise
from tieback.model.exposure import ClassifiedField, PeopleRange, PiiClassTotal
from tieback.model.figure import estimate, exact, lower_bound
from tieback.model.pii import ClassificationBasis, OwnPeople
from tieback.report.personal import MOST_CLASSES, field_words, own_people_text, people_text, personal_lines

STORE = msgspec.structs.replace(
    OPEN,
    pii=(
        PiiClassTotal("email", exact(80, "count"), 2, ClassificationBasis.VALUE, ("e-mail address",)),
        PiiClassTotal("payment_card", estimate(60, "x"), 1, ClassificationBasis.NAME, ("card verification code",)),
    ),
    people=PeopleRange(exact(80, "count"), lower_bound(20, "met")),
)


def test_lines_of_an_exposed_store() -> None:
    lines = dict(personal_lines(summarise(1, 1, [STORE])))
    assert lines["Personal data"] == "E-mail addresses 80 by value; Payment cards \u224860 by name (records)"
    assert lines["People"] == "at most 80, at least 20 (found in the records that were read)"
    due = lines["Possible duty, PCI DSS 3.3.1"]
    assert due.startswith("Sensitive authentication data must not be stored")
    assert due.endswith(
        "Reason: an exposed store contains payment cards (card verification code), detected by field names."
    )
    assert lines["Notices"] == "advice for the party responsible for the data, not a legal opinion"


def test_closed_stores_are_left_out() -> None:
    assert list(personal_lines(summarise(1, 1, [PROTECTED]))) == []


def test_audience_without_evidence_sees_only_totals() -> None:
    head = msgspec.structs.replace(summarise(1, 1, [STORE]), by_value=None, duties=())
    lines = dict(personal_lines(head))
    assert lines["Personal data"] == "E-mail addresses 80; Payment cards \u224860 (records)"
    assert not any("duty" in label for label in lines)


def test_many_classes_are_cut_and_unknown_ones_have_no_name() -> None:
    pii = tuple((f"class_{n}", exact(9, "x")) for n in range(MOST_CLASSES + 2))
    (label, text) = next(personal_lines(msgspec.structs.replace(summarise(1, 1, [STORE]), pii=pii)))
    assert label == "Personal data"
    assert text.startswith("Unknown class of data 9 by name; ")
    assert text.endswith("; 2 further classes (records)")


def test_a_field_and_a_range_in_words() -> None:
    field = ClassifiedField(
        "cards", "cvv", "payment_card", 0.97, (), ClassificationBasis.NAME, "card verification code"
    )
    assert field_words(field, "Payment cards") == "Payment cards (card verification code), by name"
    mail = ClassifiedField("users", "c1", "email", 0.98, (), ClassificationBasis.VALUE, "e-mail address")
    assert field_words(mail, "E-mail addresses") == "E-mail addresses, by value"
    assert people_text(PeopleRange(lower_bound(9, "x"))) == "number unknown, in \u22659 records"


@pytest.mark.parametrize(
    ("own", "text"),
    [
        (None, "not looked"),
        (OwnPeople(0, 5, 0), "unknown, no e-mail address was in the records that were read"),
        (OwnPeople(0, 5, 4), "none of 4 addresses in the records that were read"),
        (OwnPeople(1200, 5000, 4), "at least 1,200 of 5,000 sampled people are at your domains"),
    ],
)
def test_our_own_people_in_words(own: OwnPeople | None, text: str) -> None:
    assert own_people_text(own) == text


def test_another_reader_is_not_told_that_our_domains_are_theirs() -> None:
    ours = msgspec.structs.replace(summarise(1, 1, [STORE]), own_people=OwnPeople(3, 20, 20))
    lines = dict(personal_lines(ours, internal=False))
    assert lines["People at our domains"] == "at least 3 of 20 sampled people"
    assert "People at your domains" not in lines
    unknown = dict(personal_lines(summarise(1, 1, [STORE]), internal=False))
    assert not any("domains" in label for label in unknown)
