"""The key that signs audit logs, and the record of each log."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.unit.scope.policy.signers import needs_ssh_keygen
from tieback.model.errors import WorkspaceError
from tieback.scope.checkpoints import CheckpointSigner, checkpoint_key, own_fingerprint, record_file, record_of

PREV = "ab" * 32


def test_the_key_is_made_once_for_its_user_alone(tmp_path: Path) -> None:
    folder, log = tmp_path / "state", tmp_path / "audit.jsonl"
    assert own_fingerprint(folder) == ""
    first, second = CheckpointSigner.open(log, folder), CheckpointSigner.open(log, folder)
    assert first.public == second.public
    assert (folder / "id_ed25519").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o077 == 0
    fields = first.fields(7, PREV)
    assert checkpoint_key(fields, 7, PREV).fingerprint == own_fingerprint(folder)
    (folder / "id_ed25519").unlink()
    assert checkpoint_key(fields, 7, PREV).comment == "tieback-audit"


@needs_ssh_keygen
def test_ssh_keygen_reads_the_key(tmp_path: Path) -> None:
    CheckpointSigner.open(tmp_path / "a", tmp_path)
    for name in ("id_ed25519", "id_ed25519.pub"):
        said = subprocess.run(["ssh-keygen", "-l", "-f", tmp_path / name], capture_output=True, text=True, check=True)
        assert said.stdout.split()[1] == own_fingerprint(tmp_path)


@pytest.mark.parametrize(
    "change",
    [
        {"signed": "2020-01-01"},
        {"signature": ""},
        {"signature": "AAAA"},
        {"signature": "é"},
        {"key": ""},
        {"key": 7},
        {"signed": "\ud800"},
    ],
)
def test_a_changed_checkpoint_is_wrong(tmp_path: Path, change: dict[str, object]) -> None:
    fields = CheckpointSigner.open(tmp_path / "a", tmp_path / "k").fields(7, PREV)
    other = CheckpointSigner.open(tmp_path / "a", tmp_path / "other").public
    for wrong, seq, prev in (
        (fields | change, 7, PREV),
        (fields, 8, PREV),
        (fields, 7, "cd" * 32),
        (fields | {"key": other}, 7, PREV),
    ):
        with pytest.raises(ValueError, match="the signature of this checkpoint is wrong"):
            checkpoint_key(wrong, seq, prev)


@pytest.mark.parametrize("damage", ["readable", "link", "text", "folder", "fifo"])
def test_a_key_that_cannot_be_trusted_stops_the_run(tmp_path: Path, damage: str) -> None:
    log, key = tmp_path / "a", tmp_path / "k" / "id_ed25519"
    CheckpointSigner.open(log, tmp_path / "k")
    match damage:
        case "readable":
            key.chmod(0o640)
        case "link":
            key.rename(tmp_path / "elsewhere")
            key.symlink_to(tmp_path / "elsewhere")
        case "text":
            key.write_text("-----BEGIN OPENSSH PRIVATE KEY-----\n")
        case "folder":
            key.unlink()
            key.mkdir()
        case "fifo":
            key.unlink()
            os.mkfifo(key, 0o600)
    with pytest.raises(WorkspaceError) as caught:
        CheckpointSigner.open(log, tmp_path / "k")
    assert len(caught.value.diagnostics().splitlines()) == 1


def test_processes_that_begin_at_once_get_one_key(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from tieback.scope.checkpoints import CheckpointSigner\n"
        "print(CheckpointSigner.open(Path('a'), Path(sys.argv[1])).public)"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "k")]
    workers = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    assert len({worker.communicate(timeout=60)[0] for worker in workers}) == 1
    assert [path.name for path in (tmp_path / "k").iterdir() if path.name.startswith(".new")] == []
    assert own_fingerprint(tmp_path / "k")


def test_records(tmp_path: Path) -> None:
    log = tmp_path / "log"
    signer = CheckpointSigner.open(log, tmp_path / "k")
    assert record_of(log, tmp_path / "k") is None
    signer.keep(5, PREV)
    for name in (log, tmp_path / "x" / ".." / "log"):
        found = record_of(name, tmp_path / "k")
        assert found is not None
        assert (found.lines, found.head, found.path) == (5, PREV, str(log))
    place = record_file(log, tmp_path / "k")
    assert place.stat().st_mode & 0o077 == 0
    place.write_text("{}")
    assert record_of(log, tmp_path / "k") is None
