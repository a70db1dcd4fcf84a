"""What stands where data will be, and what invented people have."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.model.pii import Column
from tieback.pii import classify_columns
from tieback.pii.values.placeholders import is_placeholder, placeholder_share
from tieback.pii.values.text import load_vocabulary

WORDS = load_vocabulary()


@each(
    "value",
    [
        "4111111111111111",
        "4242 4242 4242 4242",
        "5555-5555-5555-4444",
        "test@test",
        "test12@example.com",
        "Foo@Bar.com",
        "a@b.c",
        "Lorem ipsum dolor sit amet",
        "sed do eiusmod tempor incididunt",
        "asdf",
    ],
)
def test_placeholders(value: str) -> None:
    assert is_placeholder(value, WORDS)


@each(
    "value",
    [
        "4539148803436467",
        "grace@example.org",
        "test@hopper.name",
        "ada.lovelace@test.com",
        "Sit",
        "dolor es",
        "",
        "@",
        "7",
    ],
)
def test_what_people_have(value: str) -> None:
    assert not is_placeholder(value, WORDS)


def test_column_of_placeholders_is_not_personal_data() -> None:
    cards = ("4111111111111111", "4242424242424242", "5555555555554444")
    alone, named = classify_columns([Column("c1", values=cards), Column("card_number", values=cards)])
    assert (alone.pii_class, alone.evidence) == ("none", ("values: test data",))
    (sure,) = classify_columns([Column("card_number", values=("4539148803436467", "4916338506082832"))])
    assert (named.pii_class, named.evidence[-1]) == ("payment_card", "values: test data")
    assert named.confidence < sure.confidence


def test_one_among_real_ones_changes_nothing() -> None:
    values = ("test@test.com", *(f"p{n}@navy.test" for n in range(20)))
    (found,) = classify_columns([Column("c1", values=values)])
    assert found.pii_class == "email"


@settings(max_examples=examples(200), deadline=None)
@given(st.lists(st.text(max_size=60), min_size=1, max_size=5))
def test_any_values_have_a_share(values: list[str]) -> None:
    assert 0 <= placeholder_share(values, WORDS) <= 1
