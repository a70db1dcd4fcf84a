"""Which resources have a string and which refer to another one, for each form of a table."""

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.recognise.resource_files import Types, layout, table
from tieback.intake.apps import resource_values
from tieback.intake.apps.binary_xml import XmlAttribute, read_binary_xml, xml_attributes
from tieback.intake.apps.resources import Resources
from tieback.intake.apps.stringpool import MalformedPoolError

TYPES: Types = {
    "string": {"server": "https://a.test", "alias": 0x7F010000, "again": 0x7F010001, "other": "x"},
    "array": {"list": ["x", "https://a.test", 0x7F010001]},
}


def resources(*, compact: bool = False, languages: int = 1) -> Resources:
    return Resources("resources.arsc", table(TYPES, compact=compact, languages=languages))


@pytest.mark.parametrize("compact", [False, True])
@pytest.mark.parametrize("languages", [1, 3])
def test_the_holders_of_a_string_and_what_refers_to_them(compact: bool, languages: int) -> None:
    found = resources(compact=compact, languages=languages)
    index = found.string_of("https://a.test")
    assert found.values.with_string(index) == {0x7F010000, 0x7F020000}
    assert found.values.referring({0x7F010000}) == frozenset({0x7F010000, 0x7F010001, 0x7F010002, 0x7F020000})
    assert found.values.labels({0x7F010000, 0x7F020000}) == {"string/server", "array/list"}
    if languages > 1:
        assert found.values.with_string(found.string_of("x-2")) == {0x7F010003, 0x7F020000}


def test_the_string_around_an_offset_of_the_file() -> None:
    data = table(TYPES)
    at = data.find(b"a.test")
    found = Resources("resources.arsc", data)
    assert found.pool.text(found.string_at(at)) == "https://a.test"
    assert found.string_at(0) == found.string_at(len(data)) == -1
    assert found.string_of("https://a") == -1


def test_more_references_than_the_limit_are_not_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource_values, "MAX_HOLDERS", 1)
    assert resources().values.referring({0x7F010000}) is None
    assert resources().values.with_string(resources().string_of("https://a.test")) == frozenset()


def test_the_attributes_of_compiled_xml() -> None:
    data = layout(("TextView", {"text": 0x7F010000, "hint": "https://a.test"}), text="https://b.test")
    found = list(xml_attributes(data))
    assert XmlAttribute("TextView", 0x0101014F, "text", 1, 0x7F010000, number=2) in found
    (hint,) = (one for one in found if one.name == "hint")
    assert data[hint.begin : hint.end] == b"https://a.test"
    (text,) = (one for one in found if not one.name)
    assert data[text.begin : text.end] == b"https://b.test"
    assert read_binary_xml("a.xml", data).compiled == data


DATA = table(TYPES)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(12, len(DATA) - 4), st.integers(0, 2**32 - 1)), max_size=8))
def test_a_number_that_lies_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(DATA)
    for place, number in patches:
        struct.pack_into("<I", hurt, place & ~3, number)
    try:
        found = Resources("resources.arsc", bytes(hurt))
        values = found.values
    except MalformedPoolError:
        return
    for index in range(4):
        holders = values.with_string(index)
        values.labels(values.referring(holders) or ())


XML = layout(("TextView", {"text": 0x7F010000, "hint": "https://a.test"}), text=0x7F010001)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(8, len(XML) - 4), st.integers(0, 2**32 - 1)), max_size=6))
def test_an_attribute_of_damaged_xml_never_raises(patches: list[tuple[int, int]]) -> None:
    hurt = bytearray(XML)
    for place, number in patches:
        struct.pack_into("<I", hurt, place & ~3, number)
    try:
        assert all(0 <= one.begin <= one.end for one in xml_attributes(bytes(hurt)))
    except MalformedPoolError:
        return
