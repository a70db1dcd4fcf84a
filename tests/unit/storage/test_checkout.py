"""Checkouts, against real repositories of Git."""

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.storage.checkout import MARKERS, checkout_of, index_names, tracked_by


def git(folder: Path, *words: str) -> str:
    settings = ("-c", "user.name=x", "-c", "user.email=x@x.test", "-c", "protocol.file.allow=always")
    ended = subprocess.run(["git", *settings, *words], cwd=folder, check=True, capture_output=True, text=True)
    return ended.stdout


def repository(folder: Path, *options: str) -> Path:
    folder.mkdir(exist_ok=True)
    git(folder, "init", "-q", *options)
    for name in ("a/b/c.txt", "a/b/d.txt", "ws/lake/parts/x", "z", "übung/ü.txt", "x" * 200 + "/y"):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "x")
    return folder


@pytest.mark.parametrize("version", [2, 3, 4])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_the_names_are_those_that_git_lists(tmp_path: Path, version: int, form: str) -> None:
    folder = repository(tmp_path / "r", f"--object-format={form}")
    git(folder, "update-index", f"--index-version={version}")
    if version == 3:
        (folder / "later").write_text("x")
        git(folder, "add", "-N", "later")  # needs an extended entry
    listed = git(folder, "ls-files", "-z").split("\0")[:-1]
    assert [name.decode() for name in index_names((folder / ".git" / "index").read_bytes())] == listed


@pytest.mark.parametrize(
    ("workspace", "tracked"),
    [("ws", True), ("WS", True), ("a", True), ("a/b/c.txt", True), ("z/ws", True), ("other", False), ("ws2", False)],
)
def test_what_git_tracks(tmp_path: Path, workspace: str, tracked: bool) -> None:
    folder = repository(tmp_path / "r")
    assert bool(tracked_by(folder / workspace)) == tracked
    assert checkout_of(folder / workspace) == folder


def test_a_new_file_of_a_branch_is_tracked_in_a_worktree_a_module_and_a_sparse_checkout(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    git(folder, "worktree", "add", "-q", str(tmp_path / "tree"))
    assert tracked_by(tmp_path / "tree" / "ws")
    assert not tracked_by(tmp_path / "tree" / "other")
    outer = tmp_path / "outer"
    outer.mkdir()
    git(outer, "init", "-q")
    git(outer, "submodule", "add", "-q", str(folder), "module")
    assert tracked_by(outer / "module" / "ws")
    assert tracked_by(outer / "module"), "the module itself is an entry of the outer repository"
    git(folder, "sparse-checkout", "set", "--cone", "--sparse-index", "a")
    assert tracked_by(folder / "ws" / "lake")
    assert not tracked_by(folder / "other")


def test_an_index_that_cannot_be_read_is_no_proof(tmp_path: Path) -> None:
    folder = repository(tmp_path / "r")
    git(folder, "update-index", "--split-index")
    assert "split index" in tracked_by(folder / "other")
    (folder / ".git" / "index").write_bytes(b"DIRC")
    assert "cannot be read" in tracked_by(folder / "other")
    shutil.rmtree(folder / ".git")
    (folder / ".git").write_text("no pointer")
    assert "cannot be read" in tracked_by(folder / "other")


@pytest.mark.parametrize("marker", MARKERS)
def test_every_kind_of_checkout_is_recognised(tmp_path: Path, marker: str) -> None:
    assert checkout_of(tmp_path / "a" / "ws") is None
    (tmp_path / marker).mkdir()
    assert checkout_of(tmp_path / "a" / "ws") == tmp_path
    assert bool(tracked_by(tmp_path / "a" / "ws")) == (marker != ".git")


@given(st.binary(max_size=200), st.integers(0, 300), st.sampled_from([2, 3, 4]))
def test_a_hostile_index_never_raises_another_error(body: bytes, count: int, version: int) -> None:
    index = b"DIRC" + version.to_bytes(4) + count.to_bytes(4) + body
    try:
        names = index_names(index)
    except ValueError:
        return
    assert len(names) == count
