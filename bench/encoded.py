"""Encrypted and encoded endpoints: how many of the cases in ``bench/flow`` are found whole.

The tables list, for each case, its class, its file, the endpoint and the source of its shape: DEX files that decrypt
their strings, scripts, packages with a native library, and wrapped assets. The code was written with these cases, so
they do not measure how it does on other apps.
"""

import csv
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.measure import table
from tests.unit.intake.apps.test_hidden import CASES, package
from tieback.intake.apps.dex import read_dex
from tieback.intake.apps.interface import Artifact, Buffer, BufferKind
from tieback.model.sighting import Sighting
from tieback.pipeline.analyse import Analyser
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

FOLDER = Path(__file__).parent / "flow"
TABLES = ("encrypted", "scripts", "native")


class Outcome(NamedTuple):
    """One case."""

    group: str
    kind: str
    whole: bool
    """True if the endpoint is found, or nothing is found where there is none."""


def outcomes() -> Iterator[Outcome]:
    """The outcome of each case."""
    search, analyser = AppSearch(RuleFiles()), Analyser()
    for group in TABLES:
        with (FOLDER / f"{group}.tsv").open() as rows:
            for row in csv.DictReader(rows, delimiter="\t"):
                found = _found(FOLDER / row["file"], search, analyser)
                yield Outcome(group, row["class"], row["expected"] in found if row["expected"] else not found)
    with tempfile.TemporaryDirectory() as folder:
        for name, (content, expected) in CASES.items():
            found = _found(package(Path(folder, "app.apk"), content), search, analyser)
            yield Outcome("wrapped", name.partition(" ")[0], expected in found)


def _found(path: Path, search: AppSearch, analyser: Analyser) -> set[str]:
    """Endpoints in a DEX file, a script or a package."""
    if path.suffix == ".apk":
        return {sighting.endpoint.value for sighting in analyser.document(path, "0" * 64).sightings}
    data = path.read_bytes()
    script = Artifact(path.name, (Buffer(path.name, BufferKind.TEXT, data),))
    piece = read_dex(path.name, data)[0] if path.suffix == ".dex" else script
    return {find.endpoint.value for find in search.finds([piece]) if isinstance(find, Sighting)}


def run() -> str:
    """The table by group and class of case."""
    counts: dict[tuple[str, str], list[bool]] = {}
    for one in outcomes():
        counts.setdefault((one.group, one.kind), []).append(one.whole)
    rows = [[*key, str(len(its)), str(sum(its))] for key, its in counts.items()]
    every = [whole for its in counts.values() for whole in its]
    rows.append(["all", "", str(len(every)), str(sum(every))])
    return table(["group", "class of case", "cases", "whole"], rows)


if __name__ == "__main__":
    print(run())
