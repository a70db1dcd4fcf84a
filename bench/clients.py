"""CPU of a probe compared with the official client for the same requests, 32 at a time, on the lab's servers.

The clients have an environment of their own, ``.cache/openback/clients``, which ``tools/install-peers`` makes.
"""

import asyncio
import json
import subprocess
import tempfile
import time
from pathlib import Path

from bench.measure import table

PLACE = Path(__file__).parents[1] / ".cache" / "openback" / "clients"
SUBNET = 74
RUNS, AT_ONCE = 640, 32
STORES = {"mongodb": "mongo-ransomed", "redis": "valkey-open", "postgresql": "tillroll", "mysql": "mariadb-open"}
BARS = {"mysql": 1.5}
"""Goal by client: least ratio of its CPU to that of the probe; 5 if not listed."""


def run() -> str:
    """Measure, and return the report section."""
    from tieback.lab.state import Lab
    from tieback.lab.up import up

    head = "### CPU of probes compared with official clients\n\n"
    python = PLACE / "bin" / "python"
    if not python.exists():
        return head + "Not measured: the clients are missing; run `tools/install-peers`.\n"
    with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
        lab = Lab(Path(folder) / "lab")
        raised = up(lab, lambda _one: None, tuple(STORES.values()), subnet=SUBNET)
        try:
            places = {one.store.name: one.server for one in raised if one.server is not None}
            there = {name: places[store] for name, store in STORES.items() if store in places}
            words = [f"{name}={server.address}:{server.port}" for name, server in there.items()]
            script = str(Path(__file__).with_name("official_clients.py"))
            said = subprocess.run([str(python), script, *words], capture_output=True, text=True, check=True).stdout
            clients = [json.loads(line) for line in said.splitlines()]
            costs = asyncio.run(_probes(lab, there))  # type: ignore[no-untyped-call]
        finally:
            with lab.locked():
                lab.stop_all()
                lab.purge()
    rows = []
    for client in clients:
        name = client["name"]
        if client["cpu_ms"] is None:
            rows.append([name, client["client"], "", "", "", "", ""])
            continue
        shallow, deep = costs[name]
        ratio = client["cpu_ms"] / shallow
        bar = BARS.get(name, 5.0)
        rows.append(
            [
                name,
                client["client"],
                f"{client['cpu_ms']:.2f}",
                f"{shallow:.2f}",
                f"{ratio:.1f}",
                f"{bar:g} {'met' if ratio >= bar else 'missed'}",
                f"{deep:.2f}",
            ]
        )
    return (
        head + f"`python -m bench probes`: connect, run the requests of depth `enumerate`, close. Mean CPU ms of "
        f"{RUNS} runs, {AT_ONCE} at a time. The client sends the same requests. The probe also checks its grant, "
        "bounds each answer, and writes and syncs its audit log.\n\n"
        + table(["store", "client", "client", "probe, enumerate", "client / probe", "bar", "probe, describe"], rows)
    )


async def _probes(lab, there):  # type: ignore[no-untyped-def]
    from msgspec.structs import replace

    from tieback.model.backend import Candidate, Route
    from tieback.model.grant import Depth
    from tieback.pipeline.probing.service import probe_one
    from tieback.pipeline.progress import today_utc
    from tieback.scope.audit import AuditLog
    from tieback.scope.dialer import Dialer
    from tieback.scope.grant import load_grant

    deep = load_grant(lab.grant)
    shallow = replace(deep, target=tuple(replace(rule, depth=Depth.ENUMERATE) for rule in deep.target))
    found = {}
    with AuditLog(lab.directory / "audit.jsonl") as audit:
        for name, server in there.items():
            candidate = Candidate(server.address, server.port, name, Route.NAMED, (), "benchmark")
            costs = []
            for grant in (shallow, deep):
                dialer = Dialer(grant, audit, today=today_utc())

                async def worker(times: int, candidate=candidate, dialer=dialer, grant=grant):  # type: ignore[no-untyped-def]
                    for _ in range(times):
                        await probe_one(candidate, dialer, grant)

                await worker(3)
                begun = time.process_time()
                await asyncio.gather(*(worker(RUNS // AT_ONCE) for _ in range(AT_ONCE)))
                costs.append((time.process_time() - begun) / RUNS * 1000)
            found[name] = tuple(costs)
    return found
