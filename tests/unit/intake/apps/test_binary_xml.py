import struct
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.binary_xml import expansion, only_namespaces, read_binary_xml, read_tree
from tieback.intake.apps.interface import BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.stringpool import MalformedPoolError

type Build = Callable[..., bytes]


@pytest.mark.parametrize("utf16", [False, True])
def test_the_strings_of_an_xml_file_are_one_buffer(build: Build, utf16: bool) -> None:
    data = build("binary_xml", ["domain", "https://pinned.test:8443"], utf16=utf16)
    (buffer,) = read_binary_xml("res/xml/network.xml", data).buffers
    codec = "utf-16-le" if utf16 else "utf-8"
    assert buffer.kind is BufferKind.RESOURCES
    assert buffer.utf16 is utf16
    assert buffer.starts is not None
    assert [buffer.data[start:].decode(codec, "replace")[:6] for start in buffer.starts] == ["domain", "https:"]
    assert data[buffer.base :].startswith(buffer.data)


def test_expansion_counts_what_a_reader_would_write(build: Build) -> None:
    small, _ = expansion(build("binary_xml", ["a", "b" * 1000], attributes=1), 10**9)
    large, depth = expansion(build("binary_xml", ["a", "b" * 1000], attributes=200, depth=50), 10**9)
    assert small < 5_000
    assert large > 200 * 50 * 1000
    assert depth == 50


def test_expansion_stops_at_its_limit(build: Build) -> None:
    total, _ = expansion(build("binary_xml", ["a", "b" * 10_000], attributes=500, depth=100), 10**6)
    assert 10**6 < total < 20 * 10**6


@pytest.mark.parametrize("data", [b"", b"\3\0\x08\0", b"\3\0\x08\0" + b"\xff" * 60])
def test_invalid_xml_is_rejected(data: bytes) -> None:
    with pytest.raises(MalformedPoolError):
        read_binary_xml("a.xml", data)


def test_real_network_config_is_read(apps: Path) -> None:
    with open_app(apps / "AndroGoat.apk") as package:
        found = [a for a in package.artifacts() if b"cleartextTrafficPermitted" in a.buffers[0].data]
    assert found
    assert all(artifact.file.endswith(".xml") for artifact in found)


@settings(max_examples=examples(100), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 500), st.integers(0, 255)), max_size=10), cut=st.integers(0, 300))
def test_damage_never_raises_another_error(build: Build, noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(build("binary_xml", ["a", "https://a.test"], attributes=3, depth=2))
    for place, value in noise:
        data[place % len(data)] = value
    whole = bytes(data[: len(data) - cut])
    for read in (lambda: read_binary_xml("a.xml", whole), lambda: expansion(whole, 10**6)):
        try:
            read()
        except MalformedPoolError:
            continue


def test_a_document_is_a_tree(build: Build) -> None:
    root = read_tree(build("manifest", "test.x", "@7f010000"))
    assert (root.name, root.attributes) == ("manifest", {"package": "test.x"})
    application = root.first("application")
    assert application is not None
    assert application.attributes == {"label": "@7f010000"}


def test_an_attribute_without_a_name_is_known_by_its_resource_id(build: Build) -> None:
    data = bytearray(build("manifest", "test.x"))
    ids = data.index(struct.pack("<HHII", 0x0180, 8, 12, 0x01010001))
    struct.pack_into("<I", data, ids + 8, 0x010104EC)
    application = read_tree(bytes(data)).first("application")
    assert application is not None
    assert application.attributes == {"usesCleartextTraffic": "Field hand"}


def test_the_tree_is_bounded(build: Build) -> None:
    with pytest.raises(MalformedPoolError):
        read_tree(build("binary_xml", ["a", "b"], depth=100))
    with pytest.raises(MalformedPoolError):
        read_tree(build("binary_xml", ["a", "b"], depth=0))
    assert len(read_tree(build("binary_xml", ["a", "b"], attributes=60_000)).attributes) == 1


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 700), st.integers(0, 255)), max_size=10))
def test_a_damaged_document_never_raises_another_error(build: Build, noise: list[tuple[int, int]]) -> None:
    data = bytearray(build("manifest", "test.x"))
    for place, value in noise:
        data[place % len(data)] = value
    for read in (read_tree, only_namespaces):
        with suppress(MalformedPoolError):
            read(bytes(data))


def test_of_deep_elements_nothing_is_kept(build: Build) -> None:
    data = build("binary_xml", ["a", "b"], depth=5)
    root = read_tree(data, levels=2)
    assert [one.name for one in root.all("a")] == ["a"]
    assert root.children[0].children == []
    assert read_tree(data).children[0].children[0].children != []
    with pytest.raises(MalformedPoolError):
        read_tree(build("binary_xml", ["a", "b"], depth=100), levels=2)
