"""``python -m bench.openback.child TOOL FOLDER CASES RESULTS COST``: one file of cases, in a process of its own.

Results are written one by one, so that those before a crash count. The cost is written at the end.
"""

import resource
import sys
from pathlib import Path

import msgspec

from bench.openback.run import Cost, adapter
from bench.openback.schema import Case, read_lines


def main(tool: str, folder: str, cases: str, results: str, cost: str) -> None:
    """Run the adapter."""
    module = adapter(tool)
    asked = [one for one in read_lines(Path(cases)) if isinstance(one, Case)]
    with Path(results).open("wb") as out:
        for result in module.answer(asked, Path(folder)):
            out.write(msgspec.json.encode(result) + b"\n")
            out.flush()
    own, others = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    # ru_maxrss of this process would include what its parent had when it started it.
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))
    Path(cost).write_bytes(msgspec.json.encode(Cost(seconds, max(peak, others.ru_maxrss) * 1024)))


if __name__ == "__main__":
    main(*sys.argv[1:])
