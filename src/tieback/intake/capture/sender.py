"""Sender of documents to the parent, in a thread of its own, so that a slow reader never blocks the proxy."""

import os
import threading
from contextlib import suppress
from queue import Empty, Full, Queue

from tieback.intake.capture.frames import FrameError, encode_frame
from tieback.intake.capture.interface import MAX_WAITING, Observation


class DocumentSender:
    """Bounded queue in front of a pipe; documents that do not fit are dropped and counted."""

    def __init__(self, descriptor: int, limit: int = MAX_WAITING) -> None:
        self._descriptor = descriptor
        self._waiting: Queue[bytes | None] = Queue(limit)
        self.dropped = 0
        self._thread = threading.Thread(target=self._write, name="outlet", daemon=True)
        self._thread.start()

    def send(self, document: Observation) -> None:
        """Queue a document; never waits."""
        try:
            self._waiting.put_nowait(encode_frame(document))
        except (Full, FrameError):
            self.dropped += 1

    def close(self, last: Observation, seconds: float = 5.0) -> None:
        """Send the queued documents and one last document, for at most ``seconds``."""
        with suppress(Full):
            self._waiting.put(encode_frame(last), timeout=seconds)
            self._waiting.put(None, timeout=seconds)
        self._thread.join(seconds)

    def _write(self) -> None:
        while (data := self._waiting.get()) is not None:
            view = memoryview(data)
            try:
                while view:
                    view = view[os.write(self._descriptor, view) :]
            except OSError:  # the parent is gone; the end of standard input ends the rest
                self._drain()
                return

    def _drain(self) -> None:
        with suppress(Empty):
            while True:
                self._waiting.get_nowait()
