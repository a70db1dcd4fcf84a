"""Servers of WebRTC: STUN and TURN."""

from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.recognise.test_extract import finds
from tieback.model.sighting import Sighting
from tieback.recognise.endpoints.ice import ICE, ice_verdict
from tieback.recognise.rules import RuleFiles

RULES = RuleFiles()


def sightings(text: str) -> list[Sighting]:
    return [found for found in finds(text.encode()) if isinstance(found, Sighting)]


@each(
    ("text", "value", "scheme"),
    [
        ('urls:"stun:stun.shop.de:19302"', "stun.shop.de:19302", "stun"),
        ("'stun:stun.shop.de'", "stun.shop.de:3478", "stun"),
        ("stuns:stun.shop.de", "stun.shop.de:5349", "stuns"),
        ('"turn:turn.shop.de:3478?transport=udp"', "turn.shop.de:3478", "turn"),
        ('["turns:turn.shop.de?transport=tcp"]', "turn.shop.de:5349", "turns"),
        ("turn:203.0.114.7:443", "203.0.114.7:443", "turn"),
    ],
)
def test_servers_are_found(text: str, value: str, scheme: str) -> None:
    (found,) = sightings(text)
    assert (found.endpoint.value, found.endpoint.scheme, found.endpoint.service) == (value, scheme, None)
    assert found.evidence.how == "text/ice-server"


@each(
    "text",
    [
        "return:x.shop.de:80",
        "{next:a,return:function.call}",
        "stun:localhost",
        "stun:stun.example.com:3478",
        "stun:stun.shop.de:99999",
        "stun:stun.shop.de:0x1",
        "stun:a@shop.de",
        "stun:stun.shop.de/a",
        "stun:1.2",
    ],
)
def test_other_texts_are_none(text: str) -> None:
    assert sightings(text) == []


@given(st.text("stuns:turn.de0123[]?=-@", max_size=60))
def test_verdict_never_raises(text: str) -> None:
    for found in ICE.compiled.finditer(text):
        ice_verdict(found, RULES)
