"""Console for people: safe text, and tables that never break a host name or another word.

A long name wraps only at its separators: after ``.`` and ``/``, before ``:``. A date stays whole. Widths are in
terminal columns.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType
from rich.measure import Measurement
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from tieback.model.safe_text import escape_commands, isolate, replace_unsafe

UNFOLDED = 10_000
"""Width of tables that go to a pipe or file: no line is folded and nothing is shortened."""
LONG_WORD = 12
"""Words up to this length stay whole until the names are broken at their hyphens, too."""
LONG_LABEL = 20
"""Labels up to this length stay whole until words are broken, too; longer ones are identifiers."""
LEAST_HANGING = 12
"""Columns that the text behind an indented line needs at least; with less, it begins at the edge."""
LEAST = 6
"""A column of words may become this narrow before a name is broken inside a label."""
_HEIGHT = 25

_PIECE = re.compile(r"\[?\d{1,3}(?:\.\d{1,3}){3}[\]./]*|:?[^\s./:]*[./]*|:")
"""Part of a word that stays on one line: an IPv4 address, a label with the separators after it, or a port."""
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_PART = re.compile(rf"{_DATE.pattern}[_-]?|[^_-]*[_-]?")
"""Smaller part, for labels that are longer than their column: a date, or what is between hyphens."""
_PLACE = re.compile(r"[^\s.]*[^\W\d][^\s.]*\.[^\s.]|\d+\.\d+\.\d+|[0-9a-fA-F]:[0-9a-fA-F]*:")
"""Host name, path, IPv4 or IPv6 address; not a number such as ``1.5 kB``."""
_WORD = re.compile(r"\S+")


class RowTable(Table):
    """A table whose words stay whole: where they do not fit side by side, it becomes one block of lines per row."""

    def __init__(self, title: str = "", *, gap: int = 1) -> None:
        """Columns and rows are added as to any table.

        Args:
            title: with one, a line is under the heads; without, the table has no lines.
            gap: columns of space behind each cell of a table with a title, besides that for the line.
        """
        if title:
            super().__init__(
                title=Text(f"\n{title}", style="bold"),
                title_justify="left",
                box=box.SIMPLE_HEAD,
                show_edge=False,
                padding=(0, gap, 0, 0),
            )
        else:
            super().__init__(box=None, pad_edge=False, padding=(0, 2, 0, 0))

    def blocks(self, width: int, console: Console) -> Group | None:
        """The rows as blocks: the first cell, then the others below it; ``None`` if the words of a table fit.

        Without rows it is nothing: heads alone do not say why, which is the part of a message.
        """
        if not self.rows:
            return Group()
        needs = [_need(column, console) for column in self.columns]
        if sum(need.natural for need in needs) <= width - _frame(self):
            return None
        room = width - (len(self.columns) - 1)  # gaps of one
        if sum(need.last if need.place else need.least for need in needs) <= room:
            return None
        heads = [_plain(column.header, console) for column in self.columns]
        lines: list[Text] = [] if self.title is None else [Text(_plain(self.title, console), style="bold")]
        for cells in zip(*(column.cells for column in self.columns), strict=True):
            texts = [_LINES.sub(_one_line, _plain(cell, console)) for cell in cells]
            lines.append(break_names(Text(texts[0] or heads[0] or "all", style="bold"), width))
            for head, text in zip(heads[1:], texts[1:], strict=True):
                if text:
                    lines.append(_fold(Text(_INDENT + (f"{head}: {text}" if head else text)), width, console))
        return Group(*lines)


def _fold(text: Text, width: int, console: Console) -> Text:
    """The text with line breaks that suit the width; what continues an indented line is indented more."""
    if all(cell_len(line) <= width for line in text.plain.split("\n")):
        return text
    found = text.blank_copy()
    for number, line in enumerate(text.split("\n", allow_blank=True)):
        if number:
            found.append("\n")
        found.append_text(_hang(line, width, console))
    return found


def _hang(line: Text, width: int, console: Console) -> Text:
    indent = len(line.plain) - len(line.plain.lstrip(" "))
    room = width - indent - len(_INDENT)
    if cell_len(line.plain) <= width or not indent or room < LEAST_HANGING:
        return break_names(line, width)
    parts = [part for part in break_names(line[indent:], room).wrap(console, room) if part.plain.strip()]
    for part in parts:
        part.rstrip()
    return line.blank_copy(" " * indent) + line.blank_copy("\n" + " " * (indent + len(_INDENT))).join(parts)


_INDENT = "  "
_LINES = re.compile(r"( ?)\n(:?)")


def _one_line(end: re.Match[str]) -> str:
    """What is between two lines of a cell if they are one: nothing before a port."""
    return end[2] or end[1] or ", "


class SafeConsole(Console):
    """A console that shows no control, direction or invisible character, and no command of a CI log.

    Tables are fitted to the width; names wrap only at separators. No text becomes an emoji: ``:AB:`` is also part of a
    fingerprint.
    """

    def __init__(self, **more: Any) -> None:
        """The arguments are those of ``rich.console.Console``."""
        super().__init__(**({"emoji": False} | more))

    def on_broken_pipe(self) -> None:
        """Raise ``BrokenPipeError`` again, instead of exiting with code 1: the command line decides what it means.

        On stderr it stays quiet instead: lost messages must not change how a command ends.
        """
        if self.stderr:
            self.quiet = True
            return
        raise  # noqa: PLE0704 - the console calls this while it handles the error

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
        """Render, and make the text of every segment safe; the console's own control codes stay."""
        chosen = options or self.options
        if isinstance(renderable, str):
            renderable = self.render_str(renderable, highlight=chosen.highlight, markup=chosen.markup)
        if isinstance(renderable, RowTable):
            renderable = renderable.blocks(chosen.max_width, self) or renderable
        if isinstance(renderable, Table):
            fit_table(renderable, chosen.max_width, self)
        elif isinstance(renderable, Text) and not (chosen.no_wrap or renderable.no_wrap):
            renderable = _fold(renderable, chosen.max_width, self)
        segments = super().render(renderable, chosen)
        if isinstance(renderable, Table) and chosen.max_width >= UNFOLDED:
            segments = _without_padding(segments)
        for segment in segments:
            if segment.control:
                yield segment
            else:
                yield Segment(isolate(escape_commands(replace_unsafe(segment.text))), segment.style)


