"""One walk finds apps, captures and shards; a file is classified by name or else by content."""

import gzip
import io
import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.each import each
from tests.unit.intake.traffic import wire
from tests.unit.pipeline.test_traffic import HTTP, capture
from tieback.intake.discover import (
    MAX_DEPTH,
    DiscoveredInput,
    FileKind,
    classify_file,
    classify_name,
    classify_path,
    find_apps,
    find_captures,
    find_inputs,
)
from tieback.model.errors import InputError

APP = (Path(__file__).parents[3] / "labs" / "apps" / "workhub.apk").read_bytes()

type Build = Callable[..., bytes]


def found(*paths: Path) -> list[str]:
    """Names of what was found, and errors as ``where: what`` with the last part of the place."""
    return [
        f"{Path(item.where).name}: {item.what}" if isinstance(item, InputError) else item.name
        for item in find_apps(paths)
    ]


@pytest.fixture
def tree(build: Build, tmp_path: Path) -> Path:
    apk = build("zipped", [("AndroidManifest.xml", b"x"), ("a.txt", b"x" * 100)])
    (tmp_path / "b").mkdir()
    (tmp_path / "b" / "two.bin").write_bytes(apk)
    (tmp_path / "c.ipa").write_bytes(build("zipped", [("Payload/A.app/Info.plist", b"x")]))
    (tmp_path / "a.apk").write_bytes(apk)
    (tmp_path / "letter.docx").write_bytes(build("zipped", [("word/document.xml", b"x")]))
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "empty").touch()
    return tmp_path


def test_directories_are_walked_in_order_and_packages_known_by_content(tree: Path) -> None:
    assert found(tree) == ["a.apk", "two.bin", "c.ipa"]


def test_files_are_passed_through_unchanged(tree: Path) -> None:
    assert found(tree / "notes.txt", tree / "a.apk", tree / "a.apk") == ["notes.txt", "a.apk", "a.apk"]


def test_file_named_like_a_package_is_passed_on_and_rejected_later(tree: Path) -> None:
    (tree / "fake.APK").write_text("text")
    assert found(tree) == ["a.apk", "two.bin", "c.ipa", "fake.APK"]


def test_missing_path_is_one_error_and_the_rest_is_found(tree: Path) -> None:
    assert found(tree / "none", tree / "a.apk", Path("a\0b"))[:2] == ["none: no such file or directory", "a.apk"]


def test_a_directory_without_packages_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    assert found(tmp_path) == [f"{tmp_path.name}: no app package in this directory"]


def test_an_unpacked_app_is_one_app(build: Build, tree: Path) -> None:
    for name in ("AndroidManifest.xml", "classes.dex", "assets/inner.apk"):
        (tree / "unzipped" / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / "unzipped" / name).write_bytes(build("zipped", [("AndroidManifest.xml", b"x")]))
    assert found(tree) == ["a.apk", "two.bin", "c.ipa", "unzipped"]
    assert found(tree / "unzipped") == ["unzipped"]


def test_app_parts_are_found_if_there_is_no_package(tree: Path, tmp_path: Path) -> None:
    parts = tree / "d"
    parts.mkdir()
    for name, content in (("a.so", b"\x7fELF"), ("b.bin", b"dex\n035\0"), ("c.txt", b"text"), ("d.zip", b"PK\3\4")):
        (parts / name).write_bytes(content + b" " * 100)
    assert found(parts) == ["a.so", "b.bin"]
    assert found(tree) == ["a.apk", "two.bin", "c.ipa"]
    (parts / "real.apk").write_bytes((tree / "a.apk").read_bytes())
    assert found(parts) == ["real.apk"]


def test_links_in_a_circle_end(tree: Path) -> None:
    (tree / "b" / "up").symlink_to(tree)
    (tree / "self").symlink_to(tree / "self")
    (tree / "z.apk").symlink_to(tree / "a.apk")
    assert found(tree) == ["a.apk", "two.bin", "c.ipa", "z.apk"]


