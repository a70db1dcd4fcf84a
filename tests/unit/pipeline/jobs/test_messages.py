"""What the process of a job reports: the server reads any bytes, and believes only well-formed lines."""

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.pipeline.jobs import output
from tieback.pipeline.jobs.folders import export_file, exports, trim_exports
from tieback.pipeline.jobs.kinds import Phase
from tieback.pipeline.jobs.messages import (
    JobNote,
    JobResult,
    StageProgress,
    decode_message,
    encode_message,
    short,
)
from tieback.pipeline.jobs.output import JobOutput

NOTE = JobNote(text="a\nb\u202e")


@given(st.binary(max_size=200) | st.from_regex(rb'\{"type":"(done|stage|x)".{0,40}', fullmatch=True))
def test_any_line_is_a_message_or_none(line: bytes) -> None:
    message = decode_message(line)
    assert message is None or decode_message(encode_message(message)) == message


@each(
    "line",
    [b"", b"null", b"[]", b'{"type":"stage"}', b'{"type":"progress","stage":"x","done":"1","total":2}',
     b'{"type":"done","figures":{"a":1.5}}', b'{"type":"done","more":1}', b"\xff", b'{"type":"done","files":"x"}',
     b'{"x":' + b"[" * 60_000],
)  # fmt: skip
def test_other_shapes_are_not_messages(line: bytes) -> None:
    assert decode_message(line) is None


def test_a_message_is_one_line_and_its_texts_are_bounded() -> None:
    assert encode_message(NOTE).count(b"\n") == 1
    assert decode_message(encode_message(NOTE)) == NOTE
    assert len(short("x" * 9_999)) == len(short("x" * 2_000)) == 2_000


def test_messages_are_read_in_pieces_and_each_once(tmp_path: Path) -> None:
    file, read = tmp_path / "id.work.jsonl", JobOutput(tmp_path / "id")
    assert list(read.messages()) == []
    line = encode_message(NOTE)
    file.write_bytes(line[:5])
    read = JobOutput(tmp_path / "id")
    assert (read.phase, list(read.messages())) == (Phase.WORK, [])
    file.write_bytes(line * 2 + line[:5])
    assert list(read.messages()) == [NOTE, NOTE]
    file.write_bytes(line * 3)
    assert list(read.messages()) == [NOTE]
    with file.open("ab") as more:
        more.write(b"x" * 70_000 + b"\n" + line)
    assert list(read.messages()) == []
    assert read.problem == "its process reported something that is not a message"


def test_too_many_messages_are_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "MAX_BYTES", 10)
    (tmp_path / "id.work.jsonl").write_bytes(encode_message(StageProgress(stage="x", done=1, total=1)))
    read = JobOutput(tmp_path / "id")
    assert list(read.messages()) == []
    assert "reported more than" in read.problem


@pytest.mark.parametrize("name", ["../ledger.db", "", ".", "20260101T000000Z-j0123456789.html/x", "a.html"])
def test_only_names_of_exports_are_files(tmp_path: Path, name: str) -> None:
    exports(tmp_path).mkdir()
    (tmp_path / "ledger.db").touch()
    (exports(tmp_path) / "a.html").touch()
    assert export_file(tmp_path, name) is None


def test_a_link_is_not_an_export(tmp_path: Path) -> None:
    exports(tmp_path).mkdir()
    name = "20260101T000000Z-j0123456789.html"
    (exports(tmp_path) / name).symlink_to(tmp_path)
    assert export_file(tmp_path, name) is None
    assert JobResult(files=(name,)).files == (name,)


def test_only_the_latest_exports_are_kept(tmp_path: Path) -> None:
    trim_exports(tmp_path, 2)
    exports(tmp_path).mkdir()
    names = [f"2026010{day}T000000Z-j0123456789.html" for day in range(1, 5)]
    for name in (*names, f".{names[0]}.part", "note.txt"):
        (exports(tmp_path) / name).touch()
    trim_exports(tmp_path, 2)
    assert sorted(path.name for path in exports(tmp_path).iterdir()) == [*names[2:], "note.txt"]


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_a_process_that_replaces_its_files_stops_nothing(tmp_path: Path, kind: str) -> None:
    other = tmp_path / "other"
    other.write_bytes(b"x" * (output.MAX_LOG + 1))
    for path in (tmp_path / "id.work.jsonl", tmp_path / "id.log"):
        match kind:
            case "pipe":
                os.mkfifo(path)
            case "link":
                path.symlink_to(other)
            case _:
                path.mkdir()
    read = JobOutput(tmp_path / "id")
    assert list(read.messages()) == []
    assert read.problem == "its process replaced the file of its reports"
    read.problem = ""
    read.ended(1)
    assert read.problem == "its process ended with status 1"
    (tmp_path / "id.work.jsonl").rename(tmp_path / "gone")
    (tmp_path / "id.work.jsonl").write_bytes(b"")
    assert list(read.messages()) == []
    assert other.stat().st_size == output.MAX_LOG + 1
