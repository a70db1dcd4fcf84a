"""Import of another tool's report at the target size: memory of ``tieback import`` as the file grows.

Synthetic: Shodan's JSON lines. Half of them have a body of the size of a short page, one in a hundred has the indices
of a store. ``TIEBACK_BENCH_IMPORT`` is the size of the largest file in GB, 5 by default; the file is deleted
afterwards.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from bench.measure import process, table

GB = float(os.environ.get("TIEBACK_BENCH_IMPORT", "5"))
SIZES = (GB / 50, GB / 5, GB)
_BODY = "HTTP/1.1 200 OK\\r\\nContent-Type: text/html\\r\\n\\r\\n" + "made up for a measurement; " * 40
_AT_ONCE = 5_000


def banners() -> Iterator[str]:
    """Endless lines of synthetic hosts with private addresses; no host repeats within 16 million lines."""
    number = 0
    while True:
        at = number * 2654435761 % (1 << 24)
        said: dict[str, object] = {
            "_shodan": {"module": ("elastic", "mongodb", "http", "redis")[number % 4], "id": f"{number:032x}"},
            "ip_str": f"10.{at >> 16}.{at >> 8 & 255}.{at & 255}",
            "port": (9200, 27017, 80, 6379)[number % 4],
            "transport": "tcp",
            "timestamp": f"2026-11-{number % 28 + 1:02d}T10:00:00.123456",
            "hostnames": [f"h{number}.customer{number % 50_000}.test"],
            "product": ("Elastic", "MongoDB", "nginx", "Redis")[number % 4],
            "version": f"{number % 9}.{number % 17}",
            "data": _BODY if number % 2 else "",
        }
        if number % 400 == 0:
            primaries = {"docs": {"count": number}, "store": {"size_in_bytes": number * 99}}
            said["elastic"] = {"indices": {f"orders-{n}": {"primaries": primaries} for n in range(30)}}
        yield json.dumps(said) + "\n"
        number += 1


def write(path: Path, size: int) -> int:
    """Write at least this many bytes. Returns the number of lines."""
    lines = banners()
    written = count = 0
    with path.open("w") as file:
        while written < size:
            some = "".join(next(lines) for _ in range(_AT_ONCE))
            written += file.write(some)
            count += _AT_ONCE
    return count


def run() -> str:
    """Import each size into a workspace of its own, as a whole process."""
    rows = []
    tieback = str(Path(sys.executable).with_name("tieback"))
    for size in SIZES:
        with tempfile.TemporaryDirectory(prefix="tieback-bench-") as folder:
            report = Path(folder) / "shodan.json"
            count = write(report, int(size * 1e9))
            mb = report.stat().st_size / 1e6
            wall, cpu, peak = process([tieback, "import", str(report), "-w", str(Path(folder) / "ws")], runs=1)
        rows.append((f"{mb:,.0f}", f"{count:,}", f"{wall:.1f}", f"{cpu:.1f}", f"{mb / cpu:,.1f}", f"{peak:,.0f}"))
    head = (
        "`python -m bench imports`: synthetic Shodan JSON lines. One process of `tieback import` imports each size "
        "into a new workspace. Goal: memory does not grow with the file.\n\n"
    )
    return (
        "## Reports of other tools\n\n"
        + head
        + table(("MB", "lines", "wall s", "CPU s", "MB per CPU s", "peak MiB"), rows)
    )
