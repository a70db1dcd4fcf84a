"""Configuration files: who may set what, what wins, and what an error says."""

import json
import os
from pathlib import Path

import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.unit.cli.conftest import Run
from tieback.cli.lazy import load_all
from tieback.cli.main import build, to_front
from tieback.cli.settings import (
    DEFAULTS,
    FORMATS,
    MAX_FILE,
    PATHS,
    SHARED,
    Origin,
    check_project,
    every_option,
    find_line,
    options_of,
    read_settings,
    user_file,
)
from tieback.model.errors import UsageError

ROOT = load_all(typer.main.get_command(build()))


@pytest.fixture
def user(tmp_path: Path) -> Path:
    path = tmp_path / "user-config" / "tieback" / "config.toml"
    path.parent.mkdir(parents=True)
    return path


def test_every_shared_name_is_an_option() -> None:
    assert {*every_option(ROOT)} >= SHARED | FORMATS | PATHS


GATES = {
    "fail-on", "suppressions", "baseline", "grant", "rules", "workspace", "ledger", "policy", "engine", "certs", "data",
    "audience", "sample-of", "run", "case", "state", "audit", "stop-file", "targets", "replay", "url", "webhooks",
    "retry", "leaks", "uid-map", "columns", "keylog", "upstream-ca", "destinations", "resolve", "listen", "templates",
    "sender", "address", "to", "yes", "older-than", "keep-runs", "log-file", "verbose", "manifest", "kind",
}  # fmt: skip
"""Options that decide what is read, probed, judged or kept; and those of this package's gates."""


def test_gates_are_options() -> None:
    assert {*every_option(ROOT)} | {"rules"} >= GATES - {"log-file", "verbose"}


@each("option", sorted({*every_option(ROOT), "rules", "threshold"} - FORMATS - PATHS))
@each("table", ["[defaults]\n", "[scan]\n", "[posture.join]\n"])
def test_a_project_sets_nothing_but_formats_and_output_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, option: str, table: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("tieback.toml").write_text(f'{table}"{option}" = "x"\n')
    with pytest.raises(UsageError, match=rf"tieback\.toml:\d: .*{option}: a project's file must not set this option"):
        list(check_project(read_settings(Path("tieback.toml"), Origin.PROJECT), tmp_path))


@each("option", sorted(GATES))
def test_no_gate_is_a_format_or_output_file(option: str) -> None:
    assert option not in FORMATS | PATHS


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "../out.html", "a/../../out.html", "~/out.html", ".git/config", "a/.hidden/out.html",
        ".tieback/ledger.db", "link/out.html", "file.html", "", "a\nb", "a\x1b",
    ],
)  # fmt: skip
def test_a_project_writes_only_inside(tmp_path: Path, path: str) -> None:
    project = tmp_path / "project"
    project.mkdir()
    (project / "link").symlink_to(tmp_path)
    (project / "file.html").symlink_to("/tmp/elsewhere.html")
    file = project / "tieback.toml"
    file.write_text(f"[scan]\nreport = [{json.dumps(path)}]\n")
    with pytest.raises(
        UsageError, match=r":2: scan\.report: (?:not a path|this path (?:leaves|is hidden)).*: Write a path|.*"
    ) as caught:
        list(check_project(read_settings(file, Origin.PROJECT), project))
    assert "Write a path inside the project" in str(caught.value)
    assert str(caught.value).isprintable()


def test_a_project_may_set_formats_and_files_inside(run: Run, apps: Path, tmp_path: Path) -> None:
    (tmp_path / "tieback.toml").write_text(
        '[defaults]\nformat = "json"\n[scan]\nreport = ["out/page.html", "out/r.sarif"]\n'
    )
    (tmp_path / "out").mkdir()
    ended = run("scan", apps / "fieldhand.apk", "-w", "ws", "--workers", "1")
    assert ended.code == 0
    assert json.loads(ended.out)["headline"]["apps_analysed"] == 1
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["page.html", "r.sarif"]
    assert json.loads(run("app", apps / "fieldhand.apk", "--workers", "1").out)["app"]["name"] == "Fieldhand"
    assert not run("app", apps / "fieldhand.apk", "--workers", "1", "--no-project-file").out.startswith("{")


def test_a_project_cannot_switch_a_gate_off(run: Run, apps: Path, tmp_path: Path, user: Path) -> None:
    user.write_text('[scan]\nfail-on = ["low"]\nworkers = 1\n')
    words = ("scan", apps / "fieldhand.apk", "-w", "ws")
    assert run(*words).code == 1
    (tmp_path / "tieback.toml").write_text('[scan]\nfail-on = ["critical"]\n')
    ended = run(*words)
    assert (ended.code, ended.out) == (2, "")
    assert ended.err.startswith("tieback: tieback.toml:2: scan.fail-on: a project's file must not set this option")
    assert run(*words, "--no-project-file").code == 1


def test_no_command_has_the_name_of_the_table_for_all() -> None:
    assert DEFAULTS not in ROOT.commands


def test_the_user_may_set_everything(run: Run, apps: Path, tmp_path: Path, user: Path) -> None:
    user.write_text(
        '[defaults]\nworkspace = "mine"\nformat = "ndjson"\n[scan]\nworkers = 1\nretry = true\n'
        '[workspace.runs]\nformat = "table"\n'
    )
    assert run("scan", apps / "fieldhand.apk").code == 0
    assert (tmp_path / "mine" / "ledger.db").is_file()
    assert run("workspace", "runs").out.startswith("run ")
    assert run("workspace", "show").out.startswith("{")
    assert run("workspace", "show", "--format", "table").out.startswith("ledger: ")


