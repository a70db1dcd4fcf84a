"""The lock files of the servers that tests start as themselves: each names what it installs, with hashes."""

import json
import re
import tomllib
from pathlib import Path

import pytest

LOCKS = Path(__file__).parent / "locks"
SERVERS = {
    name: entry
    for name, entry in tomllib.loads((LOCKS / "servers.toml").read_text()).items()
    if isinstance(entry, dict)
}
PIN = re.compile(r"[a-z0-9-]+==\S+(?: --hash=sha256:[0-9a-f]{64})+")


@pytest.mark.parametrize("name", [name for name, entry in SERVERS.items() if "requirements" in entry])
def test_every_package_of_pypi_is_pinned_with_hashes(name: str) -> None:
    text = (LOCKS / f"{name}.txt").read_text().replace(" \\\n    ", " ")
    pins = [line for line in text.splitlines() if not line.startswith("#")]
    assert [pin for pin in pins if not PIN.fullmatch(pin)] == []
    names = {pin.split("==")[0] for pin in pins}
    wanted = {one.split("[")[0] for one in SERVERS[name]["requirements"]}
    assert wanted <= names
    assert names.isdisjoint(SERVERS[name].get("without", ()))


@pytest.mark.parametrize("name", [name for name, entry in SERVERS.items() if "requirements" not in entry])
def test_every_package_of_npm_is_pinned_with_a_hash(name: str) -> None:
    locked = json.loads((LOCKS / name / "package-lock.json").read_text())["packages"]
    wanted = json.loads((LOCKS / name / "package.json").read_text())["dependencies"]
    assert locked.pop("")["dependencies"] == wanted
    assert [path for path, package in locked.items() if not package.get("integrity", "").startswith("sha512-")] == []
