"""What a test skips without is what ``tools/install-test-servers`` installs, so that no machine skips it unseen."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "tools" / "install-test-servers"
REASON = re.compile(r"Debian: ([a-z0-9][a-z0-9.+-]+(?:, [a-z0-9][a-z0-9.+-]+)*)")


def packages_of(source: str) -> Iterator[str]:
    """The Debian packages that the texts of a Python file name as missing."""
    for node in ast.walk(ast.parse(source)) if "Debian: " in source else ():
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for names in REASON.findall(node.value):
                yield from names.split(", ")


def installed() -> set[str]:
    text = SCRIPT.read_text()
    listed = re.findall(r"\[[\w.-]+\]=([a-z0-9.+-]+)", text)
    others = [one for names in re.findall(r"debian\+=\(([a-z0-9.+ -]+)\)", text) for one in names.split()]
    return {*listed, *others}


@pytest.mark.parametrize("folder", ["servers", "hostile", "lab", "unit"])
def test_every_debian_package_that_a_test_needs_is_installed(folder: str) -> None:
    files = [one for one in (ROOT / "tests" / folder).rglob("*.py") if one != Path(__file__)]
    needed = {name: file for file in files for name in packages_of(file.read_text())}
    assert needed
    assert {name: file for name, file in needed.items() if name not in installed()} == {}


def test_packages_are_found_in_texts() -> None:
    assert list(packages_of('skip("not here (Debian: util-linux, iproute2)"); f"{x} (Debian: slapd)"')) == [
        *("util-linux", "iproute2", "slapd"),
    ]
