"""Usage errors exit 2, other errors are one line; every command shows an example."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

from tests.each import each
from tests.unit.cli.conftest import Run
from tieback.cli.commands import COMMANDS as ENTRIES
from tieback.cli.lazy import load_all
from tieback.cli.main import build
from tieback.cli.process import _SIGNS, INTERRUPTED
from tieback.cli.process import run as run_process


def test_version(run: Run) -> None:
    assert run("--version").out == f"tieback {version('tieback')}\n"


def commands(group: Any, *path: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that help shows, with its words."""
    for name, command in getattr(group, "commands", {}).items():
        if not command.hidden:
            yield (*path, name), command
            yield from commands(command, *path, name)


COMMANDS = dict(commands(load_all(typer.main.get_command(build()))))
PANELS = ["Analyse", "Probe", "Report", "Disclose", "Fleet", "Own accounts", "Operate"]


@each("words", COMMANDS, ids=" ".join)
def test_every_help_has_an_example_of_the_command(words: tuple[str, ...]) -> None:
    command = COMMANDS[words]
    text = " ".join(f"{command.help or ''} {command.epilog or ''}".split())
    example = text.partition("Example: ")[2]
    assert f"tieback {' '.join(words)}" in example


def test_help_shows_the_example(run: Run) -> None:
    ended = run("case", "list", "--help")
    assert (ended.code, "Example: tieback case list" in ended.out) == (0, True)


def test_help_groups_the_commands(run: Run) -> None:
    out = run("--help").out
    titles = re.findall(r"^╭─ (.+?) ─+╮$", out, re.MULTILINE)
    assert titles == ["Options", *PANELS]
    assert {entry.panel for entry in ENTRIES if not entry.hidden} == set(PANELS)


def test_usage_names_the_program(run: Run) -> None:
    assert "Usage: tieback [OPTIONS] COMMAND" in run("--help").out


@pytest.mark.parametrize(
    "words",
    [["nothing"], ["scan"], ["scan", "--format", "xml", "a.apk"], ["probe", "host"], ["app", "--workers", "0", "a"]],
)
def test_usage_errors(run: Run, words: list[str]) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert ended.out == ""
    assert "Traceback" not in ended.err


def test_a_bad_grant_is_a_usage_error_in_one_line(run: Run, tmp_path: Path, apps: Path) -> None:
    (tmp_path / "grant.toml").write_text(
        'authorised_by = "x"\ncontact = "y"\nnot_after = 2030-01-01\n[[target]]\nmtch = "a"\n'
    )
    ended = run("scan", apps, "--grant", tmp_path / "grant.toml")
    assert ended.code == 2
    assert len(ended.err.splitlines()) == 1
    assert "match" in ended.err


@pytest.mark.parametrize(
    ("reader", "code", "says"),
    [("true", 141, ""), ("cat > /dev/full", 4, "No space left on device")],
)
def test_closed_output_gives_no_traceback(apps: Path, reader: str, code: int, says: str) -> None:
    if "full" in reader:
        if not Path("/dev/full").is_char_device():
            pytest.skip("this machine has no /dev/full")
        shell = f"{sys.executable} -m tieback app {apps} --format json > /dev/full"
    else:
        shell = f"{sys.executable} -m tieback app {apps} --format json | {reader} > /dev/null; exit ${{PIPESTATUS[0]}}"
    ended = subprocess.run(["bash", "-c", shell], capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == code
    assert says in ended.stderr
    assert len(ended.stderr.splitlines()) <= 1


@pytest.mark.parametrize("words", [("--help",), ("cluster", "--help")])
def test_help_names_the_extra_of_the_cluster(run: Run, words: tuple[str, ...]) -> None:
    assert "tieback[dask]" in run(*words).out


def test_help_lists_no_deprecated_command(run: Run) -> None:
    assert "app show" not in run("--help").out


def test_help_of_report_names_only_its_own_options(run: Run) -> None:
    assert "--fail-on" not in run("report", "--help").out


@cache
def own_signs() -> set[str]:
    """The characters outside ASCII of every text that the package prints, except those of data and pages."""
    package = Path(__file__).parents[3] / "src" / "tieback"
    folders = ("cli", "report/texts", "pipeline", "assess", "scope", "model")
    files = [*(package / "report").glob("*.py"), *(path for one in folders for path in (package / one).rglob("*.py"))]
    strings = (
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    )
    return {sign for text in strings for sign in text if ord(sign) > 127 and sign.isprintable()}


@pytest.mark.parametrize("encoding", ["latin-1", "ascii", "cp1252"])
@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_signs_without_a_place_in_the_encoding_become_ascii(encoding: str, stream: str) -> None:
    signs = "".join(sorted(own_signs() & set(_SIGNS)))
    assert {"≈", "≥", "…"} <= set(signs)
    printed = ascii(f"{signs}2,900 救")
    code = f"import sys\nfrom tieback.cli.process import prepare\nprepare()\nprint({printed}, file=sys.{stream})"
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    text = getattr(done, stream).decode(encoding)
    assert text.endswith("2,900 \\u6551\n")
    assert text.count("\\u") == text.count("\\x") + 1 == 1
    plain = "".join(sign if can_encode(sign, encoding) else _SIGNS[sign] for sign in signs)
    assert text.partition("2,900")[0] == plain


def can_encode(sign: str, encoding: str) -> bool:
    try:
        sign.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True


@each("text", ["", ": what was read is kept"])
def test_ctrl_c_is_on_the_screen(text: str, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> None:
        raise KeyboardInterrupt(text)

    app = typer.Typer()
    app.command()(stopped)
    for command in (stopped, lambda: app([])):
        assert run_process(command) == INTERRUPTED
        assert capsys.readouterr().err == f"tieback: stopped by Ctrl-C{text}\n"


def test_an_exit_code_of_a_command_is_not_explained_twice(capsys: pytest.CaptureFixture[str]) -> None:
    """A batch of captures prints itself what was interrupted."""

    def ended() -> None:
        raise SystemExit(INTERRUPTED)

    assert (run_process(ended), capsys.readouterr().err) == (INTERRUPTED, "")
