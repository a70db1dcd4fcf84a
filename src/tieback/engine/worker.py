"""The worker process: ``python -P -m tieback.engine.worker FD PARENT [isolated]``. ``isolated``: without network.

It reads from the pipe ``FD``: first ``sys.path`` and the pickled work, then one batch at a time. It replies with the
messages of ``messages.py``. It dies with its parent, ignores SIGINT (the parent decides), and is the kernel's first
choice to kill if the machine runs out of memory.

It is a separate program and not a ``multiprocessing`` child: spawned children import the main module of their parent
again, but a worker imports only what the work needs.
"""

import contextlib
import ctypes
import os
import pickle
import signal
import sys
import time
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import msgspec

from tieback.engine.ending import end_process
from tieback.engine.interface import EngineError, UnitLimits, Work
from tieback.engine.memory import collect_rarely, limit_growth, resident_bytes
from tieback.engine.messages import (
    EngineStop,
    OutOfMemory,
    PublishDone,
    PublishFailed,
    PublishStarted,
    UnitFinished,
    UnitStarted,
    WorkerReady,
    WorkUnusable,
    send,
)
from tieback.engine.sandbox import require
from tieback.model.errors import TiebackError
from tieback.model.unit import Unit

PR_SET_PDEATHSIG = 1
"""prctl(2)."""
ISOLATED = "isolated"
MAX_PROBLEM = 500
"""Maximum characters of a problem line."""


class Assignment(msgspec.Struct, frozen=True):
    """The task of a worker; pickled after ``sys.path``, because it refers to modules found there."""

    work: Any
    """A ``Work``."""
    limits: UnitLimits


def one_line(text: str) -> str:
    """The text of an error as one bounded line without control characters."""
    clean = "".join(c if c.isprintable() else " " for c in text[: 4 * MAX_PROBLEM])
    return " ".join(clean.split())[:MAX_PROBLEM]


def problem_line(error: BaseException, *sources: str) -> str:
    """One line for the user: the diagnostics of our own errors; of other errors, the type, text and innermost location.

    Args:
        error: what was raised.
        sources: names of the unit, which the line omits because the caller shows it.
    """
    if isinstance(error, TiebackError):
        line = error.diagnostics()
        for source in sources:
            line = line.removeprefix(f"{source}: ")
        return one_line(line)
    frames = traceback.extract_tb(error.__traceback__)
    place = f" ({Path(frames[-1].filename).name}:{frames[-1].lineno})" if frames else ""
    return one_line(f"unexpected {type(error).__name__}: {error}{place}")


def main(argv: Sequence[str]) -> int:
    """Serve batches until the pipe is closed. Returns the exit status."""
    fd, parent = int(argv[0]), int(argv[1])
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        return 1  # the parent died before prctl took effect
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("500", encoding="ascii")
    collect_rarely()
    pipe = Connection(fd)
    if argv[2:] == [ISOLATED]:
        try:
            require()
        except EngineError as error:
            send(pipe, WorkUnusable(error.diagnostics()))
            return 1
    with contextlib.suppress(EOFError, OSError):
        sys.path[:] = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the parent wrote it
        serve(pipe)
    return 0


def serve(pipe: Connection) -> None:
    """Receive the work, then batch after batch. Raises ``EOFError`` when the parent closes the pipe."""
    try:
        assignment: Assignment = pickle.loads(pipe.recv_bytes())  # noqa: S301 - the parent wrote it
        limit_growth(assignment.limits.memory_bytes)
    except (EOFError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - importing the work runs code of other rooms; the line says what failed
        send(pipe, WorkUnusable(problem_line(error)))
        return
    send(pipe, WorkerReady(resident_bytes()))
    read_batch = msgspec.msgpack.Decoder(list[Unit])
    while True:
        run_batch(pipe, assignment.work, read_batch.decode(pipe.recv_bytes()))


def run_batch(pipe: Connection, work: Work[Any], batch: Sequence[Unit]) -> None:
    """Analyse each unit, then publish the results; every step is reported to the engine."""
    results = []
    for index, unit in enumerate(batch):
        send(pipe, UnitStarted(index))
        start = time.monotonic()
        try:
            result = work.analyse(unit)
            summary = work.summary(result)
        except MemoryError:
            _give_up(pipe)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - the edge of a unit: becomes its recorded end
            send(pipe, UnitFinished(index, time.monotonic() - start, problem_line(error, unit.source, str(unit.file))))
        else:
            results.append((unit, result))
            send(pipe, UnitFinished(index, time.monotonic() - start, result=summary))
    send(pipe, PublishStarted())
    try:
        part = work.publish(batch, results) if results else ""
    except MemoryError:
        _give_up(pipe)
    except TiebackError as error:
        send(pipe, EngineStop(type(error).__name__, error.what, error.where, error.advice))
    except (Exception, SystemExit) as error:  # noqa: BLE001 - the engine narrows it down to a unit and records that
        send(pipe, PublishFailed(problem_line(error)))
    else:
        send(pipe, PublishDone(part))


def _give_up(pipe: Connection) -> None:
    """End this process: after a failed allocation, no library in it is in a reliable state."""
    send(pipe, OutOfMemory())
    os._exit(1)


if __name__ == "__main__":
    end_process(main(sys.argv[1:]))
