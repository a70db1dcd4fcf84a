"""A stopped command goes on where it was; a finished one leaves nothing."""

import os
import stat
import time
from datetime import date
from pathlib import Path

import pytest

from tieback.model.grant import Grant
from tieback.model.probe import Access, Outcome, ProbeReport
from tieback.pipeline.probing.journal import FOLDER, RESUME_SECONDS, ProbeJournal

GRANT = Grant("Office", "sec@example.test", date(2099, 1, 1))
LABELS = ("a.test:1", "b.test:2")
OPEN = ProbeReport("a.test:1", Outcome.OK, Access.OPEN)


def stopped(folder: Path, *reports: ProbeReport) -> None:
    journal = ProbeJournal(folder, GRANT, LABELS)
    for report in reports:
        journal.add(report)
    journal.close(finished=False)


def test_what_was_found_is_found_again(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    again = ProbeJournal(tmp_path, GRANT, reversed(LABELS))
    assert (list(again.found()), again.asked) == ([OPEN], {"a.test:1"})
    (file,) = (tmp_path / FOLDER).iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("grant", "labels"), [(Grant("Other", "sec@example.test", date(2099, 1, 1)), LABELS), (GRANT, ("a.test:1",))]
)
def test_another_command_starts_over(tmp_path: Path, grant: Grant, labels: tuple[str, ...]) -> None:
    stopped(tmp_path, OPEN)
    assert list(ProbeJournal(tmp_path, grant, labels).found()) == []


def test_journal_expires_after_a_day(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    (file,) = (tmp_path / FOLDER).iterdir()
    long_ago = time.time() - RESUME_SECONDS - 60
    os.utime(file, (long_ago, long_ago))
    assert list(ProbeJournal(tmp_path, GRANT, LABELS).found()) == []
    assert not file.exists()


def test_what_another_command_left_goes_after_a_day_too(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    (file,) = (tmp_path / FOLDER).iterdir()
    long_ago = time.time() - RESUME_SECONDS - 60
    os.utime(file, (long_ago, long_ago))
    ProbeJournal(tmp_path, GRANT, ("c.test:3",))
    assert not file.exists()


def test_a_finished_one_leaves_nothing(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    journal = ProbeJournal(tmp_path, GRANT, LABELS)
    journal.close(finished=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("outcome", [Outcome.OUT_OF_SCOPE, Outcome.ERROR])
def test_errors_on_our_side_are_probed_again(tmp_path: Path, outcome: Outcome) -> None:
    stopped(tmp_path, ProbeReport("a.test:1", outcome))
    assert list(ProbeJournal(tmp_path, GRANT, LABELS).found()) == []


def test_a_line_that_a_kill_cut_off_is_left_out(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(file.read_bytes() + b'{"schema":"tieback/probe/1"}\n' + file.read_bytes()[:40])
    assert list(ProbeJournal(tmp_path, GRANT, LABELS).found()) == [OPEN]


def test_after_a_cut_line_what_comes_is_whole(tmp_path: Path) -> None:
    stopped(tmp_path, OPEN)
    (file,) = (tmp_path / FOLDER).iterdir()
    file.write_bytes(file.read_bytes() + file.read_bytes()[:40])
    later = ProbeReport("b.test:2", Outcome.REFUSED)
    stopped(tmp_path, later)
    assert list(ProbeJournal(tmp_path, GRANT, LABELS).found()) == [OPEN, later]
