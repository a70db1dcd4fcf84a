"""A synthetic world of a million apps through the real pipeline, from sightings to the report; every figure is checked.

``python -m bench.world --apps N[,M...]`` creates each world (``world_made``), runs the stages of ``tieback scan`` after
its workers, renders the report, and imports the fleet's inventory. It compares every headline figure with a separate
numpy count of the same world (``world_truth``), and exits with 1 if any differs. Each stage and the count are processes
of their own. Synthetic: probe reports are rows in the format of the probing service, addresses come from a table, and
nothing is probed.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from datetime import date
from itertools import pairwise
from math import log
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import peak_mib, process, table

if TYPE_CHECKING:
    from tieback.scope.resolver import Resolution

ROOT = Path(__file__).parents[1]
SIZES = (1_000, 10_000, 100_000)
"""Sizes of ``python -m bench world``; a million apps take ten minutes more."""
MOST_JSON = 100_000
"""Most apps for which the whole report is written as JSON: it contains every sighting."""
_TIEBACK = (sys.executable, "-m", "tieback")

type Said = dict[str, Any]


def run() -> str:
    """Measure, and return the report section."""
    done = [measured(apps) for apps in SIZES]
    return described(done)


def measured(apps: int, keep: Path | None = None) -> Said:
    """One world from its creation to its figures; ``wrong`` lists those that differ from the truth."""
    with tempfile.TemporaryDirectory(prefix="tieback-world-") as folder:
        workspace = (keep or Path(folder)) / f"world-{apps}"
        workspace.parent.mkdir(parents=True, exist_ok=True)
        stages = {name: _child(workspace, apps, name) for name in ("make", "scan", "headline", "html")}
        if apps <= MOST_JSON:
            stages["json"] = _child(workspace, apps, "json")
        export = workspace.parent / f"fleet-{apps}.csv"
        command = [*_TIEBACK, "inventory", "import", str(export), "--source", "world", "--yes", "-w", str(workspace)]
        wall, cpu, peak = process(command, runs=1)
        stages["inventory"] = {"wall": wall, "cpu": cpu, "peak": peak}
        export.unlink()
        stages["fleet"] = _child(workspace, apps, "fleet")
        found = _child(workspace, apps, "figures")["figures"] | {
            "candidates": stages["scan"]["candidates"],
            "targets left to ask": stages["scan"]["left"],
            "fleet": stages["fleet"]["figures"],
        }
        wanted = _child(workspace, apps, "truth")["figures"]
        disk = {
            "lake": sum(path.stat().st_size for path in (workspace / "lake").rglob("*") if path.is_file()),
            "ledger": sum(path.stat().st_size for path in workspace.glob("ledger.db*")),
        }
    wrong = {name: (found.get(name), value) for name, value in wanted.items() if found.get(name) != value}
    return {"apps": apps, "stages": stages, "disk": disk, "figures": len(wanted), "wrong": wrong, "truth": wanted}


def described(done: Sequence[Said]) -> str:
    """The tables of some worlds."""
    rows = []
    for one in done:
        for name in one["stages"]:
            its = one["stages"][name]
            rows.append([f"{one['apps']:,}", name, f"{its['wall']:.1f}", f"{its['cpu']:.1f}", f"{its['peak']:,.0f}"])
    steps = [[f"{one['apps']:,}", *(f"{cpu:.1f}" for cpu in one["stages"]["scan"]["steps"].values())] for one in done]
    costs = [
        [
            f"{one['apps']:,}",
            f"{to_headline(one, 'wall'):.1f}",
            f"{to_headline(one, 'cpu'):.1f}",
            f"{max(its['peak'] for name, its in one['stages'].items() if name != 'make'):,.0f}",
            f"{one['disk']['lake'] / 1e6:,.0f}",
            f"{one['disk']['ledger'] / 1e6:,.0f}",
            f"{one['figures'] - len(one['wrong'])} of {one['figures']}",
        ]
        for one in done
    ]
    exponents = "; ".join(
        f"{one['apps']:,} to {other['apps']:,} apps: **{exponent(one, other):.2f}**" for one, other in pairwise(done)
    )
    head = (
        "## A synthetic world\n\n`python -m bench.world --apps N`: synthetic apps with 50 sightings each, through the "
        "stages that `tieback scan` runs after its workers. Sightings to headline: stages scan and headline.\n"
    )
    columns = [
        "apps", "sightings to headline, wall s", "CPU s", "highest peak MiB", "lake MB", "ledger MB",
        "figures equal to the truth",
    ]  # fmt: skip
    parts = [head, table(columns, costs)]
    if exponents:
        parts.append(f"Exponent of the CPU time, sightings to headline: {exponents}.\n")
    if len(done) > 2:
        start = start_up(done[0], done[1])
        without = exponent(done[1], done[-1], start)
        parts.append(
            f"Without start-up ({start:.1f} s, from the two smallest worlds) the exponent from {done[1]['apps']:,} to "
            f"{done[-1]['apps']:,} apps is **{without:.2f}**.\n"
        )
    parts.append(table(["apps", "stage (one process each)", "wall s", "CPU s", "peak MiB"], rows))
    parts.append("CPU seconds of the stage `scan`:\n")
    parts.append(table(["apps", *done[0]["stages"]["scan"]["steps"]], steps))
    return "\n".join(parts)


def to_headline(one: Said, what: str) -> float:
    """Seconds from sightings to the headline report."""
    return float(one["stages"]["scan"][what] + one["stages"]["headline"][what])


def exponent(one: Said, other: Said, start: float = 0.0) -> float:
    """Power of the number of apps with which the CPU time grows from one world to a larger one.

    Args:
        one: the smaller world.
        other: the larger world.
        start: CPU seconds of start-up, which are subtracted from both.
    """
    grown = (to_headline(other, "cpu") - start) / (to_headline(one, "cpu") - start)
    return log(grown) / log(other["apps"] / one["apps"])


def start_up(one: Said, other: Said) -> float:
    """CPU seconds that do not depend on the number of apps: the line through two small worlds, at zero apps."""
    small, large = to_headline(one, "cpu"), to_headline(other, "cpu")
    return float(max(0.0, small - (large - small) / (other["apps"] - one["apps"]) * one["apps"]))


def _child(workspace: Path, apps: int, stage: str) -> Said:
    command = [
        sys.executable,
        "-m",
        "bench.world",
        "--apps",
        str(apps),
        "--stage",
        stage,
        "--workspace",
        str(workspace),
    ]
    said: Said = json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, cwd=ROOT).stdout)
    return said


# What the children do


class _Steps:
    """CPU seconds by step."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self._last = time.process_time()

    def done(self, name: str) -> None:
        now = time.process_time()
        self.seconds[name] = now - self._last
        self._last = now


