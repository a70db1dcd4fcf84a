"""Endpoints in other encodings."""

import base64
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Credential, NotBackend, Sighting
from tieback.recognise.encodings import (
    OF_PICTURE,
    decode_base64,
    decode_percent,
    decode_reversed,
    decode_unicode,
    first_of_list,
)
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.interface import Find

EXTRACTOR = EndpointExtractor()


def finds(data: bytes, kind: BufferKind = BufferKind.TEXT) -> list[Find]:
    return list(EXTRACTOR.extract(Artifact("f", (Buffer("f", kind, data),))))


def values(data: bytes) -> list[tuple[str, str]]:
    return [(one.endpoint.value, one.evidence.how) for one in finds(data) if isinstance(one, Sighting)]


@pytest.mark.parametrize(
    ("text", "value", "how"),
    [
        ("next=https%3A%2F%2Fapi.shop.de%2Fv1&x=1", "https://api.shop.de/v1", "text/url:percent"),
        ("x%20http%3a%2f%2Fapi.shop.de%3A8080%2Fv1%20y", "http://api.shop.de:8080/v1", "text/url:percent"),
        ('"https:\\u002F\\u002Fapi.shop.de\\u002Fv1"', "https://api.shop.de/v1", "text/url:unicode"),
        ('"1v/ed.pohs.ipa//:sptth"', "https://api.shop.de/v1", "text/url:reversed"),
        ('"ed.pohs.ipa//:ptth"', "http://api.shop.de", "text/url:reversed"),
    ],
)
def test_encodings(text: str, value: str, how: str) -> None:
    assert values(text.encode()) == [(value, how)]


@pytest.mark.parametrize(
    "text",
    [
        "\\u0068ttps://api.shop.de/v1",
        "https\\u003a//api.shop.de/v1",
        "https\\u003a\\/\\/api.shop.de\\/v1",
        "\\u0068ttps:\\/\\/api.shop.de\\/v1",
        "https:\\u002f\\u002fapi.shop.de/v1",
        "".join(f"\\u{ord(char):04X}" for char in "https://api.shop.de/v1"),
        "".join(f"\\u{ord(char):04x}" for char in "https://api.shop.de/v1"),
    ],
)
@pytest.mark.parametrize("behind", ["", "\\u0022", "\\u0020x", "`"])
def test_any_character_of_an_address_can_be_escaped(text: str, behind: str) -> None:
    assert values(f'{{"u":"{text}{behind}"}}'.encode()) == [("https://api.shop.de/v1", "text/url:unicode")]


PICTURES = "https://pictures.shop.de/timg?size=b9&sec=15&"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"{PICTURES}src=http%3A%2F%2Fother.de%2Fa.jpg", []),
        (f"{PICTURES}imgurl=https%3A%2F%2Fother.de%2Fa", []),
        (f"{PICTURES}next=https%3A%2F%2Fother.de%2Fa", ["https://other.de/a"]),
        (f"{PICTURES}src=https%3A%2F%2Fmedia-1.s3.amazonaws.com%2Fa", ["s3:media-1"]),
        ("src=https%3A%2F%2Fother.de%2Fa", ["https://other.de/a"]),
        ('x="https://a.shop.de/" src=https%3A%2F%2Fother.de%2Fa', ["https://other.de/a"]),
    ],
)
def test_a_picture_that_another_server_loads_is_left_out_but_no_bucket(text: str, shown: list[str]) -> None:
    found = finds(text.encode())
    assert [value for value, how in values(text.encode()) if how.endswith("percent")] == shown
    left = [one.value for one in found if isinstance(one, NotBackend) and one.reason == OF_PICTURE]
    assert bool(left) is not bool(shown)


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc", b"key=value;"])
@pytest.mark.parametrize("url", [b"https://api.shop.de/v1", b"http://api.shop.de/v1"])
def test_base64_at_each_alignment(before: bytes, url: bytes) -> None:
    text = b'x = "' + base64.b64encode(before + url) + b'";'
    assert values(text) == [(url.decode(), "text/url:base64")]


SERVERS = ["http://api.a.shop.de", "https://b.shop.de:8443/v1", "http://c.shop.de/x?y=1", "https://last.shop.de"]


@pytest.mark.parametrize("separator", [",", ";", "|", ", ", ";\n"])
@pytest.mark.parametrize("before", ["", "a", "ab"])
def test_each_address_of_a_list_in_base64_is_found(separator: str, before: str) -> None:
    text = base64.b64encode((before + separator.join(SERVERS)).encode())
    assert [value.partition("?")[0] for value, _ in values(b'"' + text + b'"')] == [
        one.partition("?")[0] for one in SERVERS
    ]


def test_each_address_of_an_escaped_list_is_found() -> None:
    text = ",".join(SERVERS[:2])
    assert [value for value, _ in values(quote(text, safe=",").encode())] == SERVERS[:2]
    assert [value for value, _ in values(text.replace("/", "\\u002f").encode())] == SERVERS[:2]


@pytest.mark.parametrize("text", ["aHR0cHM6Ly8", "https%3A%2F%2F", "//:sptth", "https:\\u002f\\u002f", "aHR0cDovL!!!"])
def test_schemes_without_a_host_are_ignored(text: str) -> None:
    assert values(text.encode()) == []


def test_a_credential_in_base64_is_masked() -> None:
    found = finds(base64.b64encode(b"https://bob:Hunter22secret@api.shop.de/v1"))
    assert "Hunter22secret" not in str(found)
    assert base64.b64encode(b"Hunter22secret").decode()[:12] not in str(found)
    assert [one.masked for one in found if isinstance(one, Credential)] == ["Hu***et (14)"]


def test_big_endian_text_of_a_binary_plist_keeps_its_last_character() -> None:
    import plistlib

    from tieback.intake.apps.plist import read_binary_plist

    data = plistlib.dumps({"näme": "https://api.shöp.de", "x": "é https://api.shop.de"}, fmt=plistlib.FMT_BINARY)
    found = EXTRACTOR.extract(read_binary_plist("Info.plist", data))
    assert "https://api.shop.de" in [one.endpoint.value for one in found if isinstance(one, Sighting)]


@given(st.binary(max_size=200), st.integers(0, 3))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_can_be_decoded(data: bytes, shift: int) -> None:
    for text, taken in (
        decode_percent(data, 0, len(data)),
        decode_unicode(data, 0, len(data)),
        decode_base64(data, 0, len(data), shift),
    ):
        for group in (-1, shift % 3):
            first, short = first_of_list(text, taken, data, 0, group=group)
            assert text.startswith(first)
            assert (first == text and short == taken) or 0 <= short <= taken
        assert 0 <= taken <= len(data)
        assert len(text) <= 3 * taken
    assert len(decode_reversed(data, 0, len(data))) <= len(data)


@given(st.binary(min_size=1, max_size=60))
@settings(max_examples=examples(50), deadline=None)
def test_base64_comes_back(data: bytes) -> None:
    raw = base64.b64encode(data)
    assert decode_base64(raw, 0, len(raw), 0) == (data, len(raw))
