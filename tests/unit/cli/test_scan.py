"""``tieback scan`` without a network: report files, formats, exit codes, workspaces."""

import json
from pathlib import Path

import pytest

from tests.unit.cli.conftest import Run


def test_without_a_grant_everything_but_the_network(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.html", "--workers", "1")
    assert ended.code == 0
    assert "es.fieldhand.test" in ended.out
    assert ended.err.strip() == "report: report.html"
    assert (tmp_path / "report.html").read_text().startswith("<!DOCTYPE html>")


def test_json_on_stdout_and_in_a_file_are_the_same(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.json", "--format", "json", "--workers", "1")
    assert json.loads(ended.out) == json.loads((tmp_path / "report.json").read_text())
    assert json.loads(ended.out)["headline"]["apps_analysed"] == 3


def test_unknown_report_format_fails_before_any_work(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", apps, "-w", "ws", "--report", "report.docx")
    assert ended.code == 2
    assert "report.docx" in ended.err
    assert not (tmp_path / "ws").exists()


def test_failed_inputs_exit_3_and_4(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "text.apk").write_text("not an app")
    assert run("scan", apps, "text.apk", "-w", "ws", "--workers", "1").code == 3
    ended = run("scan", "text.apk", "missing.apk", "-w", "ws2", "--workers", "1")
    assert ended.code == 4
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()] == ["text.apk", "missing.apk"]


@pytest.mark.parametrize("version", ["tieback workspace\nschema 9999\n", "something else\n"])
def test_a_workspace_that_this_release_cannot_read(run: Run, apps: Path, tmp_path: Path, version: str) -> None:
    (tmp_path / "ws").mkdir()
    (tmp_path / "ws" / "VERSION").write_text(version)
    ended = run("scan", apps, "-w", "ws")
    assert ended.code == 4
    assert len(ended.err.splitlines()) == 1
    assert "--workspace" in ended.err or "choose another directory" in ended.err


def test_fail_on_looks_at_what_is_new_where_there_is_a_baseline(run: Run, apps: Path) -> None:
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    assert run(*words, "--fail-on", "low", "--report", "old.json").code == 1
    assert run(*words, "--fail-on", "low", "--baseline", "old.json").code == 0


def test_suppressed_findings_do_not_fail(run: Run, apps: Path, tmp_path: Path) -> None:
    who = 'reason = "known"\nauthor = "jo"\nexpires = 2099-01-01\n'
    (tmp_path / "s.toml").write_text(f'[[suppress]]\napp = "*"\n{who}')
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1", "--fail-on", "low")
    assert run(*words, "--suppressions", "s.toml").code == 0
    assert run(*words, "--suppressions", "none.toml").code == 2


def test_scan_accepts_inputs_of_all_kinds_together(run: Run, apps: Path, tmp_path: Path) -> None:
    ended = run("scan", "-w", "ws")
    assert ended.code == 2
    assert "missing input" in ended.err
    (tmp_path / "m.csv").write_text(f"path\n{apps / 'workhub.apk'}\nnone.apk\n")
    ended = run("scan", "http://192.0.2.1/a.apk?sig=secret", "--manifest", "m.csv", "-w", "ws", "--workers", "1")
    assert ended.code == 3
    assert [line for line in ended.err.splitlines() if "192.0.2.1" in line or "none.apk" in line] == [
        "tieback: http://192.0.2.1/a.apk: not https. Use https; plain HTTP is allowed only for loopback",
        "tieback: none.apk: no such file or directory. Check the path",
    ]
    assert "Workhub" in ended.out


def test_only_the_user_may_read_what_is_written(run: Run, apps: Path, tmp_path: Path) -> None:
    """Also with an open umask, and in a folder that others may list."""
    (tmp_path / "ws").mkdir(mode=0o755)
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    assert run(*words, "--report", "report.html", "--report", "report.json").code == 0
    written = [path for path in tmp_path.rglob("*") if path != tmp_path / "ws"]
    assert len(written) > 10
    assert {path.name: oct(path.stat().st_mode) for path in written if path.stat().st_mode & 0o077} == {}
