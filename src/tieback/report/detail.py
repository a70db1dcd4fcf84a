"""Findings with their apps and stores, fetched in batches to bound memory."""

from collections.abc import Iterable, Iterator
from itertools import batched, chain

import msgspec

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure, Finding
from tieback.model.report.apps import AppSummary
from tieback.model.report.document import Report

BATCH = 20_000
"""Findings per batch of apps; each batch is one full scan of the lake table."""
STORES = 1_000
"""Findings per batch of stores; stores are larger and are looked up by id in the ledger."""
MOST_APPS = 100
"""Limit on the apps listed per finding; the count includes all."""


class FindingDetail(msgspec.Struct, frozen=True):
    """A finding with its stores and apps."""

    finding: Finding
    stores: tuple[Exposure, ...]
    apps: tuple[AppSummary, ...]
    """At most ``MOST_APPS``, in the order of the finding; apps outside the report are left out."""

    @property
    def more_apps(self) -> int:
        """Number of apps of the finding that ``apps`` does not contain."""
        return max(len(self.finding.apps) - len(self.apps), 0)


def apps_left_out(findings: Iterable[Finding]) -> Iterator[str]:
    """The number of apps of findings that are above the limit, as ``5 apps of findings with more than 100 apps``."""
    count = sum(max(len(finding.apps) - MOST_APPS, 0) for finding in findings)
    if count:
        yield f"{count_text(count, 'app')} of findings with more than {MOST_APPS:,} apps"


def iter_details(report: Report, findings: Iterable[Finding] | None = None) -> Iterator[FindingDetail]:
    """Yield every finding with its context, in report order, one batch in memory at a time.

    Args:
        report: the report that contains the apps and stores.
        findings: the findings to yield, such as the suppressed ones; default: the report's findings.
    """
    for batch in batched(report.findings.rows() if findings is None else findings, BATCH):
        keys = {key for finding in batch for key in finding.apps[:MOST_APPS]}
        apps = {summary.app.sha256: summary for summary in report.apps.pick(keys)}
        for some in batched(batch, STORES):
            ids = {key for finding in some for key in finding.exposures}
            stores = {store.id: store for store in chain(report.exposed.pick(ids), report.answered.pick(ids))}
            for finding in some:
                yield FindingDetail(
                    finding,
                    tuple(stores[key] for key in finding.exposures if key in stores),
                    tuple(apps[key] for key in finding.apps[:MOST_APPS] if key in apps),
                )
