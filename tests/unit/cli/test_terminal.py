"""Exit codes are a contract; talk goes to stderr."""

from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run
from tieback.cli.terminal import ExitCode, message_console, print_failure, progress_bar
from tieback.model.errors import InputError


def test_exit_codes() -> None:
    assert {code.name: int(code) for code in ExitCode} == {
        "DONE": 0, "FINDINGS": 1, "USAGE": 2, "SOME_FAILED": 3, "NOTHING_DONE": 4, "CLOSED_PIPE": 141,
    }  # fmt: skip


def test_complaints_are_one_line_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    print_failure(InputError("not an app", where="a.apk", advice="Give an APK or IPA"))
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "tieback: a.apk: not an app. Give an APK or IPA\n"


def test_no_bar_without_a_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("reading") as progress:
        progress(1, 2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("columns", [None, "300"])
def test_a_pipe_gets_whole_identifiers(
    run: Run, apps: Path, monkeypatch: pytest.MonkeyPatch, columns: str | None
) -> None:
    if columns is None:
        monkeypatch.delenv("COLUMNS")
    else:
        monkeypatch.setenv("COLUMNS", columns)
    ended = run("app", apps / "fieldhand.apk", "--workers", "1")
    assert "http://es.fieldhand.test:9200/machines/_search" in ended.out
    assert max(len(line.rstrip()) for line in ended.out.splitlines()) < 300


def test_brackets_in_a_path_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    message_console().print("report: out[/].html [bold]x")
    assert capsys.readouterr().err == "report: out[/].html [bold]x\n"
