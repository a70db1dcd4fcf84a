"""Pairs of keys and values, in whatever form a file has."""

import plistlib
import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tests.linear import assert_linear
from tieback.intake.apps.interface import Buffer, BufferKind
from tieback.recognise.settings.key_values import (
    _PAIR,
    MAX_VALUE,
    Pair,
    plain_key,
    port_of_name,
    ports_by_name,
    ports_of_hosts,
    read_pairs,
)


def read(text: bytes, name: str = "*") -> list[tuple[str, str]]:
    return [pair[:2] for pair in read_pairs(Buffer("f", BufferKind.TEXT, text), name) if not pair.element]


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


SUFFIXES = ("host", "broker", "url")


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
        ([("host", "h"), ("mq_port", "80")], 80),
        ([("db_host", "i"), ("db_port", "80"), ("host", "h")], None),
        ([("db_host", "h"), ("db_user", "u"), ("db_pass", "p"), ("db_name", "n"), ("db_port", "80")], 80),
        ([("db.host", "h"), ("db.user", "u"), ("db.pass", "p"), ("db.name", "n"), ("db.port", "80")], 80),
        ([("db.host", "h"), ("mq.port", "80")], None),
        ([("url", "u"), ("host", "h"), ("port", "80")], 80),
        ([("host", "h"), ("url", "u"), ("port", "80")], 80),
        ([("url", "h"), ("port", "80")], 80),
        ([("host", "h"), ("portNumber", "80")], 80),
        ([("db_host", "h"), ("db_port_no", "80")], 80),
        ([("api_host", "h"), ("apiHostPort", "80"), ("port", "81")], 80),
        ([("address", "h"), ("port", "80")], None),
    ],
)
def test_ports_beside_hosts(found: list[tuple[str, str]], port: int | None) -> None:
    index = next(n for n, (_, value) in enumerate(found) if value == "h")
    assert ports_of_hosts([Pair(*pair) for pair in found], SUFFIXES).get(index) == port


@each(
    ("kinds", "expected"),
    [
        ("hphp", "1 3"),
        ("phph", "0 2"),
        ("hphph", "1 3 -"),
        ("hphhp", "1 - 4"),
        ("phphh", "0 2 -"),
        ("hhp", "- 2"),
        ("hpp", "1"),
        ("hp..h", "1 -"),
    ],
)
def test_a_port_belongs_to_one_host(kinds: str, expected: str) -> None:
    keys = {"h": "host", "p": "port", ".": "user"}
    pairs = [Pair(keys[kind], str(index)) for index, kind in enumerate(kinds, start=100)]
    found = ports_of_hosts(pairs, SUFFIXES)
    hosts = [index for index, kind in enumerate(kinds) if kind == "h"]
    assert " ".join(str(found[index] - 100) if index in found else "-" for index in hosts) == expected


FORMS = {
    "object": """
{"mysql": {"host": "A", "user": "u", "port": 3316}, "redis": {"host": "B", "port": 6390}, "c": {"host": "C"}}
""",
    "damaged": """{"mysql": {"host": "A", "port": 3316}, "redis": {"host": "B", "port": 6390}, "c": {"host": "C"},""",
    "list": """[{"host": "A", "port": 3316}, {"host": "B", "port": "6390"}, {"host": "C"}]""",
    "yaml": """
mysql:
  host: A
  port: 3316
redis: # cache
  host: B
  port: 6390
c:
  host: C
""",
    "list of yaml": """
all:
- host: A
  port: 3316
- host: B
  port: 6390
- host: C
""",
    "port first": """
mysql:
  port: 3316
  host: A
redis:
  port: 6390
  host: B
c:
  host: C
""",
    "flow": """
mysql: {host: A, port: 3316}
redis: {host: B, port: 6390}
c: {host: C}
""",
    "nested": """
a:
  "b b":
    host: A
    port: 3316
  c:
    host: B
    port: 6390
  d:
    host: C
""",
    "ini": """
[mysql]
host=A
port=3316
; cache
[redis]
host=B
port=6390
[c]
host=C
""",
    "toml": """
[a.mysql]
host = "A"
port = 3316
[[a.redis]]
host = "B"
port = 6390
[c] # none
host = "C"
""",
    "dots": """
mysql.host=A
mysql.port=3316
redis.host=B
redis.port=6390
c.host=C
""",
    "names": """
MYSQL_HOST=A
MYSQL_PORT=3316
REDIS_HOST=B
REDIS_PORT=6390
C_HOST=C
""",
    "order": """
host=A
port=3316
host=B
port=6390
host=C
""",
    "hocon": """
mysql {
  host = A
  port = 3316
}
redis {
  host = B
  port = 6390
}
c { host = C }
""",
    "elements": """
<a><mysql><host>A</host><port>3316</port></mysql><redis host='B' port='6390'/><c><host>C</host></c></a>
""",
    "added keys": """
<a><add key='m.host' value='A'/><add key='m.port' value='3316'/>
<add key='r.host' value='B'/><add key='r.port' value='6390'/><add key='host' value='C'/></a>
""",
    "entries": """
<a><entry key='m.host'>A</entry><entry key='m.port'>3316</entry>
<entry key='r.host'>B</entry><entry key='r.port'>6390</entry><entry key='host'>C</entry></a>
""",
    "defaults": """
<a><entry><key>m_host</key><value>A</value></entry><entry><key>m_port</key><value>3316</value></entry>
<entry><key>r_port</key><value>6390</value></entry><entry><key>r_host</key><value>B</value></entry>
<entry><key>c_host</key><value>C</value></entry></a>
""",
    "resources": """
<resources><string name="m_host">A</string><integer name="m_port">3316</integer>
<string name="r_host">B</string><string name="r_port">6390</string><string name="c_host">C</string></resources>
""",
}
"""Three hosts of one file: with the port 3316, with the port 6390, and without a port."""


