import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.element import Element, read_text_xml, write_xml
from tieback.intake.apps.stringpool import MalformedPoolError

TEXT = b'<?xml version="1.0"?><a xmlns:n="u" n:url="https://a.test/?x=1&amp;y"><b>one</b><b/><c/></a>'


def test_text_becomes_a_tree_and_text_again() -> None:
    root = read_text_xml(TEXT)
    assert root.name == "a"
    assert root.attributes["url"] == "https://a.test/?x=1&y"
    assert [child.text for child in root.all("b")] == ["one", ""]
    assert root.first("d") is None
    assert read_text_xml(write_xml(root, 1000)).first("c") == Element("c")


def test_the_text_ends_at_the_limit() -> None:
    root = Element("a", children=[Element("b", {"x": "y" * 100}) for _ in range(1000)])
    assert len(write_xml(root, 1000)) < 1300


@pytest.mark.parametrize(
    "data",
    [
        b"", b"text", b"<a>", b"<a></b>", b"<a>" * 70 + b"</a>" * 70, b"\xff\xfe\0\0",
        b'<!DOCTYPE a [<!ENTITY e "x">]><a>&e;</a>', b'<?xml version="1.0" encoding="none"?><a/>',
        b"<a>" + b"<b/>" * 100_001 + b"</a>",
    ],
    ids=["empty", "text", "cut", "crossed", "deep", "noise", "entity", "unknown encoding", "many"],
)  # fmt: skip
def test_large_or_malformed_document_is_an_error(data: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        read_text_xml(data)


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6))
def test_damage_never_raises_another_error(noise: list[tuple[int, int]]) -> None:
    data = bytearray(TEXT)
    for place, value in noise:
        data[place % len(data)] = value
    try:
        write_xml(read_text_xml(bytes(data)), 1000)
    except MalformedPoolError:
        return
