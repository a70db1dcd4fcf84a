"""Uploads: complete and with their own digest, or not at all; private; bounded; nothing but hexadecimal names."""

import hashlib
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tieback.model.errors import InputError, TiebackError, UsageError
from tieback.storage.uploads import (
    MAX_PARTS,
    UploadBusyError,
    UploadFolder,
    UploadLimits,
    UploadTooLargeError,
    shown_name,
)

DATA = b"PK\x03\x04 an app"
SHA = hashlib.sha256(DATA).hexdigest()
OTHER = hashlib.sha256(b"other").hexdigest()


def files(folder: UploadFolder) -> set[str]:
    return {path.name for path in folder.directory.iterdir()} if folder.directory.exists() else set()


def put(folder: UploadFolder, data: bytes = DATA, sha256: str = "", **options: object) -> str:
    with folder.receive(sha256, **options) as upload:  # type: ignore[arg-type]
        upload.write(data[:3])
        upload.write(data[3:])
        return upload.finish().sha256


@pytest.mark.parametrize("sha256", ["", SHA])
def test_a_file_is_private_and_named_by_its_digest(tmp_path: Path, sha256: str) -> None:
    folder = UploadFolder(tmp_path)
    assert put(folder, sha256=sha256, author="ann", name="../../etc/a\u202e\n.apk") == SHA
    found = folder.find(SHA)
    assert found is not None
    assert (found.size, found.author, found.name) == (len(DATA), "ann", "a.apk")
    assert files(folder) == {SHA, f"{SHA}.json"}
    modes = {stat.S_IMODE(path.stat().st_mode) for path in folder.directory.iterdir()}
    assert (modes, stat.S_IMODE(folder.directory.stat().st_mode)) == ({0o600}, 0o700)
    assert folder.path_of(SHA).read_bytes() == DATA
    assert [one.sha256 for one in folder.all()] == [SHA]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"sha256": OTHER}, "another SHA-256"),
        ({"length": len(DATA) + 1}, "were announced"),
        ({"length": len(DATA) - 1}, "more than the announced"),
        ({"data": b""}, "empty"),
    ],
)
def test_what_is_wrong_leaves_nothing(tmp_path: Path, options: dict[str, object], what: str) -> None:
    folder = UploadFolder(tmp_path)
    with pytest.raises(InputError, match=what):
        put(folder, **options)  # type: ignore[arg-type]
    assert files(folder) == set()


def test_a_lost_connection_leaves_nothing(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)

    def lose() -> None:
        with folder.receive(SHA) as upload:
            upload.write(DATA)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        lose()
    assert files(folder) == set()


