"""What is fetched is a file for a moment, and only if it is what was promised."""

import fcntl
import gc
import hashlib
import os
import shutil
import tempfile
from collections import deque
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.file_host import FileHost, file_host
from tieback.intake.places import fetch as module
from tieback.intake.places.content import ContentReader
from tieback.intake.places.fetch import Fetcher
from tieback.model.errors import InputError
from tieback.model.remote import ObjectLocation

CONTENT = b"content" * 10_000
SHA = hashlib.sha256(CONTENT).hexdigest()
NAME = "s3://b/shard.tar#deep/a.apk"


@pytest.fixture(scope="module")
def started() -> Iterator[FileHost]:
    with file_host({"/a.apk": CONTENT, "/shard.tar": b"before" + CONTENT + b"after"}) as host:
        yield host


@pytest.fixture
def host(started: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FileHost:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    started.script, started.asked = {}, []
    return started


def left(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


def test_it_is_a_file_of_its_own_name_and_gone_afterwards(host: FileHost, tmp_path: Path) -> None:
    with Fetcher(ContentReader()).fetch(ObjectLocation(f"{host.url}/shard.tar", 6, len(CONTENT)), SHA, NAME) as path:
        assert path.name == "a.apk"
        assert path.read_bytes() == CONTENT
        assert path.is_relative_to(tmp_path)
        assert path.parent.stat().st_mode & 0o777 == 0o700
    assert left(tmp_path) == []
    assert host.asked == [("/shard.tar", f"bytes=6-{5 + len(CONTENT)}")]


@pytest.mark.parametrize(
    ("access", "sha256", "said"),
    [
        (ObjectLocation("/a.apk", 0, 5), SHA, "the content is larger than the expected 5 bytes"),
        (ObjectLocation("/a.apk", 0, len(CONTENT)), "0" * 64, f"{SHA[:16]}…, not {'0' * 16}…"),
        (
            ObjectLocation("/a.apk", 0, len(CONTENT) + 1),
            SHA,
            f"the content has {len(CONTENT)} bytes, expected {len(CONTENT) + 1}",
        ),
        (ObjectLocation("/shard.tar", 6, 5), SHA, "the content has another SHA-256 than expected"),
        (ObjectLocation("/a.apk", 0, 1 << 40), SHA, "larger than 16 GiB"),
        (ObjectLocation("/a.apk", etag="0" * 32), SHA, "the file changed after it was listed"),
        (ObjectLocation("/none"), SHA, "not found, or no longer there"),
    ],
)
def test_what_is_not_as_promised(
    host: FileHost, tmp_path: Path, access: ObjectLocation, sha256: str, said: str
) -> None:
    place = ObjectLocation(host.url + access.place, access.start, access.size, access.etag)
    with pytest.raises(InputError) as raised, Fetcher(ContentReader()).fetch(place, sha256, NAME):
        pytest.fail("it was given out")
    assert str(raised.value).startswith(f"{NAME}: ")
    assert said in str(raised.value)
    assert left(tmp_path) == []


def test_limits(host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access = ObjectLocation(f"{host.url}/a.apk")
    with (
        pytest.raises(InputError, match="the transfer is too slow"),
        Fetcher(ContentReader()).fetch(access, SHA, NAME, seconds=-1),
    ):
        pytest.fail("it was given out")
    monkeypatch.setattr(module, "MAX_OBJECT", 1000)
    with pytest.raises(InputError, match="larger than"), Fetcher(ContentReader()).fetch(access, SHA, NAME):
        pytest.fail("it was given out")
    usage = shutil.disk_usage(tmp_path)._replace(free=1 << 20)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with (
        pytest.raises(InputError, match="not enough disk space to fetch it: 1 MiB are free"),
        Fetcher(ContentReader()).fetch(access, SHA, NAME),
    ):
        pytest.fail("it was given out")
    assert left(tmp_path) == []


def test_an_answer_that_was_cut_off_is_whole_in_the_end(host: FileHost) -> None:
    host.script["/a.apk"] = deque(["cut"])
    with Fetcher(ContentReader()).fetch(ObjectLocation(f"{host.url}/a.apk"), SHA, NAME) as path:
        assert path.read_bytes() == CONTENT


def test_what_a_killed_process_left_is_taken_away(
    host: FileHost, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folders = [tmp_path / f"tieback-fetched-{os.getuid()}-{name}" for name in ("left", "alive")]
    folders.append(tmp_path / "somebody-elses")
    for folder in folders:
        folder.mkdir()
        (folder / "a.apk").write_bytes(b"x")
    lock = os.open(folders[1], os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    access = ObjectLocation(f"{host.url}/a.apk")
    with Fetcher(ContentReader()).fetch(access, SHA, NAME):
        assert [folder.exists() for folder in folders] == [True, True, True]  # it may only just have been made
    monkeypatch.setattr(module, "YOUNG_SECONDS", -1)
    with Fetcher(ContentReader()).fetch(access, SHA, NAME):
        assert [folder.exists() for folder in folders] == [False, True, True]
    os.close(lock)
    gc.collect()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["somebody-elses", folders[1].name]


def test_a_local_file_is_read_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "a.apk").write_bytes(CONTENT)
    access = ObjectLocation(str(tmp_path / "a.apk"), 0, len(CONTENT))
    with Fetcher(ContentReader()).fetch(access, SHA, NAME) as path:
        assert path == tmp_path / "a.apk"
    assert path.exists()
    with (
        pytest.raises(InputError, match="the content has another SHA-256 than expected"),
        Fetcher(ContentReader()).fetch(access, "0" * 64, NAME),
    ):
        pytest.fail("it was given out")
