"""The text of a letter as blocks: headings, paragraphs, list items, tables. Formats without HTML are made from them."""

from collections.abc import Iterator, Sequence
from typing import Literal

import msgspec
from markdown_it import MarkdownIt
from markdown_it.token import Token


class Run(msgspec.Struct, frozen=True):
    """Text of one style within a block."""

    text: str
    bold: bool = False


type Runs = tuple[Run, ...]


class Block(msgspec.Struct, frozen=True):
    """One block of a letter."""

    kind: Literal["heading", "paragraph", "item", "table", "break"]
    runs: Runs = ()
    level: int = 0
    """Of a heading, 1 to 3."""
    mark: str = ""
    """Of a list item, such as ``1.``"""
    rows: tuple[tuple[Runs, ...], ...] = ()
    """Cells of a table."""


def markdown() -> MarkdownIt:
    """The parser of letters. HTML and links are disabled because the text contains values from others."""
    return (
        MarkdownIt("commonmark", {"html": False}).enable("table").disable(["link", "autolink", "image", "html_inline"])
    )


def read_blocks(text: str) -> Iterator[Block]:
    """Return the blocks of a letter in Markdown, in order."""
    lists: list[int] = []
    tokens = iter(markdown().parse(text))
    for token in tokens:
        match token.type:
            case "heading_open":
                yield Block("heading", _runs(next(tokens)), min(int(token.tag[1:]), 3))
            case "table_open":
                yield Block("table", rows=tuple(_rows(tokens)))
            case "ordered_list_open":
                lists.append(int(token.attrs.get("start", 1) or 1))
            case "bullet_list_open":
                lists.append(0)
            case "ordered_list_close" | "bullet_list_close":
                lists.pop()
            case "inline" if lists:
                yield Block("item", _runs(token), mark=f"{lists[-1]}." if lists[-1] else "•")
                lists[-1] += 1 if lists[-1] else 0
            case "inline":
                yield Block("paragraph", _runs(token))
            case "hr":
                yield Block("break")


def _rows(tokens: Iterator[Token]) -> Iterator[tuple[Runs, ...]]:
    """The rows of a table that begins, up to its end."""
    row: list[Runs] = []
    for token in tokens:
        match token.type:
            case "inline":
                row.append(_runs(token))
            case "tr_close":
                yield tuple(row)
                row = []
            case "table_close":
                return


def plain(runs: Sequence[Run]) -> str:
    """The text without styles."""
    return "".join(run.text for run in runs)


def plain_lines(block: Block) -> list[str]:
    """The block without marks of Markdown: one line, of a table one per row."""
    if block.kind == "table":
        return [": ".join(text for cell in row if (text := plain(cell))) for row in block.rows]
    return [f"{block.mark} {plain(block.runs)}".strip()]


def _runs(token: Token) -> Runs:
    signs = {"softbreak": " ", "hardbreak": "\n"}
    found: list[Run] = []
    bold = False
    for child in token.children or ():
        if child.type in ("strong_open", "strong_close"):
            bold = child.type == "strong_open"
        elif text := child.content or signs.get(child.type, ""):
            same = found[-1] if found and found[-1].bold is bold else None
            found[-1:] = [Run(same.text + text, bold)] if same is not None else [*found[-1:], Run(text, bold)]
    return tuple(found)