def test_pipes_are_not_waited_for(tree: Path) -> None:
    os.mkfifo(tree / "pipe")
    assert found(tree) == ["a.apk", "two.bin", "c.ipa"]


def test_depth_is_bounded(tmp_path: Path) -> None:
    deep = tmp_path
    for _ in range(40):
        deep = deep / "d"
    deep.mkdir(parents=True)
    assert found(tmp_path) == ["d: nested too deep to be searched"]


def test_real_packages_are_found(apps: Path) -> None:
    names = found(apps)
    assert {"diva.apk", "UnCrackable-Level1.ipa", "bitrise-release-unsigned.aab", "minimal_def_mod.apk"} <= set(names)
    assert not {"MANIFEST.tsv", "hermes-v84-sample.hbc"} & set(names)


@each(
    ("name", "kind"),
    [
        ("s3://b/a.APK", FileKind.APP),
        ("a.aab", FileKind.APP),
        ("a.ipa", FileKind.APP),
        ("a.xapk", FileKind.APP),
        ("run.pcapng", FileKind.TRAFFIC),
        ("run.pcap.gz", FileKind.TRAFFIC),
        ("run.har", FileKind.TRAFFIC),
        ("000.tar", FileKind.SHARD),
        ("000.tar.gz", FileKind.PACKED_SHARD),
        ("000.tgz", FileKind.PACKED_SHARD),
        ("a.zip", FileKind.OTHER),
        ("apk", FileKind.OTHER),
    ],
)
def test_kind_by_name(name: str, kind: FileKind) -> None:
    assert classify_name(name) is kind


@each(
    ("name", "content", "kind"),
    [
        ("object", APP, FileKind.APP),
        ("object", capture(HTTP), FileKind.TRAFFIC),
        ("a.apk", b"nothing of the kind", FileKind.APP),
        ("object", b"PK\x03\x04" + bytes(100), FileKind.OTHER),
        ("object", b"", FileKind.OTHER),
        ("000.tar", b"not a shard", FileKind.OTHER),
    ],
)
def test_kind_by_content(name: str, content: bytes, kind: FileKind) -> None:
    assert classify_file(name, content[:65_536], content[-1_048_576:]) is kind


