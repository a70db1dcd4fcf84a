import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps import dart
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.dart import is_dart, text_edges
from tieback.intake.apps.entries import make_artifacts
from tieback.intake.apps.problems import PackageProblems

MARK = b"_kDartIsolateSnapshotData\0"


def number(value: int) -> bytes:
    """As ``WriteUnsigned`` of the Dart VM: groups of seven bits, the last one marked."""
    out = b""
    while value > 127:
        out += bytes([value & 0x7F])
        value >>= 7
    return out + bytes([value | 0x80])


def snapshot(*texts: str) -> bytes:
    """A cluster of strings, made up as ``StringSerializationCluster`` writes it; no real ``libapp.so`` is at hand."""
    out = b""
    for text in texts:
        wide = not text.isascii()
        out += number(len(text) << 1 | wide) + text.encode("utf-16-le" if wide else "ascii")
    return out + number(0) + b"\x81"


@each("length", [1, 20, 63, 64, 100, 200, 1000, 8000])
def test_texts_do_not_run_into_the_length_of_the_next(length: int) -> None:
    url = "https://api.test/"
    data = snapshot("first", url, "x" * length, url)
    edges = set(text_edges(data).tolist())
    for begin in (data.index(url.encode()), data.rindex(url.encode())):
        assert {begin, begin + len(url)} <= edges


def test_edges_are_those_of_all_blocks_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    data = snapshot(*("t" * length for length in range(200))) * 3
    whole = text_edges(data).tolist()
    monkeypatch.setattr(dart, "_BLOCK", 37)
    assert text_edges(data).tolist() == whole
    monkeypatch.setattr(dart, "MAX_EDGES", 100)
    assert text_edges(data).tolist() == whole[:100]


def test_only_compiled_dart_gets_edges() -> None:
    assert is_dart(b"\x7fELF" + MARK)
    for mark in (MARK, b""):
        data = b"\x7fELF\2\1" + b"\0" * 60 + mark + snapshot("https://api.test")
        (artifact,) = make_artifacts("lib/arm64-v8a/libapp.so", data, PackageProblems(), budget_for(0))
        assert (artifact.buffers[0].starts is not None) is bool(mark)


@settings(max_examples=examples(100), deadline=None)
@given(st.binary(max_size=200))
def test_edges_lie_inside(data: bytes) -> None:
    edges = text_edges(data)
    assert ((edges >= 0) & (edges <= len(data))).all()
    assert (edges[1:] > edges[:-1]).all()
