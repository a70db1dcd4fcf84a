"""Tar archives inside a package."""

import gzip
import io
import tarfile

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.budget import budget_for
from tieback.intake.apps.content import Content, sniff
from tieback.intake.apps.entries import make_artifacts
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.tar import TarArchive
from tieback.model.sighting import UnreadKind

FILES = {
    "main.py": b"URL = 'https://api.acme.test/v1'\n" * 40,
    "a/b/empty": b"",
    "./c.json": b'{"host": "db.acme.test"}',
    "deep/" + "folder/" * 30 + "d.txt": b"d" * 512,
    "n\u00e4me.txt": b"e" * 513,
}


def archive(form: int = tarfile.USTAR_FORMAT, files: dict[str, bytes] = FILES) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as tar:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
        for name, data in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def read(data: bytes) -> tuple[dict[str, bytes], PackageProblems]:
    problems = PackageProblems()
    tar = TarArchive(data, problems, budget_for(len(data)))
    return {entry.name: tar.read(entry) for entry in tar.entries}, problems


@each("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_files_have_their_names_and_bytes_in_every_form(form: int) -> None:
    found, problems = read(archive(form))
    assert found == {name.removeprefix("./"): data for name, data in FILES.items()}
    assert not problems


def test_what_is_behind_damage_is_missing_and_is_said() -> None:
    data = bytearray(archive())
    second = data.find(b"a/b/empty")
    data[second] ^= 1
    found, problems = read(bytes(data))
    assert list(found) == ["main.py"]
    assert [(one.what, one.unread) for one in problems] == [
        ("the tar archive is damaged from here on", UnreadKind.UNREADABLE)
    ]


def test_a_file_that_is_cut_off_keeps_its_beginning() -> None:
    data = archive(files={"a.txt": b"https://api.acme.test/" + b"x" * 5000})
    found, problems = read(data[: 512 * 4])
    assert found["a.txt"] == b"https://api.acme.test/" + b"x" * (512 * 2 - 22)
    assert [one.unread for one in problems] == [UnreadKind.DAMAGED]


def test_the_number_of_files_is_bounded() -> None:
    problems, budget = PackageProblems(), budget_for(0)
    budget.entries = 3
    tar = TarArchive(archive(), problems, budget)
    assert len(tar.entries) == 2
    assert [one.unread for one in problems] == [UnreadKind.LIMIT]


def test_a_huge_size_ends_the_archive() -> None:
    data = bytearray(archive(files={"a.txt": b"abc", "b.txt": b"x"}))
    at = data.find(b"a.txt")
    data[at + 124 : at + 136] = b"\x80" + b"\0" * 3 + b"\xff" * 8
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
    found, problems = read(bytes(data))
    assert list(found) == ["a.txt"]
    assert [one.unread for one in problems] == [UnreadKind.DAMAGED]


@each("wrap", [bytes, gzip.compress])
def test_each_file_of_an_archive_is_read_as_itself(wrap: "type[bytes]") -> None:
    problems = PackageProblems()
    data = wrap(archive())
    content = sniff(data)
    assert content is (Content.TAR if wrap is bytes else Content.GZIP)
    found = {one.file for one in make_artifacts("assets/private.tar", data, problems, budget_for(len(data)))}
    assert {"assets/private.tar!main.py", "assets/private.tar!c.json"} <= found
    assert not problems


@settings(max_examples=examples(80), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 8000), st.integers(0, 255)), max_size=12), cut=st.integers(0, 8000))
def test_damage_never_raises(noise: list[tuple[int, int]], cut: int) -> None:
    data = bytearray(archive(tarfile.PAX_FORMAT))
    for place, value in noise:
        data[place % len(data)] = value
    for content in (bytes(data), bytes(data[:cut])):
        found, _ = read(content)
        assert sum(map(len, found.values())) <= len(content)
