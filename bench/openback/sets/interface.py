"""What the makers of sets share: the type of a maker, splits, and tables."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.openback.schema import Case, Split

BENCH = Path(__file__).parents[2]
HELD_OUT = 0.3
FIRST, GENERATOR = "a", "generator"
"""Labellers: the person who labelled the tables of ``bench``, and a label that is known from how the input was made."""

type CaseFile = tuple[str, list[Case]]
"""Name of a file of cases without its ending, and its cases."""
type Maker = Callable[[int, Path], Iterator[CaseFile]]


class NotMadeError(Exception):
    """A set cannot be made on this machine; the text is the reason."""


def split_of(group: str) -> Split:
    """The part of a group: 30 % are held out, by a hash of the name."""
    return Split.HELD_OUT if hashlib.sha256(group.encode()).digest()[0] < 256 * HELD_OUT else Split.TUNE


def rows(path: Path) -> Iterator[list[str]]:
    """The lines of a table with tabs, without comments."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and not row[0].startswith("#"):
                yield row
