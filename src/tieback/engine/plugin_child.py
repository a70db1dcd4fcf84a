"""The process of a plug-in: ``python -P -B -m tieback.engine.plugin_child``, with a ``PluginOrder`` on stdin.

The network, the right to write files and the memory are taken first; then the plug-in is imported. Its output goes to
stdout. What it prints goes to stderr.
"""

import contextlib
import ctypes
import io
import os
import resource
import signal
import sys
import traceback
from importlib.metadata import EntryPoint

import msgspec

from tieback.engine.memory import limit_growth
from tieback.engine.plugins import PluginOrder
from tieback.engine.sandbox import require
from tieback.engine.worker import PR_SET_PDEATHSIG, problem_line


def main() -> int:
    """Run one plug-in. Returns the exit status: 0 if it has written its whole output."""
    order = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=PluginOrder)
    own = os.dup(1)
    os.set_inheritable(own, False)
    os.dup2(2, 1)
    try:
        require()
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != order.parent:
            return 1  # the parent ended before prctl took effect
        _limit(order)
        with (
            io.BufferedReader(io.FileIO(order.input, "rb")) as source,
            io.BufferedWriter(io.FileIO(own, "wb")) as out,
        ):
            EntryPoint("plug-in", order.target, "").load()(source, out)
    except MemoryError:
        return _say(f"needed more than {order.memory_bytes >> 20:,} MiB of memory")
    except BaseException as error:  # noqa: BLE001 - the edge of the process: the parent shows one line
        traceback.print_exception(error)
        return _say(problem_line(error))
    return 0


def _limit(order: PluginOrder) -> None:
    """Bound memory and CPU time; files cannot be written (a pipe is no file)."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (order.seconds, order.seconds))
    limit_growth(order.memory_bytes)


def _say(why: str) -> int:
    with contextlib.suppress(OSError):
        os.write(2, f"\n{why}\n".encode("utf-8", "replace"))
    return 1


if __name__ == "__main__":
    sys.exit(main())
