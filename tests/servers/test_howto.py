"""The commands of the how-to pages, as a reader runs them one after the other, on sample data and stores of the lab.

``howto.toml`` has the names in the lab, what runs before a page, and every command that is not run, with the reason.
All pages run in one process; only the lab starts servers.
"""

import json
import os
import re
import shlex
import socket
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("osmem_server")
pytest.importorskip("pymongo")
pytest.importorskip("weasyprint")
pytest.importorskip("docx")

from tests.lab.howto import fill, own_key
from tieback.cli.main import main

ROOT = Path(__file__).parents[2]
PLAN = tomllib.loads((Path(__file__).parent / "howto.toml").read_text(encoding="utf-8"))
FENCE = re.compile(r"(?ms)^ *```sh\n(.*?)^ *```")
NOT_RUN = {start: entry["why"] for entry in PLAN["not_run"] for start in entry["starts"]}
ID = re.compile(r"\b(case|letter)-[0-9a-f]{4}\b")
SETTINGS = "[scan]\nworkers = 1\n"
"""No process per core: the pages need little, and other tests run beside them."""

pytestmark = pytest.mark.servers


def lines_of(page: Path) -> Iterator[str]:
    """Each command line of the shell blocks of a page, without its comment."""
    for block in FENCE.findall(page.read_text(encoding="utf-8")):
        for line in block.replace("\\\n", " ").splitlines():
            for command in re.sub(r"(^|\s)#.*", "", line).split(" && "):
                if command.strip():
                    yield " ".join(command.split())


PAGES = {
    str(page.relative_to(ROOT)): lines
    for page in sorted((ROOT / "docs/howto").rglob("*.md"))
    if (lines := list(lines_of(page)))
}


def reason(line: str) -> str:
    """Why a line is not run; empty if it is."""
    return next((why for start, why in NOT_RUN.items() if line.startswith(start) or start in line.split()), "")


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The demo of the lab, with captures of its traffic."""
    folder = tmp_path_factory.mktemp("lab")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'src'}"}

    def run(*words: str) -> None:
        command = [sys.executable, "-m", "tieback", "lab", *words, "--dir", str(folder / "lab")]
        subprocess.run(command, env=environment, check=True, capture_output=True, timeout=300)

    try:
        run("up", "--demo")
        run("record", str(folder / "captures"))
        yield folder
    finally:
        run("down", "--purge")


def expanded(command: str) -> Iterator[str]:
    """Words of a command; a shell replaces ``~`` and ``*``."""
    for word in shlex.split(command):
        if word.startswith("~/"):
            yield str(Path(word).expanduser())
        elif "/*" in word:
            yield from sorted(map(str, Path.cwd().glob(word)))
        else:
            yield word


class Reader:
    """Types the commands of a page into a folder of its own."""

    def __init__(self, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: str) -> None:
        self._capfd, self._patch, self._store = capfd, monkeypatch, store

    def run(self, line: str) -> tuple[int, str, str]:
        """Exit code and output of a command; ``> FILE`` works."""
        for word, other in PLAN["names"].items():
            line = line.replace(word, other.replace("{store}", self._store))
        line = ID.sub(lambda found: self._real(found[1]), line)
        command, _, target = line.partition(" > ")
        self._patch.setattr(sys, "argv", list(expanded(command)))
        code = 0
        try:
            main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        sys.stdout.flush()
        out, err = self._capfd.readouterr()
        if target:
            Path(target.strip()).write_text(out, encoding="utf-8")
        return code, out, err

    def _real(self, kind: str) -> str:
        """The ID of the first case, or of the last letter."""
        _, out, _ = self.run(f"tieback {kind} list --format json")
        documents = [json.loads(line) for line in out.splitlines()]
        newest = max(documents, key=lambda one: one["created"]) if kind == "letter" else documents[0]
        return str(newest["id"])


def no_lookup(*_: Any, **__: Any) -> Any:
    """In place of the resolver: the grant has the addresses of all names."""
    raise socket.gaierror(socket.EAI_NONAME, "the test resolves no name")


@pytest.fixture
def reader(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, lab: Path
) -> Callable[[str], tuple[int, str, str]]:
    home = tmp_path / "home"
    config = home / ".config/tieback"
    config.mkdir(parents=True)
    (config / "config.toml").write_text(SETTINGS)
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    for name, value in {"HOME": home, "XDG_CONFIG_HOME": home / ".config", "COLUMNS": "120"}.items():
        monkeypatch.setenv(name, str(value))
    for name in ("TIEBACK_WORKSPACE", "TIEBACK_LAB"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(socket, "getaddrinfo", no_lookup)
    hosts = tomllib.loads((lab / "lab/lab.toml").read_text())["hosts"]
    return Reader(capfd, monkeypatch, hosts["es.fieldhand.test"]).run


@pytest.mark.more
@pytest.mark.timeout(900)
@pytest.mark.parametrize("page", [page for page, lines in PAGES.items() if not all(map(reason, lines))])
def test_the_commands_of_a_page_run(page: str, reader: Callable[[str], tuple[int, str, str]], lab: Path) -> None:
    fill(Path.cwd(), lab / "lab/lab.toml", min((lab / "captures").iterdir()))
    for line in PLAN["before"].get(page, ()):
        code, _, err = reader(line)
        assert code in (0, 1), f"{line}\n{err}"
    public = own_key(Path(os.environ["HOME"]))
    if page in PLAN["signatures"]:
        demand = f'[signatures]\nneed = 1\nkeys = ["{public}"]\n'
        Path(os.environ["XDG_CONFIG_HOME"], "tieback/never.toml").write_text(demand)
    wrong = []
    for line in PAGES[page]:
        if not reason(line):
            code, out, err = reader(line)
            if code != PLAN["codes"].get(line, 0) or "Traceback" in err:
                wrong.append(f"{line}\nended with {code}: {out[-300:]}\n{err[-600:]}")
    assert wrong == [], "\n\n".join(wrong)


def test_every_command_is_one_of_tieback_or_has_a_reason() -> None:
    ours = {*PLAN["names"], "tieback"}
    lines = [line for found in PAGES.values() for line in found]
    assert [line for line in lines if line.split()[0] not in ours and not reason(line)] == []


def test_every_reason_and_every_code_has_a_command() -> None:
    lines = [line for found in PAGES.values() for line in found]
    unused = [start for start in NOT_RUN if not any(one.startswith(start) or start in one.split() for one in lines)]
    assert unused == []
    assert set(PLAN["codes"]) - set(lines) == set()
    assert {*PLAN["before"], *PLAN["signatures"]} - set(PAGES) == set()
    ours = [line for line in lines if line.startswith("tieback ")]
    assert len([line for line in ours if not reason(line)]) > len(ours) / 2
