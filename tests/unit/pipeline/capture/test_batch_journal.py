"""The journal of batches: the last line of an app counts, a cut line costs only itself, one batch at a time."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.model.capture_batch import BatchApp, BatchState
from tieback.model.errors import BusyError, WorkspaceError
from tieback.pipeline.capture.batch_journal import JOURNAL, BatchJournal

BEGUN = BatchApp("a.apk", "com.a.b", BatchState.INTERRUPTED, "the run was killed")
DONE = BatchApp("a.apk", "com.a.b", BatchState.DONE, path="a.flows", flows=3)


def test_the_last_line_counts_and_a_run_without_end_is_interrupted(tmp_path: Path) -> None:
    with BatchJournal(tmp_path) as journal:
        assert journal.state("k") is None
        journal.add("k", BEGUN)
        journal.add("other", BEGUN)
        journal.add("k", DONE)
    with BatchJournal(tmp_path) as journal:
        assert (journal.state("k"), journal.state("other")) == (DONE, BEGUN)
        journal.add("k", BatchApp("a.apk", "com.a.b", BatchState.NOT_STARTED))
    with BatchJournal(tmp_path) as journal:
        assert journal.state("k") is None


def test_a_cut_line_costs_only_itself(tmp_path: Path) -> None:
    with BatchJournal(tmp_path) as journal:
        journal.add("k", BEGUN)
        journal.add("k", DONE)
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-20])
    with BatchJournal(tmp_path) as journal:
        assert journal.state("k") == BEGUN
        journal.add("k", DONE)
    with BatchJournal(tmp_path) as journal:
        assert journal.state("k") == DONE


def test_only_one_batch_runs_in_a_workspace(tmp_path: Path) -> None:
    with BatchJournal(tmp_path), pytest.raises(BusyError, match="another batch"):
        BatchJournal(tmp_path)
    with BatchJournal(tmp_path):
        pass


def test_a_link_to_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "target").write_text("keep")
    (tmp_path / JOURNAL).symlink_to(tmp_path / "target")
    with pytest.raises(WorkspaceError, match="cannot be used"):
        BatchJournal(tmp_path)
    assert (tmp_path / "target").read_text() == "keep"


@settings(max_examples=examples(200), deadline=None)
@given(st.binary(max_size=300))
def test_any_content_opens(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    folder = tmp_path_factory.mktemp("j")
    (folder / JOURNAL).write_bytes(content)
    with BatchJournal(folder) as journal:
        journal.add("k", DONE)
    with BatchJournal(folder) as journal:
        assert journal.state("k") == DONE
