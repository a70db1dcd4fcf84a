"""Numbers with their noun and pronoun, and that no text has a noun in a fixed form after "more"."""

import re
from pathlib import Path

import pytest

from tieback.model.count_text import count_text, its_or_their

SOURCE = Path(__file__).parents[3] / "src" / "tieback"
FIXED = re.compile(r"\{[^{}]*\} more [a-z]+s\b|\}\} more [a-z]+s\b")
"""``{count:,} more apps``: with the number one it is wrong."""


@pytest.mark.parametrize(
    ("number", "text", "pronoun"), [(0, "0 apps", "their"), (1, "1 app", "its"), (2_000, "2,000 apps", "their")]
)
def test_forms(number: int, text: str, pronoun: str) -> None:
    assert (count_text(number, "app"), its_or_their(number)) == (text, pronoun)
    assert count_text(number, "class", "classes") == f"{number:,} class{'' if number == 1 else 'es'}"


def test_no_text_has_a_fixed_plural_after_more() -> None:
    files = [path for end in ("py", "html", "j2") for path in SOURCE.rglob(f"*.{end}")]
    assert len(files) > 500
    assert [str(path) for path in files if FIXED.search(path.read_text(encoding="utf-8"))] == []
