"""The order of findings in a report: those of one app beside each other."""

from collections.abc import Iterable, Iterator
from itertools import batched, groupby

from tieback.model.exposure import Finding

MOST_SORTED = 10_000
"""Findings of one severity and rule that are kept in memory; of more, each part of this size is sorted by itself."""


def by_app(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings in their order, but those of the same severity and rule app by app.

    The order is the same for the next build of an app: it depends only on the IDs of the findings.

    Args:
        findings: sorted by ``Finding.order``.
    """
    for _, alike in groupby(findings, key=lambda one: one.order[:3]):
        for part in batched(alike, MOST_SORTED):
            apps: dict[tuple[str, ...], list[Finding]] = {}
            for one in part:
                apps.setdefault(one.apps[:1], []).append(one)
            for its in apps.values():
                yield from its
