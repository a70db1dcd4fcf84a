"""Where the CPU seconds of a stage go: ``python -m bench profile [STAGE...]``.

A timer interrupts the process by CPU time. Each sample counts for the innermost function of tieback on the stack, so
that a library's time belongs to the code that calls it. Each stage has a unit: an entry of a package, a flow, a value,
a target. The kernel's timer is coarse (4 ms): a stage runs until it has ``SAMPLES`` of them.
"""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

import msgspec

from bench import pii, probing_scale, static, throughput, traffic
from bench.measure import table

SAMPLES = 2500
TARGETS = 5000
MOST_SECONDS = 60.0
ROWS = 25
_OURS = "/src/tieback/"


class Stage(msgspec.Struct, frozen=True):
    """A piece of work that can be repeated."""

    unit: str
    units: int
    """Number of units in one run."""
    run: Callable[[], object]


class Profile(msgspec.Struct, frozen=True):
    """Samples of a stage."""

    seconds: float
    """CPU seconds of all runs."""
    runs: int
    counts: Counter[str]
    """Samples per module and function."""


@contextmanager
def app() -> Iterator[Stage | None]:
    """Static analysis with data flow; the unit is a deflated entry that is read."""
    from tieback.model.errors import TiebackError
    from tieback.pipeline.analyse import Analyser

    files = static.apps()
    analyser = Analyser()

    def run() -> None:
        for file in files:
            try:
                analyser.document(file)
            except TiebackError:
                continue

    yield Stage("entry", len(static.read_entries(files)), run) if files else None


@contextmanager
def capture() -> Iterator[Stage | None]:
    """Flows of real captures, with what they leak; the unit is a flow."""
    from tieback.model.errors import TiebackError
    from tieback.pipeline.traffic import DescribeTraffic

    files = traffic.captures()
    work = DescribeTraffic()

    def run() -> int:
        count = 0
        for file in files:
            try:
                count += sum(1 for _ in work.flows(file, file.name))
            except TiebackError:
                continue
        return count

    yield Stage("flow", run(), run) if files else None


@contextmanager
def values() -> Iterator[Stage | None]:
    """Classes of values without a header; the unit is a value."""
    from tieback.model.pii import Column
    from tieback.pii.values import ValueDetector, classify_columns

    place = pii.folder()
    if place is None:
        yield None
        return
    columns = [Column("c1", values=tuple(map(str, row["values"]))) for row in pii.rows_of(place / "values.jsonl")]
    detector = ValueDetector()
    count = sum(len(column.values) for column in columns)
    yield Stage("value", count, lambda: list(classify_columns(columns, None, detector)))


@contextmanager
def target() -> Iterator[Stage | None]:
    """Probes of simulated targets on loopback (``bench.throughput``); the unit is a target, closed or not."""
    with probing_scale.responding() as ready:
        yield Stage("target", TARGETS, lambda: asyncio.run(throughput.probe(TARGETS, silent=False))) if ready else None


STAGES = {"app": app, "capture": capture, "values": values, "target": target}


def run(*names: str) -> str:
    """Measure the stages, by default all, and return the report section."""
    parts = ["## Where the time goes\n\n`python -m bench profile`: samples by CPU time, one core, caches filled.\n"]
    for name in names or tuple(STAGES):
        with STAGES[name]() as stage:
            if stage is None:
                parts.append(f"### {name}\n\nNot measured: its samples are missing, or its ports are in use.\n")
            else:
                parts.append(_section(name, stage, profiled(stage)))
    return "\n".join(parts)


def profiled(stage: Stage, wanted: int = SAMPLES) -> Profile:
    """Repeat a stage until there are ``wanted`` samples, or for ``MOST_SECONDS`` CPU seconds."""
    counts: Counter[str] = Counter()
    stage.run()
    runs = 0
    start = time.process_time()
    with _sampling(counts):
        while counts.total() < wanted and time.process_time() - start < MOST_SECONDS:
            stage.run()
            runs += 1
    return Profile(time.process_time() - start, runs, counts)


@contextmanager
def _sampling(counts: Counter[str]) -> Iterator[None]:
    def note(_number: int, frame: FrameType | None) -> None:
        counts[_place(frame)] += 1

    before = signal.signal(signal.SIGPROF, note)
    signal.setitimer(signal.ITIMER_PROF, 0.004, 0.004)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _place(frame: FrameType | None) -> str:
    while frame is not None:
        _, ours, module = frame.f_code.co_filename.rpartition(_OURS)
        if ours:
            return f"{module} {frame.f_code.co_qualname.replace('.<locals>', '')}"
        frame = frame.f_back
    return "elsewhere"


def _section(name: str, stage: Stage, found: Profile) -> str:
    per_unit = found.seconds / found.runs / stage.units * 1e6
    total = found.counts.total()
    modules: Counter[str] = Counter()
    for place, count in found.counts.items():
        modules[place.partition(" ")[0]] += count

    def rows(counts: Counter[str]) -> list[list[str]]:
        return [
            [f"`{place}`", f"{100 * count / total:.1f}", f"{per_unit * count / total:.1f}"]
            for place, count in counts.most_common(ROWS)
        ]

    return (
        f"### {name}\n\n{stage.units:,} x {stage.unit}, {per_unit:,.0f} µs of CPU per {stage.unit}; {total:,} samples "
        f"in {found.runs} runs.\n\n"
        + table(["module", "%", f"µs per {stage.unit}"], rows(modules))
        + "\n"
        + table(["function", "%", f"µs per {stage.unit}"], rows(found.counts))
    )