def make(workspace: Path, apps: int) -> Said:
    """Create the workspace in its state after the workers of a scan, and the inventory of the fleet."""
    from bench import world_lake, world_made
    from tieback.storage.workspace import Workspace

    world = world_made.made(apps)
    with Workspace.open(workspace) as space:
        world_lake.fill(space.lake, world)
        world_lake.answer(space.lake, space.ledger.start_run(["bench.world"], grant()), world)
    world_lake.export_fleet(world, workspace.parent / f"fleet-{apps}.csv")
    return {}


def grant() -> str:
    """A synthetic grant, so that the report has a scope."""
    from tieback.model.grant import Depth, Grant, TargetRule
    from tieback.scope.grant import render_grant

    target = (TargetRule("10.0.0.0/8", "any", Depth.DESCRIBE),)
    return render_grant(Grant("No one: synthetic world", "world@example.test", date(2999, 1, 1), target=target))


def scan(workspace: Path, apps: int) -> Said:
    """The stages of ``tieback scan`` after its workers; the responses of the stores are already in the lake."""
    from bench import world_lake
    from tieback.pipeline.mapping.attribution import AttributionSources
    from tieback.pipeline.mapping.backends import MappedBackends
    from tieback.pipeline.probing.candidates import Candidates, target_label
    from tieback.pipeline.probing.run_targets import RunEndpoints, ScanTargets
    from tieback.pipeline.probing.service import store_ports
    from tieback.pipeline.scan import end_run
    from tieback.storage.lake.tables.inputs import Inputs
    from tieback.storage.lake.tables.probes import ProbedTargets
    from tieback.storage.workspace import Workspace

    steps = _Steps()
    with Workspace.open(workspace) as space, closing(AttributionSources()) as knowledge:
        run = space.ledger.resume_run(["bench.world"], grant())
        assert run is not None
        inputs = Inputs(world_lake.inputs(apps))
        named = RunEndpoints(inputs.units())
        steps.done("inputs")
        mapped = asyncio.run(MappedBackends.of(space.lake, named.units, named.traffic, _resolve))
        steps.done("map")
        wanted = Candidates(mapped.backends, store_ports())
        answered = ProbedTargets(space.lake, run)
        asked = left = 0
        for one in wanted:
            asked += 1
            left += target_label(one) not in answered
        del answered
        steps.done("candidates")
        end_run(space, run, inputs, named, ScanTargets(mapped, wanted), knowledge)
        steps.done("describe, conclude, ledger")
    return {"steps": steps.seconds, "candidates": asked, "left": left}


async def _resolve(host: str) -> "Resolution":
    """Addresses from a table, like the hosts of a grant."""
    from bench.world_lake import address_of
    from tieback.scope.resolver import Resolution

    return Resolution((address_of(host),), "hosts")


def headline(workspace: Path, _: int) -> Said:
    """The report on the terminal: headline, tables, the first apps."""
    return _rendered(workspace, "terminal")


