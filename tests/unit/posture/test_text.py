"""JSON as a text within an export."""

from typing import Any

from tests.each import each
from tieback.posture.text import host_and_port, parse_json


@each(
    ("value", "wanted"),
    [
        ('{"a": 1}', {"a": 1}),
        ({"a": 1}, {"a": 1}),
        ("", None),
        ("nonsense", None),
        ("[" * 100_000, None),
        (None, None),
    ],
)
def test_nested_json_texts_are_parsed(value: Any, wanted: Any) -> None:
    assert parse_json(value) == wanted


def test_a_long_text_is_not_read() -> None:
    assert parse_json('"' + "a" * 100 + '"', most=50) is None


@each(
    ("text", "wanted"),
    [
        ("https://Shop.documents.azure.com:443/", ("shop.documents.azure.com", 443)),
        ("db.example:27017", ("db.example", 27017)),
        ("db.example", ("db.example", None)),
        ("https://[broken", ("", None)),
        ("db.example:99999", ("", None)),
        ("", ("", None)),
    ],
)
def test_hosts(text: str, wanted: tuple[str, int | None]) -> None:
    assert host_and_port(text) == wanted
