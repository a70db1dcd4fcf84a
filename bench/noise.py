"""Hosts of labelled app packages: share of correct ones among those shown, and share of the back ends that are shown.

The labels are in ``bench/noise.tsv``, by package. The packages are not part of the repository: the folders in
``TIEBACK_BENCH_NOISE`` (separated by colons), the samples of ``tests/samples.py`` and the packages of ``registry`` are
searched for them by name and digest. Missing ones are named and left out.
"""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench import registry
from bench.measure import table
from bench.openback.make import second_labels
from bench.openback.schema import Topic
from bench.openback.score import cohen
from tests import samples
from tieback.model.errors import TiebackError
from tieback.pipeline.analyse import Analyser

TABLE = Path(__file__).with_name("noise.tsv")
PARTS = ("tune", "held")


class Package(NamedTuple):
    """A labelled package."""

    name: str
    part: str
    """``tune`` or ``held``."""
    digest: str
    """First 64 bits of the SHA-256, in hexadecimal."""
    origin: str
    hosts: dict[str, str]
    """Label by host."""
    chosen: str = ""
    """``set N``: the set that it was chosen for, and labelled before any version had read it; empty if in none."""


class Score(NamedTuple):
    """Counts of hosts."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Share of the shown hosts that are back ends."""
        return self.right / max(1, self.right + self.wrong)

    @property
    def recall(self) -> float:
        """Share of the back ends that are shown."""
        return self.right / max(1, self.right + self.missed)

    @property
    def exact(self) -> bool:
        """True if nothing is wrong or missed."""
        return not self.wrong and not self.missed


def labelled() -> list[Package]:
    """The packages of the table with their labels."""
    packages: list[Package] = []
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        cells = line.split("\t")
        if line.startswith("#"):
            continue
        if len(cells) in (4, 5):
            name, part, digest, origin, *chosen = cells
            packages.append(Package(name, part, digest, origin, {}, "".join(chosen)))
        else:
            packages[-1].hosts[cells[1]] = cells[0]
    return packages


def found(packages: list[Package]) -> Iterator[tuple[Package, Path]]:
    """The packages that are here, by name and digest."""
    folders = [Path(name) for name in os.environ.get("TIEBACK_BENCH_NOISE", "").split(":") if name]
    files = {
        path.name: path for top in (*folders, samples.directory("apps"), registry.CACHE) for path in top.rglob("*.*")
    }
    for package in packages:
        path = files.get(package.name)
        if path is not None and hashlib.sha256(path.read_bytes()).hexdigest().startswith(package.digest):
            yield package, path


def score(package: Package, shown: set[str]) -> Score:
    """Compare the hosts shown for a package with its labels; links for people count neither way."""
    ends = {host for host, label in package.hosts.items() if label == "backend"}
    links = {host for host, label in package.hosts.items() if label == "link"}
    return Score(len(shown & ends), len(shown - ends - links), len(ends - shown))


def read_twice(packages: list[Package]) -> list[tuple[str, str]]:
    """First and second label of each host that is no cloud resource, of the packages that were labelled twice."""
    pairs = []
    for package in packages:
        second = second_labels(Topic.APP).get(f"app-noise-{package.name}")
        if second is not None:
            other = {str(one.value): "backend" for one in second.claims}
            other |= {str(one.value): "link" for one in second.allowed}
            pairs += [(label, other.get(host, "noise")) for host, label in package.hosts.items() if ":" not in host]
    return pairs


def run() -> str:
    """Score the packages that are here: by part, and by the set with which they were chosen."""
    analyser = Analyser()
    packages = labelled()
    scores: dict[str, list[Score]] = {}
    here = list(found(packages))
    unread = 0
    for package, path in here:
        try:
            document = analyser.document(path)
        except TiebackError:
            unread += 1
            continue
        shown = {one.endpoint.host or one.endpoint.value for one in document.sightings}
        one = score(package, shown)
        for group in (package.part, package.chosen, "all sets" if package.chosen else ""):
            scores.setdefault(group, []).append(one)
    sets = sorted({package.chosen for package in packages} - {""}, key=lambda name: int(name.removeprefix("set ")))
    head = (
        "## Hosts that apps name\n\n`python -m bench noise`: hosts of `bench/noise.tsv`, labelled by hand. "
        f"{len(here)} of {len(packages)} packages are here, {unread} of them cannot be read. "
        "Rules were made with all of them but the part `held`; the sets were scored before that, once. "
        "A package is exact if no host is wrong and none is missed.\n\n"
    )
    pairs = read_twice(packages)
    same, kappa = sum(one == two for one, two in pairs), cohen(pairs) if pairs else None
    foot = (
        f"\n\nA second reader labelled {len(pairs)} hosts, {same} the same: kappa {kappa:.3f}."
        if kappa is not None
        else ""
    )
    names = ("packages", "packages read", "exact", "right", "wrong", "missed", "precision", "recall")
    rows = [_row(group, scores.get(group, [])) for group in (*PARTS, *sets, "all sets")]
    return head + table(names, rows) + foot


def _row(group: str, scores: list[Score]) -> tuple[str, ...]:
    every = Score(*(sum(counts) for counts in zip(*scores, strict=True))) if scores else Score(0, 0, 0)
    shares = (f"**{every.precision:.3f}**", f"**{every.recall:.3f}**") if scores else ("not measured",) * 2
    exact = sum(one.exact for one in scores)
    return (group, str(len(scores)), str(exact), str(every.right), str(every.wrong), str(every.missed), *shares)