@pytest.mark.parametrize(
    "name", ["", "..", "../" + "a" * 61, "A" * 64, "a" * 63, "a" * 65, "/etc/passwd", f"{SHA}/..", f"{SHA}\n"]
)
def test_only_a_digest_names_a_file(tmp_path: Path, name: str) -> None:
    folder = UploadFolder(tmp_path)
    put(folder)
    assert folder.find(name) is None
    assert folder.delete(name) is False
    with pytest.raises(UsageError):
        folder.path_of(name)
    if name:
        with pytest.raises(UsageError, match="not a SHA-256"):
            put(folder, sha256=name)
    assert files(folder) == {SHA, f"{SHA}.json"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    put(folder, b"first")
    (tmp_path / "secret").write_bytes(b"secret")
    (folder.directory / OTHER).symlink_to(tmp_path / "secret")
    (folder.directory / f".{SHA}.part").symlink_to(tmp_path / "secret")
    assert folder.find(OTHER) is None
    with pytest.raises(TiebackError):
        put(folder, sha256=SHA)
    assert (tmp_path / "secret").read_bytes() == b"secret"


def test_limits(tmp_path: Path) -> None:
    small = UploadFolder(tmp_path, UploadLimits(file=8, free=0))
    with pytest.raises(UploadTooLargeError, match="larger than 8 bytes"):
        put(small, length=len(DATA))
    with pytest.raises(UploadTooLargeError, match="larger than 8 bytes"):
        put(small)
    full = UploadFolder(tmp_path, UploadLimits(total=20, free=0))
    with pytest.raises(UploadTooLargeError, match="together"):
        put(full, length=21)
    with pytest.raises(UploadTooLargeError, match="would be free"):
        put(UploadFolder(tmp_path, UploadLimits(free=1 << 60)))
    assert files(full) == set()


def test_one_upload_per_content_and_few_at_a_time(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    with folder.receive(SHA) as first:
        first.write(DATA)
        with pytest.raises(UploadBusyError, match="already"), folder.receive(SHA):
            pass
        assert put(folder, b"other", OTHER) == OTHER
        assert first.finish().sha256 == SHA
    digests = [hashlib.sha256(bytes([n])).hexdigest() for n in range(MAX_PARTS + 1)]
    opened = [folder.receive(digest) for digest in digests]
    for one in opened[:MAX_PARTS]:
        one.__enter__()
    with pytest.raises(UploadBusyError, match="in progress"):
        opened[-1].__enter__()
    for one in opened[:MAX_PARTS]:
        one.__exit__(None, None, None)
    assert files(folder) == {SHA, f"{SHA}.json", OTHER, f"{OTHER}.json"}


def test_the_remains_of_an_ended_process_go_with_the_next_upload(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    folder.directory.mkdir()
    for name in (f".{OTHER}.part", f".{SHA}.part", f".{'a' * 32}.part"):
        (folder.directory / name).write_bytes(b"remains that are longer than the file")
    assert put(folder, sha256=SHA) == SHA
    assert files(folder) == {SHA, f"{SHA}.json"}
    assert folder.path_of(SHA).read_bytes() == DATA


def test_the_same_content_again_changes_nothing(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    put(folder, author="ann")
    before = folder.path_of(SHA).stat().st_ino
    assert put(folder, author="bob") == SHA
    found = folder.find(SHA)
    assert found is not None
    assert (found.author, folder.path_of(SHA).stat().st_ino) == ("ann", before)


def test_deleting(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    put(folder)
    assert folder.delete(SHA)
    assert not folder.delete(SHA)
    assert files(folder) == set()


def test_a_damaged_note_hides_no_upload(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    put(folder, author="ann")
    (folder.directory / f"{SHA}.json").write_bytes(b"{")
    assert [(one.sha256, one.author) for one in folder.all()] == [(SHA, "")]


@given(st.text())
def test_shown_names_are_inert(name: str) -> None:
    shown = shown_name(name)
    assert len(shown) <= 200
    assert shown.isprintable()
    assert "/" not in shown
    assert "\\" not in shown


@given(st.lists(st.binary(max_size=64), max_size=6), st.integers(0, 200), st.booleans())
def test_any_pieces_give_the_whole_file_or_nothing(
    tmp_path_factory: pytest.TempPathFactory, pieces: list[bytes], length: int, right: bool
) -> None:
    folder = UploadFolder(tmp_path_factory.mktemp("uploads"))
    data = b"".join(pieces)
    digest = hashlib.sha256(data).hexdigest()
    try:
        with folder.receive(digest if right else OTHER, length=length) as upload:
            for piece in pieces:
                upload.write(piece)
            upload.finish()
    except InputError:
        assert files(folder) == set()
        assert not (data and right and length == len(data))
    else:
        assert folder.path_of(digest).read_bytes() == data


def test_texts_name_an_upload_by_its_name_and_not_by_its_path(tmp_path: Path) -> None:
    folder = UploadFolder(tmp_path)
    put(folder, name="shop.apk")
    path = folder.directory.absolute() / SHA
    assert folder.name_of(f"{path}: not an app") == "shop.apk: not an app"
    assert folder.name_of(f"{path.with_name(OTHER)}: gone") == f"{OTHER}: gone"
    assert folder.name_of("/captures/run.har") == "/captures/run.har"
