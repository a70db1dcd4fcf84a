"""The order of findings in a report: those of one app beside each other."""

from collections.abc import Iterable, Iterator
from itertools import batched, groupby

from tieback.model.exposure import Finding

MOST_SORTED = 10_000
"""Findings of one severity and rule that are kept in memory; of more, each part of this size is sorted by itself."""


def by_app(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings in their order, but those of the same severity and rule by app, then by evidence.

    Args:
        findings: sorted by ``Finding.order``.
    """
    for _, alike in groupby(findings, key=lambda one: one.order[:3]):
        for part in batched(alike, MOST_SORTED):
            yield from sorted(part, key=_place)


def _place(finding: Finding) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    return finding.apps[:1], finding.evidence[:1], finding.id
