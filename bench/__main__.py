"""``python -m bench [NAME...]``: run benchmarks. A run of all writes docs/benchmarks/last-run.md.

Copy figures from there to docs/benchmarks/README.md, with their conditions.
"""

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from bench import (
    alarms,
    calibration,
    conditions,
    encoded,
    engine,
    flow,
    flow_blind,
    fresh,
    graph,
    hermes_large,
    hostile,
    hosts,
    imports,
    inputs,
    intake,
    inventory,
    lake,
    ledger,
    live,
    noise,
    parties,
    pii,
    policies,
    posture,
    probes,
    probing_scale,
    profiles,
    reading,
    recipients,
    recipients_cost,
    recipients_pages,
    recordings,
    report,
    resident,
    rules,
    rules_cases,
    secrets,
    startup,
    static,
    traffic,
    urls,
    web,
    world,
)

BENCHMARKS: dict[str, Callable[[], str]] = {
    "startup": startup.run,
    "profile": profiles.run,
    "static": static.run,
    "flow": flow.run,
    "hermes_large": hermes_large.run,
    "traffic": traffic.run,
    "fresh": fresh.run,
    "probes": probes.run,
    "recordings": recordings.run,
    "recipients": recipients.run,
    "recipients_pages": recipients_pages.run,
    "live": live.run,
    "probing_scale": probing_scale.run,
    "pii": pii.run,
    "report": report.run,
    "resident": resident.run,
    "posture": posture.run,
    "policies": policies.run,
    "rules": rules.run,
    "rules_cases": rules_cases.run,
    "hosts": hosts.run,
    "hostile": hostile.run,
    "noise": noise.run,
    "urls": urls.run,
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


def main() -> None:
    """Run the named benchmarks, or all. A run of all also writes the page."""
    if sys.argv[1:2] == ["reading"]:
        raise SystemExit(reading.main(sys.argv[2:]))
    parser = argparse.ArgumentParser(
        prog="python -m bench",
        description="Run benchmarks, or all. All need a quiet machine, and write docs/benchmarks/last-run.md.",
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(BENCHMARKS)}")
    parser.add_argument("--cost", action="store_true", help="of `recipients`, only what the list costs")
    parser.add_argument("--stage", choices=profiles.STAGES, help="only this stage of `profile`")
    parser.add_argument("--blind", action="store_true", help="of `flow`, only the apps that no version had read before")
    chosen = parser.parse_args()
    names = chosen.names or list(BENCHMARKS)
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"unknown benchmark {unknown[0]}; choose from {', '.join(BENCHMARKS)}")
    publishes = names == list(BENCHMARKS)
    start = conditions.measured()
    if publishes and not start.is_quiet:
        parser.error(
            f"load {start.load:.2f} per core: figures to publish need at most {conditions.MOST_LOAD}. Wait until the "
            "machine is quiet, or name the benchmarks to run without publishing"
        )
    parts = []
    for name in names:
        print(f"# {name}", file=sys.stderr)
        at = conditions.measured()
        if name == "profile" and chosen.stage:
            part = profiles.run(chosen.stage)
        elif name == "flow" and chosen.blind:
            part = flow_blind.run()
        elif name == "recipients" and chosen.cost:
            part = recipients_cost.run()
        else:
            part = BENCHMARKS[name]()
        parts.append(f"{part}\n{at}\n")
        print(parts[-1])
    if publishes:
        head = (
            "# Last benchmark run\n\n`make bench` wrote this page; every figure is from that run. Compare ratios "
            f"rather than absolute times. Conditions and history: [benchmarks](README.md).\n\n{start}\n\n"
        )
        PAGE.write_text(head + "\n".join(parts))


if __name__ == "__main__":
    main()
