"""Recipients of personal data: precision and recall of class by host, on captures labelled by hand.

``recipients.tsv`` labels the captures of ``tests/samples.py`` in which something that an app or a client sent is
readable. ``recipients_made`` makes HTTP archives in the formats of SDKs and back ends; what they contain is known.
Sources are split 70:30 by a hash of their names: rules were only changed for errors in the larger part, and the
published figures are those of the smaller one. A source is one product or app, so its files are in the same part.
"""

import csv
import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

from bench import fresh, recipients_documented, recipients_made, recipients_second
from bench.measure import table
from tests import samples
from tieback.intake.traffic.open import open_traffic
from tieback.leaks.detect import LeakDetector

TRUTH = Path(__file__).with_name("recipients.tsv")
FRESH = Path(__file__).with_name("recipients_fresh.tsv")
"""Truth of captures that are not among the samples, below the folder in ``TIEBACK_FRESH``; scored apart."""
PRECISION, RECALL = 0.95, 0.9
"""The bars, for class by host in the smaller part."""
HELD_OUT = 0.3


class Label(NamedTuple):
    """A class that a host received in a file; ``sure`` is false if it can be called so or not."""

    file: str
    host: str
    pii_class: str
    sure: bool = True


class Source(NamedTuple):
    """A file and what is in it."""

    name: str
    path: Path
    made: bool
    labels: tuple[Label, ...]


class Score(NamedTuple):
    """Counts over some sources."""

    sources: int
    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of right ones among those found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Share of those that are there."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def real_sources() -> Iterator[Source]:
    """The labelled captures of the samples that are here."""
    yield from _labelled(TRUTH, samples.directory("captures"))


def fresh_sources() -> Iterator[Source]:
    """The labelled captures of other projects that are here."""
    folder = os.environ.get(fresh.VARIABLE)
    if folder:
        yield from _labelled(FRESH, Path(folder))


def _labelled(truth: Path, folder: Path) -> Iterator[Source]:
    labels: dict[str, list[Label]] = {}
    with truth.open(encoding="utf-8", newline="") as lines:
        for row in csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            if row and not row[0].startswith("#"):
                file, host, pii_class, _ = row
                known = labels.setdefault(file, [])
                if host != "-":
                    known.append(Label(file, host, pii_class.rstrip("?"), not pii_class.endswith("?")))
    for file, known in labels.items():
        path = folder / file
        if path.is_file():
            yield Source(file.rpartition("/")[2].rpartition(".")[0], path, False, tuple(known))


type Written = Iterable[tuple[str, Path, list[tuple[str, str, bool]]]]
"""Name, path and labels of each archive of a package of made ones."""


def made_sources(written: Written) -> Iterator[Source]:
    """The archives of ``recipients_made`` or ``recipients_documented``."""
    for name, path, classes in written:
        yield Source(name, path, True, tuple(Label(path.name, host, one, sure) for host, one, sure in classes))


@cache
def is_held_out(name: str) -> bool:
    """True for sources of the smaller part."""
    return hashlib.sha256(name.encode()).digest()[0] < 256 * HELD_OUT


def found_in(path: Path, judge: LeakDetector) -> set[tuple[str, str]]:
    """Host and class of what was sent in a file."""
    opened = open_traffic(path)
    try:
        flows = [judge(seen) for seen in opened.flows()]
    finally:
        opened.close()
    return {(flow.server.name or flow.server.ip, one.pii_class) for flow in flows for one in flow.sent}


def errors(sources: Iterable[Source]) -> tuple[Score, list[str]]:
    """The counts, and a line for each error."""
    judge = LeakDetector()
    right = wrong = missed = number = 0
    lines = []
    for source in sources:
        number += 1
        found = found_in(source.path, judge)
        true = {(one.host, one.pii_class) for one in source.labels if one.sure}
        unsure = {(one.host, one.pii_class) for one in source.labels if not one.sure}
        right += len(found & true)
        wrong += len(found - true - unsure)
        missed += len(true - found)
        lines += [f"wrong: {source.name} {host} {one}" for host, one in sorted(found - true - unsure)]
        lines += [f"missed: {source.name} {host} {one}" for host, one in sorted(true - found)]
    return Score(number, right, wrong, missed), lines


def scores() -> list[tuple[str, Score, list[str]]]:
    """The counts of each part, of real and of made files."""
    with tempfile.TemporaryDirectory(prefix="tieback-recipients-") as folder:
        every = [*real_sources(), *made_sources(recipients_made.write_archives(Path(folder)))]
        parts = {
            "larger part (rules were changed for it)": [one for one in every if not is_held_out(one.name)],
            "smaller part": [one for one in every if is_held_out(one.name)],
            "smaller part, real captures": [one for one in every if is_held_out(one.name) and not one.made],
            "smaller part, made archives": [one for one in every if is_held_out(one.name) and one.made],
        }
        others = list(fresh_sources())
        parts["fresh captures, larger part"] = [one for one in others if not is_held_out(one.name)]
        parts["fresh captures, smaller part"] = [one for one in others if is_held_out(one.name)]
        apart = Path(folder) / "documented"
        apart.mkdir()
        shapes = list(made_sources(recipients_documented.write_archives(apart)))
        parts["documented shapes, larger part"] = [one for one in shapes if not is_held_out(one.name)]
        parts["documented shapes, smaller part"] = [one for one in shapes if is_held_out(one.name)]
        second = Path(folder) / "second"
        second.mkdir()
        parts["second documented shapes"] = list(made_sources(recipients_second.write_archives(second)))
        return [(name, *errors(part)) for name, part in parts.items()]


def run() -> str:
    """The figures as a table, and the errors. ``recipients_cost`` measures what recipients cost."""
    rows = []
    lines: list[str] = []
    for name, score, told in scores():
        cells = (
            name,
            f"{score.sources}",
            f"{score.right + score.missed}",
            f"{score.precision:.3f}",
            f"{score.recall:.3f}",
        )
        rows.append(cells)
        if not name.startswith("smaller part, "):
            lines += [f"- {name}: {line}" for line in told]
    head = ("part", "files", "class by host", "precision", "recall")
    return "\n".join(
        ("## Recipients\n", table(head, rows), "", *lines, "", f"Bars: precision {PRECISION}, recall {RECALL}.")
    )
