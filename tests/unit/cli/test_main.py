"""Usage errors exit 2, other errors are one line; every command shows an example."""

import re
import subprocess
import sys
from collections.abc import Iterator
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
