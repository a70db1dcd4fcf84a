"""Scores of whole addresses."""

from bench.noise import Score
from bench.urls import Addresses, whole


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
