import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tieback.intake.apps.interface import OpenedApp
from tieback.intake.apps.open import open_app

type Build = Callable[..., bytes]


@pytest.fixture
def path(build: Build, tmp_path: Path) -> Path:
    files = [("AndroidManifest.xml", build("manifest", "test.x")), ("a.txt", b"http://db.test:9200"), ("b.txt", b"b")]
    target = tmp_path / "x.apk"
    target.write_bytes(build("zipped", files))
    return target


def test_identity_has_the_hash_of_the_file(path: Path) -> None:
    with open_app(path) as package:
        assert package.app is not None
        assert package.app.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
        assert package.app is package.app


def test_a_hash_that_is_known_is_not_computed_again(path: Path) -> None:
    with open_app(path, sha256="ab" * 32) as package:
        assert package.app is not None
        assert package.app.sha256 == package.sha256 == "ab" * 32


def test_identity_is_available_before_and_after_the_walk(path: Path) -> None:
    with open_app(path) as first, open_app(path) as second:
        before = first.app
        walked = [[a.file for a in package.artifacts()] for package in (first, second)]
        assert second.app == before
    assert walked == [["AndroidManifest.xml", "a.txt", "b.txt"]] * 2


def test_artifacts_outlive_the_package(path: Path) -> None:
    with open_app(path) as package:
        artifacts = list(package.artifacts())
    assert artifacts[1].buffers[0].data == b"http://db.test:9200"
    assert isinstance(artifacts[1].buffers[0].data, bytes | bytearray)  # no view of the closed map


def test_file_can_be_closed_after_a_partial_walk(path: Path) -> None:
    package = open_app(path)
    opened: OpenedApp = package
    next(opened.artifacts())
    opened.close()
    opened.close()
    assert package.problems == []


@contextmanager
def opened_with(file: str, build: Build, tmp_path: Path) -> Iterator[OpenedApp]:
    """A package with this file."""
    target = tmp_path / "x.apk"
    target.write_bytes(build("zipped", [("AndroidManifest.xml", build("manifest", "test.x")), (file, b"a")]))
    with open_app(target) as package:
        yield package


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("assets/www/cordova.js", True),
        ("assets/public/cordova_plugins.js", True),
        ("assets/inner.apk", True),  # it can have one
        ("assets/www/app.js", False),
        ("assets/mycordova.js.txt", False),
    ],
)
def test_a_package_without_the_scripts_of_hybrid_apps_is_none(
    build: Build, tmp_path: Path, file: str, expected: bool
) -> None:
    with opened_with(file, build, tmp_path) as opened:
        assert opened.may_be_hybrid is expected


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("assets/help.html", True),
        ("base/assets/web/index.htm", True),
        ("assets/app.js", False),
        ("res/raw/help.html", False),
        ("myassets/help.html", False),
    ],
)
def test_a_package_tells_whether_it_has_pages_in_its_assets(
    build: Build, tmp_path: Path, file: str, expected: bool
) -> None:
    with opened_with(file, build, tmp_path) as opened:
        assert opened.has_asset_pages is expected
