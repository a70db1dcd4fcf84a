"""Captures: data stores by the content of flows, and recipients of personal data."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.openback.schema import Case, Claim
from bench.recipients import found_in
from tieback.intake.traffic.open import open_traffic
from tieback.leaks.detect import LeakDetector
from tieback.model.flow import FlowEvidence
from tieback.pipeline.mapping.flow_endpoints import STORE_PROTOCOLS


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim]]]:
    """As ``tieback traffic``; a store that only its port suggests is no claim."""
    judge = LeakDetector()
    for case in cases:
        path = folder / case.input
        if "store" in case.ask:
            yield case, _stores(path)
        elif "protocol" in case.ask:
            yield case, [Claim("protocol", name) for name in sorted({str(one.value) for one in _stores(path)})]
        else:
            found = sorted(found_in(path, judge))
            yield case, [Claim("recipient", pii_class, host) for host, pii_class in found]


def _stores(path: Path) -> list[Claim]:
    opened = open_traffic(path)
    try:
        flows = [seen.flow for seen in opened.flows()]
    finally:
        opened.close()
    stores = {
        (f"{flow.server.ip}:{flow.server.port}", flow.protocol)
        for flow in flows
        if flow.protocol in STORE_PROTOCOLS and flow.evidence is FlowEvidence.PAYLOAD
    }
    return [Claim("store", protocol, place) for place, protocol in sorted(stores)]
