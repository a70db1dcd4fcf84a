"""Calibration: the share of correct statements by kind of evidence and by bins of confidence, over all labelled data.

Labels: `hosts.tsv` (provider, product, region by name and by address), `parties*.tsv` (owner), the endpoint lists of
the tests' corpus of apps, and the stores behind the APIs of the lab's case studies (`ROUTES`). The supported confidence
is Laplace's share, (right + 1) / (all + 2), rounded down. A few cases support little, even if all are correct.
"""

import math
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from bench.hosts import CLAIMS, labelled
from bench.measure import table
from bench.parties import SEEN, UNSEEN, corpus_judged, judged
from tests.unit.recognise.whole_app.test_collect import corpus
from tieback.backends import confidence, hosting
from tieback.backends.confidence import sighting_confidence
from tieback.backends.normalise import literal_address
from tieback.intake.apps.open import open_app
from tieback.pipeline.mapping import api_leads, attribution
from tieback.recognise import extractors
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import merge_finds

ROUTES = (
    ("case study Workhub: a database on the host of the API", "on the host of the API", True),
    ("pivot, variant 1: the store on the host of the API", "on the host of the API", True),
    ("pivot, variant 2: the store on a sibling name", "on a sibling name", True),
    ("pivot, variant 3: the store that a header names", "an answer names it", True),
    ("case study Fieldhand: the store that the app names", "the app names it", True),
    ("case study Tillroll: the store that the app names", "the app names it", True),
)
"""Ground truth of the lab: `tests/servers/test_end_to_end.py` and `test_pivots.py` find each of these with real stores.
"""
BINS = (0.0, 0.5, 0.7, 0.8, 0.9, 0.95, 1.001)
_OWNED = {"third": "host of a known SDK or platform", "platform": "host of a known SDK or platform"}


class Case(NamedTuple):
    """One statement with a label."""

    kind: str
    stated: float
    right: bool


def supported(right: int, total: int) -> float:
    """Laplace's share, rounded down to a hundredth, and at most the highest confidence that tieback states."""
    return min(0.99, math.floor(100 * (right + 1) / (total + 2)) / 100)


def cases() -> Iterator[Case]:
    """Every labelled statement."""
    yield from _hosts()
    yield from _owners()
    for one in _sightings():
        yield one
        # That a store is one of an app's back ends is as sure as that the app names it.
        yield Case("route: the app names it", confidence.NAMED, one.right)
    for _, kind, right in ROUTES:
        yield Case(f"route: {kind}", _ROUTES[kind], right)


_ROUTES = {
    "the app names it": confidence.NAMED,
    "on the host of the API": confidence.SAME_HOST,
    "on a sibling name": confidence.SAME_DOMAIN,
    "an answer names it": confidence.BY_ANSWER,
}


def _hosts() -> Iterator[Case]:
    kinds = {
        hosting.BY_PATTERN: "name of a documented form",
        hosting.BY_DOMAIN: "name below a provider's domain",
    }
    knowledge = attribution.AttributionSources(Path("/nonexistent"))
    try:
        for row in labelled():
            told = attribution.attribute_host(row.host, knowledge)
            literal = literal_address(row.host) is not None
            for claim in CLAIMS:
                for one in told.statements:
                    if one.claim != claim:
                        continue
                    label = str(getattr(row, claim))
                    right = bool(label) and (
                        label.lower() in one.value.lower() if claim == "product" else label == one.value
                    )
                    kind = "address in a documented network" if literal else kinds.get(one.confidence, "other")
                    yield Case(f"{claim}: {kind}", one.confidence, right)
    finally:
        knowledge.close()


def _owners() -> Iterator[Case]:
    tables = ((row.party, owned) for path in (SEEN, UNSEEN) for row, owned in judged(path))
    for label, party in (*((label, owned.party) for label, owned in tables), *_of_corpus()):
        if party == "first":
            yield Case("owner: first party", api_leads.BY_MAKER, label == "first")
        elif party in _OWNED:
            yield Case(f"owner: {_OWNED[party]}", attribution.BY_SDK, label == party)


