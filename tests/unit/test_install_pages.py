"""What the pages say about installation and variables is what the package has."""

import re
import tomllib
from pathlib import Path

from tests.each import each
from tests.unit.test_documents import DOCUMENTS, ROOT

README = (ROOT / "README.md").read_text()
INSTALL = re.compile(r"pip install '?tieback\b")
SEE_INSTALL = re.compile(r"or see (\[Install\]\([^)]*README\.md#install\)|Install\b)")
_VARIABLE = re.compile(r"\bTIEBACK_[A-Z][A-Z_]*[A-Z]\b")


def test_the_readme_names_each_extra() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    table = README.partition("| extra | adds |")[2].partition("\n\n")[0]
    named = [extra for row in table.splitlines()[2:] for extra in re.findall(r"`(\w+)`", row.split("|")[1])]
    assert sorted(named) == sorted(extras)


@each("page", [page for page in DOCUMENTS if INSTALL.search(page.read_text())], ids=str)
def test_a_page_names_no_package_index_alone_while_there_is_no_package(page: Path) -> None:
    assert "tieback is not on PyPI yet" in README
    text = " ".join(page.read_text().split())
    for found in INSTALL.finditer(text):
        assert SEE_INSTALL.search(text[found.end() : found.end() + 80]), text[found.start() : found.end() + 80]


def test_each_variable_is_in_the_reference() -> None:
    sources = [path.read_text() for path in (ROOT / "src").rglob("*.py")]
    used = {name for text in sources for name in _VARIABLE.findall(text)} - {"TIEBACK_APP"}
    reference = (ROOT / "docs" / "reference" / "configuration.md").read_text()
    assert len(used) > 12
    assert {name for name in used if f"`{name}`" not in reference} == set()
