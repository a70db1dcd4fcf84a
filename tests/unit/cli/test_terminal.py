"""Exit codes are a contract; talk goes to stderr."""

from pathlib import Path

import pytest
import typer

from tests.unit.cli.conftest import Run
from tieback.cli import terminal
from tieback.cli.terminal import ExitCode, exit_with_findings, message_console, print_failure, progress_bar
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


def test_every_exit_with_code_1_has_a_reason() -> None:
    source = Path(terminal.__file__).parent
    silent = [path.name for path in source.glob("*.py") if "ExitCode.FINDINGS" in path.read_text()]
    assert silent == ["terminal.py"], "end the command with exit_with_findings, which prints the reason"


def test_reasons_of_exit_code_1_are_lines_on_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(typer.Exit) as ended:
        exit_with_findings("2 findings at or above high", "a name with \x1b[31m")
    assert ended.value.exit_code == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "exit 1: 2 findings at or above high"
    assert "\x1b" not in lines[1]
