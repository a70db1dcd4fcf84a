"""Scans on a cluster with failures at 30 random moments: ``python -m bench.kills [COUNT [SEED]]``.

Not part of ``make bench``: it is a test, not a measurement, and takes ten minutes.
"""

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.measure import table
from tests.engine.kills import Ground, Outcome, moments

SUBNET = "97"
SEED = 11


def tieback(*words: str) -> None:
    """Run a tieback command that must succeed."""
    subprocess.run([sys.executable, "-m", "tieback", *words], check=True, stdout=subprocess.DEVNULL)


def main() -> int:
    """Print one line per moment, then a table. Returns 1 if a workspace differs from that of the undisturbed run."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 30
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else SEED
    with tempfile.TemporaryDirectory(prefix="tieback-kills-") as name:
        directory = Path(name)
        lab = str(directory / "lab")
        tieback("lab", "up", "--demo", "--subnet", SUBNET, "--dir", lab)
        try:
            tieback("lab", "record", str(directory / "captures"), "--dir", lab)
            ground = Ground(directory, (directory / "captures",), directory / "lab" / "lab.toml", copies=20)
            try:
                outcomes = suffer(ground, count, seed)
            finally:
                ground.stop()
        finally:
            tieback("lab", "down", "--purge", "--dir", lab)
    rows = []
    for kind in dict.fromkeys(outcome.moment.kind for outcome in outcomes):
        own = [outcome for outcome in outcomes if outcome.moment.kind == kind]
        equal = sum(not outcome.difference for outcome in own)
        rows.append([kind, str(len(own)), str(sum(outcome.hit for outcome in own)), str(equal)])
    print(table(("what was disturbed", "moments", "while the run was on its way", "equal afterwards"), rows))
    return any(outcome.difference for outcome in outcomes)


def suffer(ground: Ground, count: int, seed: int) -> list[Outcome]:
    """The failures of a seed, one after the other."""
    ground.prepare()
    lines = ground.reference.count("\n") + 1
    print(f"undisturbed: {ground.seconds:.1f} s, {lines} lines of ledger and lake", flush=True)
    outcomes = []
    for number, moment in enumerate(moments(count, seed)):
        outcome = ground.suffer(moment, ground.directory / f"ws-{number}")
        state = outcome.difference or "equal"
        print(f"{number:2} {moment.kind} at {outcome.moment.fraction:.0%}: {outcome.first} -> {state}", flush=True)
        outcomes.append(outcome)
    return outcomes


if __name__ == "__main__":
    sys.exit(main())
