"""The page of letters lists each variable of a template, and no other."""

import re
from pathlib import Path

from tieback.cases.letters.facts import AppFact, LetterFacts, Sender, StoreFact

PAGE = Path(__file__).parents[4] / "docs" / "howto" / "letters.md"


def test_each_variable_is_documented() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (.*) \|$", PAGE.read_text().partition("### Variables")[2], re.MULTILINE)
    text = dict(rows)
    docx = {"subject", "body", "text", "blocks"}
    assert set(text) == {*LetterFacts.__struct_fields__, *StoreFact.__struct_fields__, *docx}
    assert len(rows) == len(LetterFacts.__struct_fields__) + len(StoreFact.__struct_fields__) + len(docx)
    for field in Sender.__struct_fields__:
        assert f".{field}`" in text["sender"]
    for field in AppFact.__struct_fields__:
        assert f"`{field}`" in text["apps"]
