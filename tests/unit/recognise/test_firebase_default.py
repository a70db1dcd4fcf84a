"""The default database of a Firebase project, from the library's constant and the project in the settings."""

from pathlib import Path

import pytest

from tests.unit.recognise.resource_files import table
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, Piece
from tieback.intake.apps.resources import Resources
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import merge_finds

DEX = Path(__file__).parent / "dataflow" / "dex"
LIBRARY, OTHER = (DEX / "database.dex").read_bytes(), (DEX / "lists.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())
APP = {"google_app_id": "1:123456789012:android:0a1b2c3d4e5f6071"}
PROJECT = {"project_id": "shop-orders-1f2e", **APP}


def resources(strings: dict[str, str]) -> Artifact:
    return Resources("resources.arsc", table({"string": {"title": "Shop", **strings}})).artifact()


def databases_of(*pieces: Piece) -> list[Sighting]:
    found = merge_finds(None, SEARCH.finds(pieces)).sightings
    return [one for one in found if one.endpoint.value.startswith("firebase-rtdb")]


def sightings(strings: dict[str, str], *files: bytes) -> list[Sighting]:
    return databases_of(*(read_dex(f"classes{n}.dex", data)[0] for n, data in enumerate(files)), resources(strings))


def databases(strings: dict[str, str], *files: bytes) -> list[str]:
    return [one.endpoint.value for one in sightings(strings, *files)]


def test_the_library_and_the_project_name_a_database() -> None:
    [found] = sightings(PROJECT, LIBRARY)
    assert found.endpoint.value == "firebase-rtdb:shop-orders-1f2e-default-rtdb"
    assert (found.endpoint.host, found.endpoint.port) == ("shop-orders-1f2e-default-rtdb.firebaseio.com", 443)
    assert found.evidence.file == "classes0.dex"
    assert found.evidence.context == "-default-rtdb.firebaseio.com"
    assert found.evidence.offset is not None
    assert LIBRARY[found.evidence.offset :].startswith(b"-default-rtdb.firebaseio.com\0")


def test_the_library_can_be_in_any_file() -> None:
    [found] = sightings(PROJECT, OTHER, LIBRARY)
    assert found.evidence.file == "classes1.dex"


@pytest.mark.parametrize("settings", [b"<key>PROJECT_ID</key><string>shop-1f2e</string>"])
@pytest.mark.parametrize(
    ("file", "kind", "library"),
    [
        ("Payload/Shop.app/Shop", BufferKind.NATIVE, b"x\0https://%@-default-rtdb.firebaseio.com\0y"),
        ("Payload/Shop.app/main.jsbundle", BufferKind.TEXT, b"t=`${e.options.projectId}-default-rtdb.firebaseio.com`"),
    ],
)
def test_apps_of_ios_have_the_project_in_a_property_list(
    settings: bytes, file: str, kind: BufferKind, library: bytes
) -> None:
    plist = b'<?xml version="1.0"?><plist version="1.0"><dict>' + settings + b"</dict></plist>"
    name = "Payload/Shop.app/GoogleService-Info.plist"
    pieces = [Artifact(name, (Buffer(name, BufferKind.TEXT, plist),)), Artifact(file, (Buffer(file, kind, library),))]
    [found] = databases_of(*pieces)
    assert found.endpoint.value == "firebase-rtdb:shop-1f2e-default-rtdb"
    assert found.evidence.file == file


def test_without_the_library_there_is_no_database() -> None:
    assert databases(PROJECT, OTHER) == []


def test_a_project_that_names_its_database_has_only_that_one() -> None:
    url = {"firebase_database_url": "https://shop-eu.firebaseio.com"}
    assert databases({**PROJECT, **url}, LIBRARY) == ["firebase-rtdb:shop-eu"]


@pytest.mark.parametrize(
    "project",
    ["", "shop", "Shop-orders", "1shop-orders", "shop-orders-", "shop.orders", "shop_orders", "acme.test:shop-orders",
     "shop-orders\n", "shop-orders/x", "x" * 31],
)  # fmt: skip
def test_a_malformed_project_has_none(project: str) -> None:
    assert databases({**APP, "project_id": project} if project else APP, LIBRARY) == []
