"""Work of jobs for tests of the queue: the format of a report job says what happens. The process around it is real."""

import os
import signal
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tieback.model.errors import BusyError, InputError
from tieback.pipeline.jobs.kinds import JobArguments, ReportJob
from tieback.pipeline.jobs.messages import JobMessage, JobNote, JobResult
from tieback.pipeline.jobs.order import JobOrder
from tieback.pipeline.progress import Stage

ROOT = Path(__file__).parents[4]
_SCRIPT = f"""
import sys
sys.path[:0] = [{str(ROOT)!r}, {str(ROOT / "src")!r}]
import tests.unit.pipeline.jobs.fake_work
sys.modules["tieback.pipeline.jobs.work"] = tests.unit.pipeline.jobs.fake_work
from tieback.pipeline.jobs.child import main
sys.exit(main())
"""
CHILD = (sys.executable, "-c", _SCRIPT)
"""The real program of a job with this work."""


class JobReporter(msgspec.Struct, frozen=True):
    send: Callable[[JobMessage], None]
    stage: Stage


def first_time(order: JobOrder) -> bool:
    """True once for each job."""
    mark = order.workspace / "jobs" / f"{order.id}.mark"
    if mark.exists():
        return False
    mark.touch()
    return True


def perform(order: JobOrder, arguments: JobArguments, reporter: JobReporter) -> JobResult:  # noqa: PLR0912 - a table
    assert isinstance(arguments, ReportJob)
    with reporter.stage("working") as progress:
        for done in range(1, 4):
            progress(done, 3)
    reporter.send(JobNote(text=f"note {os.getpid()}"))
    match arguments.format.split():
        case ["done"]:
            pass
        case ["hang"]:
            time.sleep(300)
        case ["hang-once"] if first_time(order):
            time.sleep(300)
        case ["reports-then-hangs"]:
            reporter.send(JobResult(figures={"done": 1}))
            time.sleep(300)
        case ["ignores-signals"]:
            signal.signal(signal.SIGTERM, signal.SIG_IGN)
            reporter.send(JobNote(text="ignoring"))
            time.sleep(300)
        case ["crash"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["crash-once"] if first_time(order):
            os.kill(os.getpid(), signal.SIGKILL)
        case ["busy"] if not (order.workspace / "free").exists():
            raise BusyError("another run is writing", where=str(order.workspace), advice="Wait")
        case ["garbage"]:
            os.write(1, b"no message\n")
            time.sleep(300)
        case ["memory"]:
            held = [bytearray(16 << 20) for _ in range(1000)]
            return JobResult(figures={"held": len(held)})
        case ["bad"]:
            raise InputError("not an app", where="a.apk", advice="Use an APK")
        case ["bug"]:
            raise KeyError("a\nb")
        case ["variables"]:
            return JobResult(figures={name: 1 for name in os.environ if "TIEBACK_TEST_OF" in name})
        case ["connect", port]:
            try:
                socket.create_connection(("127.0.0.1", int(port)), timeout=5).close()
            except OSError as error:
                return JobResult(figures={"connected": 0, str(error.strerror): 1})
            return JobResult(figures={"connected": 1})
        case ["forged"]:
            return JobResult(run="20260101T000000Z-00000000", files=("../ledger.db", f"{order.id}.html"))
    return JobResult(figures={"done": 1})
