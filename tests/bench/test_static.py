"""The made-up apps of the benchmark are apps, and what it says of entries seen before is true."""

import zlib
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import pytest

from bench import registry, static, synthetic
from tests import samples
from tieback.intake.apps.open import open_app

DATA = samples.directory("apps")
needs_apps = samples.needs("apps")


@needs_apps
def test_synthetic_app_has_the_size_and_parts_of_a_real_one(tmp_path: Path) -> None:
    target = tmp_path / "made.apk"
    synthetic.build(DATA / "diva.apk", 2 * synthetic.MEGABYTE, target)
    assert 2 <= target.stat().st_size / synthetic.MEGABYTE < 6
    with open_app(target) as opened:
        assert opened.app is not None
        assert opened.app.bundle_id == "jakhar.aseem.diva"
        files = {artifact.file for artifact in opened.artifacts()}
        assert {"classes.dex", "lib/arm64-v8a/lib0.so", "assets/www/bundle0.js", "resources.arsc"} <= files
        assert not any(file.endswith(".png") for file in files)
        assert opened.problems == []


@needs_apps
def test_the_same_app_twice_was_seen_before() -> None:
    app = DATA / "com.politedroid_4.apk"
    assert "0 (0.0%, " in static.seen_before([app])
    assert "(50.0%, " in static.seen_before([app, app])


@needs_apps
def test_what_is_inflated_is_what_is_read() -> None:
    entries = static.read_entries([DATA / "com.politedroid_4.apk"])
    assert static.inflate(entries) == sum(size for _, size in entries) > 10_000


def test_calls_take_turns() -> None:
    seen: list[str] = []
    times = static.in_turns({"a": lambda: seen.append("a"), "b": lambda: seen.append("b")})
    assert seen == ["a", "b"] * (static.ROUNDS + 1)
    assert set(times) == {"a", "b"}


def test_a_package_without_its_client_is_a_reason(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(registry, "CACHE", tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert registry.fetched("npm:android-apidemos") == ([], "npm is not installed")


def test_all_deflated_entries_are_inflated_with_zlib(tmp_path: Path) -> None:
    package, broken = tmp_path / "a.apk", tmp_path / "b.apk"
    contents = {"read.txt": b"text" * 50, "res/picture.png": b"\x89PNG" * 50}
    with ZipFile(package, "w", ZIP_DEFLATED) as made:
        for name, content in contents.items():
            made.writestr(name, content)
        made.writestr(ZipInfo("stored.txt"), b"as it is")
    broken.write_bytes(b"no archive")
    entries = static.deflated([package, broken])
    assert [zlib.decompress(one, -15) for one in entries] == list(contents.values())
    static.inflate_with_zlib([*entries, b"\xff damaged"])
