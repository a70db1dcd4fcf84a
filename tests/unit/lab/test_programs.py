"""Programs are found on the PATH, in the servers' folder, or said to be missing with what to install."""

from pathlib import Path

import pytest

from tieback.lab.programs import FOLDER, MissingProgramError, Need, locate, servers_folder


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv(FOLDER, str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    for name in ("bin/on-the-path", "venv/bin/from-pypi", "node_modules/one/main-2.js", "node_modules/one/main-1.js"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("on-the-path", "bin/on-the-path"),
        ("from-pypi", "venv/bin/from-pypi"),
        ("node_modules/one/main-1.js", "node_modules/one/main-1.js"),
        ("node_modules/*/main-*.js", "node_modules/one/main-1.js"),
    ],
)
def test_what_is_there_is_found(folder: Path, name: str, found: str) -> None:
    assert locate(Need(name, "Debian: x")) == folder / found


def test_an_absolute_pattern_is_looked_for_from_the_root(folder: Path) -> None:
    assert locate(Need(f"{folder}/b*/on-the-path", "x")) == folder / "bin/on-the-path"


def test_a_link_keeps_its_name(folder: Path) -> None:
    # redis-server is a link to redis-check-rdb, and does what its name says.
    (folder / "bin" / "by-another-name").symlink_to("on-the-path")
    assert locate(Need("by-another-name", "x")).name == "by-another-name"


@pytest.mark.parametrize("name", ["nowhere-to-be-found", "node_modules/none/main.js", "/nowhere/*/x"])
def test_what_is_missing_is_named_with_its_package(folder: Path, name: str) -> None:
    with pytest.raises(MissingProgramError) as raised:
        locate(Need(name, "Debian: memcached"))
    assert raised.value.diagnostics().endswith("is not installed. Install Debian: memcached")


def test_without_a_choice_the_folder_is_the_checkouts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(FOLDER, raising=False)
    assert servers_folder() == Path(__file__).parents[3] / ".cache" / "test-servers"
