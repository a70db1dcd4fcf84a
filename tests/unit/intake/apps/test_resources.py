from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tests.unit.recognise.resource_files import Number, Types, table
from tieback.intake.apps.interface import Buffer
from tieback.intake.apps.open import open_app
from tieback.intake.apps.resources import Resources, StringNames, _one, _simple
from tieback.intake.apps.stringpool import MalformedPoolError

type Build = Callable[..., bytes]
STRINGS = {"app_name": "Fieldhand", "backend_url": "https://es.fieldhand.test:9200", "größe": "Größe"}


def named(buffer: Buffer) -> dict[str, str]:
    assert buffer.starts is not None
    codec, stop = ("utf-16-le", "\0") if buffer.utf16 else ("utf-8", "\0")
    return {
        buffer.names[int(start)]: buffer.data[start:].decode(codec, "replace").split(stop)[0]
        for start in buffer.starts
        if int(start) in buffer.names
    }


@pytest.mark.parametrize("utf16", [False, True])
@pytest.mark.parametrize("sparse", [False, True])
def test_string_values_have_their_names(build: Build, utf16: bool, sparse: bool) -> None:
    data = build("resource_table", STRINGS, utf16=utf16, sparse=sparse)
    (buffer,) = Resources("resources.arsc", data).artifact().buffers
    assert named(buffer) == {f"string/{name}": value for name, value in STRINGS.items()}
    assert len(buffer.names) == len(list(buffer.names)) == 3
    assert buffer.names.get(1) is None
    assert data[buffer.base :].startswith(buffer.data)


@pytest.mark.parametrize("utf16", [False, True])
def test_strings_are_found_by_their_names(build: Build, utf16: bool) -> None:
    strings = {"project": "other", "project_id": "fieldhand", "project_id_old": "gone"}
    (buffer,) = Resources("resources.arsc", build("resource_table", strings, utf16=utf16)).artifact().buffers
    assert isinstance(buffer.names, StringNames)
    ((begin, name),) = buffer.names.matching(("project_id", "missing"))
    raw = bytes(buffer.data[begin : begin + (18 if utf16 else 9)])
    assert (name, raw.decode("utf-16-le" if utf16 else "utf-8")) == ("project_id", "fieldhand")


@pytest.mark.parametrize("compact", [False, True])
def test_values_by_the_end_of_their_name(compact: bool) -> None:
    strings = {"db_host": "db.test", "db_port": "3306", "mq_port": "3306", "DB_PORT": "1", "ported": "2", "rt": "3"}
    types: Types = {
        "string": strings,
        "integer": {"cache_port": Number(6390), "alias_port": 0x7F010000},
        "xml": {"port": "4"},
    }
    data = table(types, languages=3, compact=compact)
    expected = {"db_port": "3306", "mq_port": "3306", "DB_PORT": "1", "cache_port": "6390"}
    assert Resources("resources.arsc", data).ending("port") == expected


@pytest.mark.parametrize("utf16", [False, True])
def test_the_end_of_a_name_in_either_width(build: Build, utf16: bool) -> None:
    data = build("resource_table", {"db_port": "3306", "port": "80", "db_host": "a.test"}, utf16=utf16)
    assert Resources("resources.arsc", data).ending("port") == {"db_port": "3306", "port": "80"}


@pytest.mark.parametrize(
    ("resource", "text"),
    [(0x7F010000, "Fieldhand"), (0x7F010001, STRINGS["backend_url"]), (0x7F010009, ""), (0x7F020000, ""), (0, "")],
)
def test_a_resource_id_leads_to_its_string(build: Build, resource: int, text: str) -> None:
    assert Resources("resources.arsc", build("resource_table", STRINGS)).text(resource) == text


@pytest.mark.parametrize(
    ("resource", "texts"),
    [
        pytest.param(0x7F020000, ("a.test", "b.test", "", "Fieldhand"), id="array"),
        pytest.param(0x7F020001, (), id="empty array"),
        pytest.param(0x7F010000, (), id="no array"),
        pytest.param(0x7F020009, (), id="no entry"),
        pytest.param(0x01020000, (), id="another package"),
    ],
)
@pytest.mark.parametrize("languages", [1, 2])
def test_the_texts_of_an_array(resource: int, texts: tuple[str, ...], languages: int) -> None:
    array: list[str | int] = ["a.test", "b.test", Number(7), 0x7F010000]
    types: Types = {"string": {"app_name": "Fieldhand"}, "array": {"nodes": array, "none": []}}
    assert Resources("resources.arsc", table(types, languages=languages)).items(resource) == texts


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize(
    ("resource", "value"),
    [(0x7F020000, 9191), (0x7F020001, -2), (0x7F020002, None), (0x7F010000, None), (0x7F020009, None)],
)
def test_an_integer(resource: int, value: int | None, compact: bool) -> None:
    integers = {"port": Number(9191), "low": Number(0xFFFFFFFE), "alias": 0x7F020000}
    data = table({"string": {"app_name": "Fieldhand"}, "integer": integers}, compact=compact)
    assert Resources("resources.arsc", data).integer(resource) == value


