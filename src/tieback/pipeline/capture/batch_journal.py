"""The journal of batches in a workspace: what became of each app, so that the same command resumes.

One JSON document per line is appended and synced when a run begins and when it ends, so a kill loses nothing. The last
line of an app counts. A run that began and has no end was interrupted. The file is locked while a batch runs; the
kernel releases the lock when the process ends for any reason.
"""

import fcntl
import os
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from tieback.model.capture_batch import BatchApp, BatchState
from tieback.model.errors import BusyError, WorkspaceError

JOURNAL = "batch.jsonl"
MAX_BYTES = 64 * 1024 * 1024
"""Bytes of a journal: about 200,000 runs."""


class JournalLine(msgspec.Struct, frozen=True):
    """The state of an app, under the key of its run."""

    key: str
    app: BatchApp


class BatchJournal:
    """The open journal; use it in a ``with`` statement."""

    def __init__(self, folder: Path) -> None:
        """Open and read it.

        Args:
            folder: the captures of the workspace.

        Raises:
            BusyError: another batch runs in this workspace.
            WorkspaceError: it cannot be read or written.
        """
        self.path = folder / JOURNAL
        try:
            folder.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC | os.O_NOFOLLOW
            self._descriptor = os.open(self.path, flags, 0o600)
        except OSError as error:
            raise self._failed(error) from None
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            data = os.pread(self._descriptor, MAX_BYTES + 1, 0)
        except OSError as error:
            os.close(self._descriptor)
            if isinstance(error, BlockingIOError):
                raise BusyError(
                    "another batch of captures runs in this workspace", where=str(folder), advice="Wait for its end"
                ) from None
            raise self._failed(error) from None
        if len(data) > MAX_BYTES:
            os.close(self._descriptor)
            raise WorkspaceError("larger than 64 MiB", where=str(self.path), advice="Use another workspace")
        self._states = _states(data)
        if data and not data.endswith(b"\n"):
            self._append(b"\n")  # the line that a full disk or a power failure cut stays alone

    def state(self, key: str) -> BatchApp | None:
        """The last state under this key; ``None`` if it was never started. A run without an end is interrupted."""
        return self._states.get(key)

    def add(self, key: str, app: BatchApp) -> None:
        """Append a state.

        Raises:
            WorkspaceError: it cannot be written.
        """
        self._append(msgspec.json.encode(JournalLine(key, app)) + b"\n")
        self._states[key] = app

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        os.close(self._descriptor)

    def _append(self, line: bytes) -> None:
        try:
            os.write(self._descriptor, line)
            os.fsync(self._descriptor)
        except OSError as error:
            raise self._failed(error) from None

    def _failed(self, error: OSError) -> WorkspaceError:
        return WorkspaceError(
            f"the journal of the batch cannot be used ({error.strerror})",
            where=str(self.path),
            advice="Check permissions and free disk space",
        )


def _states(data: bytes) -> dict[str, BatchApp]:
    """The last state of each key; lines that cannot be read are skipped, so their apps run again."""
    found: dict[str, BatchApp] = {}
    decoder = msgspec.json.Decoder(JournalLine)
    for text in data.split(b"\n"):
        try:
            line = decoder.decode(text)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            continue
        found[line.key] = line.app
    return {key: app for key, app in found.items() if app.state is not BatchState.NOT_STARTED}
