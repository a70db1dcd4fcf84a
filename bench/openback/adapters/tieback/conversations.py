"""Recorded conversations: replayed with the current probes."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim
from bench.openback.sets.stores import ACCESS
from bench.recordings import replay_all
from tieback.assess.leaves import NO_RECORDS_COUNTED, bytes_total, records_total
from tieback.model.probe import ProbeReport, is_undecided


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim] | None]]:  # noqa: ARG001
    """As ``tieback probe --replay``. The sends that changed since the recording are those of ``tests/recordings``."""
    reports = {f"conversation-{one.name}": one.report for one in replay_all()}
    for case in cases:
        found = report_claims(reports[case.id])
        yield case, found or None


def report_claims(report: ProbeReport) -> list[Claim]:
    """What a probe report claims, with the sums over its containers."""
    found = [Claim("product", report.product)] if report.product else []
    found += [Claim("version", report.version)] if report.version else []
    access = ACCESS.get(report.access)
    if access is None or is_undecided(report.access, report.untested):
        return found
    found.append(Claim("access", access))
    if access != "closed" and report.containers:
        records, size = records_total(report.containers), bytes_total(report.containers)
        found += [Claim("records", records.value)] if records is not NO_RECORDS_COUNTED else []
        found.append(Claim("bytes", size.value))
    return found