@each("form", list(FORMS))
def test_each_host_has_the_port_of_its_own_part(form: str) -> None:
    hosts = ("db.shop.test", "cache.shop.test", "api.shop.test")
    text = FORMS[form].lstrip()
    for letter, host in zip("ABC", hosts, strict=True):
        text = re.sub(rf"\b{letter}\b", host, text)
    cases = [(text, "*"), (text.replace("\n", "\r\n"), "*"), (text, "x.json")]
    for content, name in cases if form in {"object", "list"} else cases[:2]:
        pairs = list(read_pairs(Buffer("f", BufferKind.TEXT, content.encode()), name))
        ports = ports_of_hosts(pairs, SUFFIXES)
        found = {pair.value: ports.get(index) for index, pair in enumerate(pairs) if pair.key.lower().endswith("host")}
        assert [found.get(host) for host in hosts] == [3316, 6390, None]


@each("form", [plistlib.FMT_XML, plistlib.FMT_BINARY])
def test_a_property_list_has_ports(form: plistlib.PlistFormat) -> None:
    tree = {"a": {"host": "db.shop.test", "port": 3316}, "b": [{"host": "c.test", "port": "6390"}], "host": "d.test"}
    buffer = Buffer("a/c.plist", BufferKind.TEXT, plistlib.dumps(tree, fmt=form))
    pairs = list(read_pairs(buffer, "*"))
    ports = ports_of_hosts(pairs, SUFFIXES)
    assert {pair.value: ports.get(index) for index, pair in enumerate(pairs) if pair.key == "host"} == {
        "db.shop.test": 3316,
        "c.test": 6390,
        "d.test": None,
    }


@given(st.randoms(use_true_random=False))
def test_no_port_has_two_hosts(chance: random.Random) -> None:
    pairs = [
        Pair(chance.choice(["host", "port", "db_host", "db_port", "db.broker", "db.port", "a"]), str(n + 1), part)
        for part in (0, 1)
        for n in range(part * 30, part * 30 + 30)
    ]
    found = ports_of_hosts(pairs, SUFFIXES)
    assert len(set(found.values())) == len(found)
    assert all(pairs[index].part == pairs[port - 1].part for index, port in found.items())


@each(
    "piece",
    [
        "host: a.test\nport: 8080\n",
        "{host: a.test, port: 8080}\n",
        "- host: a.test\n",
        "a:\n  ",
        "[a]\nport=8080\n",
        "host: a.test, port: 8080, ",
        '{"a": ',
        "  - ",
    ],
)
def test_the_cost_of_many_parts_is_linear(piece: str) -> None:
    def pairs(size: int) -> list[Pair]:
        data = (piece * (size // len(piece))).encode()
        return list(read_pairs(Buffer("f", BufferKind.TEXT, data), "*"))

    assert_linear(lambda size: size, lambda size: ports_of_hosts(pairs(size), SUFFIXES), 50_000)


@each(
    ("name", "port"),
    [("db_host", 3316), ("DbHost", 3316), ("db.host", 80), ("db_server", 3316), ("host", None), ("db_title", None)],
)
def test_ports_of_named_values(name: str, port: int | None) -> None:
    ports = ports_by_name({"db_port": "3316", "db.port": "80", "x_port": "99999", "airport": "x"})
    assert port_of_name(name, ports, (*SUFFIXES, "server")) == port


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
