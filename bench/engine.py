"""Cost of the engines: Dask compared with local processes, and two worker processes compared with one.

Every run reads the same real apps (``bench.static.apps``) repeatedly as if each were a different app, hashes them as a
scan does, analyses them, and publishes the results into a new lake. CPU is that of all processes involved: the one that
distributes the work, the members of the cluster, and the workers. Members are started and have analysed a few apps
before the measurement.
"""

import itertools
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

import msgspec

from bench.measure import table
from bench.static import apps
from tests.engine.clusters import member
from tieback.engine.certificates import make_certificates
from tieback.engine.dask import DaskEngine
from tieback.engine.interface import Engine, UnitLimits
from tieback.engine.local import LocalEngine
from tieback.model.unit import Unit, UnitState
from tieback.pipeline.analyse import app_unit
from tieback.pipeline.record import RecordWork
from tieback.storage.lake.fencing import open_fence
from tieback.storage.lake.lake import Lake

UNITS = 600
ROUNDS = 3
TICKS = os.sysconf("SC_CLK_TCK")

type Cost = tuple[float, float]
"""Wall and CPU seconds."""


def run(units: int = UNITS, rounds: int = ROUNDS) -> str:
    """Measure, and return the report section; the kinds of runs take turns."""
    files = readable(apps())
    costs: dict[str, list[Cost]] = {}
    with tempfile.TemporaryDirectory(prefix="tieback-engine-") as name, ExitStack() as stack:
        directory = Path(name)
        kinds = {f"local, {number}": local(number) for number in (1, 2)}
        for number in (1, 2):
            kinds[f"dask, {number}"] = stack.enter_context(cluster(directory / f"cluster-{number}", number))
        for kind, measured in kinds.items():
            measured(files, len(files), directory / f"{kind}-warm")  # what is imported late is imported
        for turn, kind in itertools.product(range(rounds), kinds):
            costs.setdefault(kind, []).append(kinds[kind](files, units, directory / f"{kind}-{turn}"))
    wall = {kind: statistics.median(cost[0] for cost in its) for kind, its in costs.items()}
    cpu = {kind: statistics.median(cost[1] for cost in its) for kind, its in costs.items()}
    rows = []
    for kind in costs:
        engine, _, count = kind.partition(", ")
        rows.append(
            [
                engine,
                count,
                f"{wall[kind]:.1f}",
                f"{cpu[kind]:.1f}",
                f"{1000 * cpu[kind] / units:.0f}",
                ""
                if engine == "local"
                else f"{cpu[kind] / cpu[f'local, {count}']:.2f} / {wall[kind] / wall[f'local, {count}']:.2f}",
                "" if count == "1" else f"{wall[f'{engine}, 1'] / wall[kind]:.2f}",
            ]
        )
    size = sum(path.stat().st_size for path in files) / len(files) / 1e6
    columns = [
        "engine",
        "processes",
        "wall s",
        "CPU s",
        "CPU ms per app",
        "Dask over local, CPU / wall",
        "speed-up with two processes",
    ]
    return (
        f"## Engines\n\n`python -m bench engine`: {units} apps, from {len(files)} real ones of {size:.1f} MB on "
        f"average. Medians of {rounds} runs; the engines take turns. Goals: Dask at most 1.10, two processes at least "
        "1.80.\n\n" + table(columns, rows)
    )


def readable(files: Sequence[Path]) -> list[Path]:
    """The files that can be analysed."""
    return [path for path in files if isinstance(app_unit(path), Unit)]


def stream(files: Sequence[Path], count: int) -> Iterator[Unit]:
    """The files repeatedly, each hashed and under a different name."""
    for number, path in zip(range(count), itertools.cycle(files), strict=False):
        unit = app_unit(path)
        assert isinstance(unit, Unit)
        yield msgspec.structs.replace(unit, key=f"{number:064x}")


def work_off(engine: Engine, files: Sequence[Path], count: int, lake: Path) -> float:
    """Analyse and publish; returns wall seconds."""
    start = time.perf_counter()
    work = RecordWork(lake, open_fence(lake))
    ends = list(engine.run(work, stream(files, count), UnitLimits()))
    seconds = time.perf_counter() - start
    done = sum(end.state is UnitState.DONE for end in ends)
    kept = Lake(lake).query("SELECT count(DISTINCT unit) AS n FROM units").to_pylist()[0]["n"]
    if not 0 < done == kept:
        raise SystemExit(f"{done} of {count} units are done, {kept} are in the lake")
    return seconds


def local(count: int) -> Callable[[Sequence[Path], int, Path], Cost]:
    """The engine of one machine with this number of processes."""

    def measured(files: Sequence[Path], units: int, lake: Path) -> Cost:
        before = _own_cpu()
        wall = work_off(LocalEngine(count), files, units, lake)
        return wall, _own_cpu() - before

    return measured


@contextmanager
def cluster(directory: Path, count: int) -> Iterator[Callable[[Sequence[Path], int, Path], Cost]]:
    """A scheduler and this number of workers with one process each, on loopback."""
    make_certificates(directory)
    words = ("--certs", str(directory))
    with ExitStack() as stack:
        members = [stack.enter_context(member("scheduler", "--port", "0", *words))]
        address = members[0].address
        members += [stack.enter_context(member("worker", address, *words)) for _ in range(count)]

        def measured(files: Sequence[Path], units: int, lake: Path) -> Cost:
            pids = [one.process.pid for one in members]
            before = _own_cpu() + sum(map(cpu_of_tree, pids))
            wall = work_off(DaskEngine(f"dask://{address}", directory), files, units, lake)
            return wall, _own_cpu() + sum(map(cpu_of_tree, pids)) - before

        yield measured


def _own_cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def cpu_of_tree(pid: int) -> float:
    """CPU seconds of a process, its descendants, and the ended ones among them."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = [
            int(child) for path in Path(f"/proc/{pid}/task").glob("*/children") for child in path.read_text().split()
        ]
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / TICKS + sum(map(cpu_of_tree, children))


if __name__ == "__main__":
    print(run(*map(int, sys.argv[1:])))
