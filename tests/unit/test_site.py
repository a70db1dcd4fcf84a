"""The site that `make docs` builds: its menu, its start page, and what is copied for it."""

import re
from pathlib import Path

import pytest
from tools.site import stage
from tools.site.navigation import missing_pages, read_navigation, title_of

ROOT = Path(__file__).parents[2]


def test_every_page_of_the_documentation_is_in_the_menu() -> None:
    assert missing_pages(ROOT) == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A small repository: an index, a page of a part, one below it, and a linked file."""
    texts = {
        "docs/site.toml": '[[part]]\ntitle = "Start"\nabout = "Begin."\npages = ["docs/a.md"]\n'
        '[below]\n"docs/a.md" = ["docs/b/*.md"]\n',
        "docs/README.md": "# Documentation\n\n| page | answers |\n|---|---|\n| [A](a.md) | how to begin |\n",
        "docs/a.md": "# The `a` page\n\n[b](b/one.md) [data](../data.toml) [folder](../more/) [web](https://a.test/)\n",
        "docs/b/one.md": "# One\n",
        "data.toml": "x = 1\n",
        "more/x.json": "{}\n",
    }
    for name, text in texts.items():
        stage.write(tmp_path / "checkout" / name, text)
    return tmp_path / "checkout"


def test_a_page_that_is_not_in_the_menu_is_named_with_the_file_to_change(checkout: Path) -> None:
    assert missing_pages(checkout) == []
    stage.write(checkout / "docs/howto/new.md", "# New\n")
    assert missing_pages(checkout) == ["docs/howto/new.md is not in the menu: add it to a part of docs/site.toml"]


@pytest.mark.parametrize(
    ("pages", "problem"),
    [
        ('"docs/a.md", "docs/c.md"', "docs/site.toml names docs/c.md, which does not exist"),
        ('"docs/a.md", "docs/a.md"', "docs/site.toml names docs/a.md twice"),
        ('"docs/a.md", "docs/d.md"', "docs/README.md has no row for docs/d.md: add one"),
    ],
)
def test_mistakes_of_the_menu(checkout: Path, pages: str, problem: str) -> None:
    stage.write(checkout / "docs/d.md", "# D\n")
    menu = checkout / "docs/site.toml"
    menu.write_text(menu.read_text().replace('"docs/a.md"]\n', f"{pages}]\n", 1))
    assert problem in missing_pages(checkout)


def test_staged_folder_has_the_pages_and_what_they_link_to(checkout: Path, tmp_path: Path) -> None:
    site = tmp_path / "site"
    menu = stage.stage(checkout, site)
    assert list(menu.pages()) == ["docs/a.md", "docs/b/one.md"]
    assert (site / "data.toml").read_text() == "x = 1\n"
    assert "(../more/index.md)" in (site / "docs/a.md").read_text()
    assert "[x.json](x.json)" in (site / "more/index.md").read_text()
    assert "/docs/b/one.md" in (site / "docs/a.md").read_text()
    assert "[The a page](docs/a.md): how to begin" in (site / "index.md").read_text()
    assert "- [One](docs/b/one.md)" in stage.llms_txt(checkout, menu)


def test_a_link_to_a_missing_file_is_an_error(checkout: Path, tmp_path: Path) -> None:
    stage.write(checkout / "docs/a.md", "# A\n\n[x](gone.json)\n")
    with pytest.raises(FileNotFoundError):
        stage.stage(checkout, tmp_path / "site")


def test_every_page_has_a_title() -> None:
    menu = read_navigation(ROOT)
    assert [page for page in menu.pages() if not title_of((ROOT / page).read_text())] == []


def section(text: str, anchor: str) -> str:
    """The section of a heading, with those below it."""
    for found in re.finditer(r"(?m)^(#+) (.*)$", text):
        if re.sub(r"[^\w\- ]", "", found[2].lower()).replace(" ", "-") == anchor:
            end = re.search(rf"(?m)^#{{1,{len(found[1])}}} ", text[found.end() :])
            return text[found.end() :][: end.start() if end else None]
    return ""


def test_figures_about_other_tools_are_those_of_the_benchmarks() -> None:
    page = (ROOT / "docs/understand/other-tools.md").read_text(encoding="utf-8")
    benchmarks = (ROOT / "docs/benchmarks/README.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if "](../benchmarks/README.md#" in line]
    assert len(rows) >= 6
    for row in rows:
        text, _, link = row.rpartition("|")[0].rpartition("|")
        there = section(benchmarks, link.partition("#")[2].partition(")")[0])
        figures = set(re.findall(r"\d[\d,.]*\d|\d", text))
        assert {one for one in figures if one not in there} == set(), link
