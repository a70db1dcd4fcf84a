"""Reports are streamed: objects in any arrangement, lines with a limit, gzip, and honest ends."""

import gzip
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.reports import source as module
from tieback.intake.reports.source import ReportSource
from tieback.model.errors import InputError


class Shape(msgspec.Struct):
    a: int
    b: str = ""


def source(folder: Path, content: bytes) -> ReportSource:
    path = folder / "report"
    path.write_bytes(content)
    return ReportSource(path)


def objects(folder: Path, content: bytes) -> list[tuple[int, bytes]]:
    return list(source(folder, content).objects())


@pytest.mark.parametrize(
    "content",
    [
        b'{"a":1}\n{"a":2}\n',
        b'{"a":1}\r\n{"a":2}',
        b'[{"a":1},{"a":2}]',
        b'[\n{"a":1}\n,\n{"a":2}\n,\n]',
        b'{"a":1}{"a":2}',
        b'\xef\xbb\xbf{"a":1}\n\n\n{"a":2}',
        gzip.compress(b'{"a":1}\n{"a":2}\n'),
        gzip.compress(b'{"a":1}\n') + gzip.compress(b'{"a":2}\n'),
    ],
    ids=["lines", "windows", "array", "masscan", "one-after-the-other", "bom", "gzip", "two-gzips"],
)
def test_json_arrays_and_lines_are_read(tmp_path: Path, content: bytes) -> None:
    assert [one.a for _, one in source(tmp_path, content).records(Shape)] == [1, 2]


def test_lines_are_counted(tmp_path: Path) -> None:
    text = b'\n{"a":1}\n{\n"a":\n2}\n{"a":"x{\\"}"}'
    assert [line for line, _ in objects(tmp_path, text)] == [2, 3, 6]
    read = source(tmp_path, text)
    assert [one.a for _, one in read.records(Shape)] == [1, 2]
    assert read.skipped == 1
    assert read.first_skipped.startswith("line 6: Expected `int`")


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b'{"a":1}\nhello', ":2.*not a JSON object"),
        (b'{"a":1', ":1.*ends within this object"),
        (b'{"a":1,}', ":1.*not valid JSON"),
        (b'{"c":' + b"[" * 100_000 + b"}", "not valid JSON"),
        (b'{"a":1,"b":"\x80"}', ":1.*not valid JSON"),
        (gzip.compress(b'{"a":1}' * 1000)[:-20], "damaged gzip data"),
        (b"\x1f\x8bxxxx", "damaged gzip data"),
    ],
    ids=["text-between", "cut", "comma", "deep", "not-utf8", "gzip-cut", "gzip-not"],
)
def test_broken_json_is_reported(tmp_path: Path, content: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says) as raised:
        list(source(tmp_path, content).records(Shape))
    assert "\n" not in raised.value.diagnostics()


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_OBJECT", 1000)
    monkeypatch.setattr(module, "MAX_BYTES", 400_000)
    monkeypatch.setattr(module, "MAX_LINE", 1000)
    monkeypatch.setattr(module, "CHUNK", 512)
    with pytest.raises(InputError, match="object is longer"):
        objects(tmp_path, b'{"a":"' + b"x" * 5000 + b'"}')
    with pytest.raises(InputError, match="line is longer"):
        list(source(tmp_path, b"x" * 5000).lines())
    with pytest.raises(InputError, match="longer than 64 GiB"):
        objects(tmp_path, gzip.compress(b'{"a":1}\n' * 100_000))


@settings(max_examples=examples(60), deadline=None)
@given(
    st.lists(
        st.dictionaries(
            st.text(max_size=5), st.text(max_size=9) | st.lists(st.dictionaries(st.text(max_size=3), st.integers()))
        ),
        max_size=6,
    ),
    st.integers(1, 40),
    st.booleans(),
)
def test_any_objects_in_pieces_of_any_size(
    tmp_path_factory: pytest.TempPathFactory, documents: list[dict[str, object]], size: int, indented: bool
) -> None:
    text = "\n".join(json.dumps(one, indent=2 if indented else None) for one in documents).encode()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "CHUNK", size)
        found = objects(tmp_path_factory.mktemp("r"), text)
    assert [json.loads(data) for _, data in found] == documents
