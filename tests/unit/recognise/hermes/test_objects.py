"""Objects in Hermes bytecode whose keys say what their values are, with the rules for scripts."""

import lzma
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.recognise.hermes import assemble
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.recognise.hermes.bytecode import Bytecode
from tieback.recognise.hermes.search import Search
from tieback.recognise.hermes.secret_objects import MAX_OBJECTS, secret_objects
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.whole_app.collect import AppFinds, merge_finds

HERE = Path(__file__).parent
SCRIPT = (HERE / "objects.js").read_bytes()
BUNDLE = lzma.decompress((HERE / "objects-v99-O.hbc.xz").read_bytes())
"""The script, compiled by ``hermesc`` of the package ``hermes-compiler`` 260318099.0.6."""
METADATA = "only in metadata of a package or page"


def merged(artifact: Artifact) -> AppFinds:
    rules = RuleFiles()
    return merge_finds(None, AppSearch(rules).finds([artifact]), rules)


@pytest.fixture(scope="module")
def bytecode() -> AppFinds:
    return merged(read_hermes("a.hbc", BUNDLE)[0])


@pytest.fixture(scope="module")
def script() -> AppFinds:
    return merged(Artifact("main.js", (Buffer("main.js", BufferKind.TEXT, SCRIPT),)))


def endpoints(found: AppFinds) -> set[str]:
    return {one.endpoint.value for one in found.sightings}


@each(
    "value",
    [
        "redis.objects.test:6380",
        "elastic.objects.test:9201",
        "mqtt.objects.test:1884",
        "s3:objects-files",
        "s3:objects-storage",
        "https://field.objects.test/v1/cats",
        "https://own.objects.test/page",
        "https://other.objects.test/x",
        "https://twice.objects.test",
    ],
)
def test_an_object_names_an_endpoint_in_both_forms(bytecode: AppFinds, script: AppFinds, value: str) -> None:
    assert value in endpoints(bytecode)
    assert value in endpoints(script)


@each("part", ["api.objects.test", "objects-alone", "5672"])
def test_what_only_looks_like_an_endpoint_is_none_in_both_forms(
    bytecode: AppFinds, script: AppFinds, part: str
) -> None:
    assert not [value for value in endpoints(bytecode) | endpoints(script) if part in value]


def test_credentials_are_those_of_the_script(bytecode: AppFinds, script: AppFinds) -> None:
    kinds = {"aws_access_key_id", "aws_secret_access_key", "http_api_key"}
    assert {one.kind for one in bytecode.credentials} == {*kinds, "http_basic"}
    assert {one.kind for one in script.credentials} >= kinds
    assert not [one for one in bytecode.credentials if "kT7pW2xQ" in one.evidence.context]
    assert not [one for one in bytecode.credentials if "c3ZjO" in one.evidence.context]


@each(
    ("value", "reason"),
    [
        ("https://git.objects.test/l.git", METADATA),
        ("https://home.objects.test", METADATA),
        ("https://bugs.objects.test", METADATA),
        ("https://author.objects.test", METADATA),
        ("https://back.objects.test/cb", "only the address to which a sign-in returns"),
        ("https://blank.objects.test/help", "only a link that a person opens in another app"),
        ("https://share.objects.test/app", "only in a text that the app shows or logs"),
    ],
)
def test_a_key_shows_that_no_code_contacts_an_address(bytecode: AppFinds, value: str, reason: str) -> None:
    assert {one.value: one.reason for one in bytecode.not_backends}.get(value) == reason


def secrets(count: int) -> list[str]:
    """The objects ``{password: "Xk29sLq0aa"}`` of one function; each has its own offset of the values."""
    strings = ("password", "Xk29sLq0aa", "other")
    made: list[assemble.Line] = [("NewObjectWithBuffer", 0, 1, 1, 0, 3 * one) for one in range(count)]
    values = bytes([0x51, 1, 0]) * count
    data = assemble.assemble([[*made, ("Ret", 0)]], strings, keys=bytes([0x51, 0, 0]), values=values)
    return [text for _, text in secret_objects(Search(Bytecode(data)))]


def test_the_objects_with_credentials_are_bounded() -> None:
    assert secrets(1) == ['({"password": "Xk29sLq0aa"})']
    assert len(secrets(MAX_OBJECTS + 5)) == MAX_OBJECTS
