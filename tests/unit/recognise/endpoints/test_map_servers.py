"""Servers of the tiles of a map: an option behind the address lists them. Of ranges see ``test_url``."""

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.endpoints.map_servers import MAX_SERVERS, listed_servers, server_texts
from tieback.recognise.extract import EndpointExtractor

EXTRACTOR = EndpointExtractor()


def hosts(script: str) -> list[str]:
    buffer = Buffer("map.js", BufferKind.TEXT, script.encode())
    found = EXTRACTOR.extract(Artifact("map.js", (buffer,)))
    return [one.endpoint.host for one in found if isinstance(one, Sighting)]


@each(
    ("script", "found"),
    [
        ("L.tileLayer('https://{s}.tile.x.test/{z}/{x}/{y}.png', {subdomains: 'ab'})", "a.tile.x.test b.tile.x.test"),
        ("tileLayer('https://{s}.x.test/{z}/{x}/{y}.png',{maxZoom:9,subdomains:['t1','t2']})", "t1.x.test t2.x.test"),
        ('{"url":"https://rd0{s}.x.test/{z}/{x}/{y}","subdomains":["1", "4"]}', "rd01.x.test rd04.x.test"),
        ("tileLayer('https://{s}.tile.x.test/{z}/{x}/{y}.png')", "a.tile.x.test b.tile.x.test c.tile.x.test"),
        ("tileLayer('https://t{s}.x.test/{z}/{x}/{y}.png')", ""),
        ("f('https://{s}.x.test/{z}/1'); f('https://{s}.y.test/{z}/1',{subdomains:'de'})", "d.y.test e.y.test"),
        ("f('https://{s}.tile.x.test/about', {subdomains: 'de'})", ""),
        ("f('https://{s}.tile.x.test/{z}/{x}', {subdomains: servers})", "a.tile.x.test b.tile.x.test c.tile.x.test"),
    ],
)
def test_an_option_behind_the_address_lists_the_servers(script: str, found: str) -> None:
    assert hosts(script) == found.split()


@each(
    ("text", "servers"),
    [
        ("http://ot%d.maps.x.test/tile/%s/L%d/%d/%d.jpg", "ot0 ot1 ot2 ot3"),
        ("http://t%1$d.maps.x.test/%2$d/%3$d/%4$d.png", "t0 t1 t2 t3"),
        ("http://ot%d.maps.x.test/user/%d", ""),
        ("http://%s.maps.x.test/L%d/%d/%d.jpg", ""),
        ("http://ot%d.test/L%d/%d/%d.jpg", ""),
        ("http://maps.x.test/ot%d/L%d/%d/%d.jpg", ""),
    ],
)
def test_a_format_numbers_the_servers_of_tiles(text: str, servers: str) -> None:
    found = EXTRACTOR.extract(Artifact("libmap.so", (Buffer("libmap.so", BufferKind.NATIVE, f"\0{text}\0".encode()),)))
    shown = {one.endpoint.host for one in found if isinstance(one, Sighting)} - {"maps.x.test"}
    assert shown == {f"{one}.maps.x.test" for one in servers.split()}


def test_many_servers_are_bounded() -> None:
    listed = listed_servers(b"subdomains: ['" + b"','".join(b"%d" % one for one in range(26)) + b"']")
    assert len(listed) == MAX_SERVERS
    assert len(server_texts("https://{s}.x.test/{z}", listed * 9)) == MAX_SERVERS
    assert not listed_servers(b"subdomains: ['" + b"','".join(b"%d" % one for one in range(99)) + b"']")


@settings(max_examples=examples(200))
@given(st.text("{}sabz09-.:/ht", max_size=80), st.binary(max_size=80))
def test_any_text_has_few_servers(text: str, behind: bytes) -> None:
    assert len(server_texts(f"https://{text}", listed_servers(b"subdomains:" + behind))) <= MAX_SERVERS


def test_the_search_takes_linear_time() -> None:
    assert_linear(lambda size: b"subdomains:['a'," * size, listed_servers, 4_000)
    assert_linear(lambda size: f"https://{'a.' * size}{{s}}{'.a' * size}", server_texts, 4_000)
