"""What the makers of sets share: the type of a maker, splits, and tables."""

import csv
import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim, Split, Topic

BENCH = Path(__file__).parents[2]
HELD_OUT = 0.3
FIRST, GENERATOR = "a", "generator"
"""Labellers: the person who labelled the tables of ``bench``, and a label that is known from how the input was made."""

NO_SAMPLES = "the samples of tests/samples.py are not here"
type CaseFile = tuple[str, list[Case] | str]
"""Name of a file of cases without its ending, and its cases, or the reason why it cannot be made here."""
type Maker = Callable[[int, Path], Iterator[CaseFile]]


class NotMadeError(Exception):
    """A set cannot be made on this machine; the text is the reason."""


def split_of(group: str) -> Split:
    """The part of a group: 30 % are held out, by a hash of the name."""
    return Split.HELD_OUT if hashlib.sha256(group.encode()).digest()[0] < 256 * HELD_OUT else Split.TUNE


def recipient_case(
    name: str, file: str, labels: Sequence[tuple[str, str, bool]], source: str, labeller: str, *, held_out: bool
) -> Case:
    """A case of recipients of personal data.

    Args:
        name: unique among captures.
        file: relative to the folder of the topic.
        labels: host, class, and whether it is certain.
        source: where the file is from.
        labeller: who labelled it.
        held_out: no rule was changed for it.
    """

    def claims(*, sure: bool) -> tuple[Claim, ...]:
        return tuple(Claim("recipient", pii_class, host) for host, pii_class, certain in labels if certain is sure)

    return Case(
        id=f"capture-{name}",
        topic=Topic.CAPTURE,
        split=Split.HELD_OUT if held_out else Split.TUNE,
        source=source,
        group=f"capture-{name}",
        input=file,
        expected=claims(sure=True),
        labellers=(labeller,),
        ask=("recipient",),
        allowed=claims(sure=False),
    )


def rows(path: Path) -> Iterator[list[str]]:
    """The lines of a table with tabs, without comments."""
    with path.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and not row[0].startswith("#"):
                yield row
