import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.unity import read_unity

TEXTS = (b"https://api.test/v1", b"Player", b"wss://live.test:8443")


def metadata(version: int = 29, texts: tuple[bytes, ...] = TEXTS) -> bytes:
    """A ``global-metadata.dat`` of nothing but literals, made up: no real one is at hand."""
    table, data = b"", b""
    for text in texts:
        table += struct.pack("<II", len(text), len(data))
        data += text
    head = struct.pack("<6I", 0xFAB11BAF, version, 264, len(table), 264 + len(table), len(data)) + b"\0" * 240
    return head + table + data + b"MethodName\0"


@pytest.mark.parametrize("version", [15, 24, 27, 31])
def test_literals_are_separate(version: int) -> None:
    data = metadata(version)
    (buffer,) = read_unity("global-metadata.dat", data).buffers
    assert buffer.data == b"".join(TEXTS)
    assert data[buffer.base :].startswith(TEXTS[0])
    assert buffer.starts is not None
    assert buffer.starts.tolist() == [0, 19, 25, 45]


@pytest.mark.parametrize("data", [b"\xaf\x1b\xb1\xfa", metadata(38), metadata()[:300], metadata(texts=())])
def test_what_is_not_known_is_searched_whole(data: bytes) -> None:
    (buffer,) = read_unity("global-metadata.dat", data).buffers
    assert (buffer.data, buffer.starts) == (data, None)


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(4, 300), st.integers(0, 255)), max_size=8))
def test_damage_never_raises(noise: list[tuple[int, int]]) -> None:
    data = bytearray(metadata())
    for place, value in noise:
        data[place] = value
    (buffer,) = read_unity("a", bytes(data)).buffers
    assert len(buffer.data) <= len(data)
