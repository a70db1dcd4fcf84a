"""``python -m bench.fuzz [GROUP...] [--seconds N] [--corpus DIR]``: fuzz the groups one after the other.

Each group runs in a process of its own, instrumented at import. Inputs that make a reader fail are written to the
corpus as ``<group>/finding-*``; ``python -m bench.fuzz GROUP FILE`` runs one input again.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from bench.fuzz.readers import MAX_SEED, ROOMS

_CHILD = """
import sys
import atheris
with atheris.instrument_imports(include=["tieback"]):
    from bench.fuzz.readers import room as named
    room = named(sys.argv[1])
for number, seed in enumerate(room.seeds()):
    with open(f"{sys.argv[2]}/seed-{number:04}", "wb") as file:
        file.write(seed)
atheris.Setup([sys.argv[0], *sys.argv[3:]], room.run)
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


def fuzz(room: str, seconds: int, corpus: Path, seed: int) -> int:
    """Fuzz one group. Returns the exit code of libFuzzer, 0 without a finding."""
    place = corpus / room
    place.mkdir(parents=True, exist_ok=True)
    limits = [
        f"-max_total_time={seconds}",
        f"-max_len={MAX_SEED}",
        "-timeout=20",
        "-rss_limit_mb=1500",
        f"-seed={seed}",
        f"-artifact_prefix={place}/finding-",
        "-verbosity=0",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-c", _CHILD, room, str(place), *limits, str(place)]
    return subprocess.run(command, check=False, env=os.environ | {"PYTHONHASHSEED": "0"}).returncode


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
    words = parser.parse_args()
    if len(words.rooms) == 2 and words.rooms[0].partition(".")[0] in ROOMS and Path(words.rooms[1]).is_file():
        return subprocess.run([sys.executable, "-c", _REPLAY, *words.rooms], check=False).returncode
    if find_spec("atheris") is None:
        print("atheris is not installed (it has wheels only for Linux on x86_64)", file=sys.stderr)
        return 4
    failed = []
    corpus = words.corpus or Path(tempfile.mkdtemp(prefix="tieback-fuzz-"))
    for room in words.rooms or ROOMS:
        print(f"# {room}", file=sys.stderr)
        if fuzz(room, words.seconds, corpus, words.seed):
            failed.append(room)
    print(f"findings in: {', '.join(failed)}" if failed else "no finding", f"(corpus: {corpus})", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