def _without_padding(segments: Iterable[Segment]) -> Iterator[Segment]:
    """The lines without spaces at their ends, which in a pipe pad every row to the widest."""
    for line in Segment.split_lines(segments):
        while line and not line[-1].control and not line[-1].text.strip(" "):
            line.pop()
        yield from line[:-1]
        if line:
            yield line[-1] if line[-1].control else Segment(line[-1].text.rstrip(" "), line[-1].style)
        yield Segment.line()


def chosen_width(environment: Mapping[str, str] = os.environ) -> int | None:
    """Return the width in ``COLUMNS``; ``None`` if it is not a positive number."""
    text = environment.get("COLUMNS", "")
    return int(text[:6]) if text.isascii() and text.isdigit() and int(text[:6]) > 0 else None


def open_console(*, width: int | None, **more: Any) -> SafeConsole:
    """Return a console with this width, also for a terminal with ``TERM=dumb``; ``None`` asks the terminal."""
    return SafeConsole(width=width, height=None if width is None else _HEIGHT, highlight=False, markup=False, **more)


def break_names(text: Text, width: int) -> Text:
    """Return the text with a line break at separators inside words that are longer than the width."""
    at = [place for word in _WORD.finditer(text.plain) for place in _breaks(word[0], word.start(), width)]
    if not at:
        return text
    return text.blank_copy("\n").join(text.divide(at))


def _breaks(word: str, start: int, width: int) -> Iterator[int]:
    """Offsets at which to break a word, greedily; none if it fits."""
    if cell_len(word) <= width:
        return
    used = 0
    for at, piece in _parts(word, width):
        length = cell_len(piece)
        if used and used + length > width:
            yield start + at
            used = 0
        used += length


def _parts(word: str, width: int) -> Iterator[tuple[int, str]]:
    """The pieces of a word with their offsets; those that are too long, in smaller parts."""
    for piece in _PIECE.finditer(word):
        if cell_len(piece[0]) <= width:
            yield piece.start(), piece[0]
        else:
            yield from ((piece.start() + part.start(), part[0]) for part in _PART.finditer(piece[0]))


