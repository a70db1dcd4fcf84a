"""Ways from apps to targets, by the endpoints of the candidates."""

from tieback.model.backend import Candidate, Route
from tieback.model.endpoint import Party
from tieback.pipeline.conclude import routes
from tieback.storage.apps import AppEndpoint

API = AppEndpoint("a" * 64, "https://api.workhub.test", "resources.arsc", 134, "resource/url", Party.FIRST)
STORE = AppEndpoint("b" * 64, "http://es.fieldhand.test:9200", "classes.dex", 3037, "dex-string/url", Party.FIRST)
TWIN = AppEndpoint("c" * 64, "http://es.fieldhand.test:9200", "classes.dex", 99, "dex-string/url", Party.FIRST)


def test_each_app_that_names_an_endpoint_has_a_way() -> None:
    pivot = Candidate("api.workhub.test", 27017, "mongodb", Route.PIVOT, (API.endpoint,), "default port")
    named = Candidate("es.fieldhand.test", 9200, "elasticsearch", Route.NAMED, (STORE.endpoint,), "named")
    found = routes([pivot, named], {API.endpoint: [API], STORE.endpoint: [STORE, TWIN]})
    assert {target: [(way.app_sha256[0], way.file, way.offset) for way in ways] for target, ways in found.items()} == {
        "api.workhub.test:27017": [("a", "resources.arsc", 134)],
        "es.fieldhand.test:9200": [("b", "classes.dex", 3037), ("c", "classes.dex", 99)],
    }


def test_ipv6_is_keyed_as_probes_name_it() -> None:
    candidate = Candidate("::1", 6379, "redis", Route.NAMED, (STORE.endpoint,), "named")
    assert list(routes([candidate], {STORE.endpoint: [STORE]})) == ["[::1]:6379"]
