from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.proto_xml import count_steps, item_text, read_proto_xml, search_proto_xml
from tieback.intake.apps.stringpool import MalformedPoolError

type Build = Callable[..., bytes]
URL = "https://api.test/v1"


def test_a_document_is_a_tree_without_namespaces(build: Build) -> None:
    package = build("pb_attribute", "package", "test.x")
    label = build("pb_attribute", "label", "@string/name", build("pb_reference", 0x7F010002), "http://schemas.test/a")
    text = build("pb_field", 2, " db.test ")
    data = build("pb_node", "manifest", [package], [build("pb_node", "application", [label], [text])])
    root = read_proto_xml(data)
    assert (root.name, root.attributes) == ("manifest", {"package": "test.x"})
    application = root.first("application")
    assert application is not None
    assert application.attributes == {"label": "@7f010002"}
    assert application.text == "db.test"


@pytest.mark.parametrize(
    ("number", "value", "text"),
    [(8, 1, "true"), (8, 0, "false"), (6, 27, "27"), (6, 2**64 - 1, "-1"), (7, 16, "0x10"), (9, 5, "")],
)
def test_primitives_are_text(build: Build, number: int, value: int, text: str) -> None:
    item = build("pb_field", 7, build("pb_field", number, value))
    assert item_text(item, 0, len(item)) == text


def test_a_value_does_not_run_into_what_follows(build: Build) -> None:
    data = build("pb_node", "a", [build("pb_attribute", "url", URL, build("pb_string", URL))])
    (buffer,) = search_proto_xml("res/xml/a.xml", data).buffers
    assert buffer.starts is not None
    begin = data.index(URL.encode())
    assert {begin, begin + len(URL)} <= set(buffer.starts.tolist())
    assert count_steps(data) > 0


def test_depth_is_bounded(build: Build) -> None:
    data = build("pb_node", "a")
    for _ in range(500):
        data = build("pb_node", "a", [], [data])
    with pytest.raises(MalformedPoolError, match="too deep"):
        read_proto_xml(data)


def test_the_number_of_elements_is_bounded(build: Build) -> None:
    data = build("pb_node", "a", [], [build("pb_node", "a")] * 101_000)
    with pytest.raises(MalformedPoolError, match="too many"):
        read_proto_xml(data)


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 200), st.integers(0, 255)), max_size=6), raw=st.binary(max_size=80))
def test_damage_is_an_error_or_a_tree(build: Build, noise: list[tuple[int, int]], raw: bytes) -> None:
    data = bytearray(build("pb_node", "a", [build("pb_attribute", "url", URL)], [build("pb_node", "b")]))
    for place, value in noise:
        data[place % len(data)] = value
    for content in (bytes(data), raw):
        buffer = search_proto_xml("a", content).buffers[0]
        assert buffer.starts is not None
        assert (buffer.starts <= len(content)).all()
        try:
            read_proto_xml(content)
        except MalformedPoolError:
            continue
