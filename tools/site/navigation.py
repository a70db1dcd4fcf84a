"""The navigation of the site, from docs/site.toml: parts, pages, and the pages below a page.

Paths are relative to the root of the repository and use slashes.
"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FILE = "docs/site.toml"
INDEX = "docs/README.md"
"""The index for readers of the repository; the site has a page of its own for that."""
_ROW = re.compile(r"(?m)^\| (.+?) \| (.+?) \|$")
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


class Part(NamedTuple):
    """A part of the menu."""

    title: str
    about: str
    pages: tuple[tuple[str, str], ...]
    """Path and title of each page; the title is empty if the page's first heading serves."""


class Navigation(NamedTuple):
    """The whole menu."""

    parts: tuple[Part, ...]
    below: dict[str, tuple[str, ...]]
    """Page to the pages below it, in order."""

    def pages(self) -> Iterator[str]:
        """Every page, in the order of the menu."""
        for part in self.parts:
            for page, _ in part.pages:
                yield page
                yield from self.below.get(page, ())


def read_navigation(root: Path) -> Navigation:
    """The menu of a checkout.

    Raises:
        KeyError, tomllib.TOMLDecodeError: the file is damaged.
    """
    data = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    parts = tuple(Part(one["title"], one["about"], tuple(map(_entry, one["pages"]))) for one in data["part"])
    below = {page: tuple(_matching(root, page, patterns)) for page, patterns in data["below"].items()}
    return Navigation(parts, below)


def _entry(entry: str | dict[str, str]) -> tuple[str, str]:
    return (entry, "") if isinstance(entry, str) else (entry["page"], entry["title"])


def _matching(root: Path, page: str, patterns: list[str]) -> Iterator[str]:
    found = (str(path.relative_to(root)) for pattern in patterns for path in sorted(root.glob(pattern)))
    return (one for one in found if one != page)


def missing_pages(root: Path) -> list[str]:
    """What is wrong with the menu, as sentences that tell what to do."""
    menu = list(read_navigation(root).pages())
    there = {str(path.relative_to(root)) for path in (root / "docs").rglob("*.md")} - {INDEX}
    index = {str((root / "docs" / link).resolve().relative_to(root)) for link in _links((root / INDEX).read_text())}
    parts = [page for part in read_navigation(root).parts for page, _ in part.pages if page.startswith("docs/")]
    return [
        *(f"{page} is not in the menu: add it to a part of {FILE}" for page in sorted(there - set(menu))),
        *(f"{FILE} names {page}, which does not exist" for page in menu if not (root / page).is_file()),
        *(f"{FILE} names {page} twice" for page in sorted(set(menu)) if menu.count(page) > 1),
        *(f"{INDEX} has no row for {page}: add one" for page in parts if page not in index),
    ]


def _links(text: str) -> Iterator[str]:
    return (link for link in _LINK.findall(text) if "://" not in link)


def answers(root: Path) -> dict[str, str]:
    """Page to what it answers, from the tables of the index."""
    found = {}
    for first, text in _ROW.findall((root / INDEX).read_text(encoding="utf-8")):
        for link in _links(first):
            found[str((root / "docs" / link).resolve().relative_to(root))] = text
    return found


def title_of(text: str) -> str:
    """The first heading of a page, without marks of code."""
    found = re.search(r"(?m)^# (.+)$", text)
    return found[1].replace("`", "") if found else ""
