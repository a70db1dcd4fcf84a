"""Requests of Ktor and Fuel without a host, with the address that their client has by default."""

import pytest

from tests.smali_apps import endpoints
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


REQUEST = "Lcom/github/kittinunf/fuel/core/Request;"
FUEL = f"""
    .class public Lshop/Main;
    .super Landroid/app/Activity;
    .method public onCreate(Landroid/os/Bundle;)V
    .registers 8
    invoke-static {{}}, Lother/Net;->manager()Lcom/github/kittinunf/fuel/core/FuelManager;
    move-result-object v1
    @
    return-void
    .end method
    .method public load()V
    .registers 8
    const/4 v1, 0x0
    const-string v0, "#"
    invoke-static {{v0, v1}}, Lcom/github/kittinunf/fuel/FuelKt;->httpGet(Ljava/lang/String;Ljava/util/List;){REQUEST}
    return-void
    .end method
"""
SET = (
    'const-string v0, "{}"\n'
    "invoke-virtual {{v1, v0}}, Lcom/github/kittinunf/fuel/core/FuelManager;->setBasePath(Ljava/lang/String;)V\n"
)
BASE = "https://api.shop.test/v1"


@pytest.mark.parametrize(
    ("bases", "path", "found"),
    [
        ([BASE], "/orders", {BASE, f"{BASE}/orders"}),
        ([BASE], "orders", {BASE, f"{BASE}/orders"}),
        ([BASE], "https://other.shop.test/a", {BASE, "https://other.shop.test/a"}),
        ([BASE, "https://b.shop.test"], "/orders", {BASE, "https://b.shop.test"}),
        ([], "/orders", set()),
    ],
    ids=["a path", "without a slash", "a whole address", "two base paths", "no base path"],
)
def test_a_request_of_fuel_goes_to_the_only_base_path(bases: list[str], path: str, found: set[str]) -> None:
    assert endpoints(FUEL.replace("@", "".join(map(SET.format, bases))).replace("#", path)) == found
