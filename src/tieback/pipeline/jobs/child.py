"""The process of a job: ``python -P -m tieback.pipeline.jobs.child``, with a ``JobOrder`` as JSON on stdin.

It writes messages to stdout and ends with its server. SIGTERM works like Ctrl-C on the command line: conversations are
closed and results are kept. Before anything reads an input, the process or its workers give up the network.
"""

import ctypes
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from tieback.engine import sandbox

if TYPE_CHECKING:
    from tieback.pipeline.jobs.messages import JobMessage

TELL_SECONDS = 0.5
"""Minimum interval between two messages about the progress of a stage."""
_PR_SET_PDEATHSIG = 1


def main() -> int:
    """Do one phase of a job. Returns the exit status: 0 if the last message says how it ended."""
    from tieback.engine.memory import limit_growth
    from tieback.model.errors import BusyError, TiebackError
    from tieback.pipeline.jobs.kinds import decode_arguments
    from tieback.pipeline.jobs.messages import JobBusy, JobFailed, JobStopped, short
    from tieback.pipeline.jobs.order import decode_order

    order = decode_order(sys.stdin.buffer.read())
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a server in the background may ignore it
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        if order.isolated:
            sandbox.require()
        else:
            sandbox.protect_memory()
        # After the change of namespaces: the kernel forgets the signal there.
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != order.parent:
            return 1  # the server ended before prctl took effect
        limit_growth(order.memory_bytes)
        from tieback.pipeline.jobs.work import JobReporter, perform

        end: JobMessage = perform(order, decode_arguments(order.arguments), JobReporter(_send, _stage))
    except BusyError as error:
        end = JobBusy(why=short(error.page_diagnostics()))
    except TiebackError as error:
        end = JobFailed(problem=short(error.page_diagnostics()))
    except KeyboardInterrupt:
        end = JobStopped()
    except MemoryError:
        end = JobFailed(problem=f"needed more than {order.memory_bytes >> 20:,} MiB of memory")
    except Exception as error:  # noqa: BLE001 - the edge of the process: the server shows one line
        traceback.print_exception(error)
        end = JobFailed(problem=short(f"internal error: {type(error).__name__}: {' '.join(str(error).split())[:300]}"))
    _send(end)
    return 0


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    """Stop as Ctrl-C does. A second signal does not disturb the end."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.raise_signal(signal.SIGINT)


def _send(message: "JobMessage") -> None:
    from tieback.pipeline.jobs.messages import encode_message

    # One write: a line is complete or missing, also if the process is killed.
    os.write(sys.stdout.fileno(), encode_message(message))


@contextmanager
def _stage(name: str) -> "Iterator[Callable[[int, int], None]]":
    from tieback.pipeline.jobs.messages import StageProgress, StageStarted

    _send(StageStarted(stage=name))
    last, latest = 0.0, (0, 0)

    def progress(done: int, total: int) -> None:
        nonlocal last, latest
        latest = done, total
        if (now := time.monotonic()) - last >= TELL_SECONDS:
            last = now
            _send(StageProgress(stage=name, done=done, total=total))

    yield progress
    if latest != (0, 0):
        _send(StageProgress(stage=name, done=latest[0], total=latest[1]))


if __name__ == "__main__":
    sys.exit(main())
