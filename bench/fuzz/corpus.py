"""The committed corpus of the fuzzer, and the log of its hours.

``tests/fuzz-corpus/GROUP.xz`` holds the inputs of one group: MessagePack in XZ, a map from the name of a reader to its
inputs. The name, not the first byte, selects the reader, so that new readers leave the corpus valid. All inputs come
from the seeds in ``bench/fuzz``: no file of a user or of a sample is among them.

``bench/fuzz/hours.tsv`` is the log: one line per run of a group, in CPU seconds of the fuzzing process.
"""

import hashlib
import lzma
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import msgspec

ROOT = Path(__file__).parents[2]
COMMITTED = ROOT / "tests" / "fuzz-corpus"
HOURS = ROOT / "bench" / "fuzz" / "hours.tsv"
PAGE = ROOT / "docs" / "benchmarks" / "fuzzing.md"
MAX_COMMITTED = 5_000_000
"""Most bytes of the committed corpus, all groups together."""
GOAL = 8.0
"""CPU hours in all; the page calls the goal met if the log has them."""


class Run(NamedTuple):
    """One run of a group: a line of the log."""

    start: str
    """UTC, ISO 8601, to the second."""
    group: str
    cpu: float
    """Seconds of CPU, user and system, of the fuzzing process."""
    executions: int
    corpus: int
    """Inputs in the corpus after the run; 0 if they were not counted."""
    findings: int
    """New files with an input that made a reader raise, hang, or take too much memory."""


def read_committed(group: str) -> dict[str, list[bytes]]:
    """The committed inputs of a group by reader; empty if there are none."""
    place = COMMITTED / f"{group}.xz"
    if not place.exists():
        return {}
    return msgspec.msgpack.decode(lzma.decompress(place.read_bytes()), type=dict[str, list[bytes]])


def write_committed(group: str, inputs: Mapping[str, Iterable[bytes]]) -> int:
    """Write the inputs of a group. Returns the size of the file in bytes; the same inputs give the same file."""
    COMMITTED.mkdir(parents=True, exist_ok=True)
    ordered = {name: sorted(set(inputs[name])) for name in sorted(inputs)}
    place = COMMITTED / f"{group}.xz"
    place.write_bytes(lzma.compress(msgspec.msgpack.encode(ordered), preset=9 | lzma.PRESET_EXTREME))
    return place.stat().st_size


def by_reader(folder: Path, names: Sequence[str]) -> dict[str, list[bytes]]:
    """The inputs of a folder by the name of the reader that their first byte selects. Findings are left out."""
    found: dict[str, list[bytes]] = {}
    for path in sorted(folder.iterdir()):
        if path.is_file() and not path.name.startswith("finding-") and (data := path.read_bytes()):
            found.setdefault(names[data[0] % len(names)], []).append(data[1:])
    return found


def write_inputs(folder: Path, inputs: Mapping[str, Iterable[bytes]], names: Sequence[str]) -> int:
    """Write inputs as files for libFuzzer. Returns their number. Inputs of readers that are gone are left out."""
    count = 0
    for number, name in enumerate(names):
        for data in inputs.get(name, ()):
            whole = bytes([number]) + data
            (folder / hashlib.sha1(whole, usedforsecurity=False).hexdigest()).write_bytes(whole)
            count += 1
    return count


def renumber(folder: Path, names: Sequence[str]) -> None:
    """Keep the reader of each input when readers were added. ``GROUP.readers`` lists the last names."""
    record = folder.with_name(f"{folder.name}.readers")
    before = msgspec.json.decode(record.read_bytes(), type=list[str]) if record.exists() else list(names)
    if before != list(names):
        kept = by_reader(folder, before)
        for path in folder.iterdir():
            if not path.name.startswith("finding-"):
                path.unlink()
        write_inputs(folder, kept, names)
    record.write_bytes(msgspec.json.encode(list(names)))


def log_run(log: Path, run: Run) -> None:
    """Append a run to a log."""
    new = not log.exists()
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as file:
        if new:
            file.write("\t".join(Run._fields) + "\n")
        file.write(f"{run.start}\t{run.group}\t{run.cpu:.1f}\t{run.executions}\t{run.corpus}\t{run.findings}\n")


def read_runs(log: Path) -> Iterator[Run]:
    """The runs of a log, in its order; none if it does not exist."""
    if not log.exists():
        return
    for line in log.read_text(encoding="utf-8").splitlines()[1:]:
        start, group, cpu, executions, corpus, findings = line.split("\t")
        yield Run(start, group, float(cpu), int(executions), int(corpus), int(findings))


def merge_runs(log: Path, other: Path) -> None:
    """Append the runs of another log that a log does not have yet."""
    known = set(read_runs(log))
    for run in read_runs(other):
        if run not in known:
            log_run(log, run)


def hours_table(runs: Iterable[Run], groups: Iterable[str]) -> str:
    """The Markdown table of hours per group, with the sum in the last line."""
    totals: dict[str, list[float]] = {group: [0, 0, 0, 0] for group in groups}
    for run in runs:
        total = totals.setdefault(run.group, [0, 0, 0, 0])
        for at, value in enumerate((1, run.cpu / 3600, run.executions / 1e6, run.findings)):
            total[at] += value
    totals["all"] = [sum(column) for column in zip(*totals.values(), strict=True)]
    lines = ["| group | runs | CPU hours | million inputs | findings |", "|---|---|---|---|---|"]
    lines += [
        f"| {group} | {count:.0f} | {hours:.2f} | {inputs:.2f} | {findings:.0f} |"
        for group, (count, hours, inputs, findings) in totals.items()
    ]
    return "\n".join(lines)


def write_hours(page: Path, groups: Iterable[str]) -> None:
    """Write the table of the committed log into the page, and whether the goal is met."""
    runs = list(read_runs(HOURS))
    met = sum(run.cpu for run in runs) / 3600 >= GOAL
    text = re.sub(r"The goal is (?:not )?met\.", f"The goal is {'' if met else 'not '}met.", page.read_text("utf-8"))
    page.write_text(_TABLE.sub(lambda _: hours_table(runs, groups) + "\n", text, count=1), encoding="utf-8")


_TABLE = re.compile(r"^\| group \|.*\n(?:\|.*\n)+", re.MULTILINE)
