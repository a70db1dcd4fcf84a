"""Probes on the lab: each store, the whole lab on odd ports compared with nmap, official clients, and throughput.

Starts labs of its own in subnets of its own, and stops them. Parts: ``bench.odd_ports``, ``bench.clients`` and
``bench.throughput``.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from bench import clients, odd_ports, throughput
from bench.measure import table

RUNS = 5
SUBNET = 72


def run() -> str:
    """Measure, and return the report section."""
    parts = (_each_store, odd_ports.run, clients.run, throughput.run)
    return "\n".join(part() for part in parts)


def _each_store() -> str:
    from tieback.lab.state import Lab
    from tieback.lab.up import up

    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        lab = Lab(Path(folder) / "lab")
        raised = up(lab, lambda _one: None, subnet=SUBNET)
        try:
            stores = [one.store for one in raised if one.error is None and one.store.is_store]
            rows = asyncio.run(_measure(lab, stores))  # type: ignore[no-untyped-call]
        finally:
            with lab.locked():
                lab.stop_all()
                lab.purge()
    return (
        f"## Probes\n\n`python -m bench probes`: every store of the lab at depth `describe`, one at a time, medians of "
        f"{RUNS}. `E` marks an emulation.\n\n"
        + table(
            ["store", "product", "", "configuration", "verdict", "records", "sent B", "read B", "wall ms", "CPU ms"],
            rows,
        )
    )


async def _measure(lab, stores):  # type: ignore[no-untyped-def]
    from tieback.model.backend import Candidate, Route
    from tieback.model.figure import total
    from tieback.pipeline.probing.service import probe_one
    from tieback.pipeline.progress import today_utc
    from tieback.scope.audit import AuditLog
    from tieback.scope.dialer import Dialer
    from tieback.scope.grant import load_grant

    grant = load_grant(lab.grant)
    rows = []
    with AuditLog(lab.directory / "audit.jsonl") as audit:
        dialer = Dialer(grant, audit, today=today_utc())
        for store in stores:
            candidate = Candidate(store.address, store.port, None, Route.NAMED, (), "benchmark")
            report = await probe_one(candidate, dialer, grant)  # the warm-up
            walls, cpus = [], []
            for _ in range(RUNS):
                wall, cpu = time.perf_counter(), time.process_time()
                report = await probe_one(candidate, dialer, grant)
                walls.append(time.perf_counter() - wall)
                cpus.append(time.process_time() - cpu)
            records = total(c.records for c in report.containers if not c.system and c.kind != "database")
            rows.append(
                [
                    store.name,
                    f"{report.product} {report.version}".strip(),
                    "E" if store.emulation else "",
                    str(store.state),
                    str(report.access),
                    f"{records.value:,}",
                    f"{report.bytes_sent:,}",
                    f"{report.bytes_read:,}",
                    f"{statistics.median(walls) * 1000:.1f}",
                    f"{statistics.median(cpus) * 1000:.1f}",
                ]
            )
    return rows
