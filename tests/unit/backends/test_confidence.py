"""How sure edges are: an order, by how a thing was seen."""

import pytest

from tieback.backends.confidence import route_confidence, sighting_confidence
from tieback.model.backend import Candidate, Route


def test_the_order_of_evidence() -> None:
    order = ["mobsf/urls", "binary/url", "dex-string/url", "dex-flow/url", "resource:string/api/url", "traffic/sni"]
    assert [sighting_confidence(how) for how in order] == sorted(sighting_confidence(how) for how in order)
    assert len({sighting_confidence(how) for how in order}) == len(order)


@pytest.mark.parametrize(
    ("host", "route", "reason"),
    [
        ("es.a.test", Route.NAMED, "the app names it"),
        ("api.a.test", Route.PIVOT, "on the host of the API"),
        ("es.a.test", Route.PIVOT, "its name is in the same registrable domain, a.test"),
        ("10.0.0.1", Route.PIVOT, "a response of the API names it"),
        ("es.b.test", Route.PIVOT, "a response of the API names it"),
    ],
)
def test_routes(host: str, route: Route, reason: str) -> None:
    sure, parts = route_confidence(Candidate(host, 9200, None, route, (), ""), "https://api.a.test/v1")
    assert parts == ((reason, sure),)


def test_the_order_of_routes() -> None:
    hosts = [("es.b.test", Route.PIVOT), ("es.a.test", Route.PIVOT), ("api.a.test", Route.PIVOT), ("x", Route.NAMED)]
    sure = [route_confidence(Candidate(host, 1, None, route, (), ""), "https://api.a.test")[0] for host, route in hosts]
    assert sure == sorted(sure)
