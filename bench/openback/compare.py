"""``python -m bench.openback.compare``: make the sets, run every tool that is installed, and write docs/comparison.md.

One run on one machine. With ``--from`` it only writes the page again from the results of a run.
"""

import argparse
import signal
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path

import msgspec

from bench.conditions import MOST_LOAD, measured
from bench.openback import namespace
from bench.openback.comparison import OURS, Run, page
from bench.openback.make import cases_below, make_sets, tell
from bench.openback.run import adapter, run_tool
from bench.openback.schema import Topic, write_lines
from bench.openback.score import CASE, RESULT, Scores, read, score
from bench.openback.servers import servers

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "comparison.md"
PLACE = ROOT / "build" / "openback"
SEED = 20261128
PEERS = Path(__file__).with_name("peers")
LAST = ("pgrls", "presidio")
"""Slow tools: a run that is stopped has the others."""


def peers() -> list[str]:
    """Names of all adapters for other tools."""
    return sorted(path.stem for path in PEERS.glob("*.py") if not path.name.startswith("_"))


def claims() -> dict[str, frozenset[str]]:
    """The names of the claims that each peer can make."""
    return {tool: import_module(f"bench.openback.peers.{tool}").CLAIMS for tool in peers()}


def installed(tools: Iterable[str]) -> tuple[list[str], list[str]]:
    """The tools that are installed, and those that are not."""
    found: tuple[list[str], list[str]] = ([], [])
    for tool in tools:
        found[adapter(tool).version() is None].append(tool)
    return found


def compare(
    out: Path, seed: int, tools: Sequence[str], topics: Sequence[Topic], *, under_load: bool = False, jobs: int = 1
) -> Run:
    """Run the tools. Results are in ``out/results/TOOL.jsonl``, conditions in ``out/run.json``.

    Args:
        out: the folder; sets and results in it are replaced.
        seed: of the sets.
        tools: names of peers; tieback always runs, first.
        topics: which topics.
        under_load: run on a busy machine, which the page then states.
        jobs: tools at once; more than one needs ``under_load``.

    Raises:
        ValueError: the load is above the limit, or there are several jobs, and ``under_load`` is false.
    """
    start = measured()
    if not under_load and (jobs > 1 or not start.is_quiet):
        raise ValueError(
            f"load {start.load:.2f} per core, {jobs} tools at once: a comparison needs at most {MOST_LOAD}, and one "
            "tool. Wait until the machine is quiet, or pass --under-load, which marks the page"
        )
    here, missing = installed(tools)
    make_sets(seed, out, topics, tell)
    cases, results = out / "cases", out / "results"
    for one in results.glob("*.jsonl"):
        one.unlink()
    begun = time.monotonic()
    left = [OURS, *sorted(here, key=lambda tool: (tool in LAST, tool))]

    def save() -> Run:
        spent = time.monotonic() - begun
        marked = jobs > 1 or not start.is_quiet
        run = Run(seed, start, measured(), spent, (*missing, *sorted(left)), marked, jobs)
        (out / "run.json").write_bytes(msgspec.json.format(msgspec.json.encode(run)))
        return run

    def run_one(tool: str) -> None:
        if chosen := sorted(adapter(tool).TOPICS & frozenset(topics)):
            write_lines(results / f"{tool}.jsonl", list(run_tool(tool, cases, chosen)))
        # After each tool, so that a run that is stopped can be read.
        left.remove(tool)
        save()

    stores = [case for name, its in cases_below(cases).items() for case in its if name.startswith(f"{Topic.STORE}/")]
    # All tools see the same servers, which are started once, in a namespace with the tools.
    probing = bool(stores) and Topic.STORE in topics
    if probing:
        namespace.enter()
    with (
        servers(cases / Topic.STORE, stores) if probing else nullcontext(),
        ThreadPoolExecutor(jobs) as pool,
    ):
        for done in [pool.submit(run_one, tool) for tool in list(left)]:
            done.result()
    return save()


def scored(out: Path) -> Scores:
    """Scores of all results of a run."""
    cases = {f"{path.parent.name}/{path.stem}": list(read(path, CASE)) for path in _files(out / "cases")}
    return score(cases, (one for path in sorted((out / "results").glob("*.jsonl")) for one in read(path, RESULT)))


def _files(cases: Path) -> Iterator[Path]:
    yield from sorted(cases.glob("*/*.jsonl"))


def main() -> int:
    """Run a comparison, and write the page."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.openback.compare",
        description=__doc__,
        epilog="example: python -m bench.openback.compare --tool gitleaks --topic credential --under-load",
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the sets; default: {SEED}")
    parser.add_argument("--out", type=Path, default=PLACE, help="folder of sets and results; default: build/openback")
    parser.add_argument(
        "--tool", action="append", choices=peers(), default=[], help="only this peer; no page is written"
    )
    parser.add_argument("--topic", action="append", type=Topic, default=[], help="only this topic; no page is written")
    parser.add_argument("--under-load", action="store_true", help="run on a busy machine, and mark the page")
    parser.add_argument("--jobs", type=int, default=1, help="tools at once, only with --under-load; default: 1")
    parser.add_argument("--from", dest="source", type=Path, help="write the page again from the folder of a run")
    options = parser.parse_args()
    # So that the servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        if options.source is not None:
            run = msgspec.json.decode((options.source / "run.json").read_bytes(), type=Run)
            PAGE.write_text(page(scored(options.source), run, claims()), encoding="utf-8")
            return 0
        tools, topics = options.tool or peers(), options.topic or list(Topic)
        run = compare(options.out, options.seed, tools, topics, under_load=options.under_load, jobs=options.jobs)
        text = page(scored(options.out), run, claims())
    except (OSError, ValueError) as error:
        print(f"python -m bench.openback.compare: {error}", file=sys.stderr)
        return 2
    if options.tool or options.topic:
        print(text)
    else:
        PAGE.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
