from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.proto_resources import ProtoResources, TextNames
from tieback.intake.apps.stringpool import MalformedPoolError

type Build = Callable[..., bytes]
URL = "https://api.test/v1"


@pytest.fixture
def table(build: Build) -> bytes:
    string, locale = build("pb_string", URL), build("pb_field", 3, "de")
    entries = [
        build("pb_entry", 0, "backend_url", [(locale, build("pb_string", "https://de.test")), (b"", string)]),
        build("pb_entry", 1, "alias", [(b"", build("pb_reference", 0x7F010000))]),
        build("pb_entry", 2, "circle", [(b"", build("pb_reference", 0x7F010002))]),
        build("pb_entry", 3, "only_german", [(locale, build("pb_string", "Feld"))]),
        build("pb_entry", 4, "handle", [(b"", build("pb_string", "@shop"))]),
        build("pb_entry", 5, "hexadecimal", [(b"", build("pb_string", "@cafe"))]),
    ]
    return build("pb_table", [(1, "string", entries), (2, "xml", [build("pb_entry", 0, "config", [])])])


@pytest.mark.parametrize(
    ("resource", "text"),
    [
        pytest.param(0x7F010000, URL, id="default configuration"),
        pytest.param(0x7F010001, URL, id="reference"),
        pytest.param(0x7F010002, "", id="circle"),
        pytest.param(0x7F010003, "Feld", id="no default"),
        pytest.param(0x7F010004, "@shop", id="text that begins with @"),
        pytest.param(0x7F010005, "@cafe", id="text like a reference"),
        pytest.param(0x7F010009, "", id="no entry"),
        pytest.param(0x01010000, "", id="another package"),
    ],
)
def test_the_text_behind_an_id(table: bytes, resource: int, text: str) -> None:
    assert ProtoResources("resources.pb", table).text(resource) == text


def test_texts_have_the_names_of_their_resources(table: bytes) -> None:
    (buffer,) = ProtoResources("base/resources.pb", table).artifact().buffers
    at = table.index(URL.encode())
    assert buffer.starts is not None
    assert {at, at + len(URL)} <= set(buffer.starts.tolist())
    assert buffer.names[at] == "string/backend_url"
    assert buffer.names.get(0) is None
    assert "string/only_german" in {buffer.names[offset] for offset in buffer.names}
    assert len(buffer.names) > 0


def test_values_by_the_end_of_their_name(build: Build) -> None:
    number = build("pb_field", 7, build("pb_field", 6, 6390))
    german = (build("pb_field", 3, "de"), build("pb_string", "1"))
    strings = [
        build("pb_entry", 0, "DB_PORT", [german, (b"", build("pb_string", "3306"))]),
        build("pb_entry", 1, "db_host", [(b"", build("pb_string", "db.test"))]),
    ]
    integers = [build("pb_entry", 0, "mq_port", [(b"", number)]), b"\x0a\x7f"]
    data = build("pb_table", [(1, "string", strings), (2, "integer", integers), (3, "xml", strings)])
    assert ProtoResources("r", data).ending("port") == {"DB_PORT": "3306", "mq_port": "6390"}


