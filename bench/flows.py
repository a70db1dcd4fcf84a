"""Every flow of the files given, as JSON lines: what ``tieback traffic`` does in a worker, without looking for leaks.

A program of its own, so that the benchmark's other imports are not in the figures.
"""

import os
import resource
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does


def analyse(files: list[Path]) -> int:
    """Every flow of the files as JSON to standard output; their number."""
    import msgspec

    from tieback.intake.traffic.open import open_traffic

    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    count = 0
    for file in files:
        opened = open_traffic(file)
        for seen in opened.flows():
            out.write(encode(seen.flow) + b"\n")
            count += 1
        opened.close()
    return count


if __name__ == "__main__":
    count = analyse([Path(argument) for argument in sys.argv[1:]])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stderr.write(f"{count} flows, peak {peak} MiB\n")
