"""A file of transcripts is its owner's alone, bounded, and read back whole."""

import os
import stat
from contextlib import suppress
from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.errors import InputError, WorkspaceError
from tieback.model.grant import Depth, Grant
from tieback.scope.conversation import Target, Traffic
from tieback.scope.transcript import MAX_LINE, ConnectionRecord, EventKind, TranscriptFile, WireEvent, read_transcripts

GRANT = Grant("Office", "sec@example.test", date(2099, 1, 1))
TARGET = Target("127.0.0.1", 9200)
COST = Traffic("127.0.0.1", 3, 4, 0.5, None)


def one(data: bytes = b"\x00\xffabc") -> tuple[ConnectionRecord, ...]:
    return (
        ConnectionRecord("127.0.0.1", (WireEvent(0, EventKind.SENT, b"hi"), WireEvent(2, EventKind.RECEIVED, data))),
    )


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    for _ in range(2):
        file = TranscriptFile(path, GRANT)
        file.keep(TARGET, "redis", Depth.DESCRIBE, one(), COST)
        file.refuse(Target("::1", 1), "outside")
        file.close()
    first, refused, second, _ = read_transcripts(path)
    assert (first.probe, first.target, first.lines, first.traffic) == ("redis", TARGET, one(), COST)
    assert (refused.target.label, refused.refused, refused.lines) == ("[::1]:1", "outside", ())
    assert len(first.grant) == 64
    assert first.grant == second.grant
    assert first.day == first.begun[:10]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_file_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    path.touch(mode=0o644)
    TranscriptFile(path, GRANT).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(WorkspaceError, match="cannot be opened"):
        TranscriptFile(tmp_path / "link", GRANT)
    assert not (tmp_path / "elsewhere").exists()


def test_full_transcript_file_is_reported(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    file = TranscriptFile(path, GRANT, max_bytes=2000)
    for _ in range(9):
        file.keep(TARGET, "redis", Depth.DESCRIBE, one(), COST)
    file.close()
    kept = list(read_transcripts(path))
    assert path.stat().st_size <= 2000
    assert len(kept) + file.left_out == 9


def test_a_conversation_that_is_too_long_is_kept_without_its_events(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    file = TranscriptFile(path, GRANT)
    file.keep(TARGET, "redis", Depth.DESCRIBE, one(b"x" * MAX_LINE), COST)
    file.close()
    (kept,) = read_transcripts(path)
    assert (kept.cut, kept.lines) == (True, ())


def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    path = tmp_path / "t.jsonl"
    file = TranscriptFile(path, GRANT)
    file.keep(TARGET, "redis", Depth.DESCRIBE, one(), COST)
    file.close()
    os.truncate(path, path.stat().st_size - 1)
    assert list(read_transcripts(path)) == []


@pytest.mark.parametrize("text", ["{}\n", "[]\n", "x\n", '{"schema":"tieback/transcript/1"}\n', "\xff\n"])
def test_other_files_are_one_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.jsonl"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="line 1"):
        list(read_transcripts(path))


def test_no_file_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        list(read_transcripts(tmp_path / "none"))


@given(data=st.binary(max_size=300))
@settings(max_examples=examples(60), deadline=None)
def test_any_bytes_are_transcripts_or_one_error(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("any") / "t.jsonl"
    path.write_bytes(data)
    with suppress(InputError):
        assert all(msgspec.to_builtins(one) for one in read_transcripts(path))
