import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps import ARTIFACT_VERSION
from tieback.intake.apps.open import open_app
from tieback.model.errors import InputError

type Build = Callable[..., bytes]


def refusal(path: Path) -> str:
    with pytest.raises(InputError) as caught:
        open_app(path)
    assert caught.value.where == str(path)
    assert caught.value.advice
    assert "\n" not in caught.value.diagnostics()
    return caught.value.what


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "the file is empty"),
        (b"Hello, this is a text file named .apk\n", "a text file, not an app package"),
        (b"\x89PNG\r\n" + b"\0" * 200, "a picture, font or sound, not an app package"),
        (b"PK\3\4" + b"\0" * 10, "the archive is truncated or damaged: no entry can be found"),
        (b"\x01\x02\x03\0" * 50, "unknown data, not an app package"),
        (b"\xd4\xc3\xb2\xa1\2\0\4\0" + b"\0" * 64, "a capture of traffic, not an app package"),
        (b"\x0a\x0d\x0d\x0a\x1c\0\0\0" + b"\0" * 64, "a capture of traffic, not an app package"),
    ],
    ids=["empty", "text", "picture", "cut", "noise", "pcap", "pcapng"],
)
def test_file_that_is_not_a_package_is_rejected_by_content(tmp_path: Path, content: bytes, what: str) -> None:
    path = tmp_path / "looks.apk"
    path.write_bytes(content)
    assert refusal(path) == what


@pytest.mark.parametrize(
    ("names", "what"),
    [
        (["word/document.xml"], "a ZIP archive but not an app"),
        (["one.apk", "two.apk"], "an archive of several packages that are not one app"),
    ],
)
def test_archives_that_are_not_apps_get_distinct_errors(
    build: Build, tmp_path: Path, names: list[str], what: str
) -> None:
    path = tmp_path / "x.apk"
    path.write_bytes(build("zipped", [(name, b"text") for name in names]))
    assert refusal(path).startswith(what)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "none.apk") == "no such file"


def test_a_directory_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path) == "a directory, not an app package"


def test_a_pipe_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.apk")
    assert refusal(tmp_path / "pipe.apk") == "not a regular file"


def test_a_path_with_a_nul_is_refused() -> None:
    assert refusal(Path("a\0b")).startswith("cannot be read")


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_of_a_cut_package_the_first_part_is_read(build: Build, tmp_path: Path, share: float) -> None:
    files = [("AndroidManifest.xml", build("manifest", "test.x"))]
    files += [(f"assets/{n}.txt", os.urandom(300)) for n in range(20)]
    data = build("zipped", files)
    path = tmp_path / "cut.apk"
    path.write_bytes(data[: int(data.index(b"PK\1\2") * share)])
    with open_app(path) as package:
        assert package.app is not None
        assert package.app.bundle_id == "test.x"
        read = list(package.artifacts())
    assert len(read) == pytest.approx(20 * share, abs=3)
    assert any("no central directory" in problem.what for problem in package.problems)


def test_the_name_of_the_file_does_not_matter(build: Build, tmp_path: Path) -> None:
    path = tmp_path / "holiday.jpg"
    path.write_bytes(build("zipped", [("AndroidManifest.xml", build("manifest", "test.x"))]))
    with open_app(path) as package:
        assert package.app is not None


def test_artifacts_have_a_version() -> None:
    assert ARTIFACT_VERSION.isdigit()


def test_every_real_sample_opens_or_has_a_reason(apps: Path) -> None:
    for path in sorted(apps.rglob("*")):
        if not path.is_file():
            continue
        try:
            with open_app(path) as package:
                artifacts = sum(1 for _ in package.artifacts())
        except InputError as error:
            assert "app" in error.what, path  # noqa: PT017 - one line for each sample, most of which open
            continue
        assert artifacts > 0, path


@pytest.mark.parametrize(
    ("package", "bundle_ids"),
    [
        ("npm:android-apidemos", {"io.appium.android.apis"}),
        ("npm:io.appium.settings", {"io.appium.settings"}),
        (
            "npm:appium-uiautomator2-server",
            {"io.appium.uiautomator2.server", "io.appium.uiautomator2.server.test"},
        ),
        ("npm:appium-espresso-driver", {"io.appium.espressoserver.test"}),
        ("pypi:uiautomator2", {"com.github.uiautomator"}),
        ("pypi:airtest", set()),
    ],
)
@pytest.mark.more
def test_apps_from_package_registries_are_identified_and_read(
    registry: Callable[[str], list[Path]], package: str, bundle_ids: set[str]
) -> None:
    named = set()
    for path in registry(package):
        with open_app(path) as opened:
            assert opened.app is not None
            named.add(opened.app.bundle_id)
            assert opened.cleartext
            assert sum(1 for _ in opened.artifacts()) > 5
            assert opened.problems == []
    assert named
    assert bundle_ids <= named


@settings(max_examples=examples(80), deadline=None)
@given(
    noise=st.lists(st.tuples(st.integers(0, 3000), st.integers(0, 255)), max_size=12),
    cut=st.integers(0, 2500),
)
def test_damage_is_refused_or_read(build: Build, tmp_path: Path, noise: list[tuple[int, int]], cut: int) -> None:
    files = [
        ("AndroidManifest.xml", build("manifest", "test.x", "@7f010000")),
        ("classes.dex", build("dex", [b"https://api.test", b"x"])),
        ("resources.arsc", build("resource_table", {"a": "b"})),
        ("res/xml/a.xml", build("binary_xml", ["a", "b"])),
        ("lib/a.so", b"\x7fELF\2\1" + b"\0" * 90),
    ]
    data = bytearray(build("zipped", files, stored=True))
    for place, value in noise:
        data[place % len(data)] = value
    path = tmp_path / "x.apk"
    path.write_bytes(data[: len(data) - cut])
    try:
        with open_app(path) as package:
            _ = package.app
            total = sum(len(b.data) for a in package.artifacts() for b in a.buffers)
    except InputError:
        return
    assert total <= 20 * len(data)
