import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.pii.lexicon import Noun
from tieback.pii.lexicon.cache import load_lexicon
from tieback.pii.reading import MAX_WORDS, NameReader


@pytest.fixture(scope="module")
def reader() -> NameReader:
    return NameReader(load_lexicon())


@pytest.mark.parametrize(
    ("name", "words", "phrases"),
    [
        ("dateOfBirth", "date of birth", ["date of birth"]),
        ("first_name_1", "first name", ["first name"]),
        ("phonenumber", "phonenumber", ["phonenumber"]),
        ("fecha_de_nacimiento", "fecha nacimiento", ["fecha de nacimiento"]),
        ("fangkexingming", "fangke xingming", ["xingming"]),
        ("user.contact.email", "contact email", ["contact email"]),
        ("cardLast4", "card last four", ["card last four"]),
        ("validasi", "validasi", []),
        ("ders_adi", "der adi", ["ders adi"]),
        ("\ufeffemail\u200f", "email", ["email"]),
    ],
)
def test_words_and_phrases(reader: NameReader, name: str, words: str, phrases: list[str]) -> None:
    reading = reader.read(name)
    assert " ".join(reading.words) == words
    assert [found.phrases[0].text for found in reading.found] == phrases


def test_parent_names_give_the_subject(reader: NameReader) -> None:
    assert reader.read("customer.address.name").around is Noun.PERSON
    assert reader.read("product.details.name").around is Noun.THING
    assert reader.read("name").around is None


def test_reading_again_leaves_the_parents_out(reader: NameReader) -> None:
    again = reader.read_words(("email",), around=Noun.PERSON)
    assert (again.border, again.around, len(again.found)) == (0, Noun.PERSON, 1)


@settings(max_examples=examples(100), deadline=None)
@given(st.text(max_size=200) | st.text(alphabet="abinotdeum._/\x00\ud800\u202e1", max_size=2_000))
def test_any_name_is_read_within_bounds(reader: NameReader, name: str) -> None:
    reading = reader.read(name)
    assert len(reading.words) <= 2 * MAX_WORDS
    assert all(0 <= found.start < found.end <= len(reading.words) for found in reading.found)
    assert reading == reader.read(name)
