"""Small files are gathered in order, and come out as they would one by one."""

from pathlib import Path

import pytest

from tests import samples
from tests.each import each
from tests.unit.intake.conftest import zipped
from tieback.intake.apps.content import sniff
from tieback.intake.apps.interface import ArtifactBatch, BufferKind
from tieback.intake.apps.open import open_app
from tieback.intake.apps.small_files import FULL, SMALL, SmallFiles
from tieback.intake.apps.stringpool import MalformedPoolError, pool_frame

LAYOUT = (
    b"\x03\x00\x08\x00\x00\x00\x00\x00\x01\x00\x1c\x00\x28\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00"
    b"\x00\x01\x00\x00\x20\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x04\x04beta\x00\x00"
)


def test_the_layout_of_these_tests_has_a_pool() -> None:
    assert pool_frame(LAYOUT, 8).count == 1


@each(
    ("file", "content", "taken"),
    [
        ("res/layout/a.xml", LAYOUT, BufferKind.RESOURCES),
        ("res/layout/a.xml", LAYOUT + bytes(SMALL), None),
        ("res/layout/a.xml", LAYOUT[:20], None),
        ("res/layout/a.xml", LAYOUT[:8] + b"\x02" + LAYOUT[9:], None),
        ("res/layout/a.arsc", LAYOUT, None),
        ("resources.arsc", LAYOUT, None),
        ("META-INF/a.version", b"1.0.0\n", BufferKind.TEXT),
        ("a.class", b"\xca\xfe\xba\xbe\0\0\0\x34", BufferKind.BINARY),
        ("a.txt", b"a" * (SMALL + 1), None),
        ("a.plist", b"<?xml version='1.0'?><plist>", None),
        ("a.dex", b"dex\n035\0", None),
    ],
)
def test_what_is_gathered(file: str, content: bytes, taken: BufferKind | None) -> None:
    heap = SmallFiles()
    assert heap.add(file, content, sniff(content)) is (taken is not None)
    found = [artifact for gathered in heap.drain() for artifact in gathered.artifacts()]
    assert [(one.file, one.buffers[0].kind) for one in found] == ([(file, taken)] if taken else [])
    assert list(heap.drain()) == []


def test_batch_reports_when_it_is_full() -> None:
    heap = SmallFiles()
    content = LAYOUT + bytes(SMALL - len(LAYOUT))
    count = 0
    while not heap.is_full:
        assert heap.add(f"{count}.xml", content, sniff(content))
        count += 1
    assert FULL < count * SMALL <= FULL + SMALL


def test_joined_batch_has_the_end_of_each_file() -> None:
    heap = SmallFiles()
    heap.add("a.xml", LAYOUT, sniff(LAYOUT))
    heap.add("b.xml", LAYOUT + b"tail", sniff(LAYOUT))
    (gathered,) = heap.drain()
    joined, ends = gathered.concatenate()
    assert ends[-1] == len(joined)
    assert joined[ends[0] : ends[1]] == LAYOUT + b"tail" + ArtifactBatch.SEPARATOR


def test_gathered_files_are_the_same_artifacts_in_the_same_order(tmp_path: Path) -> None:
    app = tmp_path / "a.apk"
    app.write_bytes(zipped([("a.xml", LAYOUT), ("none.txt", b""), ("p.png", b"\x89PNG\r\n"), ("b.xml", LAYOUT),
                            ("c.txt", b"https://a.de"), ("c.plist", b"<plist>"), ("d.xml", LAYOUT),
                            ("e.xml", LAYOUT[:30]), ("classes.dex", b"dex\n")]))  # fmt: skip
    with open_app(app) as opened:
        kinds = [piece.files if isinstance(piece, ArtifactBatch) else piece.file for piece in opened.pieces()]
    assert kinds == [("a.xml", "b.xml", "c.txt"), "c.plist", ("d.xml",), "e.xml", "classes.dex"]
    with open_app(app) as opened:
        names = [one.file for one in opened.artifacts()]
        assert names == ["a.xml", "b.xml", "c.txt", "c.plist", "d.xml", "e.xml", "classes.dex"]
        assert [problem.where for problem in opened.problems] == ["e.xml", "classes.dex"]


@samples.needs("apps")
def test_a_real_app_is_mostly_small_files() -> None:
    with open_app(samples.directory("apps") / "dvba.apk") as opened:
        gathered = [piece for piece in opened.pieces() if isinstance(piece, ArtifactBatch)]
    assert sum(len(one.files) for one in gathered) > 200
    for one in gathered:
        for artifact in one.artifacts():
            assert artifact.file.endswith(".xml") is (artifact.buffers[0].starts is not None)


def test_the_pool_of_a_gathered_file_can_be_read() -> None:
    with pytest.raises(MalformedPoolError):
        pool_frame(LAYOUT[:20], 8)
