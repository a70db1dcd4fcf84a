"""tools/sample-sentences: the same seed draws the same sentences, from every category."""

from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[3]


def _tool() -> ModuleType:
    loader = SourceFileLoader("sample_sentences", str(ROOT / "tools" / "sample-sentences"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


TOOL = _tool()
FOUND = [
    TOOL.Sentence("a", line, category, f"One sentence of {category}, number {line}.")
    for category in TOOL.USER_VISIBLE
    for line in range(20)
]


def test_same_seed_draws_the_same_sentences() -> None:
    assert TOOL.draw(FOUND, 7, 50) == TOOL.draw(FOUND, 7, 50)
    assert TOOL.draw(FOUND, 7, 50) != TOOL.draw(FOUND, 8, 50)


def test_each_category_is_drawn_in_turn() -> None:
    drawn = TOOL.draw(FOUND, 3, 16)
    assert sorted(one.category for one in drawn) == sorted(TOOL.USER_VISIBLE * 2)


def test_text_is_drawn_once_and_short_ones_never() -> None:
    found = [
        TOOL.Sentence("a", 1, "docs", "The same text in two places."),
        TOOL.Sentence("b", 1, "docs", "The same text in two places."),
        TOOL.Sentence("c", 1, "docs", "Too short."),
    ]
    assert [one.text for one in TOOL.draw(found, 1, 50)] == ["The same text in two places."]


def test_lines_have_place_and_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "README.md").write_text("# T\n\nThis page is for its readers.\n")
    assert TOOL.main(["--seed", "1", "--root", str(tmp_path)]) == 0
    assert capsys.readouterr().out == "README.md:3\tThis page is for its readers.\n"
