"""Pairs of keys and values, in whatever form a file has."""

import plistlib
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.key_values import _PAIR, MAX_VALUE, plain_key, port_beside, read_pairs


def read(text: bytes, name: str = "*") -> list[tuple[str, str]]:
    return list(read_pairs(Buffer("f", BufferKind.TEXT, text), name))


@each(
    ("text", "name", "expected"),
    [
        (b'{"a": {"host": "h.test", "port": 80, "n": 7}, "b": [{"c": "dd"}]}', "x.json",
         [("host", "h.test"), ("port", "80"), ("c", "dd")]),
        (b'{"host": "h.test", ', "x.json", [("host", "h.test")]),
        (plistlib.dumps({"HOST": "h.test", "L": [{"K": "vv"}]}), "x.plist", [("HOST", "h.test"), ("K", "vv")]),
        (b"<plist><key>HOST</key> <string>h.test</string>", "x.plist", [("HOST", "h.test")]),
        (b'<resources><string name="api_host">h.test</string></resources>', "*", [("api_host", "h.test")]),
        (b'<resources><string name="api_host" translatable="false">h.test</string></resources>', "*",
         [("api_host", "h.test")]),
        (b"# c\nA_HOST=h.test\nexport B='v w x'\n", "*", [("A_HOST", "h.test")]),
        (b"server:\n  host: h.test\n  port: 9200\n", "*", [("host", "h.test"), ("port", "9200")]),
        (b"db=x\nServer=h.test;Database=crm;Uid=app\nhost=h.test;\n", "*", [("Uid", "app"), ("host", "h.test")]),
        (b"", "*", []),
    ],
)  # fmt: skip
def test_key_value_formats_are_read(text: bytes, name: str, expected: list[tuple[str, str]]) -> None:
    found = read(text, name)
    assert [pair for pair in found if pair[0] != "B"] == expected


@pytest.mark.parametrize(
    ("key", "plain"), [("DB_HOST", "dbhost"), ("mqtt.broker", "broker"), ("api-base-url", "apibaseurl"), ("", "")]
)
def test_keys_are_compared_without_their_clothes(key: str, plain: str) -> None:
    assert plain_key(key) == plain


SUFFIXES = ("host", "broker")


@each(
    ("found", "port"),
    [
        ([("host", "h"), ("port", "80")], 80),
        ([("port", "80"), ("user", "u"), ("host", "h")], 80),
        ([("db_host", "h"), ("db_port", "80")], 80),
        ([("db_host", "h"), ("mq_port", "80")], None),
        ([("host", "h"), ("port", "99999")], None),
        ([("host", "h"), ("a", "1"), ("b", "2"), ("port", "80")], None),
        ([("name", "h"), ("port", "80")], None),
    ],
)
def test_ports_beside_hosts(found: list[tuple[str, str]], port: int | None) -> None:
    index = next(n for n, (_, value) in enumerate(found) if value == "h")
    assert port_beside(found, index, SUFFIXES) == port


@given(st.binary(max_size=300), st.sampled_from(["x.json", "x.plist", "*"]))
@settings(max_examples=examples(100), deadline=None)
def test_any_bytes_give_short_pairs(data: bytes, name: str) -> None:
    assert all(key and len(value) <= MAX_VALUE for key, value in read(data, name))


def test_nesting_is_bounded() -> None:
    assert read(b'{"a":' * 40 + b'"v"' + b"}" * 40, "x.json") == []


@given(st.text(st.sampled_from("ab1_.- \t\n\"'=:;,<>{}é"), max_size=60))
def test_pairs_are_the_same_without_a_second_try(text: str) -> None:
    again = _PAIR.pattern.replace("?+", "?").replace("4}+", "4}").replace("63}+", "63}")
    plain = re.compile(again)
    assert plain.pattern != _PAIR.pattern
    assert [each.groups() for each in plain.finditer(text)] == [each.groups() for each in _PAIR.finditer(text)]
