"""Servers in descriptions of APIs."""

import json

import pytest

from tests.each import each
from tests.linear import assert_linear
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import NotBackend, Sighting
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch
from tieback.recognise.settings.api_descriptions import MAX_ADDRESSES, MAX_FILE, MAX_SERVER, api_servers

RULES = RuleFiles()
YAML = """openapi: "3.0.3"
# http://comment.shop.test/v1, before the servers: those of shop.test
info:
  title: Shop
  termsOfService: https://terms.shop.test/use
  contact:
    url: https://contact.shop.test
  license:
    name: MIT
    url: https://licence.shop.test
servers:
- url: https://{region}.shop.test:{port}/v1
  variables:
    region: {default: eu, enum: [eu, us]}
    port: {default: "8447"}
- url: http://comment.shop.test/v1
- url: /relative/v1
- description: none
externalDocs:
  url: https://docs.shop.test
paths:
  /x:
    servers: [{url: https://other.shop.test}]
"""


def values(text: str, file: str = "assets/api.json") -> list[str]:
    buffer = Buffer(file, BufferKind.TEXT, text.encode())
    return [one.endpoint.value for one in api_servers(buffer, RULES) if isinstance(one, Sighting)]


def swagger(**more: object) -> str:
    return json.dumps({"swagger": "2.0", "info": {"title": "x"}, **more, "paths": {}})


def servers(variables: dict[str, object]) -> str:
    return json.dumps({"openapi": "3.0.0", "servers": [{"url": "https://{h}/{v}", "variables": variables}]})


@each(
    ("text", "expected"),
    [
        (swagger(host="api.shop.test", basePath="/v2", schemes=["https"]), ["https://api.shop.test/v2"]),
        (swagger(host="api.shop.test:8443", basePath="/"), ["https://api.shop.test:8443"]),
        (
            swagger(host="api.shop.test", schemes=["http", "wss", "x"]),
            ["http://api.shop.test", "wss://api.shop.test"],
        ),
        (swagger(basePath="/v2", schemes=["https"]), []),
        (swagger(host=7, schemes="https"), []),
        (swagger(host="api.shop.test/x y"), []),
        ('{"openapi":"3.1.0","servers":[{"url":"https://a.shop.test/v1"}]}', ["https://a.shop.test/v1"]),
        ('{"openapi":"3.1.0","servers":[{"url":"/v1"},{"url":"./v2"},{"url":"v3"},{"url":7},8]}', []),
        ('{"openapi":"3.1.0","servers":{"url":"https://a.shop.test/v1"}}', []),
        (
            servers({"h": {"default": "a.shop.test", "enum": ["b.shop.test"]}, "v": {"default": "v1"}}),
            ["https://a.shop.test/v1", "https://b.shop.test/v1"],
        ),
        ('{"openapi":"3.0.0","servers":[{"url":"https://a.shop.test/{v}"}]}', ["https://a.shop.test"]),
        ('{"servers":[{"url":"https://a.shop.test/v1"}],"host":"b.shop.test"}', []),
        ('{"openapi":"3.0.0","servers":[', []),
    ],
)
def test_servers_of_json(text: str, expected: list[str]) -> None:
    assert values(text) == expected


@each("file", ["openapi.yaml", "assets/docs.YML"])
def test_servers_of_yaml(file: str) -> None:
    expected = ["https://eu.shop.test:8447/v1", "https://us.shop.test:8447/v1", "http://comment.shop.test/v1"]
    assert values(YAML, file) == expected


@each(
    ("text", "expected"),
    [
        ("swagger: '2.0'\nhost: api.shop.test\nbasePath: /v2\nschemes:\n  - https\n", ["https://api.shop.test/v2"]),
        ("swagger: '2.0'\nhost: [\n", []),
        ("openapi: 3.0.0\nservers: *x\n", []),
        ("openapi: 3.0.0\nservers: !!python/object/apply:os.system ['x']\n", []),
    ],
)
def test_other_yaml(text: str, expected: list[str]) -> None:
    assert values(text, "api.yaml") == expected


def test_only_files_with_the_name_of_a_description_are_read() -> None:
    assert values(YAML, "openapi.txt") == []
    assert values(YAML + "#" * MAX_FILE, "openapi.yaml") == []


def test_addresses_are_bounded() -> None:
    variables = {name: {"default": "a", "enum": list("bcdefgh")} for name in ("x", "y", "z")}
    one = {"url": "https://{x}.{y}.{z}.shop.test", "variables": variables}
    assert len(values(json.dumps({"openapi": "3.0.0", "servers": [one]}))) == MAX_SERVER
    many = [{"url": f"https://a{at}.shop.test"} for at in range(2 * MAX_ADDRESSES)]
    assert len(values(json.dumps({"openapi": "3.0.0", "servers": many}))) == MAX_ADDRESSES


@pytest.fixture
def found() -> list[object]:
    artifact = Artifact("openapi.yaml", (Buffer("openapi.yaml", BufferKind.TEXT, YAML.encode()),))
    return list(AppSearch(RULES).finds([artifact]))


def test_a_comment_before_the_servers_hides_none(found: list[object]) -> None:
    shown = {one.endpoint.value for one in found if isinstance(one, Sighting)}
    assert {"https://eu.shop.test:8447/v1", "http://comment.shop.test/v1"} <= shown


@each("page", ["terms", "contact", "licence", "docs"])
def test_pages_of_a_description_are_no_back_ends(found: list[object], page: str) -> None:
    host = f"{page}.shop.test"
    assert not [one for one in found if isinstance(one, Sighting) and one.endpoint.host == host]
    reasons = {one.reason for one in found if isinstance(one, NotBackend) and host in one.value}
    assert reasons == {"only in metadata of a package or page"}


def test_the_host_of_a_description_has_its_scheme_and_path() -> None:
    text = swagger(host="api.shop.test", basePath="/v2", schemes=["https"])
    artifact = Artifact("api.json", (Buffer("api.json", BufferKind.TEXT, text.encode()),))
    shown = [one.endpoint.value for one in AppSearch(RULES).finds([artifact]) if isinstance(one, Sighting)]
    assert shown == ["https://api.shop.test/v2"]


@each("line", ["servers:\n", "servers: [\n", "- &a [*a, *a]\n", "openapi: 3\n", "{"])
def test_hostile_files_take_time_in_proportion_to_their_size(line: str) -> None:
    assert_linear(lambda size: f"openapi: 3.0.0\nservers:\n{line * size}", lambda text: values(text, "api.yaml"), 4_000)
