"""``tieback scan`` without a network: report files, formats, exit codes, workspaces."""

import json
import re
import shutil
import zipfile
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
    assert [line.split(":")[1].strip() for line in ended.err.splitlines()[:2]] == ["text.apk", "missing.apk"]
    assert ended.err.splitlines()[2:] == ["no input was read; the last run of the workspace is unchanged"]


def test_a_mistyped_input_does_not_replace_the_last_run(run: Run, apps: Path, tmp_path: Path) -> None:
    assert run("scan", apps / "workhub.apk", "-w", "ws", "--workers", "1").code == 0
    before = run("workspace", "runs", "-w", "ws", "--format", "json").out
    first = json.loads(before)["id"]
    assert run("scan", "nothere.apk", "-w", "ws", "--workers", "1").code == 4
    assert run("workspace", "runs", "-w", "ws", "--format", "json").out == before
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 1
    assert run("scan", apps / "workhub.apk", apps / "fieldhand.apk", "-w", "ws", "--workers", "1").code == 0
    assert json.loads(run("report", "-w", "ws", "--format", "json").out)["headline"]["apps_analysed"] == 2
    older = run("report", "-w", "ws", "--format", "json", "--run", first)
    assert json.loads(older.out)["headline"]["apps_analysed"] == 1
    listed = [line.split()[0] for line in run("workspace", "runs", "-w", "ws").out.splitlines() if line[0] == "2"]
    assert listed[1:] == [first]
    unknown = run("report", "-w", "ws", "--run", "nothing")
    assert unknown.code == 4
    assert "tieback workspace runs" in unknown.err


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
    ended = run(*words, "--fail-on", "low", "--report", "old.json")
    assert ended.code == 1
    assert re.search(r"^exit 1: \d+ findings? at or above low$", ended.err, re.MULTILINE)
    ended = run(*words, "--fail-on", "low", "--baseline", "old.json")
    assert ended.code == 0
    assert "exit 1" not in ended.err


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


def with_secrets(apps: Path, path: Path) -> Path:
    """A sample app with an access key in one of its assets."""
    shutil.copy(apps / "fieldhand.apk", path)
    with zipfile.ZipFile(path, "a") as package:
        package.writestr(
            "assets/aws.json", '{"id": "AKIAQ3EGRZ7YTPK5WUNB", "key": "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv/Bq2We"}'
        )
    return path


def test_the_pre_commit_hook_shows_what_fails_it(run: Run, apps: Path, tmp_path: Path) -> None:
    hook = (Path(__file__).parents[3] / ".pre-commit-hooks.yaml").read_text()
    (words,) = re.findall(r"^  entry: ci/pre-commit (.+)$", hook, re.MULTILINE)
    ended = run("scan", *words.split(), with_secrets(apps, tmp_path / "k.apk"))
    assert ended.code == 1
    assert re.search(r"^exit 1: \d+ findings? at or above high$", ended.err, re.MULTILINE)
    titles = re.findall(r"^  (?:high|critical)  (.+)$", ended.out, re.MULTILINE)
    assert "Hard-coded data store credential in the app" in titles
    assert re.search(r"aws_access_key_id \(\w+\) AK\*+NB .*: assets/aws.json at 0x[0-9a-f]+$", ended.out, re.MULTILINE)
    assert "kZ8rQ2mVx7Lw0pTn5Yb3Cd6Fg9Hj1Ks4Xv" not in ended.out
    assert "App allows connections without TLS" in ended.out


def test_a_grant_without_dns_is_in_the_headline(run: Run, apps: Path) -> None:
    who = ("--authorised-by", "Me", "--contact", "me@example.org")
    assert run("grant", "new", "g.toml", *who, "--target", "es.fieldhand.test").code == 0
    ended = run("scan", apps / "fieldhand.apk", "--grant", "g.toml", "-w", "ws", "--workers", "1")
    text = " ".join(ended.out.split())
    assert re.search(r"1 app analysed\. 0 of \d+ candidates were probed: .*DNS is not allowed by this grant\.", text)
    assert "Add dns = true." in text
    assert "Back ends named in the apps" in text


def test_only_the_user_may_read_what_is_written(run: Run, apps: Path, tmp_path: Path) -> None:
    """Also with an open umask, and in a folder that others may list."""
    (tmp_path / "ws").mkdir(mode=0o755)
    words = ("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    assert run(*words, "--report", "report.html", "--report", "report.json").code == 0
    written = [path for path in tmp_path.rglob("*") if path != tmp_path / "ws"]
    assert len(written) > 10
    assert {path.name: oct(path.stat().st_mode) for path in written if path.stat().st_mode & 0o077} == {}
