from collections.abc import Callable
from pathlib import Path

import pytest

from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.single import SingleFile, SinglePartFormat
from tieback.intake.discover import DiscoveredInput, FileKind, find_inputs
from tieback.model.errors import InputError

type Build = Callable[..., bytes]
URL = b"https://api.test/v1"


@pytest.mark.parametrize(
    ("name", "head", "what"),
    [("classes.dex", b"", "a single DEX file"), ("liba.so", b"\x7fELF\2\1\1", "a native library"),
     ("App", b"\xcf\xfa\xed\xfe", "a native binary")],
)  # fmt: skip
def test_a_part_is_searched_and_names_no_app(build: Build, tmp_path: Path, name: str, head: bytes, what: str) -> None:
    path = tmp_path / name
    path.write_bytes(head + b"\0" * 100 + URL if head else build("dex", [URL]))
    with open_app(path) as package:
        assert package.app is None
        (artifact,) = package.artifacts()
        assert [problem.what for problem in package.problems] == [f"{what}: it does not name its app"]
    assert artifact.file == name
    assert any(URL in buffer.data for buffer in artifact.buffers)


METRO = b"var __BUNDLE_START_TIME__=this.nativePerformanceNow?nativePerformanceNow():Date.now();"


@pytest.mark.parametrize(
    ("name", "head"),
    [("main.jsbundle", b"(function(){"), ("index.android.bundle", b"(function(){"), ("app.js", METRO),
     ("MAIN.JSBUNDLE", b"\xe5\xd1\x0b\xfb\0\0\0\0")],
    ids=["iOS", "Android", "Metro", "RAM bundle"],
)  # fmt: skip
def test_a_bundle_of_scripts_is_searched(tmp_path: Path, name: str, head: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(head + b'fetch("' + URL + b'")')
    with open_app(path) as package:
        (artifact,) = package.artifacts()
        assert package.app is None
        assert "a bundle of scripts: it does not name its app" in [one.what for one in package.problems]
    assert any(URL in buffer.data for buffer in artifact.buffers)


@pytest.mark.parametrize("name", ["app.js", "a.MJS", "b.cjs"])
def test_a_script_is_searched_if_it_is_passed_alone(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b'fetch("' + URL + b'")')
    with open_app(path) as package:
        (artifact,) = package.artifacts()
        assert package.app is None
        assert [problem.what for problem in package.problems] == ["a script: it does not name its app"]
    assert any(URL in buffer.data for buffer in artifact.buffers)
    (found,) = find_inputs(path)
    assert isinstance(found, DiscoveredInput)
    assert found.kind is FileKind.APP_PART
    (nothing,) = find_inputs(tmp_path)
    assert isinstance(nothing, InputError), "a folder of scripts is no app"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("app.js", b"\x89PNG\r\n"),
        ("app.ts", b"fetch()"),
        ("main.jsbundle", b"\x89PNG\r\n"),
        ("main.jsbundle.txt", b"(function(){"),
    ],
)
def test_other_files_are_no_bundle_of_scripts(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match="not an app package"):
        open_app(tmp_path / name)


def test_a_package_that_begins_like_a_part_is_a_package(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "janus.apk"
    files = [("AndroidManifest.xml", build("manifest", "test.x"))]
    path.write_bytes(build("zipped", files, before=build("dex", [URL])))
    with open_app(path) as package:
        assert package.app is not None


def test_the_name_is_safe_and_the_size_bounded() -> None:
    single = SingleFile(Path("a\x1b[2J"), b"x" * 100, PackageProblems())
    (entry,) = single.entries
    assert entry.name == "a\\x1b[2J"
    assert single.read(entry, 10) == b"x" * 10
    assert single.problems[0].what == "only the first 10 bytes were read"
    assert single.find(entry.name) is entry
    with single.open_nested(entry) as view:
        assert view[:3] == b"xxx"
    assert single.signing_block() == b""
    assert SinglePartFormat(single, "a part").special(entry.name) is None


def test_real_parts_are_read(apps: Path) -> None:
    for name in ("hermes-v84-sample.hbc", "iGoat-Swift.arm64.macho", "tvos-libswiftDispatch.dylib"):
        with open_app(apps / name) as package:
            assert sum(len(buffer.data) for artifact in package.artifacts() for buffer in artifact.buffers) > 10_000