def test_captures_are_found_by_name_or_content(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    files = {
        "a.pcap": b"no capture",
        "deep/no-name": wire.pcap([]),
        "b.bin": wire.section(),
        "c.txt": b"text",
        "d.pcap.gz": gzip.compress(b""),
        "e.har": b"{}",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    every = [item for item in find_captures([tmp_path]) if isinstance(item, DiscoveredInput)]
    found = [item.path.relative_to(tmp_path).as_posix() for item in every]
    assert found == ["a.pcap", "b.bin", "d.pcap.gz", "deep/no-name", "e.har"]


def test_captures_errors_are_in_the_stream(tmp_path: Path) -> None:
    (tmp_path / "c.txt").write_bytes(b"text")
    found = list(find_captures([tmp_path / "none", tmp_path, tmp_path / "c.txt"]))
    assert [item.what for item in found if isinstance(item, InputError)] == [
        "no such file or directory",
        "no capture in this directory",
    ]
    assert found[2] == DiscoveredInput(tmp_path / "c.txt", FileKind.TRAFFIC), "a file is given on as it is"


def shard() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        tar.addfile(tarfile.TarInfo("a.apk"))
    return out.getvalue()


def inputs(path: Path) -> list[str]:
    return [
        f"!{item.what}" if isinstance(item, InputError) else f"{item.kind} {item.path.relative_to(path)}"
        for item in find_inputs(path)
    ]


def test_inputs_of_a_directory_are_apps_then_captures_then_shards(tree: Path) -> None:
    for name in ("b/z.tar", "b/a.TAR", "0.tar", "a.tar.gz"):
        (tree / name).write_bytes(b"")
    (tree / "folder.tar").mkdir()
    (tree / "0.pcap").write_bytes(b"")
    (tree / "c.so").write_bytes(b"\x7fELF" + bytes(100))
    assert inputs(tree) == [
        *("app a.apk", "app b/two.bin", "app c.ipa"),
        "traffic 0.pcap",
        *("shard 0.tar", "shard b/a.TAR", "shard b/z.tar"),
    ]


def test_app_parts_are_inputs_if_there_is_no_app(tmp_path: Path) -> None:
    (tmp_path / "c.so").write_bytes(b"\x7fELF" + bytes(100))
    (tmp_path / "run").write_bytes(capture(HTTP))
    assert inputs(tmp_path) == ["app_part c.so", "traffic run"]


def test_a_directory_without_inputs_is_one_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("text")
    assert inputs(tmp_path) == ["!no apps, captures or shards in this directory"]
    assert inputs(tmp_path / "none") == ["!no such file or directory"]


def test_inputs_below_the_depth_limit_are_one_error(tmp_path: Path) -> None:
    deep = tmp_path.joinpath(*(["d"] * (MAX_DEPTH + 2)))
    deep.mkdir(parents=True)
    (deep / "a.tar").write_bytes(b"")
    assert inputs(tmp_path) == ["!nested too deep to be searched"]


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("run.pcap.gz", gzip.compress(wire.pcap([]), mtime=0), FileKind.TRAFFIC),
        ("run", wire.pcap([]), FileKind.TRAFFIC),
        ("archive", shard(), FileKind.SHARD),
        ("a.tar.gz", b"", FileKind.PACKED_SHARD),
        ("lib", b"\x7fELF" + bytes(100), FileKind.APP_PART),
        ("notes.txt", b"text", FileKind.OTHER),
    ],
)
def test_file_has_the_same_kind_by_itself_and_in_a_directory(
    tmp_path: Path, name: str, content: bytes, kind: FileKind
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert classify_path(path) is kind
    assert list(find_inputs(path)) == [DiscoveredInput(path, kind)]


SQUID = (
    "1763812345.123 45 10.0.0.7 TCP_MISS/200 1234 GET http://es.shop.test:9200/users/_search"
    " - HIER_DIRECT/203.0.113.9 application/json\n"
)
ARCHIVE = b'{"log":{"version":"1.2","entries":[]}}'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("access.log", SQUID.encode()),
        ("access.log.gz", gzip.compress(SQUID.encode(), mtime=0)),
        ("conn.log", b"#separator \\x09\n#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\n"),
        ("eve.json", b'{"event_type":"flow","src_ip":"10.0.0.7","dest_ip":"203.0.113.9","dest_port":9200}\n'),
        ("session.json", ARCHIVE),
    ],
)
def test_what_traffic_reads_is_traffic_if_passed_by_itself(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert list(find_inputs(path)) == [DiscoveredInput(path, FileKind.TRAFFIC)]
    below = [isinstance(item, InputError) for item in find_inputs(tmp_path)]
    assert below == [name != "conn.log"], "many texts look like logs, except those of Zeek"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("notes.txt", b"The server is es.shop.test:9200.\n"),
        ("devices.csv", b"serial,model,app\n1,Pixel,org.example.shop\n"),
        ("package.json", b'{"name":"shop","version":"1.0"}\n'),
        ("nginx.log", b'10.0.0.7 - - [27/Nov/2026:10:00:00 +0000] "GET /a HTTP/1.1" 200 12 "-" "okhttp/4"\n'),
        ("empty", b""),
        ("page.html", b"<html></html>"),
    ],
)
def test_other_texts_are_not_traffic(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert list(find_inputs(path)) == [DiscoveredInput(path, FileKind.OTHER)]


@pytest.mark.parametrize("find", [find_inputs, lambda path: find_apps([path]), lambda path: find_captures([path])])
@pytest.mark.timeout(60)
def test_pipes_and_devices_are_refused_before_they_are_read(
    find: Callable[[Path], Iterator[object]], tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe.apk")
    for path in (tmp_path / "pipe.apk", Path("/dev/zero")):
        (error,) = find(path)
        assert isinstance(error, InputError)
        assert (error.what, error.where) == ("not a regular file", str(path))
