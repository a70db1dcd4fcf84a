"""Provider, product and region of manually labelled hosts: share of correct statements, and confident wrong ones."""

import sys
from pathlib import Path
from typing import NamedTuple

from bench.measure import table
from tieback.pipeline.mapping.attribution import AttributionSources, attribute_host

TABLE = Path(__file__).with_name("hosts.tsv")
CLAIMS = ("provider", "product", "region")
SURE = 0.9
"""Least confidence of a confident statement."""


class Labelled(NamedTuple):
    """A row of the table; an empty cell means that the name must not give this fact."""

    host: str
    provider: str
    product: str
    region: str


class Wrong(NamedTuple):
    """A statement that differs from its label."""

    host: str
    claim: str
    said: str
    label: str
    confidence: float


def labelled() -> list[Labelled]:
    """The rows of the table."""
    rows = [line.split("\t") for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    return [Labelled(*("" if cell == "-" else cell for cell in row[:4])) for row in rows]


def wrong(rows: list[Labelled], data: Path) -> list[Wrong]:
    """Statements that differ. A product is correct if it contains the words of the label; provider and region must be
    equal.
    """
    knowledge = AttributionSources(data)
    found = []
    try:
        for row in rows:
            told = attribute_host(row.host, knowledge)
            said = {"provider": told.provider, "product": told.product, "region": told.region}
            for claim in CLAIMS:
                label, value = getattr(row, claim), said[claim]
                right = (
                    label.lower() in value.lower() and bool(value) == bool(label)
                    if claim == "product"
                    else (label == value)
                )
                if not right:
                    sure = max((one.confidence for one in told.statements if one.claim == claim), default=0.0)
                    found.append(Wrong(row.host, claim, value, label, sure))
    finally:
        knowledge.close()
    return found


def run() -> str:
    """Score the table without imported data."""
    rows = labelled()
    found = wrong(rows, Path("/nonexistent"))
    lines = []
    for claim in CLAIMS:
        bad = [one for one in found if one.claim == claim]
        lines.append((claim, f"{len(rows) - len(bad)} of {len(rows)}", f"**{100 * (1 - len(bad) / len(rows)):.1f} %**"))
    whole = {one.host for one in found}
    lines.append(
        ("all three", f"{len(rows) - len(whole)} of {len(rows)}", f"**{100 * (1 - len(whole) / len(rows)):.1f} %**")
    )
    sure = [one for one in found if one.said and one.confidence >= SURE]
    for one in found:
        print(f"{one.host}: {one.claim} {one.said!r} for {one.label!r} ({one.confidence:.2f})", file=sys.stderr)
    head = (
        "`python -m bench hosts`: hosts and addresses of `bench/hosts.tsv`, labelled manually from providers' "
        f"documentation. No imported data. Goal: 98 %, and no wrong statement at {SURE} or more: **{len(sure)}**.\n\n"
    )
    return "## Providers, products and regions\n\n" + head + table(("what", "right", "share"), lines)
