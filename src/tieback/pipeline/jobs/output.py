"""The process of a job from the server's view: started, and read through files that outlive the server.

jobs/ID.WORK.jsonl   messages of the phase ``work``, one per line
jobs/ID.log          what the process wrote to stderr
"""

import errno
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tieback.pipeline.jobs.kinds import Phase
from tieback.pipeline.jobs.messages import MAX_LINE, JobMessage, decode_message
from tieback.pipeline.jobs.order import JobOrder, encode_order

CHILD: tuple[str, ...] = (sys.executable, "-P", "-m", "tieback.pipeline.jobs.child")
MAX_BYTES = 16 << 20
"""Maximum size of the messages of a phase."""
MAX_LOG = 1 << 20
"""The file of stderr is emptied when it is longer."""


class JobOutput:
    """The files of the job whose ID is the name of ``base``."""

    def __init__(self, base: Path) -> None:
        self._log = base.with_name(f"{base.name}.log")
        self._files = {phase: base.with_name(f"{base.name}.{phase}.jsonl") for phase in Phase}
        self.phase = next((phase for phase in reversed(Phase) if self._files[phase].exists()), Phase.READ)
        """The phase whose messages are read: the last one that has begun."""
        self._offset = 0
        self.problem = ""
        """Why the process must end, or how it ended, as a clause."""

    def start(self, order: JobOrder, environment: Mapping[str, str]) -> "subprocess.Popen[bytes]":
        """Start the process of a phase.

        Raises:
            OSError: it cannot be started.
        """
        self.phase, self._offset, self.problem = order.phase, 0, ""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
        out, log = os.open(self._files[order.phase], flags, 0o600), os.open(self._log, flags, 0o600)
        try:
            process = subprocess.Popen(
                CHILD,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=log,
                env=dict(environment),
                start_new_session=True,
            )
        finally:
            os.close(out)
            os.close(log)
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin as pipe:
            pipe.write(encode_order(order))
        return process

    def messages(self) -> Iterator[JobMessage]:
        """The messages since the last call. What is no message sets ``problem``."""
        path = self._files[self.phase]
        try:
            with _opened(path) as file:
                if os.fstat(file.fileno()).st_size > MAX_BYTES:
                    self.problem = f"its process reported more than {MAX_BYTES >> 20} MiB"
                    return
                file.seek(self._offset)
                data = file.read(MAX_BYTES)
        except FileNotFoundError:
            return
        except OSError:
            self.problem = "its process replaced the file of its reports"
            return
        with suppress(OSError), _opened(self._log, os.O_RDWR) as log:
            if os.fstat(log.fileno()).st_size > MAX_LOG:
                os.ftruncate(log.fileno(), 0)
        whole, _, _ = data.rpartition(b"\n")
        self._offset += len(whole) + 1 if whole else 0
        for line in whole.split(b"\n") if whole else ():
            message = decode_message(line) if len(line) <= MAX_LINE else None
            if message is None:
                self.problem = "its process reported something that is not a message"
                return
            yield message

    def ended(self, status: int) -> None:
        """Note how the process ended."""
        if self.problem or not status:
            return
        if status < 0:
            try:
                name = signal.Signals(-status).name
            except ValueError:
                name = f"signal {-status}"
            self.problem = f"its process was ended by {name}"
        else:
            self.problem = f"its process ended with status {status}{self._last_words()}"

    def _last_words(self) -> str:
        try:
            with _opened(self._log) as log:
                log.seek(max(os.fstat(log.fileno()).st_size - 4096, 0))
                lines = log.read(4096).decode("utf-8", "replace").split("\n")
        except OSError:
            return ""
        last = next((line for line in reversed(lines) if line.strip()), "")
        return f" ({''.join(char if char.isprintable() else ' ' for char in last)[:200]})" if last else ""

    def remove(self) -> None:
        """Remove the files: the end of the attempt is in the ledger."""
        for path in (*self._files.values(), self._log):
            path.unlink(missing_ok=True)


def _opened(path: Path, flags: int = os.O_RDONLY) -> BinaryIO:
    """A file that a process wrote. A process that was taken over may have put something else there.

    Raises:
        OSError: it is a link, or no file: to open a pipe would wait for ever.
    """
    descriptor = os.open(path, flags | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "not a file", str(path))
    return os.fdopen(descriptor, "rb")
