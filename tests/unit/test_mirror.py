"""Tests mirror the packages: each package with behaviour has a test folder, and each test folder a package."""

from pathlib import Path

from tests.each import each

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src" / "tieback"
UNIT = ROOT / "tests" / "unit"

TESTED_ELSEWHERE = {
    "storage/ledger/migrations": "tests/unit/storage/ledger/test_database.py",
    "storage/ledger/migrations/versions": "tests/unit/storage/ledger/test_database.py",
}
"""Packages whose behaviour shows only with real servers or databases, and the file that tests it."""
WITHOUT_PACKAGE = {"labs", "tools"}
"""Test folders of what is not in the package: the sample apps and the developers' tools."""


def packages() -> list[str]:
    """Packages that have a module with a function, as paths below ``src/tieback``."""
    found = {path.parent for path in SRC.rglob("*.py") if "def " in path.read_text() and path.parent != SRC}
    return sorted(str(path.relative_to(SRC)) for path in found)


@each("package", packages())
def test_each_package_has_tests(package: str) -> None:
    tests = list((UNIT / package).glob("test_*.py")) or list(
        (UNIT / package).parent.glob(f"test_{Path(package).name}.py")
    )
    if package in TESTED_ELSEWHERE:
        assert (ROOT / TESTED_ELSEWHERE[package]).exists()
        assert not tests, f"{package} has tests of its own: take it off the list"
    else:
        assert tests, f"add tests/unit/{package}/test_*.py"


def test_each_test_folder_has_a_package() -> None:
    folders = {path.parent.relative_to(UNIT) for path in UNIT.rglob("test_*.py") if path.parent != UNIT}
    assert {
        str(folder) for folder in folders if folder.parts[0] not in WITHOUT_PACKAGE and not (SRC / folder).is_dir()
    } == set()
