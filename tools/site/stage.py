"""A folder with everything that the site shows: the pages of the menu, the files that they link to, and the start page.

It has the layout of the repository, so a relative link is the same in the repository, on the site, and in the Markdown
beside each page.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from tools.site.navigation import INDEX, Navigation, answers, read_navigation, title_of

_TARGET = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")
_BLOCK = re.compile(r"(?ms)^```.*?^```")
START = "index.md"
SUMMARY = (
    "tieback finds mobile apps whose back ends are open: which app, which back end, which open store, how many "
    "records, which personal data, and which vendor is responsible."
)


def stage(root: Path, folder: Path) -> Navigation:
    """Fill ``folder``, which must not exist, and return the menu.

    Raises:
        FileNotFoundError: a page links to a file that does not exist.
    """
    menu = read_navigation(root)
    pages = [INDEX, *menu.pages()]
    for page in pages:
        text = (root / page).read_text(encoding="utf-8")
        for target in sorted(_targets(text)):
            text = _with_target(root, folder, page, text, target, pages)
        head = "---\norphan: true\n---\n" if page == INDEX else ""
        write(folder / page, head + text + _menu_below(page, menu))
    menus = "".join(_toctree(list(part.pages), part.title) for part in menu.parts)
    write(folder / START, start_page(root, menu) + menus)
    return menu


def write(path: Path, text: str) -> None:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _targets(text: str) -> Iterator[str]:
    """Relative links of a page, outside its code blocks."""
    for target, _ in _TARGET.findall(_BLOCK.sub("", text)):
        if "://" not in target and not target.startswith("mailto:"):
            yield target


def _with_target(root: Path, folder: Path, page: str, text: str, target: str, pages: list[str]) -> str:
    """Bring the target of a link; a folder, which a browser cannot open, becomes a page that lists its files."""
    there = os.path.normpath(Path(page).parent / target)
    source = root / there
    if there in pages:
        return text
    if source.is_dir():
        listing = f"{there}/index.md"
        if not (folder / listing).exists():
            names = sorted(path.name for path in source.iterdir() if path.is_file())
            lines = [f"- [{name}]({name})" for name in names if not name.endswith(".md")]
            lines += [f"- {name}" for name in names if name.endswith(".md")]
            write(folder / listing, "\n".join(["---", "orphan: true", "---", f"# Files in `{there}`", "", *lines, ""]))
            for name in names:
                if not name.endswith(".md"):
                    shutil.copyfile(source / name, folder / there / name)
        return text.replace(f"]({target})", f"]({target.rstrip('/')}/index.md)")
    if source.suffix == ".md":  # a page that is not in the menu
        write(folder / there, "---\norphan: true\n---\n" + source.read_text(encoding="utf-8"))
    elif not (folder / there).exists():
        (folder / there).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, folder / there)
    return text


def _menu_below(page: str, menu: Navigation) -> str:
    """The hidden list of the pages below a page."""
    if page == INDEX or page not in menu.below:
        return ""
    return _toctree([(one, "") for one in menu.below[page]], "")


def _toctree(entries: list[tuple[str, str]], caption: str) -> str:
    lines = [f"{title} </{page}>" if title else f"/{page}" for page, title in entries]
    options = [":hidden:", *([f":caption: {caption}"] if caption else [])]
    return "\n```{toctree}\n" + "\n".join([*options, "", *lines]) + "\n```\n"


def start_page(root: Path, menu: Navigation) -> str:
    """The first page of the site: the parts, each with its pages and what they answer."""
    lines = ["# tieback", "", SUMMARY, ""]
    for part in menu.parts:
        lines += [f"## {part.title}", "", part.about, ""]
        lines += [f"- [{title}]({page}){note}" for page, title, note in entries(root, part.pages)]
        lines.append("")
    return "\n".join(lines)


def entries(root: Path, pages: tuple[tuple[str, str], ...]) -> Iterator[tuple[str, str, str]]:
    """Path, title, and ``: what it answers`` of each page."""
    known = answers(root)
    for page, title in pages:
        text = (root / page).read_text(encoding="utf-8")
        yield page, title or title_of(text), f": {known[page]}" if page in known else ""


def llms_txt(root: Path, menu: Navigation) -> str:
    """The index for language models. Source: https://llmstxt.org/."""
    lines = [
        "# tieback",
        "",
        f"> {SUMMARY}",
        "",
        "Each page of this site is also Markdown; the links below lead there.",
        "",
    ]
    for part in menu.parts:
        whole = tuple(
            one for page in part.pages for one in (page, *((below, "") for below in menu.below.get(page[0], ())))
        )
        lines += [
            f"## {part.title}",
            "",
            *(f"- [{title}]({page}){note}" for page, title, note in entries(root, whole)),
            "",
        ]
    return "\n".join(lines)
