import gzip
import io
import plistlib
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.each import each
from tests.examples import examples
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.budget import PackageBudget, budget_for
from tieback.intake.apps.entries import Special, make_artifacts, walk_entries
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind, EntrySource
from tieback.intake.apps.problems import PackageProblems
from tieback.model.sighting import UnreadKind

BUNDLE = Path(__file__).parents[4] / "labs" / "frameworks" / "apps" / "parcelrun-hermes.apk"

type Build = Callable[..., bytes]
URL = "https://api.test/v1"


def one(file: str, content: bytes | bytearray, problems: PackageProblems) -> Artifact | None:
    """The only artifact of a content, if there is one."""
    found = list(make_artifacts(file, content, problems, budget_for(0)))
    assert len(found) < 2
    return found[0] if found else None


def nothing(_: str) -> None:
    """No entry is special."""


def artifacts(source: EntrySource, special: Special, budget: PackageBudget) -> Iterator[Artifact]:
    """The walk, with what is to be searched together one by one."""
    for piece in walk_entries(source, special, budget):
        if isinstance(piece, Artifact):
            yield piece
        else:
            yield from piece.artifacts()


@each(
    ("content", "kind"),
    [
        (f'{{"url": "{URL}"}}'.encode(), BufferKind.TEXT),
        (b"\xff\xfe" + URL.encode("utf-16-le"), BufferKind.TEXT),
        (b"\xfe\xff" + URL.encode("utf-16-be"), BufferKind.TEXT),
        (plistlib.dumps({"url": URL}), BufferKind.MANIFEST),
        (plistlib.dumps({"url": URL}, fmt=plistlib.FMT_BINARY), BufferKind.BINARY),
        (b"\x0a\x13\0" + URL.encode(), BufferKind.BINARY),
        (b"\x7fELF\2\1\1\0" + URL.encode(), BufferKind.NATIVE),
        (b"dex\n035\0" + URL.encode(), BufferKind.BINARY),
        (b"\x02\0\x0c\0" + URL.encode(), BufferKind.BINARY),
        (b"\x03\0\x08\0" + URL.encode(), BufferKind.BINARY),
    ],
)
def test_an_address_can_be_found_in_any_kind_of_content(content: bytes, kind: BufferKind) -> None:
    artifact = one("a", content, PackageProblems())
    assert artifact is not None
    (buffer,) = artifact.buffers
    assert buffer.kind is kind
    text = buffer.data.decode("utf-16-le") if buffer.utf16 else buffer.data.decode("latin-1")
    assert URL in text
    if not buffer.utf16:
        assert content[buffer.base :].startswith(buffer.data)


@pytest.mark.parametrize("content", [b"", b"\x89PNG\r\n\x1a\n" + b"\0" * 50, b"OggS" + b"\0" * 50])
def test_entries_without_text_are_left_out(content: bytes) -> None:
    assert one("a", content, PackageProblems()) is None


def test_nested_archives_are_read_with_their_path(build: Build) -> None:
    problems = PackageProblems()
    table = b"\x02\0\x0c\0" + b"x" * 50
    inner = build("zipped", [("a.json", URL.encode()), ("b", URL.encode(), {"crc": 5}), ("c", table)])
    for stored in (True, False):
        archive = Archive(build("zipped", [("libs/x.jar", inner), ("z.txt", b"last")], stored=stored), problems)
        found = {artifact.file: artifact.buffers[0].data for artifact in artifacts(archive, nothing, budget_for(0))}
        assert found.pop("libs/x.jar!c") == table
        assert found == {"libs/x.jar!a.json": URL.encode(), "libs/x.jar!b": URL.encode(), "z.txt": b"last"}
    assert [problem.where for problem in problems] == ["libs/x.jar!b", "libs/x.jar!c"]


def test_bytecode_in_a_nested_package_stays_whole(build: Build) -> None:
    archive = Archive(build("zipped", [("base.apk", BUNDLE.read_bytes())]), PackageProblems())
    found = {one.file: one for one in artifacts(archive, nothing, budget_for(0))}
    assert found["base.apk!assets/index.android.bundle"].bytecode


