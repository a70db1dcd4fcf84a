"""One worker process from the engine's view: started, given batches, read from, ended."""

import os
import pickle
import signal
import subprocess
import sys
import time
from multiprocessing import Pipe
from typing import Any

import msgspec

from tieback.engine.interface import UnitLimits, Work
from tieback.engine.memory import ALLOCATOR, resident_bytes
from tieback.engine.messages import (
    EngineStop,
    Message,
    OutOfMemory,
    PublishDone,
    PublishStarted,
    UnitFinished,
    UnitStarted,
    WorkerReady,
    WorkUnusable,
    receive,
)
from tieback.engine.sandbox import environment_without_secrets
from tieback.engine.tasks import Task
from tieback.engine.waiting import StepClock
from tieback.engine.worker import ISOLATED, Assignment

START_SECONDS = 60.0
"""Time limit for a worker to import the work, in seconds."""
GRACE_SECONDS = 2.0
"""Time limit for an idle worker to exit after its pipe is closed, in seconds."""


class WorkerProcess:
    """A child process with a pipe. Not ready before its ``WorkerReady`` message."""

    def __init__(self, work: Work[Any], limits: UnitLimits, *, isolated: bool = False) -> None:
        """Start the process, without network if ``isolated``, and do not wait for it. Raises ``OSError``."""
        self.limits = limits
        self.ready = False
        self.task: Task | None = None
        self.current: int | None = None
        """Position of the running unit in the task."""
        self.publishing = False
        self.ends: list[UnitFinished] = []
        """Ends of the task's units; not final before the task is published."""
        self._idle_bytes = 0
        self.pipe, theirs = Pipe()
        try:
            self._process = subprocess.Popen(
                # -P: never import from the current directory, which is untrusted.
                [
                    *(sys.executable, "-P", "-m", "tieback.engine.worker", str(theirs.fileno()), str(os.getpid())),
                    *([ISOLATED] if isolated else []),
                ],
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__.fileno() if sys.__stderr__ else subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**(environment_without_secrets(os.environ) if isolated else os.environ), **ALLOCATOR},
            )
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()
        self.pid = self._process.pid
        self.clock = StepClock(self.pid, time.monotonic())
        """Of the current step: start-up, a unit, or the publication."""
        self._assignment = pickle.dumps(Assignment(work, limits))
        self._tell(pickle.dumps(sys.path))
        self._tell(self._assignment)

    def is_started_for(self, work: Work[Any], limits: UnitLimits) -> bool:
        """True if it was started for this work and these limits."""
        return self._assignment == pickle.dumps(Assignment(work, limits))

    def alive(self) -> bool:
        """True while the process runs."""
        return self._process.poll() is None

    def send_batch(self, task: Task) -> None:
        """Assign a batch; a dead worker is noticed at the next ``read_message``."""
        self.task = task
        self.current = None
        self.publishing = False
        self.ends = []
        self.clock.restart(time.monotonic())
        self._tell(msgspec.msgpack.encode(task.units))

    def _tell(self, data: bytes) -> None:
        try:
            self.pipe.send_bytes(data)
        except OSError:
            return  # the end of the pipe is handled in one place only

    def read_message(self) -> Message | None:
        """The next message; ``None`` if the worker is gone or sent an invalid message."""
        try:
            return receive(self.pipe)
        except (EOFError, OSError, msgspec.MsgspecError, UnicodeDecodeError):
            return None

    def is_expected(self, message: Message) -> bool:
        """True if a well-behaved worker can send this message now; a hostile input may control the process."""
        if isinstance(message, WorkerReady | WorkUnusable):
            return not self.ready
        if self.task is None or not self.ready:
            return False
        count = len(self.task.units)
        match message:
            case UnitStarted():
                return self.current is None and message.index == len(self.ends) < count
            case UnitFinished():
                return self.current == message.index
            case PublishStarted():
                return self.current is None and len(self.ends) == count
            case EngineStop() | OutOfMemory():
                return True
            case _:
                return self.publishing

    def record_message(self, message: Message) -> None:
        """Update the state of the worker from a message, and restart the time of the step."""
        self.clock.restart(time.monotonic())
        match message:
            case WorkerReady():
                self.ready = True
                self._idle_bytes = message.resident
            case UnitStarted():
                self.current = message.index
            case UnitFinished():
                self.current = None
                self.ends.append(message)
            case PublishStarted():
                self.publishing = True
            case _:
                pass

    def take_task(self) -> Task:
        """Mark the task as finished and the worker as free."""
        assert self.task is not None
        task, self.task = self.task, None
        self.current = None
        self.publishing = False
        return task

    def exceeded_limit(self, now: float) -> str:
        """The limit that it exceeded, as a clause; empty if none."""
        if not self.ready:
            return f"took more than {START_SECONDS:g} s to start" if self.clock.exceeds(START_SECONDS, now) else ""
        if self.task is None:
            return ""
        units = self.task.units if self.current is None else self.task.units[self.current : self.current + 1]
        seconds = self.limits.seconds_for(sum(unit.size for unit in units))
        if self.clock.exceeds(seconds, now):
            return f"took more than {seconds:.4g} s"
        if resident_bytes(self.pid) - self._idle_bytes > self.limits.memory_bytes:
            return self.over_memory
        return ""

    @property
    def over_memory(self) -> str:
        """The clause for a worker that exceeded its memory limit."""
        return f"needed more than {self.limits.memory_bytes / 1024**2:.0f} MiB of memory"

    def end(self) -> str:
        """Kill it, wait for it, and return how it had ended before, as a clause."""
        self._process.kill()
        status = self._process.wait()
        if status >= 0:
            return f"ended its worker process (exit status {status})"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"ended its worker process ({name})"

    def drain_messages(self) -> PublishDone | None:
        """Process the remaining messages of an ended worker; returns the publication of its task, if there is one."""
        while (message := self.read_message()) is not None and self.is_expected(message):
            if isinstance(message, PublishDone):
                return message
            self.record_message(message)
        return None

    def shut_down(self) -> None:
        """Close the pipe; an idle worker then exits."""
        self.pipe.close()

    def wait(self) -> None:
        """After ``shut_down``: wait until the process exits, and kill it if it does not."""
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
