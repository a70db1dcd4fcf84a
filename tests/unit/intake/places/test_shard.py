"""Shards as other programs write them, and as nobody should."""

import hashlib
import io
import subprocess
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.each import each
from tieback.intake.places.shard import BLOCK, HEAD, TAIL, ByteStream, ShardError, hash_file, is_shard, iter_members
from tieback.model.remote import ShardMember

FILES = {"a.apk": b"PK\x03\x04" + bytes(3000), "deep/" + "d" * 90 + "/ü.pcap": b"x" * 511, "empty.ipa": b""}
LONG = "folder/" * 40 + "long.apk"


def judge(name: str, head: bytes, tail: bytes) -> str:
    return "app" if name.endswith(".apk") else "other"


def archive(files: dict[str, bytes], form: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        folder = tarfile.TarInfo("deep")
        folder.type = tarfile.DIRTYPE
        tar.addfile(folder)
        link = tarfile.TarInfo("link.apk")
        link.type, link.linkname = tarfile.SYMTYPE, "a.apk"
        tar.addfile(link)
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            tar.addfile(entry, io.BytesIO(content))
    return out.getvalue()


def walked(content: bytes, piece: int = 1000) -> list[ShardMember]:
    return list(iter_members(ByteStream(content[i : i + piece] for i in range(0, len(content), piece)), judge))


@pytest.mark.parametrize("piece", [1, 511, 512, 100_000])
@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_members_are_at_their_listed_offsets(form: int, piece: int) -> None:
    files = FILES if form == tarfile.USTAR_FORMAT else {**FILES, LONG: b"long"}
    content = archive(files, form)
    assert is_shard(content)
    found = walked(content, piece)
    assert {one.name: content[one.start : one.start + one.size] for one in found} == files
    assert all(hashlib.sha256(files[one.name]).hexdigest() == one.sha256 for one in found)
    assert [one.kind for one in found if one.name.endswith(".apk")] == ["app"] * (len(files) - 2)


@pytest.mark.parametrize("form", ["v7", "oldgnu", "gnu", "ustar", "posix"])
def test_as_gnu_tar_writes_them(tmp_path: Path, form: str) -> None:
    for name, content in FILES.items():
        (tmp_path / name.rpartition("/")[2]).write_bytes(content)
    made = subprocess.run(
        ["tar", "-C", tmp_path, f"--format={form}", "-cf", "-", "a.apk", "empty.ipa", "ü.pcap"],
        capture_output=True,
        check=True,
    )
    assert [(one.name, one.size) for one in walked(made.stdout)] == [("a.apk", 3004), ("empty.ipa", 0), ("ü.pcap", 511)]


def test_a_size_beyond_eight_gibibytes_is_read() -> None:
    entry = tarfile.TarInfo("a.apk")
    entry.size = 1 << 40
    with pytest.raises(ShardError, match=r"ends within 'a\.apk'"):
        walked(entry.tobuf(tarfile.GNU_FORMAT) + bytes(5000))


def header(name: str = "a.apk", size: int = 0, kind: bytes = b"0") -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size, entry.type = size, kind
    return entry.tobuf(tarfile.USTAR_FORMAT)


GOOD = header("first.apk", 3) + b"one" + bytes(509)


@each(
    ("rest", "said"),
    [
        (header("a.apk", 4096) + bytes(100), "ends within 'a.apk'"),
        (header()[:300], "ends within a header"),
        (b"x" * BLOCK, "the header at byte 1024 is damaged"),
        (header(kind=b"x", size=1 << 24), "the header at byte 1024 is larger than 1 MiB"),
        (header(kind=b"x", size=20) + b"20 size=notanumber\n " + bytes(492), "invalid size"),
        (header(kind=b"x", size=20) + b"99 path=x\n" + bytes(502), "damaged extended header"),
    ],
)
def test_members_before_the_damage_are_kept(rest: bytes, said: str) -> None:
    found = iter_members(ByteStream([GOOD + rest]), judge)
    assert next(found).name == "first.apk"
    with pytest.raises(ShardError, match=said):
        next(found)


def test_names_are_cut_and_cleaned() -> None:
    entry = tarfile.TarInfo("n" * 5000 + ".apk")
    content = entry.tobuf(tarfile.GNU_FORMAT) + header("bell\x07\x1b[31m.apk")
    assert [one.name for one in walked(content)] == ["n" * 1024, "bell\ufffd\ufffd[31m.apk"]


def test_sparse_members_are_passed_over() -> None:
    extra = b"22 GNU.sparse.major=1\n"
    content = header(kind=b"x", size=len(extra)) + extra.ljust(512, b"\0") + header("s.apk", 3) + b"abc" + bytes(509)
    assert [one.name for one in walked(content + GOOD)] == ["first.apk"]


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_any_bytes(content: bytes, piece: int) -> None:
    for start in (b"", GOOD):
        whole = start + content
        stream = ByteStream(whole[i : i + piece] for i in range(0, len(whole), piece))
        try:
            found = list(iter_members(stream, judge))
        except ShardError:
            continue
        assert all(one.start + one.size <= len(whole) for one in found)


def test_the_ends_of_a_large_file_are_seen() -> None:
    content = bytes(range(256)) * 8192
    for step in (1000, 65_536, 1 << 20, len(content)):
        pieces = [content[at : at + step] for at in range(0, len(content), step)]
        found = hash_file(pieces, lambda head, tail: str(head == content[:HEAD] and tail == content[-TAIL:]))
        assert found.kind == "True"


@given(st.binary(max_size=2000), st.lists(st.integers(1, 400), max_size=20))
def test_a_whole_file(content: bytes, cuts: list[int]) -> None:
    pieces = [content[a:b] for a, b in zip([0, *sorted(cuts)], [*sorted(cuts), len(content)], strict=True)]
    found = hash_file(pieces, lambda head, tail: str(head == content == tail))
    assert found == ShardMember("", 0, len(content), hashlib.sha256(content).hexdigest(), "True")
