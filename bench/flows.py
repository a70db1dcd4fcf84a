"""Every flow of some files as JSON lines: the work of ``tieback traffic`` in a worker.

``python -m bench.flows [--leaks] FILE...``. A program of its own, so that the other imports of the benchmark are not in
the figures.
"""

import os
import resource
import sys
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as the command line does


def analyse(files: list[Path], *, leaks: bool) -> int:
    """Write every flow of the files as JSON to standard output; returns their number."""
    import msgspec

    from tieback.intake.traffic.open import open_traffic

    encode = msgspec.json.Encoder().encode
    out = sys.stdout.buffer
    judge = None
    if leaks:
        from tieback.leaks.detect import LeakDetector

        judge = LeakDetector()
    count = 0
    for file in files:
        opened = open_traffic(file)
        for seen in opened.flows():
            out.write(encode(judge(seen) if judge else seen.flow) + b"\n")
            count += 1
        opened.close()
    return count


if __name__ == "__main__":
    arguments = sys.argv[1:]
    with_leaks = arguments[:1] == ["--leaks"]
    count = analyse([Path(argument) for argument in arguments[with_leaks:]], leaks=with_leaks)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    sys.stderr.write(f"{count} flows, peak {peak} MiB\n")
