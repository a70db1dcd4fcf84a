"""A checkout is read inside its limits: no builds, no links, no devices, nothing outside it."""

import os
from pathlib import Path

import pytest

from tieback.intake.source import checkout
from tieback.intake.source.checkout import Checkout
from tieback.model.errors import InputError


def write(top: Path, *names: str) -> None:
    for name in names:
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(f"text of {name}\n")


def names_of(top: Path) -> tuple[list[str], dict[str, int]]:
    found = Checkout(top)
    return [one.name for one in found.files()], found.left_out


def test_text_files_are_read_in_order_without_builds(tmp_path: Path) -> None:
    write(
        tmp_path,
        "app/src/main/java/org/x/build/Api.kt",
        "app/src/main/assets/config.json",
        "app/build.gradle",
        "app/build/generated/Api.kt",
        "node_modules/a/index.js",
        "ios/Pods/P.swift",
        ".git/config",
        ".github/workflows/ci.yml",
        "picture.png",
    )
    (tmp_path / "binary").write_bytes(b"\0\1")
    names, left_out = names_of(tmp_path)
    assert names == [
        ".github/workflows/ci.yml",
        "app/build.gradle",
        "app/src/main/assets/config.json",
        "app/src/main/java/org/x/build/Api.kt",
    ]
    assert left_out == {}


def test_links_and_devices_are_not_read(tmp_path: Path) -> None:
    inside, outside = tmp_path / "checkout", tmp_path / "outside"
    write(inside, "a.kt")
    write(outside, "secret.txt")
    (inside / "file").symlink_to(outside / "secret.txt")
    (inside / "folder").symlink_to(outside)
    (inside / "loop").symlink_to(inside)
    (inside / "null").symlink_to("/dev/zero")
    os.mkfifo(inside / "pipe")
    names, left_out = names_of(inside)
    assert names == ["a.kt"]
    assert left_out == {"links": 4}


def test_a_folder_that_becomes_a_link_is_not_followed(tmp_path: Path) -> None:
    inside, outside = tmp_path / "checkout", tmp_path / "outside"
    write(inside, "a.kt", "below/b.kt")
    write(outside, "b.kt")
    found = Checkout(inside)
    walk = found.files()
    assert next(walk).name == "a.kt"
    (inside / "below").rename(tmp_path / "moved")
    (inside / "below").symlink_to(outside)
    assert list(walk) == []
    assert found.left_out == {"not readable": 1}


def test_the_checkout_itself_may_be_a_link(tmp_path: Path) -> None:
    write(tmp_path / "real", "a.kt")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert names_of(tmp_path / "link")[0] == ["a.kt"]


@pytest.mark.parametrize(
    ("limit", "value", "left_out"),
    [
        ("MAX_FILES", 3, {"beyond the limit of files": 7}),
        ("MAX_BYTES", 20, {"beyond the limit of files": 8}),
        ("MAX_SIZE", 3, {"larger than 0 MiB": 10}),
        ("MAX_LISTED", 4, {"beyond the limit of files": 1}),
        ("MAX_ENTRIES", 5, {"beyond the limit of files": 1}),
    ],
)
def test_what_exceeds_a_limit_is_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, value: int, left_out: dict[str, int]
) -> None:
    write(tmp_path, *(f"{at}.kt" for at in range(10)))
    monkeypatch.setattr(checkout, limit, value)
    names, counted = names_of(tmp_path)
    assert len(names) < 10
    assert counted == left_out


def test_deep_folders_end(tmp_path: Path) -> None:
    write(tmp_path, "/".join(["d"] * (checkout.MAX_DEPTH + 5)) + "/a.kt")
    assert names_of(tmp_path) == ([], {"nested too deep": 1})


def test_no_descriptor_stays_open(tmp_path: Path) -> None:
    write(tmp_path, "a/b/c/d.kt", "a/e.kt")
    before = len(list(Path("/proc/self/fd").iterdir()))
    walk = Checkout(tmp_path).files()
    next(walk)
    walk.close()  # type: ignore[attr-defined]
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_only_folders_are_checkouts(tmp_path: Path) -> None:
    write(tmp_path, "a.kt")
    for path, what in (
        (tmp_path / "a.kt", "Not a directory"),
        (tmp_path / "no", "No such file"),
        (Path("\0"), "valid"),
    ):
        with pytest.raises(InputError, match=what):
            Checkout(path)