def _of_corpus() -> Iterator[tuple[str, str]]:
    for _, _, label, sighting in corpus_judged():
        yield label, sighting.party


def _sightings() -> Iterator[Case]:
    rules = RuleFiles()
    readers = extractors(rules)
    for path, truth in corpus():
        if not path.is_file():
            continue
        with open_app(path) as opened:
            finds = [find for artifact in opened.artifacts() for reader in readers for find in reader.extract(artifact)]
            found = merge_finds(opened.app, finds, rules).sightings
        for one in found:
            value = one.endpoint.value
            stated = sighting_confidence(one.evidence.how)
            yield Case(f"endpoint: {_NAMES[stated]}", stated, value in {*truth["endpoints"], *truth["composed"]})


_NAMES = {
    # The strongest first.
    confidence.CONFIGURED: "a named key, resource or manifest entry",
    confidence.BY_FLOW: "data flow in code",
    confidence.IN_TEXT: "a string",
    confidence.IN_BYTES: "raw bytes or an encoding",
}


ORDERS = (
    tuple(f"endpoint: {name}" for name in _NAMES.values())[::-1],
    tuple(f"route: {name}" for name in _ROUTES)[::-1],
)
"""Kinds from the weakest to the strongest; an endpoint from a key is correct at least as often as one from raw bytes.
"""


class Kind(NamedTuple):
    """A row of the table."""

    name: str
    stated: float
    """Highest stated confidence."""
    right: int
    total: int
    supported: float


def kinds(every: list[Case]) -> list[Kind]:
    """Each kind of evidence with the confidence that its cases support.

    If a stronger kind has too few cases to show that it is stronger, both get the share of both (pool adjacent
    violators).
    """
    counts: dict[str, tuple[int, int]] = {}
    stated: dict[str, float] = {}
    for one in every:
        right, total = counts.get(one.kind, (0, 0))
        counts[one.kind] = right + one.right, total + 1
        stated[one.kind] = max(stated.get(one.kind, 0.0), one.stated)
    pooled = dict(counts)
    for order in ORDERS:
        blocks: list[tuple[list[str], int, int]] = []
        for kind in (kind for kind in order if kind in counts):
            blocks.append(([kind], *counts[kind]))
            while len(blocks) > 1 and supported(*blocks[-1][1:]) < supported(*blocks[-2][1:]):
                (names, right, total), (before, more, of) = blocks.pop(), blocks.pop()
                blocks.append((before + names, right + more, total + of))
        pooled |= {kind: (right, total) for names, right, total in blocks for kind in names}
    return sorted(Kind(name, stated[name], *counts[name], supported(*pooled[name])) for name in counts)


def bins(every: list[Case]) -> list[tuple[float, float, int, float, float]]:
    """Lower bound, upper bound, number, mean stated confidence, correct share."""
    rows = []
    for low, high in pairwise(BINS):
        some = [one for one in every if low <= one.stated < high]
        if some:
            mean = sum(one.stated for one in some) / len(some)
            rows.append((low, min(high, 1.0), len(some), mean, sum(one.right for one in some) / len(some)))
    return rows


def run() -> str:
    """Both tables."""
    every = list(cases())
    first = [
        (one.name, f"{one.right} of {one.total}", f"{one.supported:.2f}", f"{one.stated:.2f}{_mark(one)}")
        for one in kinds(every)
    ]
    second = [
        (f"{low:.2f} to {high:.2f}", f"{count}", f"{mean:.3f}", f"{share:.3f}")
        for low, high, count, mean, share in bins(every)
    ]
    head = (
        "`python -m bench calibration`: every statement with a labelled truth. Supported is (right + 1) / (all + 2), "
        "rounded down. If stronger evidence has too few cases of its own, it uses those of weaker evidence too.\n\n"
    )
    return (
        "## Confidence\n\n"
        + head
        + table(("kind of evidence", "right", "supported", "highest stated value"), first)
        + "\n"
        + table(("stated", "statements", "mean stated", "share right"), second)
    )


def _mark(kind: Kind) -> str:
    return "" if kind.stated <= kind.supported else " **above**"
