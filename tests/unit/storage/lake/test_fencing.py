"""Whoever is late cannot publish: the next run has taken the drafts away."""

from pathlib import Path

import pytest

from tieback.model.errors import WorkspaceError
from tieback.model.unit import Unit
from tieback.storage.lake.fencing import close_fences, open_fence
from tieback.storage.lake.lake import Lake

A, B = (Unit(name * 64, "v1", f"{name}.apk", 1) for name in "ab")


def test_workers_publish_while_the_run_lasts(tmp_path: Path) -> None:
    worker = Lake(tmp_path, open_fence(tmp_path))
    assert worker.publish("one", {}, [A])
    assert not worker.publish("one", {}, [A])
    assert Lake(tmp_path).parts() == {"one"}


def test_two_runs_have_two_folders(tmp_path: Path) -> None:
    assert open_fence(tmp_path) != open_fence(tmp_path)


def test_a_late_worker_cannot_begin(tmp_path: Path) -> None:
    late = Lake(tmp_path, open_fence(tmp_path))
    close_fences(tmp_path)
    Lake(tmp_path, open_fence(tmp_path)).publish("other", {}, [A])
    with pytest.raises(WorkspaceError, match="another run has taken over the workspace"):
        late.publish("one", {}, [A])
    assert Lake(tmp_path).parts() == {"other"}


def test_a_late_worker_cannot_finish_what_it_began(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    late = Lake(tmp_path, open_fence(tmp_path))

    def meanwhile(_: Path) -> None:
        """The next run begins when the draft is complete, and just before it gets its name."""
        close_fences(tmp_path)

    monkeypatch.setattr("tieback.storage.lake.lake._sync", meanwhile)
    with pytest.raises(WorkspaceError, match="another run has taken over the workspace"):
        late.publish("one", {}, [A])
    assert Lake(tmp_path).parts() == set()
    assert list(tmp_path.glob("drafts*")) == []


@pytest.mark.parametrize("left", [(), ("a.1.x",), ("a.1.x", "fence-1/b.2.y", "fence-1/c.3.z", "fence-2/d.4.w")])
def test_all_drafts_go(left: tuple[str, ...], tmp_path: Path) -> None:
    for name in left:
        (tmp_path / "drafts" / name).mkdir(parents=True)
        (tmp_path / "drafts" / name / "units.parquet").write_bytes(b"half")
    # A run that was killed while it took them away.
    (tmp_path / "drafts-of-the-past-1" / "e.5.v").mkdir(parents=True)
    assert close_fences(tmp_path) == len(left) + 1
    assert list(tmp_path.iterdir()) == []
    assert close_fences(tmp_path) == 0
