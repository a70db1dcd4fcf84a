"""``python -m bench.fuzz [GROUP...] [--seconds N] [--corpus DIR]``: fuzz the groups one after the other.

Each group runs in a process of its own, instrumented at import. It starts from the seeds, the committed corpus and the
kept corpus, so that runs resume. Inputs that make a reader fail are written to the corpus as ``<group>/finding-*``;
``python -m bench.fuzz GROUP FILE`` runs one input again. ``<corpus>/hours.tsv`` logs each run in CPU seconds.

``--rotate`` fuzzes one group: another one each day. ``--minimise`` fuzzes nothing: it merges the kept corpus into the
committed one, its log into ``bench/fuzz/hours.tsv``, and writes the table of docs/benchmarks/fuzzing.md.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz import corpus as corpora
from bench.fuzz.readers import MAX_SEED, ROOMS, room

_CHILD = """
import sys
import atheris
with atheris.instrument_imports(include=["tieback"]):
    from bench.fuzz.readers import room as named
    room = named(sys.argv[1])
atheris.Setup([sys.argv[2], *sys.argv[3:]], room.run)
atheris.Fuzz()
"""
_REPLAY = """
import sys
from bench.fuzz.readers import room as named
data = open(sys.argv[2], "rb").read()
room = named(sys.argv[1])
print(room.readers[data[0] % len(room.readers)].name, repr(data[1:200]))
room.run(data)
"""
LIMITS = (f"-max_len={MAX_SEED}", "-timeout=60", "-rss_limit_mb=1500", "-verbosity=0")


def _libfuzzer(name: str, arguments: Sequence[str]) -> Iterator[str]:
    """Run libFuzzer on a group, forward its messages, and yield them. The last item is its exit code."""
    # A merge starts libFuzzer again by the first word of its command line.
    with tempfile.TemporaryDirectory(prefix="tieback-fuzz-") as folder:
        again = Path(folder, "again")
        again.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "$TIEBACK_FUZZ_CHILD" "{name}" "{again}" "$@"\n')
        again.chmod(0o700)
        environment = os.environ | {"PYTHONHASHSEED": "0", "TIEBACK_FUZZ_CHILD": _CHILD}
        with subprocess.Popen(
            [again, *arguments], stderr=subprocess.PIPE, text=True, errors="replace", env=environment
        ) as process:
            assert process.stderr is not None
            for line in process.stderr:
                print(line, end="", file=sys.stderr)
                yield line
        yield f"{process.returncode}"


def prepare(name: str, place: Path) -> None:
    """Write the seeds and the committed inputs of a group into its folder of the kept corpus."""
    place.mkdir(parents=True, exist_ok=True)
    target = room(name)
    names = [reader.name for reader in target.readers]
    corpora.renumber(place, names)
    for number, seed in enumerate(target.seeds()):
        (place / f"seed-{number:04}").write_bytes(seed)
    corpora.write_inputs(place, corpora.read_committed(name.partition(".")[0]), names)


def fuzz(name: str, seconds: int, corpus: Path, seed: int) -> int:
    """Fuzz one group, and log its CPU seconds. Returns the exit code of libFuzzer, 0 without a finding."""
    place = corpus / name
    prepare(name, place)
    start = datetime.now(UTC).isoformat(timespec="seconds")
    before, cpu = len(list(place.glob("finding-*"))), _child_seconds()
    options = [f"-max_total_time={seconds}", f"-seed={seed}", f"-artifact_prefix={place}/finding-"]
    executions, line = 0, ""
    for line in _libfuzzer(name, [*options, *LIMITS, "-print_final_stats=1", str(place)]):
        if line.startswith("stat::number_of_executed_units"):
            executions = int(line.split()[-1])
    findings = len(list(place.glob("finding-*")))
    run = corpora.Run(
        start,
        name,
        _child_seconds() - cpu,
        executions,
        len(list(place.iterdir())) - findings,
        findings - before,
    )
    corpora.log_run(corpus / corpora.HOURS.name, run)
    return int(line)


def _child_seconds() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def minimise(name: str, corpus: Path) -> int:
    """Replace the committed inputs of a group by the fewest that reach what both corpora reach. Returns their size."""
    place = corpus / name
    prepare(name, place)
    names = [reader.name for reader in room(name).readers]
    with tempfile.TemporaryDirectory(prefix="tieback-fuzz-") as merged:
        *_, code = _libfuzzer(name, ["-merge=1", *LIMITS, merged, str(place)])
        if int(code):
            raise SystemExit(f"the merge of {name} ended with exit code {code}; the committed corpus is unchanged")
        inputs = corpora.by_reader(Path(merged), names)
    for reader in room(name).readers:  # native code gives no coverage, so that a merge can leave a reader without input
        inputs.setdefault(reader.name, list(reader.seeds))
    return corpora.write_committed(name, inputs)


def group_of_day(day: date) -> str:
    """The group that ``--rotate`` fuzzes on a day: one after the other, in their order."""
    return tuple(ROOMS)[day.toordinal() % len(ROOMS)]


def main() -> int:
    """Run the groups on the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument(
        "rooms",
        metavar="GROUP",
        nargs="*",
        help=f"{', '.join(ROOMS)}, or a reader such as traffic.stores; all by default. Or GROUP FILE: one input",
    )
    parser.add_argument("--seconds", type=int, default=3600, help="seconds per group")
    parser.add_argument(
        "--seed", type=int, default=1, help="seed of the random numbers; the same seed gives the same inputs"
    )
    parser.add_argument(
        "--corpus", type=Path, help="folder that is kept between runs [default: a new folder each time]"
    )
    parser.add_argument("--rotate", action="store_true", help="fuzz the group of the day (UTC)")
    parser.add_argument("--minimise", action="store_true", help="merge the kept corpus into the committed one")
    parser.add_argument("--hours", action="store_true", help="print the table of docs/benchmarks/fuzzing.md")
    words = parser.parse_args()
    if len(words.rooms) == 2 and words.rooms[0].partition(".")[0] in ROOMS and Path(words.rooms[1]).is_file():
        return subprocess.run([sys.executable, "-c", _REPLAY, *words.rooms], check=False).returncode
    if words.hours:
        print(corpora.hours_table(corpora.read_runs(corpora.HOURS), ROOMS))
        return 0
    if find_spec("atheris") is None:
        print("atheris is not installed (it has wheels only for Linux on x86_64)", file=sys.stderr)
        return 4
    corpus = words.corpus or Path(tempfile.mkdtemp(prefix="tieback-fuzz-"))
    if words.minimise:
        for name in words.rooms or ROOMS:
            print(f"{name}: {minimise(name, corpus)} bytes")
        corpora.merge_runs(corpora.HOURS, corpus / corpora.HOURS.name)
        corpora.write_hours(corpora.PAGE, ROOMS)
        return 0
    failed = []
    chosen = [group_of_day(datetime.now(UTC).date())] if words.rotate else words.rooms or ROOMS
    for name in chosen:
        print(f"# {name}", file=sys.stderr)
        if fuzz(name, words.seconds, corpus, words.seed):
            failed.append(name)
    print(f"findings in: {', '.join(failed)}" if failed else "no finding", f"(corpus: {corpus})", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
