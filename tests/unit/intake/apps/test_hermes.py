import struct
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.hermes import read_hermes
from tieback.intake.apps.interface import Artifact
from tieback.intake.apps.open import open_app

URL, LONG, WIDE = "https://api.test/v1", "https://long.test/" + "x" * 300, "wss://füße.test"


def bytecode(version: int, *, functions: int = 3, texts: tuple[str, ...] = (URL, "Header", LONG, WIDE)) -> bytes:
    """A Hermes file of nothing but strings, made up as ``BytecodeFileFormat.h`` has it."""
    small, overflow, storage = b"", b"", b""
    for text in texts:
        wide = not text.isascii()
        raw = text.encode("utf-16-le" if wide else "ascii")
        if len(text) >= 255 or len(storage) >= 1 << 23:
            small += struct.pack("<I", wide | (len(overflow) // 8) << 1 | 255 << 24)
            overflow += struct.pack("<II", len(storage), len(text))
        else:
            small += struct.pack("<I", wide | len(storage) << 1 | len(text) << 24)
        storage += raw
    head = b"\xc6\x1f\xbc\x03\xc1\x03\x19\x1f" + struct.pack("<I", version) + b"\0" * 20
    head += struct.pack("<8I", 0, 0, functions, 2, 1, len(texts), len(overflow) // 8, len(storage))
    head += b"\0" * (128 - len(head))
    tables = b"\x7f" * (functions * (12 if version >= 97 else 16)) + b"\0" * 8 + b"\0" * 4
    return head + tables + small + overflow + storage + b"more bytecode"


def strings(artifact: Artifact) -> set[str]:
    found = set()
    for buffer in artifact.buffers:
        assert buffer.starts is not None
        for begin, end in pairwise(buffer.starts.tolist()):
            raw = buffer.data[begin:end]
            found.add(raw.decode("utf-16-le" if buffer.utf16 else "latin-1"))
    return found


@each("version", [56, 74, 84, 89, 94, 96, 97, 98, 99, 120])
def test_strings_of_every_version_are_separate(version: int) -> None:
    data = bytecode(version)
    artifact, complaint = read_hermes("assets/index.android.bundle", data)
    assert complaint == ""
    assert strings(artifact) == {URL, "Header", LONG, WIDE}
    first = artifact.buffers[0]
    assert data[first.base :].startswith(URL.encode())


def test_a_real_bundle_gives_its_strings(apps: Path) -> None:
    with open_app(apps / "hermes-v84-sample.hbc") as package:
        (artifact,) = package.artifacts()
    found = strings(artifact)
    assert "https://developer.mozilla.org/docs/Web/CSS/-ms-content-zooming" in found
    # In the file this one shares its last character with a path: https://dev.atypikoo.fr/pricing/Users/...
    assert "https://dev.atypikoo.fr/pricing/" in found


@pytest.mark.parametrize("cut", [10, 127, 200, 400])
def test_a_cut_file_is_searched_whole(cut: int) -> None:
    data = bytecode(84)[:cut]
    artifact, complaint = read_hermes("a.hbc", data)
    assert complaint
    assert [buffer.data for buffer in artifact.buffers] == [data]


@settings(max_examples=examples(100), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(8, 300), st.integers(0, 255)), max_size=8), version=st.sampled_from([84, 98])
)
def test_damage_never_raises(noise: list[tuple[int, int]], version: int) -> None:
    data = bytearray(bytecode(version))
    for place, value in noise:
        data[place] = value
    artifact, _ = read_hermes("a.hbc", bytes(data))
    assert sum(len(buffer.data) for buffer in artifact.buffers) <= 9 * len(data)
