"""Stores of the lab: probed under the lab's own grant."""

import asyncio
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.openback.adapters.tieback.conversations import report_claims
from bench.openback.schema import Case, Claim
from bench.openback.servers import ADDRESSES, GRANT
from tieback.backends.probe_hints import ProbeHints
from tieback.model.backend import Candidate, Route
from tieback.model.probe import ProbeReport
from tieback.pipeline.probing.service import probe_one
from tieback.scope.audit import AuditLog
from tieback.scope.dialer import Dialer
from tieback.scope.grant import load_grant


def claims(cases: Sequence[Case], folder: Path) -> Iterator[tuple[Case, Sequence[Claim] | None]]:
    """As ``tieback probe HOST:PORT``, without names or keys of an app."""
    addresses = json.loads((folder / ADDRESSES).read_bytes())
    with TemporaryDirectory(prefix="openback-audit-") as place:
        for case in cases:
            report = asyncio.run(_probe(addresses[case.input], folder / GRANT, Path(place, "audit.jsonl")))
            found = report_claims(report)
            found = [one for one in found if one.name not in {"records", "bytes", "version"}]
            if any(one.name == "access" and one.value != "closed" for one in found):
                found += [
                    Claim("records", container.records.value, "/".join(container.path))
                    for container in report.containers
                    if container.records is not None and not container.system
                ]
            yield case, found or None


async def _probe(place: dict[str, Any], grant_file: Path, audit_file: Path) -> ProbeReport:
    grant = load_grant(grant_file)
    candidate = Candidate(place["host"], place["port"], None, Route.NAMED, (), "openback")
    with AuditLog(audit_file) as audit:
        return await probe_one(candidate, Dialer(grant, audit), grant, ProbeHints())
