"""Workspaces with damaged files, and links in them: each command ends with a documented code and a few lines."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.examples import few
from tests.unit.cli.conftest import Run, run
from tieback.storage.workspace import Workspace

__all__ = ("run",)

APP = Path(__file__).parents[2] / "labs" / "apps" / "fieldhand.apk"
COMMANDS = [
    ("scan", str(APP)),
    ("report",),
    ("report", "--format", "json"),
    ("backend", "list"),
    ("vendor", "list"),
    ("case", "list"),
    ("inventory", "list"),
    ("workspace", "show"),
    ("workspace", "check"),
]
DOCUMENTED = {0, 1, 2, 3, 4}


def parts(folder: Path) -> list[Path]:
    found = sorted((folder / "lake").rglob("*.parquet"))
    assert found
    return found


def cut(path: Path, size: int) -> None:
    path.write_bytes(path.read_bytes()[:size])


def noise(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def flipped(path: Path) -> None:
    data = bytearray(path.read_bytes())
    for place in range(100, len(data), 97):
        data[place] ^= 0xFF
    path.write_bytes(bytes(data))


def each_part(change: Callable[[Path], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        for path in parts(folder):
            path.chmod(0o600)
            change(path)

    return damage


DAMAGES: dict[str, Callable[[Path], None]] = {
    "no VERSION": lambda folder: (folder / "VERSION").unlink(),
    "VERSION of noise": lambda folder: noise(folder / "VERSION"),
    "VERSION of the future": lambda folder: _write(folder / "VERSION", "tieback workspace\nschema 999\n"),
    "VERSION is a folder": lambda folder: _folder(folder / "VERSION"),
    "empty ledger": lambda folder: cut(folder / "ledger.db", 0),
    "half a ledger": lambda folder: cut(folder / "ledger.db", 4096),
    "ledger of noise": lambda folder: noise(folder / "ledger.db"),
    "ledger with wrong bytes": lambda folder: flipped(folder / "ledger.db"),
    "no ledger": lambda folder: (folder / "ledger.db").unlink(),
    "no lake": lambda folder: shutil.rmtree(folder / "lake"),
    "empty parts": each_part(lambda path: cut(path, 0)),
    "half of each part": each_part(lambda path: cut(path, path.stat().st_size // 2)),
    "parts of noise": each_part(noise),
    "parts with wrong bytes": each_part(flipped),
}


def _folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _write(path: Path, text: str) -> None:
    path.write_text(text)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace after a scan of one app."""
    folder = tmp_path_factory.mktemp("whole") / "ws"
    subprocess.run(
        [sys.executable, "-m", "tieback", "scan", str(APP), "-w", str(folder)], capture_output=True, check=True
    )
    return folder


def test_the_rows_are_many_enough() -> None:
    assert len(DAMAGES) >= 7
    assert len(COMMANDS) >= 7


def ended_well(code: int, out: str, err: str) -> None:
    assert code in DOCUMENTED
    assert "Traceback" not in out + err
    assert "internal error" not in err


@pytest.mark.parametrize("damage", few(DAMAGES, 3))
def test_no_damage_gives_a_traceback(tmp_path: Path, run: Run, whole: Path, damage: str) -> None:
    for number, words in enumerate(COMMANDS):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        DAMAGES[damage](folder)
        ended = run(*words, "-w", folder)
        ended_well(*ended)
        if ended.code in (2, 4):
            # One line with what, where and what to do.
            assert ended.err.strip()
            assert ended.err.count("\n") <= 3, ended.err


LINKED = ("ledger.db", "lake", "VERSION", "suppressions.toml")


@pytest.mark.parametrize("name", LINKED)
@pytest.mark.parametrize("command", [COMMANDS[0], COMMANDS[1]], ids=["scan", "report"])
def test_a_link_leads_to_no_change_of_a_foreign_file(
    tmp_path: Path, run: Run, name: str, command: tuple[str, ...]
) -> None:
    """A folder that is no workspace, in which one of its names is a link to a file of the user."""
    (tmp_path / "ws").mkdir()
    victim = tmp_path / "victim"
    if name == "lake":
        victim.mkdir()
        (victim / "kept").write_text("kept")
    else:
        victim.write_text("kept")
    (tmp_path / "ws" / name).symlink_to(victim)
    ended = run(*command, "-w", tmp_path / "ws")
    ended_well(*ended)
    if victim.is_dir():
        assert [path.name for path in victim.iterdir()] == ["kept"]
    else:
        assert victim.read_text() == "kept"


def test_a_linked_folder_is_a_workspace(tmp_path: Path, run: Run, whole: Path) -> None:
    shutil.copytree(whole, tmp_path / "real")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    ended = run("report", "-w", tmp_path / "link")
    assert ended.code == 0
    with Workspace.open(tmp_path / "link", create=False) as opened:
        assert opened.ledger.counts()
