"""The tutorial as a newcomer follows it: each command ends well, and prints the words that the page shows."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

pytest.importorskip("osmem_server")
pytest.importorskip("pymongo")

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/start/tutorial.md").read_text(encoding="utf-8")
BLOCK = re.compile(r"(?ms)^```\n(\$ .*?)^```")
VARIES = re.compile(r"\b[0-9a-f]{6,}\b|[0-9]+(?:[.,:][0-9]+)*")
"""Figures, addresses, times and hashes differ between runs."""
ELSEWHERE = ("git clone", "make demo", ". .venv")
"""Done by the fixture."""

pytestmark = [pytest.mark.servers, pytest.mark.more, pytest.mark.timeout(900)]


def steps() -> Iterator[tuple[str, list[str]]]:
    """Each command of the page, and the lines that follow it."""
    for block in BLOCK.findall(PAGE):
        for part in re.split(r"(?m)^\$ ", block.replace("\\\n", " "))[1:]:
            command, *lines = part.splitlines()
            yield re.sub(r"\s+#.*", "", command), lines


def plain(text: str) -> str:
    """A line without what varies, and without the width of columns."""
    return " ".join(VARIES.sub("0", text).replace("─", "").split())


def words(lines: list[str]) -> list[str]:
    """What is compared. The page marks by "…" what it leaves out, and a terminal folds cells of tables at its width."""
    return [plain(word) for line in lines for word in line.replace("…", " ").split()]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    folder = tmp_path_factory.mktemp("tutorial")
    (folder / "labs").symlink_to(ROOT / "labs")
    tools = folder / "tools"
    tools.mkdir()
    shutil.copy(ROOT / "tools/demo", tools / "demo")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TIEBACK_LAB", "XDG_"))}
    # The command `tieback`, whether the package is installed or on PYTHONPATH.
    program = folder / "bin/tieback"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m tieback "$@"\n')
    program.chmod(0o755)
    environment = {
        **kept,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "HOME": str(folder / "home"),
        "COLUMNS": "100",
        "TIEBACK": str(program),
    }
    try:
        yield folder, environment
    finally:
        run("tieback lab down --purge --dir demo/lab", folder, environment)


def run(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout + done.stderr


def test_each_command_prints_what_the_page_shows(checkout: tuple[Path, dict[str, str]]) -> None:
    folder, environment = checkout
    demo = run("tools/demo", folder, environment)
    first = PAGE.partition("The first table on the terminal")[2].partition("```\n")[2].partition("```")[0]
    missing = [("make demo", word) for word in words(first.splitlines()) if word not in plain(demo)]
    ran = 0
    for command, shown in steps():
        if command.startswith(ELSEWHERE):
            continue
        printed = plain(run(command, folder, environment))
        ran += 1
        missing += [(command, word) for word in words(shown) if word not in printed]
    assert missing == [], "\n".join(map(str, missing))
    assert ran >= 9
