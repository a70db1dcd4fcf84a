"""The worked examples of the documentation are correct rules, and their examples pass."""

import re
from pathlib import Path

import pytest

from tieback.pipeline.rule_checks import run_examples
from tieback.pipeline.rule_sets import read_active_rules
from tieback.userrules.parse import KINDS

HOWTO = Path(__file__).parents[3] / "docs" / "howto"
PAGES = sorted(HOWTO.glob("rules*.md"))
_TABLE = re.compile(r"^\[\[(\w+)", re.MULTILINE)
_BLOCK = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(page: Path) -> list[str]:
    """The rule files in a page; blocks of other files begin with other tables."""
    found = [(text, _TABLE.search(text)) for text in _BLOCK.findall(page.read_text(encoding="utf-8"))]
    return [text for text, table in found if table is not None and table[1] in KINDS]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_a_page(page: Path, tmp_path: Path) -> None:
    for number, text in enumerate(blocks(page)):
        (tmp_path / f"{number}.toml").write_text(text)
    reading = read_active_rules((tmp_path,))
    assert reading.mistakes == ()
    assert reading.rules.places
    assert [one for one in run_examples(reading.rules) if not one.passed] == []


def test_there_are_three_worked_examples() -> None:
    assert len(blocks(HOWTO / "rules.md")) >= 3