def html(workspace: Path, _: int) -> Said:
    """The report as an HTML page."""
    return _rendered(workspace, "html")


def json_(workspace: Path, _: int) -> Said:
    """The whole report with every sighting."""
    return _rendered(workspace, "json")


def _rendered(workspace: Path, name: str) -> Said:
    from bench.report import Nowhere
    from tieback.pipeline.report import last_report
    from tieback.report import by_name

    out = Nowhere()
    with last_report(workspace) as report:
        by_name(name).render(report, out)  # type: ignore[arg-type]
    return {"bytes": out.written}


def figures(workspace: Path, _: int) -> Said:
    """Every figure of the report that the truth contains."""
    from collections import Counter

    from tieback.model.report.groups import FigureGroup
    from tieback.pipeline.report import last_report

    def grouped(group: FigureGroup) -> list[Any]:
        return [
            group.analysed, group.using, group.affected, group.answering, group.exposed, group.ransomed,
            group.records.value, group.bytes.value,
        ]  # fmt: skip

    with last_report(workspace) as report:
        head, scope = report.headline, report.scope
        assert scope is not None
        assert head.people is not None
        people = head.people.at_most or head.people.records
        assert people is not None
        tables = {one.by: {group.name: grouped(group) for group in one.groups} for one in report.tables}
        told: Said = {
            "apps analysed": head.apps_analysed,
            "apps affected": head.apps_affected,
            "stores answering": head.stores_answering,
            "stores exposed": head.stores_exposed,
            "stores ransomed": head.stores_ransomed,
            "honeypots": head.honeypots,
            "records": [head.records.value, head.records.quality],
            "bytes": [head.bytes.value, head.bytes.quality],
            "people at most": [people.value, people.quality],
            "classes": {name: [figure.value, figure.quality] for name, figure in head.pii},
            "kinds": tables["kind"],
            "platforms": tables["platform"],
            "vendors": tables["vendor"],
            "ways to exposed": report.ways[0],
            "ways to others": report.ways[1],
            "sightings": report.sightings.count,
            "back ends": report.backends.count,
            "targets asked": scope.targets_asked,
            "targets outside the grant": scope.targets_out_of_scope,
            "bytes sent": scope.bytes_sent,
            "bytes read": scope.bytes_read,
            "findings": dict(Counter(finding.rule for finding in report.findings.rows())),
        }
    return {"figures": told}


def fleet(workspace: Path, _: int) -> Said:
    """The inventory compared with the analysed apps."""
    from tieback.pipeline.fleet.coverage import open_fleet

    with open_fleet(workspace) as view:
        lines = [line for line in view.lines(versions=False) if line.active]
        summary = view.summary()
        assert summary is not None
    leaking = [line for line in lines if line.exposures]
    told = {
        "apps": summary.apps,
        "devices": summary.devices,
        "not analysed": summary.not_analysed,
        "leading to exposed stores": len(leaking),
        "installs of those": sum(line.app.devices for line in leaking),
    }
    return {"figures": told}


def truth(_: Path, apps: int) -> Said:
    """The numpy count."""
    from bench import world_made, world_truth

    return {"figures": world_truth.truth(world_made.made(apps))}


STAGES: dict[str, Callable[[Path, int], Said]] = {
    "make": make,
    "scan": scan,
    "headline": headline,
    "html": html,
    "json": json_,
    "figures": figures,
    "fleet": fleet,
    "truth": truth,
}


def _stage(name: str, workspace: Path, apps: int) -> None:
    start = time.perf_counter()
    said = STAGES[name](workspace, apps)
    said |= {"wall": time.perf_counter() - start, "cpu": time.process_time(), "peak": peak_mib()}
    print(json.dumps(said))


def _differences(one: Said) -> Iterator[str]:
    for name, (found, wanted) in one["wrong"].items():
        yield f"{one['apps']:,} apps: {name}: the report says {found}, the truth is {wanted}"


def main(words: Sequence[str] | None = None) -> int:
    """Run worlds. Returns 1 if a figure differs from the truth."""
    parser = argparse.ArgumentParser(prog="python -m bench.world", description=__doc__.partition("\n")[0])
    parser.add_argument("--apps", default=",".join(map(str, SIZES)), help="numbers of apps, separated by commas")
    parser.add_argument("--keep", type=Path, help="folder for the workspaces, which are then kept")
    parser.add_argument("--results", type=Path, help="file for the measurements, as JSON")
    parser.add_argument("--stage", choices=STAGES, help=argparse.SUPPRESS)
    parser.add_argument("--workspace", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(words)
    sizes = [int(word) for word in given.apps.split(",")]
    if given.stage:
        _stage(given.stage, given.workspace, sizes[0])
        return 0
    done: list[Said] = []
    for apps in sizes:
        done.append(measured(apps, given.keep))
        if given.results:
            given.results.write_text(json.dumps(done, indent=1))
    print(described(done))
    wrong = [line for one in done for line in _differences(one)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
