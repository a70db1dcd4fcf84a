"""Ways from apps to targets by the endpoints of the candidates, and names that lead nowhere."""

import asyncio
from pathlib import Path

import dns.resolver
import pytest

from tieback.model.backend import Attribution, Backend, Candidate, Route
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.pipeline.conclude import _GONE, _dangling, _of_reports, _retired, routes_by_target
from tieback.pipeline.mapping.dns_answers import DnsLookups
from tieback.pipeline.probing.candidates import EndpointCandidate
from tieback.scope.grant import parse_grant
from tieback.scope.resolver import NameResolver
from tieback.storage.lake.tables.apps import AppEndpoint
from tieback.storage.lake.tables.probes import save_backends
from tieback.storage.workspace import Workspace

API = AppEndpoint("a" * 64, "https://api.workhub.test", "resources.arsc", 134, "resource/url", Party.FIRST)
STORE = AppEndpoint("b" * 64, "http://es.fieldhand.test:9200", "classes.dex", 3037, "dex-string/url", Party.FIRST)
TWIN = AppEndpoint("c" * 64, "http://es.fieldhand.test:9200", "classes.dex", 99, "dex-string/url", Party.FIRST)


def test_each_app_that_names_an_endpoint_has_a_way() -> None:
    pivot = Candidate("api.workhub.test", 27017, "mongodb", Route.PIVOT, (API.endpoint,), "default port")
    named = Candidate("es.fieldhand.test", 9200, "elasticsearch", Route.NAMED, (STORE.endpoint,), "named")
    found = routes_by_target(
        map(EndpointCandidate, (pivot, named)), {API.endpoint: [API], STORE.endpoint: [STORE, TWIN]}
    )
    assert {target: [(way.app_sha256[0], way.file, way.offset) for way in ways] for target, ways in found.items()} == {
        "api.workhub.test:27017": [("a", "resources.arsc", 134)],
        "es.fieldhand.test:9200": [("b", "classes.dex", 3037), ("c", "classes.dex", 99)],
    }


def test_ipv6_is_keyed_as_probes_name_it() -> None:
    candidate = Candidate("::1", 6379, "redis", Route.NAMED, (STORE.endpoint,), "named")
    assert list(routes_by_target([EndpointCandidate(candidate)], {STORE.endpoint: [STORE]})) == ["[::1]:6379"]


@pytest.mark.parametrize(
    ("value", "gone"),
    [("dangling", True), ("does not exist", True), ("no address", False), ("wildcard", False)],
)
def test_missing_name_is_reported_with_the_apps_that_name_it(tmp_path: Path, value: str, gone: bool) -> None:
    endpoint = Endpoint(EndpointKind.URL, "https://gone.test", "https", "gone.test", 443)
    backend = Backend(endpoint, attributions=(Attribution("dns", value, "gone.test does not exist in DNS", 0.9),))
    place = AppEndpoint("a" * 64, endpoint.value, "classes.dex", 1, "dex-string/url", Party.FIRST)
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["x"])
        save_backends(workspace.lake, run, [backend])
        found = list(_dangling(workspace.lake, run, {endpoint.value: [place]}))
    assert found == ([("gone.test", "a" * 64, "https://gone.test: gone.test does not exist in DNS")] if gone else [])


@pytest.mark.parametrize("dns", [(), (Attribution("dns", "does not exist", "db.eu.fauna.com does not exist", 0.9),)])
def test_service_that_has_ended_is_not_a_name_that_anyone_can_register(
    tmp_path: Path, dns: tuple[Attribution, ...]
) -> None:
    endpoint = Endpoint(EndpointKind.CLOUD, "faunadb:db.eu", "https", "db.eu.fauna.com", 443, service="faunadb")
    said = (Attribution("retired", "2025-05-30", "Fauna ended on 2025-05-30", 0.99), *dns)
    place = AppEndpoint("a" * 64, endpoint.value, "classes.dex", 1, "dex-string/cloud-host", Party.FIRST)
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["x"])
        save_backends(workspace.lake, run, [Backend(endpoint, attributions=said)])
        assert list(_dangling(workspace.lake, run, {endpoint.value: [place]})) == []
        (found,) = _retired(workspace.lake, run, {endpoint.value: [place]})
    assert found == ("faunadb:db.eu", "a" * 64, "faunadb:db.eu: Fauna ended on 2025-05-30")


def test_a_host_of_a_service_that_has_ended_is_one_finding_whatever_its_path(tmp_path: Path) -> None:
    said = (Attribution("retired", "2019-01-03", "YQL ended on 2019-01-03", 0.99),)
    urls = [f"https://query.yahooapis.com{path}" for path in ("/a", "/b")]
    places = {one: [AppEndpoint("a" * 64, one, "classes.dex", 1, "dex-string/url", Party.THIRD)] for one in urls}
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["x"])
        ends = [Endpoint(EndpointKind.URL, one, "https", "query.yahooapis.com", 443) for one in urls]
        save_backends(workspace.lake, run, [Backend(one, attributions=said) for one in ends])
        found = list(_retired(workspace.lake, run, places))
    assert {name for name, _, _ in found} == {"query.yahooapis.com"}
    assert {evidence for _, _, evidence in found} == {f"{one}: YQL ended on 2019-01-03" for one in urls}


def test_only_the_host_of_a_library_is_one_of_reports(tmp_path: Path) -> None:
    ended = Attribution("retired", "2020-11-13", "HockeyApp ended on 2020-11-13", 0.99)
    use = Attribution("ended use", "reports of a library", "only the library of HockeyApp sent its reports there", 0.99)
    hosts = {"sdk.hockeyapp.net": (ended, use), "query.yahooapis.com": (ended,), "api.shop.test": (use,)}
    with Workspace.open(tmp_path) as workspace:
        run = workspace.ledger.start_run(["x"])
        ends = [Endpoint(EndpointKind.URL, f"https://{host}/", "https", host, 443) for host in hosts]
        save_backends(workspace.lake, run, [Backend(one, attributions=hosts[one.host]) for one in ends])
        assert set(_of_reports(workspace.lake, run)) == {"sdk.hockeyapp.net"}


class NoSuchName:
    """A resolver that knows no name."""

    async def resolve(self, *_: object, **__: object) -> None:
        raise dns.resolver.NXDOMAIN


def test_reasons_match_the_texts_of_the_resolver() -> None:
    target = 'match = "*.test"\nports = "any"\ndepth = "identify"\n'
    text = f'authorised_by = "A"\ncontact = "a@b.test"\nnot_after = 2099-01-01\ndns = true\n[[target]]\n{target}'
    answers = DnsLookups(NameResolver(parse_grant(text, "g"), resolver=NoSuchName()))  # type: ignore[arg-type]
    asyncio.run(answers.resolve("gone.test"))
    assert [(one.claim, one.value in _GONE) for one in answers.attributions_of("gone.test")] == [("dns", True)]
