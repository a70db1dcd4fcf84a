"""The log of a command: JSON lines of one user, without secrets and values, whatever names and messages contain."""

import json
import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tests.unit.cli.conftest import Run
from tieback.cli.log_lines import MAX_TEXT, JsonLines, redact
from tieback.cli.logs import CommandLog, logged_stage, write_event
from tieback.model.errors import UsageError

SECRETS = {
    "postgresql://tieback:hunter2secret@db.test/ledger": "hunter2secret",
    "https://h.test/a.apk?sig=abcDEF123secret&x=other-secret": "abcDEF123secret",
    "https://h.test/a.apk?X-Amz-Signature=0a1b2c&q=alice": "alice",
    "the key AKIAQ3EGRZ7YTPK5WUNB is public": "AKIAQ3EGRZ7YTPK5WUNB",
    "Authorization: Bearer abcdefgh12345678": "abcdefgh12345678",
    "Basic dXNlcjpwYXNz": "dXNlcjpwYXNz",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N": "eyJzdWIiOiIxMjM0NTY3ODkwIn0",
    "Server=db.test;User Id=sa;Password=top secret;": "top secret",
    "password=hunter2": "hunter2",
    "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADAN": "MIIEvQIBADAN",
    "record of jo.doe@example.org": "jo.doe",
}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CommandLog]:
    command_log = CommandLog()
    command_log.open(tmp_path / "log.jsonl", verbose=False)
    yield command_log
    command_log.close(0)


def lines(path: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@each("text", SECRETS)
def test_secrets_are_masked(text: str) -> None:
    assert SECRETS[text] not in redact(text)
    assert SECRETS[text] not in redact(f"h.test: cannot be read ({text}). Check it")


@pytest.mark.parametrize("text", ["h.test:9200: refused", "apps/fieldhand.apk: not an app. Give an APK or IPA", ""])
def test_plain_text_stays(text: str) -> None:
    assert redact(text) == text


@given(st.text(max_size=400))
def test_masking_gives_a_bounded_text(text: str) -> None:
    assert len(redact(text)) <= 2 * len(text) + 16


def test_a_long_text_is_cut() -> None:
    assert len(redact("a b " * MAX_TEXT)) == MAX_TEXT


def test_a_command_is_logged(run: Run, apps: Path, tmp_path: Path) -> None:
    where = tmp_path / "log.jsonl"
    bad = "https://u:hunter2secret@192.0.2.1/a.apk?sig=abcDEF123secret"
    ended = run("scan", apps / "fieldhand.apk", bad, "-w", "ws", "--workers", "1", "--log-file", where)
    assert ended.code == 3
    written = lines(where)
    events = [line["event"] for line in written]
    assert (events[0], events[-1]) == ("command started", "command ended")
    assert {"stage started", "stage ended", "problem"} < set(events)
    assert written[0]["command"] == "scan"
    assert written[0]["options"] == ["--workers"]
    assert written[-1]["exit_code"] == 3
    assert all({"time", "level", "logger", "event"} <= line.keys() for line in written)
    text = where.read_text()
    assert text.isascii()
    for secret in ("hunter2secret", "abcDEF123secret"):
        assert secret not in text


def test_an_error_is_logged(run: Run, tmp_path: Path) -> None:
    ended = run("--log-file", "log.jsonl", "report", "-w", "none")
    assert ended.code == 4
    *_, problem, last = lines(tmp_path / "log.jsonl")
    assert last["exit_code"] == 4
    assert "no workspace here" in str(problem["text"])


def test_verbose_writes_the_same_on_stderr(run: Run, tmp_path: Path) -> None:
    (tmp_path / "x.apk").write_text("not an app")
    ended = run("app", "x.apk", "--workers", "1", "--verbose")
    logged = [json.loads(line) for line in ended.err.splitlines() if line.startswith("{")]
    assert [line["event"] for line in logged][-1] == "command ended"
    assert ended.out == ""


def test_nothing_is_logged_by_default(run: Run, tmp_path: Path) -> None:
    assert run("report", "-w", "none").err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
    assert logging.getLogger().handlers == [] or all(
        not isinstance(handler.formatter, JsonLines) for handler in logging.getLogger().handlers
    )


def test_only_the_user_may_read_the_log(tmp_path: Path) -> None:
    old = tmp_path / "log.jsonl"
    old.write_text("{}\n")
    old.chmod(0o644)
    before = os.umask(0)
    try:
        for path in (old, tmp_path / "new.jsonl"):
            log = CommandLog()
            log.open(path, verbose=False)
            log.close(0)
            assert stat.S_IMODE(path.stat().st_mode) == 0o600
    finally:
        os.umask(before)
    assert old.read_text().startswith("{}\n")


@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "missing folder"])
def test_only_a_regular_file_is_written(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "log"
    if kind == "link":
        path.symlink_to(tmp_path / "target")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path = tmp_path / "none" / "log"
    with pytest.raises(UsageError, match=r"--log-file .*Choose another file"):
        CommandLog().open(path, verbose=False)
    assert not (tmp_path / "target").exists()


def test_control_characters_are_escaped(tmp_path: Path, log: CommandLog) -> None:
    write_event("problem", text="a\x1b[31m\x9b\u202e\x7f\n##[error]b", count=3, parts=["\x07", True, None])
    raw = (tmp_path / "log.jsonl").read_bytes()
    assert raw.count(b"\n") == 1
    assert all(0x20 <= byte < 0x7F for byte in raw.rstrip(b"\n"))
    assert b"##[" not in raw
    assert lines(tmp_path / "log.jsonl")[0]["text"] == "a\x1b[31m\x9b\u202e\x7f\n##[error]b"
    assert log is not None


def test_texts_of_libraries_are_not_written(tmp_path: Path, log: CommandLog) -> None:
    logging.getLogger("some.library").warning("record %s", "alice@example.org")
    (line,) = lines(tmp_path / "log.jsonl")
    assert (line["logger"], line["level"]) == ("some.library", "warning")
    assert "alice" not in json.dumps(line)
    assert log is not None


def test_a_stage_is_logged_when_it_fails(tmp_path: Path, log: CommandLog) -> None:
    def fail() -> None:
        with logged_stage("reading") as count:
            count(2, 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    started, ended = lines(tmp_path / "log.jsonl")
    assert (started["event"], ended["event"], ended["done"], ended["total"]) == ("stage started", "stage ended", 2, 5)
    assert log is not None
