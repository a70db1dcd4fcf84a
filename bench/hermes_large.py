"""Large bundles of Hermes bytecode: what the analysis costs per MB, and which of the hosts that it reports are right.

``bench/flow/hermes/large/build.sh FOLDER`` makes the bundles from packages of npm, with the cases of
``bench/flow/hermes`` in them. ``hosts.tsv`` has a label for each host that any search found in them, from reading the
sources: ``service`` for one that code contacts, ``page`` for one that people open, ``name`` for an identifier. Recall
is of that pool.
"""

import csv
import json
import os
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

from bench.measure import peak_mib, table
from tieback.intake.apps.hermes import read_hermes
from tieback.model.endpoint import EndpointKind
from tieback.model.sighting import Problem, Sighting
from tieback.recognise.interface import Find
from tieback.recognise.rules import RuleFiles
from tieback.recognise.search import AppSearch

HERE = Path(__file__).parent / "flow" / "hermes"
FOLDER = Path(os.environ.get("TIEBACK_HERMES_LARGE", "build/hermes-large"))
BAR = 150
"""Most CPU milliseconds per MB of bundles of at least 1 MB."""
_RUNS = 3


def labels(bundle: str) -> dict[str, str]:
    """The label of each host of a bundle."""
    with (HERE / "large" / "hosts.tsv").open(encoding="utf-8", newline="") as lines:
        return {row["host"]: row["label"] for row in csv.DictReader(lines, delimiter="\t") if row["bundle"] == bundle}


def reported(finds: Collection[Find]) -> set[str]:
    """The hosts of the web addresses that are reported."""
    kinds = ("http", "https", "ws", "wss")
    endpoints = (find.endpoint for find in finds if isinstance(find, Sighting))
    return {one.host for one in endpoints if one.kind is EndpointKind.URL and one.scheme in kinds}


def measured(path: Path) -> dict[str, float]:
    """CPU seconds of reading the file and of the whole search, warm, least of three; peak MiB; whole cases."""
    from bench.flow import hermes_cases

    data = path.read_bytes()
    search = AppSearch(RuleFiles())
    artifact, _ = read_hermes(path.name, data)
    list(search.finds([artifact]))
    before = peak_mib()
    times = []
    finds: list[Find] = []
    for _ in range(_RUNS):
        start = time.process_time()
        artifact, _ = read_hermes(path.name, data)
        finds = list(search.finds([artifact]))
        times.append(time.process_time() - start)
    values = {find.endpoint.value for find in finds if isinstance(find, Sighting)}
    cases = hermes_cases(values)
    return {
        "seconds": min(times),
        "peak": before,
        "whole": sum(result == "whole" for result in cases.values()),
        "cases": len(cases),
        "stopped": sum(isinstance(find, Problem) for find in finds),
    }


def _precision(path: Path) -> list[list[str]]:
    bundle = path.stem.partition("-")[0]
    known = labels(bundle)
    services = {host for host, label in known.items() if label == "service"}
    rows = []
    artifact, _ = read_hermes(path.name, path.read_bytes())
    for name, dataflow in (("strings only", False), ("data flow", True)):
        found = reported(list(AppSearch(RuleFiles(), dataflow=dataflow).finds([artifact])))
        right = found & services
        unlabelled = len(found - set(known))
        rows.append([
            path.stem, name, str(len(found)), str(len(right)), f"{len(right) / max(1, len(found)):.3f}",
            f"{len(right) / max(1, len(services)):.3f}", str(len(services)), str(unlabelled),
        ])  # fmt: skip
    return rows


def run() -> str:
    """The tables."""
    paths = sorted(FOLDER.glob("*.hbc"))
    if not paths:
        return f"No bundle in {FOLDER}: make them with `bench/flow/hermes/large/build.sh {FOLDER}`."
    rows = []
    for path in paths:
        # A process of its own, so that the peak is that of one bundle.
        command = [sys.executable, "-m", "bench.hermes_large", str(path)]
        one = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        size = path.stat().st_size / 1e6
        rows.append([
            path.stem, f"{size:.1f}", f"{one['seconds']:.2f}", f"{1000 * one['seconds'] / size:.0f}",
            f"{one['peak']:.0f}", f"{one['whole']:.0f} of {one['cases']:.0f}", "yes" if one["stopped"] else "no",
        ])  # fmt: skip
    return (
        table(["bundle", "MB", "CPU s", "ms per MB", "peak MiB", "cases whole", "stopped by a bound"], rows)
        + "\n\n"
        + table(
            ["bundle", "search", "hosts", "services", "precision", "recall", "services in all", "without a label"],
            [row for path in paths if path.stem.endswith("-96") for row in _precision(path)],
        )
    )


if __name__ == "__main__":
    print(json.dumps(measured(Path(sys.argv[1]))) if len(sys.argv) > 1 else run())
