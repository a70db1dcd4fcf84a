"""Memory of a worker: a hard limit set by the worker itself, and its usage as Linux reports it (proc(5), setrlimit(2)).

``RLIMIT_DATA`` counts private writable mappings since Linux 4.7. ``RLIMIT_AS`` would also count address space that
DuckDB, thread stacks and mapped files only reserve, which is unrelated to the cost of an input.
"""

import gc
import resource
from pathlib import Path

ALLOCATOR = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}
"""Environment of workers. Arrow's own allocator makes a gibibyte writable at its first use, which would count as memory
of the input; malloc allocates only what it needs. NumPy's threads for linear algebra are not used and take 40 ms
per start."""

NEW_OBJECTS = 100_000
"""New objects after which Python searches for cycles; 10 to 20 MiB if all of them are garbage."""


def collect_rarely() -> None:
    """Search for cycles after ``NEW_OBJECTS`` instead of 2,000 new objects.

    An analysis leaves few cycles, but makes many objects: the searches took 3 % of its time.
    """
    gc.set_threshold(NEW_OBJECTS)


def _status(pid: int | str) -> dict[str, int]:
    """The sizes in ``/proc/<pid>/status``, in bytes."""
    sizes = {}
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        name, _, value = line.partition(":")
        words = value.split()
        if len(words) == 2 and words[1] == "kB":
            sizes[name] = int(words[0]) * 1024
    return sizes


def resident_bytes(pid: int | str = "self") -> int:
    """Private memory of a process in bytes, including swap; without mapped files. 0 if the process is gone."""
    try:
        sizes = _status(pid)
    except OSError:
        return 0
    return sizes.get("RssAnon", 0) + sizes.get("RssShmem", 0) + sizes.get("VmSwap", 0)


def limit_growth(extra: int) -> None:
    """Limit this process permanently to ``extra`` bytes of private writable memory more than now."""
    limit = _status("self").get("VmData", 0) + extra
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
