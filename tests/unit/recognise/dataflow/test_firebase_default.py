"""The default database of a Firebase project, from the library's constant and the project in the resources."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.recognise.resource_files import table
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Piece
from tieback.intake.apps.resources import Resources
from tieback.model.sighting import Sighting
from tieback.recognise.dataflow.dexfile import DexFile
from tieback.recognise.dataflow.firebase_default import default_database
from tieback.recognise.dataflow.settings import AppSettings
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parent / "dex"
LIBRARY, OTHER = (DEX / "database.dex").read_bytes(), (DEX / "lists.dex").read_bytes()
SEARCH = AppSearch(RuleFiles())
PROJECT = {"project_id": "shop-orders-1f2e"}


def resources(strings: dict[str, str]) -> Artifact:
    return Resources("resources.arsc", table({"string": {"title": "Shop", **strings}})).artifact()


def sightings(strings: dict[str, str], *files: bytes) -> list[Sighting]:
    pieces: list[Piece] = [read_dex(f"classes{n}.dex", data)[0] for n, data in enumerate(files)]
    return [one for one in SEARCH.finds([*pieces, resources(strings)]) if isinstance(one, Sighting)]


def databases(strings: dict[str, str], *files: bytes) -> list[str]:
    return [one.endpoint.value for one in sightings(strings, *files) if one.endpoint.value.startswith("firebase")]


def test_the_library_and_the_project_name_a_database() -> None:
    [found] = sightings(PROJECT, LIBRARY)
    assert found.endpoint.value == "firebase-rtdb:shop-orders-1f2e-default-rtdb"
    assert (found.evidence.file, found.evidence.how) == ("classes0.dex", "dex-flow/firebase")
    expected = "default of Firebase: https://shop-orders-1f2e-default-rtdb.firebaseio.com"
    assert found.evidence.context == expected
    assert found.evidence.offset is not None
    assert LIBRARY[found.evidence.offset :].startswith(b"-default-rtdb.firebaseio.com\0")


def test_the_library_can_be_in_any_file() -> None:
    found = next(one for one in sightings(PROJECT, OTHER, LIBRARY) if one.evidence.how == "dex-flow/firebase")
    assert found.evidence.file == "classes1.dex"


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
    assert databases({"project_id": project} if project else {}, LIBRARY) == []


@given(st.text(max_size=40))
def test_any_project_gives_an_address_of_firebase_or_none(project: str) -> None:
    class Table:
        def text(self, resource: int) -> str:
            return ""

        def named(self, name: str) -> str:
            return project if name == "project_id" else ""

    settings = AppSettings()
    settings._tables.append(Table())
    found = default_database([DexFile(LIBRARY)], settings)
    assert found is None or found.url == f"https://{project}-default-rtdb.firebaseio.com"
