"""``python -m bench [NAME...]``: run benchmarks. A run of all writes docs/benchmarks/last-run.md.

Copy figures from there to docs/benchmarks/README.md, with their conditions.
"""

import argparse
import os
import platform
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench import (
    alarms,
    calibration,
    encoded,
    engine,
    flow,
    graph,
    hosts,
    imports,
    inputs,
    intake,
    inventory,
    lake,
    ledger,
    noise,
    parties,
    pii,
    policies,
    posture,
    probes,
    probing_scale,
    recipients,
    recordings,
    report,
    rules,
    rules_cases,
    secrets,
    startup,
    static,
    traffic,
    web,
    world,
)

BENCHMARKS: dict[str, Callable[[], str]] = {
    "startup": startup.run,
    "static": static.run,
    "flow": flow.run,
    "traffic": traffic.run,
    "probes": probes.run,
    "recordings": recordings.run,
    "recipients": recipients.run,
    "probing_scale": probing_scale.run,
    "pii": pii.run,
    "report": report.run,
    "posture": posture.run,
    "policies": policies.run,
    "rules": rules.run,
    "rules_cases": rules_cases.run,
    "hosts": hosts.run,
    "noise": noise.run,
    "encoded": encoded.run,
    "parties": parties.run,
    "secrets": secrets.run,
    "calibration": calibration.run,
    "imports": imports.run,
    "inputs": inputs.run,
    "inventory": inventory.run,
    "ledger": ledger.run,
    "graph": graph.run,
    "lake": lake.run,
    "engine": engine.run,
    "world": world.run,
    "web": web.run,
    "intake": intake.run,
    "alarms": alarms.run,
}
PAGE = Path(__file__).parents[1] / "docs" / "benchmarks" / "last-run.md"


def machine() -> str:
    """One line about the machine of the measurement."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    return f"{model}, Python {platform.python_version()}, {datetime.now(UTC):%Y-%m-%d}"


def main() -> None:
    """Run the named benchmarks, or all. A run of all also writes the page."""
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="Run benchmarks, or all. A run of all writes docs/benchmarks/last-run.md."
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    names = parser.parse_args().names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"unknown benchmark {unknown[0]}; choose from {', '.join(BENCHMARKS)}")
    load = os.getloadavg()[0]
    parts = []
    for name in names:
        print(f"# {name}", file=sys.stderr)
        part = BENCHMARKS[name]()
        print(part)
        parts.append(part)
    if names == list(BENCHMARKS):
        head = (
            "# Last benchmark run\n\n`make bench` wrote this page; every figure is from that run. Compare ratios "
            f"rather than absolute times. Conditions and history: [benchmarks](README.md).\n\nMachine: {machine()}, "
            f"load at the start {load:.1f}\n\n"
        )
        PAGE.write_text(head + "\n".join(parts))


if __name__ == "__main__":
    main()