def test_an_integer_that_depends_on_the_configuration_is_not_known() -> None:
    data = bytearray(table({"integer": {"port": Number(9191)}}, languages=2))
    last = data.rindex((9191).to_bytes(4, "little"))
    assert Resources("resources.arsc", bytes(data)).integer(0x7F010000) == 9191
    data[last] ^= 1
    assert Resources("resources.arsc", bytes(data)).integer(0x7F010000) is None


def test_references_in_a_circle_end(build: Build) -> None:
    data = bytearray(build("resource_table", {"a": "x"}))
    data[-8:] = b"\x08\0\0\x01\0\0\x01\x7f"
    assert Resources("resources.arsc", bytes(data)).text(0x7F010000) == ""


@pytest.mark.parametrize("data", [b"", b"\2\0\x0c\0" + b"\0" * 20, b"\2\0\x0c\0" + b"\xff" * 60])
def test_invalid_table_is_rejected(data: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        Resources("resources.arsc", data)


def test_real_strings_have_names(apps: Path) -> None:
    with open_app(apps / "InsecureBankv2.apk") as package:
        table = next(a for a in package.artifacts() if a.file == "resources.arsc")
    assert named(table.buffers[0])["string/app_name"] == "InsecureBankv2"


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=10),
    cut=st.integers(0, 500),
    sparse=st.booleans(),
)
def test_damage_is_refused_or_read(build: Build, noise: list[tuple[int, int]], cut: int, sparse: bool) -> None:
    data = bytearray(build("resource_table", STRINGS, sparse=sparse))
    for place, value in noise:
        data[place % len(data)] = value
    try:
        table = Resources("resources.arsc", bytes(data[: len(data) - cut]))
    except MalformedPoolError:
        return
    (buffer,) = table.artifact().buffers
    assert all(isinstance(buffer.names.get(offset), str | None) for offset in buffer.names)
    table.text(0x7F010001)
    table.items(0x7F010001)
    table.integer(0x7F010001)


ARRAYS = table({"array": {"nodes": ["a.test", "b.test"]}, "integer": {"port": Number(9191)}})


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=10),
    cut=st.integers(0, 500),
)
def test_damaged_arrays_have_few_texts(noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(ARRAYS)
    for place, value in noise:
        data[place % len(data)] = value
    with suppress(MalformedPoolError):
        damaged = Resources("resources.arsc", bytes(data[: len(data) - cut]))
        assert len(damaged.items(0x7F010000)) <= len(data) // 12
        assert isinstance(damaged.integer(0x7F020000), int | None)


def same_one_by_one(data: bytes, count: int) -> int:
    """How many values there are; each is the same read by itself and with all others."""
    table = Resources("resources.arsc", data)
    values = 0
    for chunk in table._type_chunks():
        together = _simple(data, [chunk])
        first: dict[int, tuple[int, int]] = {}
        for entry, kind, value in zip(together.entry, together.kind, together.value, strict=True):
            first.setdefault(int(entry), (int(kind), int(value)))
        for entry in range(count):
            assert _one(data, chunk, entry) == first.get(entry)
        values += len(first)
    return values


def test_a_value_is_the_same_by_itself(apps: Path) -> None:
    with ZipFile(apps / "diva.apk") as archive:
        assert same_one_by_one(archive.read("resources.arsc"), 40) > 1000


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 900), st.integers(0, 255)), max_size=10),
    cut=st.integers(0, 500),
    sparse=st.booleans(),
)
def test_of_a_damaged_table_too(build: Build, noise: list[tuple[int, int]], cut: int, sparse: bool) -> None:
    data = bytearray(build("resource_table", STRINGS, sparse=sparse))
    for place, value in noise:
        data[place % len(data)] = value
    with suppress(MalformedPoolError):
        same_one_by_one(bytes(data[: len(data) - cut]), 6)
