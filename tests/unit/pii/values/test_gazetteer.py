from hypothesis import given
from hypothesis import strategies as st

from tieback.pii.values.gazetteer import HashedWordSet, airports, load_gazetteer


def test_sections_contain_words_of_many_scripts() -> None:
    lists = load_gazetteer()
    assert {"anna", "giovanni", "\u043c\u0430\u0440\u0438\u044f", "\u967d\u5b50"} <= lists.given
    assert {"novak", "garcia", "ivanov", "\u0438\u0432\u0430\u043d\u043e\u0432"} <= lists.surname
    assert all(city in lists.city for city in ("lisboa", "krakow", "porto"))
    assert "qqqqzz" not in lists.city
    assert "germany" in lists.country
    assert len(lists.city) > 100_000


def test_airports() -> None:
    assert {"FRA", "LHR", "JFK"} <= airports()
    assert "QQQ" not in airports()


@given(st.lists(st.text(max_size=20), max_size=30))
def test_hashed_sets_know_their_words(words: list[str]) -> None:
    known = HashedWordSet(word.encode("utf-8", "replace") for word in words)
    assert all(word in known for word in words)
    assert len(known) == len(words)
    assert 7 not in known
