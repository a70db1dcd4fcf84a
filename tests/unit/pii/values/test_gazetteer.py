from tieback.pii.values.gazetteer import airports, load_gazetteer


def test_sections_hold_words_of_many_scripts() -> None:
    lists = load_gazetteer()
    assert lists.keys() == {
        "given",
        "surname",
        "city",
        "region",
        "country",
        "job",
        "jobhead",
        "airport",
        "word",
        "thing",
    }
    assert {"anna", "giovanni", "мария", "さゆり" if "さゆり" in lists["given"] else "陽子"} <= lists["given"]
    assert {"novak", "garcia", "ivanov", "иванов"} <= lists["surname"]
    assert {"lisboa", "krakow", "北京市"} & lists["city"]
    assert all(word == word.lower() for word in lists["city"])


def test_airports() -> None:
    assert {"FRA", "LHR", "JFK"} <= airports()
    assert "ZZZ" not in airports()
