import json
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import examples
from tieback.intake.apps.archive import Archive
from tieback.intake.apps.open import open_app
from tieback.intake.apps.problems import PackageProblems
from tieback.intake.apps.splits import SplitSet, is_split_set

type Build = Callable[..., bytes]
URL = b"https://api.test/v1"
LIST = {
    "package_name": "test.listed",
    "name": "Listed",
    "version_code": "7",
    "version_name": "1.2",
    "min_sdk_version": "24",
    "target_sdk_version": "34",
    "split_apks": [{"file": "main.apk", "id": "base"}, {"file": "de.apk", "id": "config.de"}],
}


def apk(build: Build, package: str) -> bytes:
    return build("zipped", [("AndroidManifest.xml", build("manifest", package)), ("assets/a.json", URL)])


def split(build: Build) -> bytes:
    return build(
        "zipped", [("AndroidManifest.xml", build("manifest", "test.split")), ("lib/a.txt", b"wss://live.test")]
    )


@pytest.mark.parametrize("stored", [True, False])
@pytest.mark.parametrize(
    ("base", "other", "mark"),
    [
        ("splits/base-master.apk", "splits/base-de.apk", "toc.pb"),
        ("base.apk", "split_config.de.apk", "info.json"),
        ("main.apk", "de.apk", "manifest.json"),
        ("universal.apk", "icon.png", "toc.pb"),
    ],
    ids=["APKS", "APKM", "XAPK", "universal APKS"],
)
def test_a_set_is_one_app(build: Build, tmp_path: Path, base: str, other: str, mark: str, stored: bool) -> None:
    content = json.dumps(LIST).encode() if mark == "manifest.json" else b"{}"
    files = [(other, split(build)), (base, apk(build, "test.x")), (mark, content)]
    path = tmp_path / "set.bin"
    path.write_bytes(build("zipped", files, stored=stored))
    with open_app(path) as package:
        assert package.app is not None
        assert package.app.bundle_id == "test.x"
        assert package.app.sha256 == package.sha256
        found = {buffer.file: buffer.data for artifact in package.artifacts() for buffer in artifact.buffers}
        assert package.problems == []
    assert found[f"{base}!assets/a.json"] == URL
    assert found[f"{other}!lib/a.txt"] == b"wss://live.test"


def test_without_a_base_the_list_names_the_app(build: Build) -> None:
    files = [("manifest.json", json.dumps(LIST).encode()), ("main.apk", b"PK\3\4" + b"\0" * 40)]
    source = Archive(build("zipped", files), PackageProblems())
    app = SplitSet(source, source.budget).identify("0" * 64)
    assert app is not None
    assert (app.bundle_id, app.name, app.version_name, app.version_code) == ("test.listed", "Listed", "1.2", "7")
    assert (app.min_sdk, app.target_sdk) == ("24", "34")
    assert any("the set's own list" in problem.what for problem in source.problems)


@pytest.mark.parametrize("content", [b"", b"[" * 100_000, b"[]", b'{"package_name": {}}', b'{"split_apks": [1, {}]}'])
def test_a_damaged_list_costs_nothing_but_itself(build: Build, content: bytes) -> None:
    source = Archive(build("zipped", [("manifest.json", content), ("a.apk", apk(build, "test.x"))]), PackageProblems())
    app = SplitSet(source, source.budget).identify("")
    assert app is not None
    assert app.bundle_id == "test.x"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["a.apk", "toc.pb"], True),
        (["a.apk"], True),
        (["base.apk", "b.apk"], True),
        (["one.apk", "two.apk"], False),
        (["toc.pb"], False),
    ],
)
def test_what_counts_as_a_set(build: Build, names: list[str], expected: bool) -> None:
    assert is_split_set(Archive(build("zipped", [(name, b"x") for name in names]), PackageProblems())) is expected


@settings(max_examples=examples(60), deadline=None)
@given(noise=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 255)), max_size=12), stored=st.booleans())
def test_a_damaged_set_never_raises(build: Build, noise: list[tuple[int, int]], stored: bool) -> None:
    files = [("manifest.json", json.dumps(LIST).encode()), ("main.apk", apk(build, "test.x"))]
    data = bytearray(build("zipped", files, stored=stored))
    for place, value in noise:
        data[place % len(data)] = value
    source = Archive(bytes(data), PackageProblems())
    app = SplitSet(source, source.budget).identify("")
    assert app is not None or source.problems
