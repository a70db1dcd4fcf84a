import lzma
import struct

import pytest

from bench.flow import FOLDER
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.endpoint import Endpoint, EndpointKind, Party
from tieback.model.sighting import Credential, Evidence, Problem, Sighting
from tieback.recognise.extract import EndpointExtractor
from tieback.recognise.hermes.extract import MAX_STEPS, HermesExtractor
from tieback.recognise.interface import Find
from tieback.recognise.makers.clues import ClueKind, MakerClue
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.config import ConfigExtractor
from tieback.recognise.whole_app.collect import merge_finds

BUNDLE = lzma.decompress((FOLDER / "hermes" / "v96-O.hbc.xz").read_bytes())
EXTRACTOR = HermesExtractor(EndpointExtractor(), ConfigExtractor())


def finds(artifact: Artifact) -> list[Find]:
    EXTRACTOR.left = MAX_STEPS
    return list(EXTRACTOR.extract(artifact))


def test_only_bytecode_is_followed() -> None:
    buffer = Buffer("a.js", BufferKind.TEXT, b'fetch("https://"+"a.test")')
    assert finds(Artifact("a.js", (buffer,))) == []


def test_a_literal_that_is_passed_as_it_is_belongs_to_the_search_for_strings() -> None:
    values = {one.endpoint.value for one in finds(read_hermes("a", BUNDLE)[0]) if isinstance(one, Sighting)}
    assert "https://docs.noise.hermes.test/errors" not in values
    assert "https://sum.hermes.test/v1/users" in values


def test_objects_that_configure_firebase_give_its_project() -> None:
    values = {one.endpoint.value for one in finds(read_hermes("a", BUNDLE)[0]) if isinstance(one, Sighting)}
    assert {"firestore:hermes-flow-7001", "firebase-storage:hermes-flow-7001.appspot.com"} <= values


def test_values_of_credentials_are_masked() -> None:
    for one in finds(read_hermes("a", BUNDLE)[0]):
        assert not isinstance(one, Credential) or "AIzaSyA0aaaa" not in one.evidence.context


def test_an_unknown_version_gives_the_strings_and_one_problem_line() -> None:
    data = bytearray(BUNDLE)
    struct.pack_into("<I", data, 8, 95)
    artifact, complaint = read_hermes("assets/index.android.bundle", bytes(data))
    assert complaint == ""
    (problem,) = finds(artifact)
    assert isinstance(problem, Problem)
    assert problem.where == "assets/index.android.bundle"
    assert "version 95" in problem.what
    found = AppSearch(RuleFiles()).finds([artifact])
    assert "https://closure.hermes.test" in {one.endpoint.value for one in found if isinstance(one, Sighting)}


def test_a_file_without_a_readable_string_table_is_not_followed() -> None:
    data = bytearray(BUNDLE)
    struct.pack_into("<I", data, 52, 0xFFFFFFFF)
    artifact, complaint = read_hermes("a", bytes(data))
    assert complaint
    assert finds(artifact) == []


@pytest.fixture
def both() -> tuple[AppSearch, AppSearch]:
    rules = RuleFiles()
    return AppSearch(rules), AppSearch(rules, dataflow=False)


def test_without_data_flow_only_strings_are_found(both: tuple[AppSearch, AppSearch]) -> None:
    artifact, _ = read_hermes("a", BUNDLE)
    whole, strings = (
        {one.endpoint.value for one in search.finds([artifact]) if isinstance(one, Sighting)} for search in both
    )
    assert strings < whole


def test_bytecode_that_registers_an_app_says_so_without_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    artifact = read_hermes("a", BUNDLE)[0]
    assert not any(isinstance(one, MakerClue) for one in finds(artifact))
    monkeypatch.setattr("tieback.recognise.hermes.extract._REGISTERED", b"initializeApp")
    assert [one for one in finds(artifact) if isinstance(one, MakerClue)] == [MakerClue(ClueKind.NAME, "", "a")]


def test_the_server_to_which_bytecode_without_a_package_sends_a_login_is_its_makers() -> None:
    addresses = [f"https://shop.partner.net/{path}" for path in ("api/login", "api/register", "admin/edit-offer")]
    places = [Evidence("index.android.bundle", at, "hermes-flow/post", one) for at, one in enumerate(addresses)]
    endpoints = [Endpoint(EndpointKind.URL, one, "https", "shop.partner.net", 443, one[24:]) for one in addresses]
    seen = [Sighting(one, 1, Party.UNKNOWN, place) for one, place in zip(endpoints, places, strict=True)]
    name = MakerClue(ClueKind.NAME, "", "index.android.bundle")
    assert {one.party for one in merge_finds(None, [name, *seen], RuleFiles()).sightings} == {Party.FIRST}
    assert {one.party for one in merge_finds(None, seen, RuleFiles()).sightings} == {Party.UNKNOWN}
