"""One worker process, seen from the engine: started, given batches, listened to, ended."""

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
from tieback.engine.memory import ALLOCATOR, resident
from tieback.engine.messages import (
    Begun,
    Ended,
    Message,
    OutOfMemory,
    Published,
    Publishing,
    Ready,
    Stop,
    Unusable,
    receive,
)
from tieback.engine.tasks import Task
from tieback.engine.worker import Assignment

START_SECONDS = 60.0
"""How long a worker may take to import the work."""
GRACE_SECONDS = 2.0
"""How long an idle worker may take to leave once its pipe is closed."""


class WorkerProcess:
    """A child process with a pipe. Not ready before its ``Ready`` message arrived."""

    def __init__(self, work: Work[Any], limits: UnitLimits) -> None:
        """Start the process; does not wait for it. Raises ``OSError`` where none can be started."""
        self.limits = limits
        self.ready = False
        self.task: Task | None = None
        self.current: int | None = None
        """Place in the task of the unit in work."""
        self.publishing = False
        self.ends: list[Ended] = []
        """Ends of the task's units, not final before it is published."""
        self.since = time.monotonic()
        """When the present step began: the start, a unit, or the publication."""
        self._idle_bytes = 0
        self.pipe, theirs = Pipe()
        try:
            self._process = subprocess.Popen(
                # -P: the current directory, which may hold anything, is no place to import from.
                [sys.executable, "-P", "-m", "tieback.engine.worker", str(theirs.fileno()), str(os.getpid())],
                stdin=subprocess.DEVNULL,
                stdout=sys.__stderr__.fileno() if sys.__stderr__ else subprocess.DEVNULL,
                pass_fds=(theirs.fileno(),),
                env={**os.environ, **ALLOCATOR},
            )
        except BaseException:
            self.pipe.close()
            raise
        finally:
            theirs.close()
        self.pid = self._process.pid
        self._assignment = pickle.dumps(Assignment(work, limits))
        self._tell(pickle.dumps(sys.path))
        self._tell(self._assignment)

    def does(self, work: Work[Any], limits: UnitLimits) -> bool:
        """Whether it was started for this work and these limits."""
        return self._assignment == pickle.dumps(Assignment(work, limits))

    def alive(self) -> bool:
        """Whether the process has not ended."""
        return self._process.poll() is None

    def give(self, task: Task) -> None:
        """Hand over a batch; a worker that is gone shows at the next ``hear``."""
        self.task = task
        self.current = None
        self.publishing = False
        self.ends = []
        self.since = time.monotonic()
        self._tell(msgspec.msgpack.encode(task.units))

    def _tell(self, data: bytes) -> None:
        try:
            self.pipe.send_bytes(data)
        except OSError:
            return  # the end of the pipe is read, and told, in one place only

    def hear(self) -> Message | None:
        """The next message; ``None`` where the worker is gone or makes no sense."""
        try:
            return receive(self.pipe)
        except (EOFError, OSError, msgspec.MsgspecError):
            return None

    def makes_sense(self, message: Message) -> bool:
        """Whether an honest worker could say that now; a hostile input may have taken the process over."""
        if isinstance(message, Ready | Unusable):
            return not self.ready
        if self.task is None or not self.ready:
            return False
        count = len(self.task.units)
        match message:
            case Begun():
                return self.current is None and message.index == len(self.ends) < count
            case Ended():
                return self.current == message.index
            case Publishing():
                return self.current is None and len(self.ends) == count
            case Stop() | OutOfMemory():
                return True
            case _:
                return self.publishing

    def note(self, message: Message) -> None:
        """Keep what a message says of the state of the worker. The time of the next step runs from here."""
        self.since = time.monotonic()
        match message:
            case Ready():
                self.ready = True
                self._idle_bytes = message.resident
            case Begun():
                self.current = message.index
            case Ended():
                self.current = None
                self.ends.append(message)
            case Publishing():
                self.publishing = True
            case _:
                pass

    def release(self) -> Task:
        """The worker has done with its task and is free."""
        assert self.task is not None
        task, self.task = self.task, None
        self.current = None
        self.publishing = False
        return task

    def overrun(self, now: float) -> str:
        """Which limit it has passed, as a clause; empty where none."""
        if not self.ready:
            return f"took more than {START_SECONDS:g} s to start" if now - self.since > START_SECONDS else ""
        if self.task is None:
            return ""
        if now - self.since > self.limits.seconds:
            return f"took more than {self.limits.seconds:g} s"
        if resident(self.pid) - self._idle_bytes > self.limits.memory_bytes:
            return self.over_memory
        return ""

    @property
    def over_memory(self) -> str:
        """The clause for a worker that passed its memory limit."""
        return f"needed more than {self.limits.memory_bytes / 1024**2:.0f} MiB of memory"

    def end(self) -> str:
        """Kill it, wait for it, and say how it had ended before, as a clause."""
        self._process.kill()
        status = self._process.wait()
        if status >= 0:
            return f"ended its worker process (exit status {status})"
        try:
            name = signal.Signals(-status).name
        except ValueError:
            name = f"signal {-status}"
        return f"ended its worker process ({name})"

    def last_words(self) -> Published | None:
        """Note what a worker that has ended still said; returns the publication of its task if that was among it."""
        while (message := self.hear()) is not None and self.makes_sense(message):
            if isinstance(message, Published):
                return message
            self.note(message)
        return None

    def dismiss(self) -> None:
        """Close the pipe, at which an idle worker leaves by itself."""
        self.pipe.close()

    def wait(self) -> None:
        """After ``dismiss``: wait until it has left, and end it where it does not."""
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
