"""Settings of GoNative turn off libraries, and name pictures for its builder."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.small_files import read_small_file
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Evidence, NotBackend, Sighting
from tieback.recognise.whole_app.collect import AppFinds
from tieback.recognise.whole_app.gonative import MAX_FILE, PICTURE, TURNED_OFF, BuilderSettings

FILE = "assets/appConfig.json"
GENERAL = {"initialUrl": "https://shop.test"}


def piece(text: str | bytes, file: str = FILE) -> Artifact:
    data = text if isinstance(text, bytes) else text.encode()
    return Artifact(file, (Buffer(file, BufferKind.TEXT, data),))


def sighting(host: str, file: str = "classes.dex", offset: int = 0) -> Sighting:
    endpoint = Endpoint(EndpointKind.URL, f"https://{host}", "https", host, 443)
    return Sighting(endpoint, 1, Party.UNKNOWN, Evidence(file, offset, "dex-string/url"))


def settled(finds: tuple[Sighting, ...], *pieces: Piece) -> AppFinds:
    builder = BuilderSettings()
    assert list(builder.watched(pieces)) == list(pieces)
    return builder.settled(AppFinds(finds, (), (), ()))


@each(
    ("host", "services", "off"),
    [
        ("graph.facebook.com", {"facebook": {"active": False}}, True),
        ("facebook.com", {"facebook": {"active": False}}, True),
        ("onesignal.com", {"oneSignal": {"active": False, "notificationExtension": False}}, True),
        ("onesignal.com", {"oneSignal": {"active": True}}, False),
        ("onesignal.com", {"oneSignal": {}}, False),
        ("onesignal.com", {"oneSignal": None}, False),
        ("onesignal.com", {"facebook": {"active": False}}, False),
        ("push.gonative.io", {"push": {"active": False}}, True),
        ("push.gonative.io", {"push": {"active": True}}, False),
        ("analytics.gonative.io", {"analytics": {"idsite_prod": 1, "active": False}}, True),
        ("analytics.gonative.io", {"push": {"active": False}}, False),
        ("events.gonative.io", {"push": {"active": False}, "analytics": {"active": False}}, False),
        ("notfacebook.com", {"facebook": {"active": False}}, False),
        ("onesignal.com", {}, False),
    ],
)
def test_a_library_that_is_off_contacts_nothing(host: str, services: object, off: bool) -> None:
    text = json.dumps({"general": GENERAL, "services": services})
    every = (sighting(host), sighting("api.shop.test"))
    found = settled(every, piece(text))
    assert found.sightings == (every[1:] if off else every)
    assert found.not_backends == ((NotBackend(f"https://{host}", TURNED_OFF),) if off else ())
    assert settled(every, ArtifactBatch((FILE,), (text.encode(),), read_small_file)) == found


def test_the_library_for_advertisements_is_not_off() -> None:
    text = json.dumps({"general": GENERAL, "services": {"facebook": {"active": False}, "parse": {"active": False}}})
    every = (sighting("graph.facebook.com"), sighting("an.facebook.com"), sighting("parse.com"))
    assert settled(every, piece(text)).sightings == every[:2]


def test_an_address_outside_of_the_code_stays() -> None:
    text = json.dumps({"general": GENERAL, "services": {"facebook": {"active": False}}})
    every = (sighting("facebook.com", "assets/page.html"),)
    assert settled(every, piece(text)).sightings == every


@each(
    "text",
    [
        '{"services": {"facebook": {"active": false}}}',
        '{"general": {"initialUrl": "https://shop.test"}, "services": []}',
        '{"general": {"initialUrl": "https://shop.test"}, "services": {"facebook": {"active": false}}',
        json.dumps({"general": GENERAL, "services": {"facebook": {"active": False}}, "pad": "x" * MAX_FILE}),
        "[" * 100_000,
    ],
)
def test_other_files_of_this_name_say_nothing(text: str) -> None:
    every = (sighting("facebook.com"),)
    assert settled(every, piece(text)).sightings == every


def test_pictures_are_for_the_builder() -> None:
    styling = {"icon": "https://icon.test/a.png", "iosLaunchScreen": {"backgroundImage": "https://icon.test/b.png"}}
    text = json.dumps({"styling": styling, "general": GENERAL})
    picture, page = (sighting(host, FILE, text.index(host)) for host in ("icon.test", "shop.test"))
    found = settled((picture, page), piece(text))
    assert found.sightings == (page,)
    assert found.not_backends == (NotBackend("https://icon.test", PICTURE),)


@settings(deadline=None, max_examples=examples(100))
@given(st.binary(max_size=200))
def test_any_bytes_never_raise(data: bytes) -> None:
    settled((), piece(data), piece(b'{"general":{"initialUrl":""},"styling":' + data + b"}"))