def fit_table(table: Table, width: int, console: Console) -> None:
    """Set the column widths so that names and words stay whole, as far as the width allows.

    Columns with host names keep their names whole; if there is too little room, the others are narrowed first.
    """
    columns = table.columns
    room = width - _frame(table)
    needs = [_need(column, console) for column in columns]
    if not columns or sum(need.natural for need in needs) <= room:
        return
    above, right, below, left = table.padding
    narrow = 0 if table.box else 1
    if sum(need.least for need in needs) > room and right > narrow:
        # A narrow gap is easier to read than a word in two lines.
        table.padding = (above, narrow, below, left)
        room = width - _frame(table)
    for column, chosen in zip(columns, _widths(needs, room), strict=True):
        column.width = chosen


class _Need:
    """Widths of a column: the widest line, the longest piece that should stay whole, the least, and the last resort."""

    def __init__(self, natural: int, whole: int, least: int, last: int, *, place: bool = False) -> None:
        self.natural, self.whole, self.least = natural, min(whole, natural), min(least, natural)
        self.last = min(last, self.least)
        self.place = place
        """True for a column of names: it gets room before columns of words, which wrap well."""


def _need(column: Column, console: Console) -> _Need:
    texts = [_plain(cell, console) for cell in (column.header, *column.cells)]
    natural = max((cell_len(line) for text in texts for line in text.splitlines()), default=0)
    if column.width is not None:
        return _Need(column.width, column.width, column.width, column.width)
    if column.no_wrap and column.max_width is None:
        return _Need(natural, natural, natural, natural)
    whole = max((cell_len(piece) for text in texts for piece in _pieces(text)), default=0)
    most = max(min(natural, column.max_width or natural), whole)
    named = [text for text in texts[1:] if _PLACE.search(text)]
    place = any(" " not in text.strip() for text in named)
    date = max((cell_len(found[0]) for text in texts for found in _DATE.finditer(text)), default=0)
    if not named:
        return _Need(most, whole, min(whole, LONG_WORD), max(min(whole, LEAST), date))
    parts = (part[0] for text in texts for piece in _pieces(text) for part in _PART.finditer(piece))
    part = max((cell_len(part) for part in parts), default=0)
    return _Need(most, whole, whole, max(min(part, LONG_LABEL), date), place=place)


def _plain(cell: RenderableType, console: Console) -> str:
    if isinstance(cell, Text):
        return cell.plain
    if isinstance(cell, str):
        return console.render_str(cell).plain
    return "x" * Measurement.get(console, console.options, cell).maximum


def _pieces(text: str) -> Iterable[str]:
    return (piece for word in _WORD.findall(text) for piece in _PIECE.findall(word))


def _widths(needs: Sequence[_Need], room: int) -> list[int]:
    """Divide the room: first what each needs at least, then whole words, then whole names, then the rest."""
    widths = [need.least for need in needs]
    names = [need.natural if need.place else need.whole for need in needs]
    for goals in ([need.whole for need in needs], names, [need.natural for need in needs]):
        left = room - sum(widths)
        while left > 0 and (short := [at for at, goal in enumerate(goals) if widths[at] < goal]):
            # The narrowest columns first: they are complete soonest.
            at = min(short, key=lambda column: (widths[column], goals[column]))
            widths[at] += 1
            left -= 1
    # Too many columns for this width: names break at hyphens, then words break, then names inside a label.
    names = [need.last if need.place else need.least for need in needs]
    for floors in (names, [need.last for need in needs], [1] * len(needs)):
        while sum(widths) > room and (wide := [at for at, floor in enumerate(floors) if widths[at] > floor]):
            widths[max(wide, key=lambda column: widths[column])] -= 1
    return widths


def _frame(table: Table) -> int:
    """Columns that padding and lines between the cells take."""
    _, right, _, left = table.padding
    count = len(table.columns)
    edges = 0 if table.pad_edge else left + right
    between = (count - 1 if table.box else 0) + (2 if table.box and table.show_edge else 0)
    return count * (left + right) - edges + between
