"""Lock files of programs in environments of their own: each names what it installs, with hashes."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TABLES = (ROOT / "tests/lab/locks/servers.toml", ROOT / "bench/openback/locks/peers.toml")
"""Servers that tests start as themselves, and tools that openback compares."""
ENTRIES = {
    (table.parent, name): entry
    for table in TABLES
    for name, entry in tomllib.loads(table.read_text()).items()
    if isinstance(entry, dict)
}
PIN = re.compile(r"[a-z0-9-]+==\S+(?: --hash=sha256:[0-9a-f]{64})+")


def entries(*, python: bool) -> list[Any]:
    return [
        pytest.param(folder, name, entry, id=name)
        for (folder, name), entry in ENTRIES.items()
        if ("requirements" in entry) == python
    ]


@pytest.mark.parametrize(("folder", "name", "entry"), entries(python=True))
def test_every_package_of_pypi_is_pinned_with_hashes(folder: Path, name: str, entry: dict[str, list[str]]) -> None:
    text = (folder / f"{name}.txt").read_text().replace(" \\\n    ", " ")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert [pin for pin in pins if not PIN.fullmatch(pin)] == []
    names = {pin.split("==")[0] for pin in pins}
    assert {one.split("[")[0] for one in entry["requirements"]} <= names
    assert names.isdisjoint(entry.get("without", ()))
    assert set(entry.get("from_source", ())) <= names


@pytest.mark.parametrize(("folder", "name", "entry"), entries(python=False))
def test_every_package_of_npm_is_pinned_with_a_hash(folder: Path, name: str, entry: dict[str, list[str]]) -> None:
    locked = json.loads((folder / name / "package-lock.json").read_text())["packages"]
    wanted = json.loads((folder / name / "package.json").read_text())["dependencies"]
    assert locked.pop("")["dependencies"] == wanted
    assert [path for path, package in locked.items() if not package.get("integrity", "").startswith("sha512-")] == []
