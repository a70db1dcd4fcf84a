import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.discover import find_apps
from tieback.model.errors import InputError

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


def test_files_are_given_on_as_they_are(tree: Path) -> None:
    assert found(tree / "notes.txt", tree / "a.apk", tree / "a.apk") == ["notes.txt", "a.apk", "a.apk"]


def test_what_is_named_like_a_package_is_given_on_to_be_refused(tree: Path) -> None:
    (tree / "fake.APK").write_text("text")
    assert found(tree) == ["a.apk", "two.bin", "c.ipa", "fake.APK"]


def test_what_is_missing_is_one_error_and_the_rest_goes_on(tree: Path) -> None:
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


def test_parts_of_apps_count_where_there_is_no_package(tree: Path, tmp_path: Path) -> None:
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
