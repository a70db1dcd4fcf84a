"""Requests of Ktor without a host, with the address that their client has by default."""

import pytest

from tests.unit.recognise.dataflow.test_extract import finds, sightings


@pytest.mark.parametrize(
    ("fixture", "method", "value"),
    [
        ("ktordefaults", "Ltest/news/News;->articles", "https://news.shop.test/v3/articles"),
        ("ktordefaults", "Ltest/news/News;->top", "https://news.shop.test/top"),
        ("ktordefaults", "Ltest/news/News;->sections", "https://news.shop.test/v3/sections"),
        ("ktordefaults", "Ltest/ads/Ads;->show", "https://ads.shop.test/show"),
        ("ktorhost", "Ltest/shop/Api;->orders", "https://api.shop.test/v1/orders"),
    ],
)
def test_a_request_goes_to_the_address_of_its_client(fixture: str, method: str, value: str) -> None:
    evidence = sightings(finds(fixture))[value].evidence
    assert evidence.context.startswith(f"{method}: ")


def test_nothing_is_put_before_a_whole_address_or_before_a_request_of_an_unknown_client() -> None:
    assert set(sightings(finds("ktordefaults"))) == {
        "https://news.shop.test/v3/articles",
        "https://news.shop.test/top",
        "https://news.shop.test/v3/sections",
        "https://ads.shop.test/show",
    }


def test_an_address_that_a_request_sets_for_itself_is_not_that_of_others() -> None:
    found = set(sightings(finds("ktorhost")))
    assert found == {"https://api.shop.test/v1", "https://api.shop.test/v1/orders", "https://own.shop.test/a/b"}


def test_a_request_without_an_address_by_default_gives_nothing() -> None:
    assert sightings(finds("ktornone")) == {}
