"""Every promise of SECURITY.md, and of the page about what tieback can never do, names tests that exist."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.each import each

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
SECURITY = ROOT / "SECURITY.md"
NEVER = ROOT / "docs" / "understand" / "never.md"
_ROW = re.compile(r"^\| (?P<promise>.+?) \| (?P<checks>[^|]+) \|$")
_HEADERS = {"| promise | checked by |", "| what is checked | test |"}


def _rows(page: Path) -> Iterator[tuple[str, str]]:
    """Promise and checks of each row of the tables with a column of tests."""
    inside = False
    for line in page.read_text(encoding="utf-8").splitlines():
        inside = line in _HEADERS or (inside and line.startswith("|"))
        if inside and line not in _HEADERS and not line.startswith("|---"):
            row = _ROW.match(line)
            assert row is not None, line
            yield row["promise"], row["checks"]


def _names_of_tests(checks: str) -> list[str]:
    return [name.removeprefix("tests/") for name in re.findall(r"`((?:tests/)?[\w/.-]+\.py)`", checks)]


ROWS = [(page.name, promise, checks) for page in (SECURITY, NEVER) for promise, checks in _rows(page)]


def test_the_tables_are_found() -> None:
    assert len([row for row in ROWS if row[0] == SECURITY.name]) >= 60
    assert len([row for row in ROWS if row[0] == NEVER.name]) >= 12


@each(("page", "promise", "checks"), ROWS, ids=[f"{page}: {text[:60]}" for page, text, _ in ROWS])
def test_a_promise_names_tests(page: str, promise: str, checks: str) -> None:
    names = _names_of_tests(checks)
    if "import contract" in checks:
        assert "[[tool.importlinter.contracts]]" in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    else:
        assert names, f"{page}: no test behind: {promise}"
    for name in names:
        source = TESTS / name
        assert source.is_file(), f"{page}: {name} does not exist, behind: {promise}"
        if Path(name).name != "conftest.py":
            has_test = re.search(r"^ *(async )?def test_", source.read_text(encoding="utf-8"), re.MULTILINE)
            assert has_test, f"{name} has no test, behind: {promise}"


def test_every_file_of_hostile_tests_is_behind_a_promise() -> None:
    named = {name for _, _, checks in ROWS for name in _names_of_tests(checks)}
    assert {f"hostile/{path.name}" for path in (TESTS / "hostile").glob("test_*.py")} <= named


def test_a_row_without_a_test_is_found() -> None:
    assert _names_of_tests("a review, `pyproject.toml`") == []
    assert _names_of_tests("`unit/a.py` (x), `tests/hostile/b.py`") == ["unit/a.py", "hostile/b.py"]
