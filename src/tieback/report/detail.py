"""Findings with what they are about: the apps and stores of a batch are fetched together, so that none is held long."""

from collections.abc import Iterable, Iterator
from itertools import batched, chain

import msgspec

from tieback.model.exposure import Exposure, Finding
from tieback.model.report import AppSummary, Report

BATCH = 20_000
"""Findings whose apps are in memory at once; each batch is a question to the lake, which reads all of it."""
STORES = 1_000
"""Findings whose stores are: these are larger, and the ledger finds them by their ids."""
MOST_APPS = 100
"""Apps told of one finding; the count says how many there are."""


class Detail(msgspec.Struct, frozen=True):
    """One finding, the stores it is about and the apps concerned."""

    finding: Finding
    stores: tuple[Exposure, ...]
    apps: tuple[AppSummary, ...]
    """At most ``MOST_APPS``, in the order of the finding; apps that are not in the report are left out."""


def details(report: Report, findings: Iterable[Finding] | None = None) -> Iterator[Detail]:
    """Every finding with its context, in the report's order; a batch in memory at a time.

    Args:
        report: whose apps and stores they are.
        findings: those to tell, such as the suppressed ones; the report's own by default.
    """
    for batch in batched(report.findings.rows() if findings is None else findings, BATCH):
        keys = {key for finding in batch for key in finding.apps[:MOST_APPS]}
        apps = {summary.app.sha256: summary for summary in report.apps.pick(keys)}
        for some in batched(batch, STORES):
            ids = {key for finding in some for key in finding.exposures}
            stores = {store.id: store for store in chain(report.exposed.pick(ids), report.answered.pick(ids))}
            for finding in some:
                yield Detail(
                    finding,
                    tuple(stores[key] for key in finding.exposures if key in stores),
                    tuple(apps[key] for key in finding.apps[:MOST_APPS] if key in apps),
                )
