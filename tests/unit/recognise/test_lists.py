"""Several addresses in one text, with the separators that code splits at."""

import base64

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.extract import EndpointExtractor

SEPARATORS = ("$", "@@", ":::", "#", "~", ",", ";", "|", "^", "$$", "##", "&&", " ")
URLS = ["https://a.shop.test", "https://b.shop.test:8443/v1", "wss://c.shop.test/live"]
PLACES = ["a.shop.test:8080", "203.0.114.7:8081", "c.shop.test:8082"]
EXTRACTOR = EndpointExtractor()


def found(data: bytes, *, wide: bool = False) -> list[str]:
    raw = data.decode().encode("utf-16-le") if wide else data
    finds = EXTRACTOR.extract(Artifact("a.txt", (Buffer("a.txt", BufferKind.TEXT, raw, utf16=wide),)))
    return sorted(one.endpoint.value for one in finds if isinstance(one, Sighting))


@each("separator", SEPARATORS)
@each("wide", [False, True])
def test_each_address_of_a_list_is_found(separator: str, wide: bool) -> None:
    assert found(f'servers = "{separator.join(URLS)}"'.encode(), wide=wide) == sorted(URLS)


@each("separator", SEPARATORS)
def test_each_host_with_a_port_of_a_list_is_found(separator: str) -> None:
    assert found(f'servers = "{separator.join(PLACES)}"'.encode()) == sorted(PLACES)


@each("separator", SEPARATORS)
def test_lists_in_reversed_text_and_in_base64(separator: str) -> None:
    text = separator.join(URLS[:2])
    assert found(f'x = "{text[::-1]}"'.encode()) == URLS[:2]
    assert found(b'x = "' + base64.b64encode(text.encode()) + b'"') == URLS[:2]


@each(
    ("text", "values"),
    [
        ("https://proxy.shop.test/https://a.shop.test/x", ["https://a.shop.test/x", "https://proxy.shop.test/https://a.shop.test/x"]),
        ("https://a.shop.test/~anna/$count", ["https://a.shop.test/~anna"]),
        ("https://a.shop.test/#/login", ["https://a.shop.test"]),
        ("https://u:p4ss@@a.shop.test/x", ["https://a.shop.test/x"]),
        ("a.shop.test:8080#12", ["a.shop.test:8080"]),
        ("a.shop.test:8080$size", []),
        ("name~a.shop.test:8080", []),
        ("a.shop.test:8080:::b", []),
    ],
)  # fmt: skip
def test_the_same_characters_in_other_texts(text: str, values: list[str]) -> None:
    assert found(text.encode()) == values


def test_the_cost_of_a_long_list_is_linear() -> None:
    assert_linear(lambda size: b"~".join([b"a.shop.test:8080"] * size), found, 400)
    assert_linear(lambda size: b"$".join([b"https://a.shop.test:8080"] * size), found, 400)