def test_the_command_line_and_the_environment_win(
    run: Run, tmp_path: Path, user: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user.write_text('[defaults]\nworkspace = "file"\n')
    assert "file: no workspace here" in run("report").err
    monkeypatch.setenv("TIEBACK_WORKSPACE", "variable")
    assert "variable: no workspace here" in run("report").err
    assert "option: no workspace here" in run("report", "-w", "option").err
    assert "option: no workspace here" in run("report", "-w", "option", "explain").err


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[defaults]\nworksapce = 'x'", ".toml:2: defaults.worksapce: no command has this option. Did you mean work"),
        ("format = 'json'", "config.toml:1: format: a key outside of all tables. Write it below [defaults]"),
        ("[scna]\nworkers = 1", "config.toml:2: scna.workers: no such command. Did you mean scan?"),
        ("[report]\nformt = 'html'", "config.toml:2: report.formt: no command of `tieback report` has this option."),
        ("[report.dif]\nformat = 'html'", "config.toml:2: report.dif.format: no such command. Did you mean diff?"),
        ("[report.diff]\nfomat = 'html'", "`tieback report diff` has no such option. Did you mean format?"),
        ("[report]\nformat = 'docx'", "config.toml:2: report.format: unknown format. Choose one of table, "),
        ("[defaults]\nformat = 'odt'", "config.toml:2: defaults.format: unknown format"),
        ("[report]\nsample-of = 'many'", "config.toml:2: report.sample-of: "),
        ("[report]\nsample-of = 0", "config.toml:2: report.sample-of: "),
        ("[report]\nsample-of = true", "this option takes no true or false"),
        ("[report]\nsample-of = [1, 2]", "this option takes one value, not a list"),
        ("[report.diff]\nfail-on = 'unprobed'", "config.toml:2: report.diff.fail-on: "),
        ("[a.b.c]\nd = 1", "this table is too deep"),
        ("format = ", "config.toml: not TOML ("),
        ("format = 'json'\nformat = 'json'", "config.toml: not TOML ("),
        ("x = '" + "a" * MAX_FILE + "'", "longer than 64 KiB"),
    ],
)  # fmt: skip
def test_errors_name_file_line_and_key(run: Run, user: Path, text: str, says: str) -> None:
    user.write_text(text)
    ended = run("report", "-w", "none")
    assert (ended.code, ended.out) == (2, "")
    assert says in ended.err
    assert len(ended.err.splitlines()) == 1


@pytest.mark.parametrize("kind", ["pipe", "folder", "binary", "link"])
def test_a_file_that_is_not_a_text(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "tieback.toml"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        path.write_bytes(b"\xff\xfe")
    ended = run("report", "-w", "none")
    assert (ended.code, len(ended.err.splitlines())) == (2, 1)
    assert ended.err.startswith("tieback: tieback.toml: ")


def test_help_and_version_work_with_a_broken_file(run: Run, user: Path) -> None:
    user.write_text("broken")
    assert run("--version").code == 0
    assert run("scan", "--help").code == 0
    assert run("report").code == 2


@pytest.mark.parametrize(
    ("variables", "path"),
    [
        ({"XDG_CONFIG_HOME": "/c", "HOME": "/h"}, "/c/tieback/config.toml"),
        ({"XDG_CONFIG_HOME": "relative", "HOME": "/h"}, "/h/.config/tieback/config.toml"),
        ({"HOME": "/h"}, "/h/.config/tieback/config.toml"),
    ],
)
def test_place_of_the_users_file(variables: dict[str, str], path: str) -> None:
    assert user_file(variables) == Path(path)


@pytest.mark.parametrize(
    ("path", "key", "line"),
    [
        ((), "a", 2),
        (("scan",), "fail-on", 5),
        (("case", "list"), "format", 8),
        (("case", "list"), "x.y", 9),
        ((), "none", 0),
    ],
)
def test_lines_of_keys(path: tuple[str, ...], key: str, line: int) -> None:
    text = '# a = 1\na = 1\n\n[scan] # b\n"fail-on" = "high"\n\n[ case . "list" ]\nformat = "json"\nx.y = 1\n'
    assert find_line(text, path, key) == line


@settings(deadline=None)
@given(st.text(max_size=300), st.lists(st.text(max_size=8), max_size=2), st.text(max_size=8))
def test_lines_never_raises(text: str, path: list[str], key: str) -> None:
    assert 0 <= find_line(text, tuple(path), key) <= len(text.splitlines())


@each(
    ("args", "moved"),
    [
        (["scan", "a", "--verbose"], ["--verbose", "scan", "a"]),
        (["scan", "--log-file", "f", "a"], ["--log-file", "f", "scan", "a"]),
        (["scan", "--log-file=f", "a"], ["--log-file=f", "scan", "a"]),
        (["scan", "--", "--verbose"], ["scan", "--", "--verbose"]),
        (["scan", "--log-file"], ["--log-file", "scan"]),
        (["--version"], ["--version"]),
    ],
)
def test_options_of_every_command_may_be_anywhere(args: list[str], moved: list[str]) -> None:
    assert to_front(args) == moved


def test_no_option_of_a_command_has_a_name_that_is_moved() -> None:
    names = {name for command in ROOT.commands.values() for name in every_option(command)}
    assert not names & {"log-file", "verbose", "no-project-file"}
    assert {"log-file", "verbose"} <= set(options_of(ROOT))
