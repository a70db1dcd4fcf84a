"""The page of hostile tests: each test that it names exists, and each file of hostile tests with a table is on it."""

import re
from pathlib import Path

from tests.each import each

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests"
PAGE = (ROOT / "docs" / "understand" / "hostile-tests.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`((?:hostile|servers|engine|unit)/[\w/]+\.py)::(test_\w+)`", PAGE)))
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ") and "---" not in line]


@each(("path", "name"), NAMED, ids=lambda text: text)
def test_each_named_test_exists(path: str, name: str) -> None:
    assert re.search(rf"^(async )?def {name}\(", (TESTS / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_each_row_names_a_test_and_a_number() -> None:
    rows = [row for row in ROWS if row[0].strip() != "attack"]
    assert len(rows) >= 23
    for attack, tests, cases in rows:
        assert re.search(r"::test_\w+`", tests), attack
        assert re.search(r"\d|each", cases), attack
