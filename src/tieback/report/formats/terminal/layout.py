"""Widths, limits and texts that all parts of the report on a terminal share."""

from collections.abc import Iterable

from rich.console import Console

from tieback.console import UNFOLDED, RowTable
from tieback.report.texts.clean import clean

MOST_ROWS = 50
"""Limit on the rows of one table; the rest is only counted."""
MOST_HOSTS = 4
MOST_HOSTS_OF_ALL = 12
"""Limit on the hosts of all apps; with few apps, each has more than ``MOST_HOSTS``."""
MOST_CLASSES = 3
WHOLE = 1_000
"""Limit on the characters of one text in a pipe or file."""
WIDE = 100
"""Terminal width from which all table columns are shown separately."""
ROOMY = 160
"""Width from which a host and its port are on one line, and no column is narrowed."""
MOST_PIPED = 5_000
"""Limit on the rows of one table in a pipe or file."""


def titled_table(title: str) -> RowTable:
    """An empty table with a title above it; a list where its words do not fit."""
    return RowTable(title, gap=0)


def short_text(text: str, limit: int, width: int) -> str:
    """Untrusted text, at most ``limit`` long on a terminal and whole in a pipe or file."""
    return clean(text, limit if width < UNFOLDED else WHOLE)


def joined(parts: Iterable[str], width: int) -> str:
    """One part per line on a terminal; all on one line in a pipe or file, so that ``grep`` finds the row."""
    return ("\n" if width < UNFOLDED else ", ").join(parts)


def print_rest(console: Console, count: int, shown: int) -> None:
    """Print how many rows a table leaves out, if any."""
    if count > shown:
        console.print(f"and {count - shown:,} more; the HTML and JSON reports list them all", style="dim")