def test_archives_are_opened_two_deep(build: Build) -> None:
    data = build("zipped", [("deepest.txt", URL.encode())])
    for name in ("c.zip", "b.zip", "a.zip"):
        data = build("zipped", [(name, data), (name + ".txt", b"text")])
    archive = Archive(data, PackageProblems())
    found = [artifact.file for artifact in artifacts(archive, nothing, archive.budget)]
    assert found == ["a.zip!b.zip!c.zip.txt", "a.zip!b.zip.txt", "a.zip.txt"]
    assert [problem.where for problem in archive.problems] == ["a.zip!b.zip!c.zip"]


def test_the_number_of_archives_is_bounded(build: Build) -> None:
    inner = build("zipped", [("a", b"text")])
    archive = Archive(
        build("zipped", [(str(n), inner) for n in range(9)]), PackageProblems(), PackageBudget(10**6, archives=4)
    )
    assert len(list(artifacts(archive, nothing, archive.budget))) == 4
    assert "too many archives" in archive.problems[0].what


def test_damaged_nested_archive_is_a_problem(build: Build) -> None:
    archive = Archive(build("zipped", [("x.jar", b"PK\3\4" + b"\0" * 50)], stored=True), PackageProblems())
    assert list(artifacts(archive, nothing, archive.budget)) == []
    assert [(problem.what[:24], problem.where) for problem in archive.problems] == [
        ("the archive is truncated", "x.jar")
    ]


def test_damaged_table_is_a_problem_and_still_searched() -> None:
    problems = PackageProblems()
    artifact = one("resources.arsc", b"\x02\0\x0c\0" + b"x" * 50, problems)
    assert artifact is not None
    assert [problem.where for problem in problems] == ["resources.arsc"]


def test_the_walk_keeps_the_order_and_skips_folders_and_pictures(build: Build) -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 200
    files = [("z.txt", b"last name, first place"), ("res/", b""), ("p", picture), ("a.json", b"{}")]
    archive = Archive(build("zipped", files, stored=True), PackageProblems())
    assert [artifact.file for artifact in artifacts(archive, nothing, archive.budget)] == ["z.txt", "a.json"]


def test_a_second_entry_of_a_special_name_does_not_hide(build: Build) -> None:
    archive = Archive(build("zipped", [("m", b"first"), ("m", URL.encode())]), PackageProblems())
    own = Artifact("m", (Buffer("m", BufferKind.MANIFEST, b"own"),))
    found = [
        artifact.buffers[0].data
        for artifact in artifacts(archive, lambda name: own if name == "m" else None, archive.budget)
    ]
    assert found == [b"own", URL.encode()]


@settings(max_examples=examples(100), deadline=None)
@given(
    magic=st.sampled_from([
        b"", b"dex\n035\0", b"\x02\0\x0c\0", b"\x03\0\x08\0", b"\x7fELF\2\1", b"bplist00",
        b"\xca\xfe\xba\xbe\0\0\0\1", b"\xcf\xfa\xed\xfe", b"\xfe\xff",
    ]),
    noise=st.binary(max_size=300),
)  # fmt: skip
def test_noise_never_raises(magic: bytes, noise: bytes) -> None:
    artifact = one("a", bytearray(magic + noise), PackageProblems())
    if artifact is not None:
        assert sum(len(buffer.data) for buffer in artifact.buffers) <= 2 * len(magic + noise)


@each("form", ["zip in gzip", "tar", "tar in gzip"])
def test_archives_inside_each_other_have_an_end(form: str) -> None:
    def packed(data: bytes) -> bytes:
        out = io.BytesIO()
        if form == "zip in gzip":
            with zipfile.ZipFile(out, "w") as archive:
                archive.writestr("a.bin", data)
        else:
            with tarfile.open(fileobj=out, mode="w") as tar:
                info = tarfile.TarInfo("a.bin")
                info.size = len(data)
                tar.addfile(info, io.BytesIO(data))
        return out.getvalue() if form == "tar" else gzip.compress(out.getvalue())

    shallow = packed(b"see https://api.test")
    problems = PackageProblems()
    (found,) = make_artifacts("a.bin", shallow, problems, budget_for(0))
    assert (bytes(found.buffers[0].data), list(problems)) == (b"see https://api.test", [])
    deep = shallow
    for _ in range(450):
        deep = packed(deep)
    budget = budget_for(len(deep))
    assert list(make_artifacts("a.bin", deep, problems, budget)) == []
    assert [(one.what.partition(":")[0], one.unread) for one in problems] == [("not opened", UnreadKind.LIMIT)]
    assert budget.open == 0
