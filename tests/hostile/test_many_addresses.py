"""Files with very many addresses end with what was found so far and a problem line, and leave others their share."""

from collections.abc import Iterable, Iterator
from typing import SupportsIndex

import pytest

from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Party
from tieback.model.sighting import Evidence, Problem, Sighting, UnreadKind
from tieback.recognise import extract
from tieback.recognise.dataflow.code import closed_components
from tieback.recognise.dataflow.code.closed_components import ClosedComponents
from tieback.recognise.endpoints.hosts import EndpointHost, web_server
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.texts.whole_names import whole_names
from tieback.recognise.whole_app.collect import MAX_SIGHTINGS, merge_finds


def artifact(text: str) -> Artifact:
    return Artifact("a.txt", (Buffer("a.txt", BufferKind.TEXT, text.encode()),))


def lines(count: int) -> str:
    return "".join(f"ws://h{number}.shop.de/p\n" for number in range(count))


def test_a_file_with_too_many_endpoints_is_read_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MAX_DISTINCT", 20)
    extractor = EndpointExtractor()
    extractor.left = 100
    found = list(extractor.extract(artifact(lines(90))))
    assert sum(isinstance(one, Sighting) for one in found) == 21
    (problem,) = [one for one in found if isinstance(one, Problem)]
    assert (problem.where, problem.unread) == ("a.txt", UnreadKind.LIMIT)
    assert "more than 20 distinct endpoints in one file" in problem.what
    assert extractor.left == 79  # only what was judged counts, so the files that follow are read


def test_one_endpoint_many_times_is_read_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "MAX_DISTINCT", 20)
    found = list(EndpointExtractor().extract(artifact("ws://h.shop.de/p\n" * 90)))
    assert [type(one) for one in found] == [Sighting] * 90


@pytest.mark.parametrize("name", ["api.shop.de", "shop-1.de", "1.2.3.4"])
@pytest.mark.parametrize(
    ("text", "is_whole"),
    [("{}", True), ("see https://{}/x", True), ("{}.", True), ("{}. Next", True), ("x.{}", False), ("{}.x", False),
     ("-{}", False), ("{}-x", False)],
)  # fmt: skip
def test_a_host_is_a_whole_name(name: str, text: str, is_whole: bool) -> None:
    assert (name in whole_names(text.format(name))) is is_whole


def test_the_package_of_a_manifest_is_searched_once(monkeypatch: pytest.MonkeyPatch) -> None:
    searched: list[str] = []
    search = closed_components.manifest_package

    def noting(text: str) -> str:
        searched.append(text)
        return search(text)

    monkeypatch.setattr(closed_components, "manifest_package", noting)
    found = ClosedComponents(('<manifest package="a.b">' + "".join(f'<service name=".C{n}"/>' for n in range(50)),))
    assert found.has("a.b.C49")
    assert len(searched) == 1


def test_each_sign_of_a_manifest_is_searched_once_per_place() -> None:
    class Text(str):
        __slots__ = ()
        searches = 0

        def find(self, sub: str, start: SupportsIndex | None = None, end: SupportsIndex | None = None, /) -> int:
            Text.searches += 1
            return str.find(self, sub, start, end)

    text = Text("<activity>" * 500 + "</activity>")
    behind = closed_components._NextPlaces(text)
    assert {behind.of("</activity>", begin) for begin in range(0, 5_000, 10)} == {5_000}
    assert {behind.of("<intent-filter", begin) for begin in range(0, 5_000, 10)} == {len(text)}
    assert Text.searches == 2


def test_a_file_leaves_half_of_the_texts_to_the_files_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extract, "LEAST_TEXTS", 10)
    extractor = EndpointExtractor()
    extractor.left = 100
    counts = [sum(isinstance(one, Sighting) for one in extractor.extract(artifact(lines(300)))) for _ in range(4)]
    assert counts == [50, 25, 12, 10]
    (problem,) = [one for one in extractor.extract(artifact(lines(300))) if isinstance(one, Problem)]
    assert (problem.unread, problem.where) == (UnreadKind.LIMIT, "a.txt")


def sightings(file: str, how: str, hosts: Iterable[str]) -> Iterator[Sighting]:
    """One find per host."""
    for host in hosts:
        endpoint = web_server(EndpointHost(host))
        yield Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, 0, how, host))


def test_a_file_with_very_many_addresses_hides_none_of_another_file() -> None:
    hosts = [f"h{number}.shop.de" for number in range(MAX_SIGHTINGS + 50)]
    table = list(sightings("assets/table.json", "text/url", hosts))
    others = [*sightings("classes.dex", "dex-string/url", ["own.shop.de"]), *sightings("a.js", "url", ["b.shop.de"])]
    for finds in ([*table, *others], [*others, *table]):
        found = merge_finds(None, finds)
        assert {"own.shop.de", "b.shop.de"} <= {one.endpoint.host for one in found.sightings}
        assert len(found.sightings) == MAX_SIGHTINGS
        assert "more than 5,000 distinct endpoints" in found.problems[0].what


def test_constants_of_a_file_hide_no_address_that_its_code_puts_together() -> None:
    constants = sightings("classes.dex", "dex-string/url", (f"h{n}.shop.de" for n in range(MAX_SIGHTINGS + 50)))
    found = merge_finds(None, [*constants, *sightings("classes.dex", "dex-flow/concat", ["own.shop.de"])])
    assert "own.shop.de" in {one.endpoint.host for one in found.sightings}
