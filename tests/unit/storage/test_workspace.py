import os
import subprocess
import sys
from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.storage.workspace import SCHEMA, Workspace


def test_a_new_workspace_has_everything_and_opens_again(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "ws"
    with Workspace.open(directory) as workspace:
        assert workspace.ledger.counts() == {}
        assert workspace.lake.parts() == set()
    assert (directory / "VERSION").read_text() == f"tieback workspace\nschema {SCHEMA}\n"
    assert directory.stat().st_mode & 0o777 == 0o700
    with Workspace.open(directory, create=False):
        pass


@pytest.mark.parametrize(
    ("make", "line"),
    [
        (
            lambda d: (d / "VERSION").write_text(f"tieback workspace\nschema {SCHEMA + 1}\n"),
            f"created by a newer release: schema {SCHEMA + 1}, this release supports up to {SCHEMA}. Upgrade tieback",
        ),
        (lambda d: (d / "VERSION").write_text("1.0\n"), "not the VERSION file of a workspace"),
        (lambda d: (d / "VERSION").write_bytes(b"\xff" * 1000), "not the VERSION file of a workspace"),
        (lambda d: (d / "letter.txt").write_text("dear"), "not a workspace, and not empty. Choose an empty or new"),
    ],
)
def test_directory_that_is_not_a_workspace_is_not_changed(make: object, line: str, tmp_path: Path) -> None:
    assert callable(make)
    make(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(WorkspaceError) as caught:
        Workspace.open(tmp_path)
    assert line in caught.value.diagnostics()
    assert caught.value.diagnostics().startswith(str(tmp_path))
    assert sorted(tmp_path.iterdir()) == before


def test_no_workspace_is_created_by_a_reader(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="no workspace here"):
        Workspace.open(tmp_path / "ws", create=False)
    assert not (tmp_path / "ws").exists()


def test_file_is_not_a_workspace(tmp_path: Path) -> None:
    file = tmp_path / "app.apk"
    file.touch()
    with pytest.raises(WorkspaceError, match="not a directory"):
        Workspace.open(file)


def test_a_kill_while_it_was_made_does_not_spoil_the_directory(tmp_path: Path) -> None:
    (tmp_path / ".VERSION.123").touch()
    Workspace.open(tmp_path).close()
    (tmp_path / "ledger.db").unlink()
    Workspace.open(tmp_path).close()
    assert (tmp_path / "ledger.db").exists()


def test_read_only_workspace_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Workspace.open(tmp_path).close()
    monkeypatch.setattr(os, "access", lambda *_: False)  # tests may run as root, whom no permission stops
    with pytest.raises(WorkspaceError, match="no permission to read or write"):
        Workspace.open(tmp_path)


def test_damaged_ledger_is_reported(tmp_path: Path) -> None:
    Workspace.open(tmp_path).close()
    (tmp_path / "ledger.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(WorkspaceError, match="the ledger is not an SQLite database"):
        Workspace.open(tmp_path)


def test_full_disk_is_reported(tmp_path: Path) -> None:
    # The kernel refuses to let any file grow beyond the limit, as a full disk would.
    code = """
import resource, signal, sys
from pathlib import Path
from tieback.model.errors import WorkspaceError
from tieback.storage.workspace import Workspace
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
workspace = Workspace.open(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
for write in (
    lambda: workspace.ledger.start_run(["scan"]),
    lambda: workspace.lake.publish("part", {}),
):
    try:
        write()
    except WorkspaceError as error:
        print(error.diagnostics())
print(sorted(workspace.lake.parts()), list((Path(sys.argv[1]) / "lake" / "drafts").iterdir()))
"""
    run = subprocess.run(
        [sys.executable, "-c", code, tmp_path], capture_output=True, text=True, timeout=60, check=False
    )
    lines = run.stdout.splitlines()
    assert len(lines) == 3, run.stderr
    assert lines[0].startswith(f"{tmp_path}/ledger.db: ")
    assert lines[1].startswith(f"{tmp_path}/lake: a file would become larger than the system allows")
    assert lines[2] == "[] []"


def test_only_one_run_writes_and_its_lock_dies_with_it(tmp_path: Path) -> None:
    code = """
import sys, time
from pathlib import Path
from tieback.storage.workspace import Workspace
with Workspace.open(Path(sys.argv[1])).lock():
    print("locked", flush=True)
    time.sleep(600)
"""
    with Workspace.open(tmp_path) as workspace:
        holder = subprocess.Popen([sys.executable, "-c", code, tmp_path], stdout=subprocess.PIPE, text=True)
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "locked\n"
            with (
                pytest.raises(
                    WorkspaceError, match=rf"another run is writing to this workspace \(process {holder.pid}, since "
                ),
                workspace.lock(),
            ):
                pass
            holder.kill()
        with workspace.lock(), pytest.raises(WorkspaceError, match="another run"), workspace.lock():
            pass
        with workspace.lock():
            pass


def test_two_processes_make_one_workspace(tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from tieback.storage.workspace import Workspace
with Workspace.open(Path(sys.argv[1])) as workspace:
    workspace.ledger.start_run([])
"""
    command = [sys.executable, "-c", code, str(tmp_path / "ws")]
    running = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    for process in running:
        _, errors = process.communicate(timeout=60)
        assert process.returncode == 0, errors


def test_closed_workspace_raises(tmp_path: Path) -> None:
    workspace = Workspace.open(tmp_path)
    workspace.close()
    with pytest.raises(WorkspaceError, match="closed"):
        _ = workspace.ledger


@pytest.mark.parametrize("mask", [0, 0o022])
def test_a_new_ledger_is_private_in_a_folder_that_was_there_before(tmp_path: Path, mask: int) -> None:
    (tmp_path / "ws").mkdir(mode=0o755)
    before = os.umask(mask)
    try:
        with Workspace.open(tmp_path / "ws") as workspace:
            files = [workspace.ledger_file, *tmp_path.glob("ws/ledger.db-*")]
            folders = [workspace.lake_directory, workspace.grants_directory]
            assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
            assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    finally:
        os.umask(before)


def test_opening_a_workspace_again_keeps_the_locks_of_its_first_connections(tmp_path: Path) -> None:
    """A released lock lets the next process remove the write-ahead log: it would not see what is written later."""
    script = (
        "import sys; from pathlib import Path; from tieback.storage.workspace import Workspace\n"
        "with Workspace.open(Path(sys.argv[1])) as workspace: print([run.id for run in workspace.ledger.list_runs()])"
    )

    def elsewhere() -> str:
        words = [sys.executable, "-c", script, str(tmp_path / "ws")]
        done = subprocess.run(words, check=True, capture_output=True, text=True, timeout=60)
        return done.stdout

    with Workspace.open(tmp_path / "ws") as first:
        here = first.ledger.start_run([])
        with Workspace.open(tmp_path / "ws"):
            assert here in elsewhere()
        assert (tmp_path / "ws" / "ledger.db-wal").exists()
        assert first.ledger.start_run([]) in elsewhere()
