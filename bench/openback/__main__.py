"""``python -m bench.openback``: make sets, run a tool over them, and score the results."""

import argparse
import json
import signal
import sys
from contextlib import suppress
from pathlib import Path

from bench.openback.schema import Topic


def main() -> int:
    """Run a command."""
    parser = argparse.ArgumentParser(prog="python -m bench.openback", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    make = commands.add_parser("make", help="write cases and their inputs: make --seed 7 --out build/openback")
    make.add_argument("--seed", type=int, required=True, help="another seed gives other inputs with other labels")
    make.add_argument("--out", type=Path, required=True, help="folder; the cases are in its folder `cases`")
    run = commands.add_parser("run", help="run a tool: run tieback --cases build/openback/cases")
    run.add_argument("tool", help="name of an adapter in bench/openback/adapters or bench/openback/peers")
    run.add_argument("--cases", type=Path, required=True, help="folder `cases` of make")
    run.add_argument("--out", type=Path, help="file of results; default: results/TOOL.jsonl beside the cases")
    for command in (make, run):
        command.add_argument("--topic", action="append", type=Topic, default=[], help=f"one of {', '.join(Topic)}")
    lab = commands.add_parser("lab", help="keep the servers of the store cases running until Ctrl-C")
    lab.add_argument("--cases", type=Path, required=True, help="folder `cases` of make")
    score = commands.add_parser("score", help="score results: score --cases build/openback/cases results/*.jsonl")
    score.add_argument("--cases", type=Path, required=True, help="folder `cases` of make")
    score.add_argument("--json", type=Path, help="also write all figures, with those of each set, to this file")
    score.add_argument("results", nargs="+", type=Path)
    try:
        return _COMMANDS[parser.parse_args().command](parser.parse_args())
    except (OSError, ValueError) as error:
        print(f"python -m bench.openback: {error}", file=sys.stderr)
        return 2


def _make(options: argparse.Namespace) -> int:
    from bench.openback.make import make_sets, tell

    make_sets(options.seed, options.out, options.topic or list(Topic), tell)
    return 0


def _run(options: argparse.Namespace) -> int:
    from bench.openback.run import run_tool
    from bench.openback.schema import write_lines

    out = options.out or options.cases.parent / "results" / f"{options.tool}.jsonl"
    write_lines(out, list(run_tool(options.tool, options.cases, options.topic)))
    return 0


def _lab(options: argparse.Namespace) -> int:
    from bench.openback.make import cases_below, tell
    from bench.openback.servers import servers

    folder = options.cases / Topic.STORE
    stores = [case for cases in cases_below(options.cases).values() for case in cases if case.topic is Topic.STORE]
    # A signal must not end the process before its servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with suppress(KeyboardInterrupt), servers(folder, stores) as addresses:
        tell(f"{len(addresses)} of {len(stores)} servers are running; press Ctrl-C to stop them")
        signal.pause()
    return 0


def _score(options: argparse.Namespace) -> int:
    from bench.openback.report import as_json, as_text
    from bench.openback.score import CASE, RESULT, read, score

    paths = sorted(options.cases.glob("*/*.jsonl"))
    if not paths:
        raise ValueError(f"{options.cases} has no files TOPIC/NAME.jsonl; run `python -m bench.openback make` first")
    cases = {f"{path.parent.name}/{path.stem}": list(read(path, CASE)) for path in paths}
    scores = score(cases, (one for path in options.results for one in read(path, RESULT)))
    if options.json:
        options.json.write_text(json.dumps(as_json(scores), indent=1) + "\n", encoding="utf-8")
    print(as_text(scores), end="")
    return 0


_COMMANDS = {"make": _make, "run": _run, "lab": _lab, "score": _score}

if __name__ == "__main__":
    sys.exit(main())
