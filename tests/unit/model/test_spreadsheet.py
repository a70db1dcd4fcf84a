from tests.each import each
from tieback.model.spreadsheet import as_cell


@each("text", ["=1", "+1", "-1", "@a", "\t=1", " =1", "\u00a0=1", "\u3000=1", "\uff1d1", "\uff20a"])
def test_a_formula_becomes_text(text: str) -> None:
    assert as_cell(text) == f"'{text}"


@each("text", ["", "a=1", "'=1", "1-1", " a", "\u2212 1"])
def test_other_text_is_unchanged(text: str) -> None:
    assert as_cell(text) == text
