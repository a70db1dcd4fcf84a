"""Scores of whole addresses."""

from bench.noise import Score
from bench.urls import Addresses, form, whole


def test_an_address_below_a_constant_of_a_library_shows_this_constant() -> None:
    libraries = {whole(one) for one in ("http://votes.test", "https://api.test/v1")}
    labels = Addresses({*libraries, "https://own.test/users"}, set(), libraries)
    shown = {
        "http://votes.test/requestballot",
        "https://api.test/v1/send",
        "https://api.test/v12",
        "https://own.test/user",
    }
    # "/v12" is not below "/v1", and "/user" is not the labelled "/users".
    assert labels.score(shown) == Score(2, 2, 1)


def test_a_base_is_right_if_it_is_shown_and_not_missed_otherwise() -> None:
    labels = Addresses({"https://own.test/a/b"}, {"https://own.test/a"}, set())
    assert labels.score({"https://own.test/a"}) == Score(1, 0, 1)
    assert labels.score({"https://own.test/a/b"}) == Score(1, 0, 0)


def test_a_value_of_an_unknown_part_is_the_labelled_address() -> None:
    label = "https://img{}.test/t/{}/small"
    labels = Addresses({whole(label)}, set(), set(), {whole(label): form(label)})
    assert labels.score({"https://img1.test/t/w200/small", "https://img2.test/t/w500/small"}) == Score(1, 0, 0)
    assert labels.score({"https://img1.test/t/a/b/small"}) == Score(0, 1, 1)
    end = "https://img.test/t/w500{}"
    assert Addresses({whole(end)}, set(), set(), {whole(end): form(end)}).score({"https://img.test/t/w500"}) == Score(
        1, 0, 0
    )
    assert labels.score({"https://img1.test/other"}) == Score(0, 1, 1)


def test_an_address_of_jdbc_is_that_of_its_server() -> None:
    assert whole("jdbc:jtds:sqlserver://db.test:1433") == whole("sqlserver://db.test:1433")
    assert whole("jdbc:mariadb://db.test/") == "db.test"
