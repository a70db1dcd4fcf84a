"""Addresses that code keeps in parts: in a builder, in the numbers of a file, or behind a decryption method."""

from base64 import b64encode
from pathlib import Path

from tests.each import each
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

DEX = Path(__file__).parent / "dex"
SETTINGS = b'{"backend": {"host": "json.shop.test", "port": 7443, "secure": true}, "code": 1}'


def values(name: str, *files: Artifact) -> set[str]:
    finds = AppSearch(RuleFiles()).finds([*files, read_dex("classes.dex", (DEX / f"{name}.dex").read_bytes())[0]])
    return {one.endpoint.value for one in finds if isinstance(one, Sighting)}


def test_an_address_with_a_decrypted_base_is_shown_once() -> None:
    # An unknown or known query adds nothing to the address, so that no longer address stands for the base.
    assert values("rotated") == {"https://turned.shop.test/log", "https://path.shop.test/api/items"}


def test_characters_in_a_list_are_joined() -> None:
    assert values("collected") == {"https://collected.shop.test/v1"}


@each("address", ["https://kept.shop.test/m/start.html", "https://steps.shop.test/m/steps.html"])
def test_several_methods_fill_the_builder_in_a_field(address: str) -> None:
    assert address in values("fieldbuilder")


def test_another_builder_of_the_same_object_does_not_count() -> None:
    assert "https://other.shop.test/m/start.html" not in values("fieldbuilder")


def asset(name: str, content: bytes) -> Artifact:
    return Artifact(name, (Buffer(name, BufferKind.TEXT, content),))


def test_the_port_beside_a_host_in_an_asset_is_a_part_of_the_address() -> None:
    found = values("jsonport", asset("assets/config.json", SETTINGS))
    assert {"https://json.shop.test:7443/trucks", "socket.shop.test:7443"} <= found
    assert "https://json.shop.test/trucks" not in found


def test_a_number_in_an_asset_decides_no_comparison() -> None:
    # A server can answer with the same name and another number.
    found = values("jsonport", asset("assets/config.json", SETTINGS))
    assert {"https://answer.shop.test/one", "https://answer.shop.test/two"} <= found


def test_a_port_with_two_values_is_not_known() -> None:
    files = asset("assets/a.json", SETTINGS), asset("assets/b.json", b'{"port": 9000}')
    assert "https://json.shop.test/trucks" in values("jsonport", *files)


@each(
    ("text", "expected"),
    [
        ("https://native.shop.test/v2", {"https://native.shop.test/v2/session"}),
        ("a key of 18 letters", set[str]()),
        ("\0\1\2\3://\4", set[str]()),
    ],
)
def test_a_path_behind_the_base64_that_a_native_method_returns(text: str, expected: set[str]) -> None:
    library = Buffer("lib/x.so", BufferKind.NATIVE, b"")
    library.returned = {"Java_nativekeys_Keys_address": b64encode(text.encode()).decode()}
    assert {
        one for one in values("nativekeys", Artifact("lib/x.so", (library,))) if one.endswith("/session")
    } == expected


def test_a_number_that_code_only_raises_is_no_port() -> None:
    found = values("countedports")
    assert {"counted.shop.test:443", "counted.shop.test:8081"} <= found
    assert not found & {"counted.shop.test:444", "counted.shop.test:8082", "counted.shop.test:1"}
