"""A project of Firebase is a Firestore database of the app only if code in the package is for one."""

import weakref
from collections.abc import Iterator

import pytest

from tieback.intake.apps.interface import Artifact, ArtifactBatch, Buffer, BufferKind, Piece
from tieback.intake.apps.small_files import read_small_file
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.errors import InputError
from tieback.model.sighting import Credential, Evidence, Sighting
from tieback.recognise.whole_app.collect import AppFinds
from tieback.recognise.whole_app.firestore_code import NO_CODE, settle_firestore

PROJECT = Sighting(
    Endpoint(EndpointKind.CLOUD, "firestore:shop", "https", "firestore.googleapis.com", 443, "", "firestore"),
    1,
    Party.UNKNOWN,
    Evidence("resources.arsc", 0, "resource:string/project_id/config-key"),
)
ADDRESS = Sighting(PROJECT.endpoint, 1, Party.UNKNOWN, Evidence("classes.dex", 0, "dex-string/url"))
BUCKET = Sighting(
    Endpoint(EndpointKind.CLOUD, "firebase-storage:shop.appspot.com", "https", "firebasestorage.googleapis.com", 443),
    1,
    Party.UNKNOWN,
    Evidence("resources.arsc", 0, "resource:string/google_storage_bucket/cloud-host"),
)


def code(data: bytes, kind: BufferKind = BufferKind.DEX, file: str = "classes.dex") -> Artifact:
    return Artifact(file, (Buffer(file, kind, data),))


def settled(*pieces: Piece, found: AppFinds | None = None) -> AppFinds:
    return settle_firestore(found or AppFinds((PROJECT, BUCKET), (), (), ()), lambda: pieces)


def test_without_code_for_it_a_database_of_the_project_is_not_decided() -> None:
    found = settled(code(b"Lcom/google/firebase/messaging/FirebaseMessaging;"))
    assert found.sightings == (BUCKET,)
    assert [(one.value, one.reason) for one in found.not_backends] == [("firestore:shop", NO_CODE)]


@pytest.mark.parametrize(
    "piece",
    [
        code(b"firestore.googleapis.com"),
        code(b"Lcom/google/firebase/firestore/FirebaseFirestore;"),
        code(b"\0_OBJC_CLASS_$_FIRFirestore\0", BufferKind.NATIVE, "Payload/Shop.app/Shop"),
        code(b'var h="firestore.googleapis.com"', BufferKind.TEXT, "assets/www/app.js"),
        code(
            b'<script src="https://www.gstatic.com/firebasejs/8.0.0/firebase-firestore.js">', BufferKind.TEXT, "a.html"
        ),
        code(b"const db=firebase.firestore();", BufferKind.TEXT, "assets/www/app.js"),
        ArtifactBatch(("assets/www/app.js",), (b'var h="firestore.googleapis.com"',), read_small_file),
    ],
)
def test_code_for_it_shows_the_database(piece: Piece) -> None:
    assert settled(code(b"other"), piece).sightings == (PROJECT, BUCKET)
    assert settled(piece, code(b"other")).sightings == (PROJECT, BUCKET)


def test_the_configuration_in_a_script_is_a_setting_too() -> None:
    evidence = Evidence("assets/www/app.js", 0, "text/firebase-config")
    found = AppFinds((Sighting(PROJECT.endpoint, 1, Party.UNKNOWN, evidence),), (), (), ())
    script = code(b'initializeApp({projectId:"shop"});firebase.auth()', BufferKind.TEXT, "assets/www/app.js")
    assert settled(code(b"other"), script, found=found).sightings == ()
    used = code(b"db = getFirestore(app)", BufferKind.TEXT, "assets/www/app.js")
    assert settled(code(b"other"), used, found=found).sightings == found.sightings


@pytest.mark.parametrize(
    "pieces",
    [(), (code(b"{}", BufferKind.TEXT, "google-services.json"),)],
)
def test_settings_without_any_code_say_nothing_about_it(pieces: tuple[Piece, ...]) -> None:
    assert settled(*pieces).sightings == (PROJECT, BUCKET)


def test_an_address_of_the_database_and_what_a_credential_names_stay() -> None:
    key = Credential("google_api_key", "AI***x", "firestore:shop", Evidence("a", 0, "x"), fingerprint="f")
    assert settled(code(b"other"), found=AppFinds((ADDRESS,), (), (), ())).sightings == (ADDRESS,)
    assert settled(code(b"other"), found=AppFinds((PROJECT,), (key,), (), ())).sightings == (PROJECT,)


def test_a_package_without_such_a_setting_is_not_read_again() -> None:
    def unread() -> list[Piece]:
        raise AssertionError

    found = AppFinds((ADDRESS, BUCKET), (), (), ())
    assert settle_firestore(found, unread) is found


def test_a_package_that_cannot_be_read_again_loses_nothing() -> None:
    def gone() -> list[Piece]:
        raise InputError("no such file", where="shop.apk")

    found = AppFinds((PROJECT, BUCKET), (), (), ())
    assert settle_firestore(found, gone) is found


class Content(bytearray):
    """Content of a file, of which a test can see whether it was released."""


def test_a_file_is_released_before_the_next_one_is_read() -> None:
    kept: list[weakref.ref[Content]] = []
    alive: list[int] = []

    def library(file: str) -> Artifact:
        content = Content(b"other")
        kept.append(weakref.ref(content))
        return Artifact(file, (Buffer(file, BufferKind.NATIVE, content),))

    def pieces() -> Iterator[Piece]:
        for file in ("lib/a.so", "lib/b.so"):
            alive.append(sum(one() is not None for one in kept))
            yield library(file)

    settle_firestore(AppFinds((PROJECT,), (), (), ()), pieces)
    assert alive == [0, 0]