def test_arrays_and_integers(build: Build) -> None:
    def array(number: int, name: str, values: list[tuple[bytes, list[bytes]]]) -> bytes:
        """An ``Entry`` with ``Value.compound_value.array.element.item``."""
        out = build("pb_field", 1, build("pb_field", 1, number)) + build("pb_field", 2, name)
        for config, items in values:
            elements = b"".join(build("pb_field", 1, build("pb_field", 3, item)) for item in items)
            value = build("pb_field", 5, build("pb_field", 4, elements))
            out += build("pb_field", 6, build("pb_field", 1, config) + build("pb_field", 2, value))
        return out

    def number(value: int) -> bytes:
        """An ``Item`` with a decimal number."""
        return build("pb_field", 7, build("pb_field", 6, value))

    german = build("pb_field", 3, "de")
    nodes = [build("pb_string", "a.test"), build("pb_reference", 0x7F010000)]
    strings = [build("pb_entry", 0, "host", [(b"", build("pb_string", "b.test"))])]
    arrays = [array(0, "nodes", [(german, [build("pb_string", "c.test")]), (b"", nodes)]), array(1, "none", [])]
    integers = [
        build("pb_entry", 0, "port", [(b"", number(9191))]),
        build("pb_entry", 1, "ports", [(b"", number(9191)), (german, number(9192))]),
    ]
    data = build("pb_table", [(1, "string", strings), (2, "array", arrays), (3, "integer", integers)])
    table = ProtoResources("r", data)
    assert table.items(0x7F020000) == ("a.test", "b.test")
    assert [table.items(one) for one in (0x7F020001, 0x7F010000, 0x7F090000)] == [(), (), ()]
    assert [table.integer(one) for one in (0x7F030000, 0x7F030001, 0x7F010000, 0x7F090000)] == [9191, None, None, None]


@pytest.mark.parametrize("words", [("passw",), ("PASSW", "secret")])
def test_the_texts_of_resources_with_a_word_in_their_name(build: Build, words: tuple[str, ...]) -> None:
    entries = [
        build("pb_entry", 0, "title", [(b"", build("pb_string", "passwords"))]),
        build("pb_entry", 1, "db_password", [(b"", build("pb_string", "T7!kW2#mQ9z"))]),
        build("pb_entry", 2, "Password_hint", [(b"", build("pb_string", "Kennwort"))]),
    ]
    types = [(1, "string", entries), (2, "xml", [build("pb_entry", 0, "password", [])])]
    (buffer,) = ProtoResources("base/resources.pb", build("pb_table", types)).artifact().buffers
    assert isinstance(buffer.names, TextNames)
    assert buffer.starts is not None
    found = {(buffer.data[at : at + 8], name) for at, name in buffer.names.containing(words, buffer.starts)}
    assert {(b"T7!kW2#m", "db_password"), (b"Kennwort", "Password_hint")} <= found
    assert {name for _, name in found} == {"db_password", "Password_hint"}


def test_the_texts_of_resources_with_one_name(build: Build) -> None:
    entries = [
        build("pb_entry", 0, "project_id", [(b"", build("pb_string", "fieldhand"))]),
        build("pb_entry", 1, "project_id_old", [(b"", build("pb_string", "meadow"))]),
    ]
    (buffer,) = ProtoResources("r", build("pb_table", [(1, "string", entries)])).artifact().buffers
    assert isinstance(buffer.names, TextNames)
    assert buffer.starts is not None
    found = {(buffer.data[at : at + 6], name) for at, name in buffer.names.matching(("project_id",), buffer.starts)}
    assert (b"fieldh", "project_id") in found
    assert {name for _, name in found} == {"project_id"}


def test_an_entry_of_a_damaged_type_keeps_the_others(build: Build) -> None:
    good = build("pb_entry", 0, "url", [(b"", build("pb_string", URL))])
    data = build("pb_table", [(1, "string", [good, b"\x0a\x7f"])])
    table = ProtoResources("r", data)
    assert table.text(0x7F010000) == URL


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=8), raw=st.binary(max_size=100))
def test_damage_is_an_error_or_a_table(build: Build, noise: list[tuple[int, int]], raw: bytes) -> None:
    entries = [build("pb_entry", n, f"name{n}", [(b"", build("pb_string", URL))]) for n in range(4)]
    data = bytearray(build("pb_table", [(1, "string", entries)]))
    for place, value in noise:
        data[place % len(data)] = value
    for content in (bytes(data), raw):
        try:
            table = ProtoResources("r", content)
        except MalformedPoolError:
            continue
        table.text(0x7F010001)
        (buffer,) = table.artifact().buffers
        assert buffer.starts is not None
        for start in buffer.starts.tolist():
            buffer.names.get(start)
