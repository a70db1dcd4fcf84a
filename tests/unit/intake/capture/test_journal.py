"""The undo journal: on disk before the step, whole after a crash, left alone while its run lives."""

import subprocess
import sys
from pathlib import Path

import pytest

from tieback.intake.capture.journal import MAX_STEPS, RemoveReverse, RestoreSetting, UndoJournal, Uninstall
from tieback.model.errors import WorkspaceError

STEPS = (RestoreSetting("http_proxy", None), RemoveReverse(8080), Uninstall("com.workhub.mobile"))


def test_nothing_stays_of_a_run_that_undid_everything(tmp_path: Path) -> None:
    journal = UndoJournal.create(tmp_path / "undo")
    numbers = [journal.add("emulator-5554", step) for step in STEPS]
    assert journal.path.stat().st_mode & 0o077 == 0
    for number in numbers:
        journal.done(number)
    journal.close()
    assert list((tmp_path / "undo").iterdir()) == []


def test_a_killed_run_leaves_what_it_did_not_undo(tmp_path: Path) -> None:
    child = (
        "import os, sys; from pathlib import Path; "
        "from tieback.intake.capture.journal import *; "
        "j = UndoJournal.create(Path(sys.argv[1])); "
        "n = j.add('s', RemoveReverse(8080)); j.add('s', RestoreSetting('http_proxy', 'a:1')); j.done(n); "
        "os.kill(os.getpid(), 9)"
    )
    assert subprocess.run([sys.executable, "-c", child, tmp_path], check=False, timeout=60).returncode == -9
    (left,) = UndoJournal.pending(tmp_path)
    assert left.steps == [(1, "s", RestoreSetting("http_proxy", "a:1"))]
    left.done(1)
    left.close()
    assert list(UndoJournal.pending(tmp_path)) == []


def test_journal_of_a_running_process_is_skipped(tmp_path: Path) -> None:
    living = UndoJournal.create(tmp_path)
    living.add("s", STEPS[0])
    assert list(UndoJournal.pending(tmp_path)) == []
    living.close()
    (left,) = UndoJournal.pending(tmp_path)
    left.close()
    assert left.path.exists()


@pytest.mark.parametrize("rest", [b'{"serial":"s","un', b"\xff\x00\n", b'{"undone":7}\n', b"[]\n", b"\n" * 5000])
def test_damaged_end_does_not_hide_earlier_steps(tmp_path: Path, rest: bytes) -> None:
    journal = UndoJournal.create(tmp_path)
    journal.add("s", STEPS[1])
    journal.close()
    with journal.path.open("ab") as file:
        file.write(rest)
    (left,) = UndoJournal.pending(tmp_path)
    assert [step for _, _, step in left.steps] == [STEPS[1]]
    left.close()


def test_step_that_cannot_be_journaled_is_not_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(WorkspaceError, match="undo journal"):
        UndoJournal.create(tmp_path / "file" / "undo")
    journal = UndoJournal.create(tmp_path / "undo")
    for _ in range(MAX_STEPS):
        journal.add("s", STEPS[0])
    with pytest.raises(WorkspaceError, match="too many"):
        journal.add("s", STEPS[0])
    journal.close()
