"""Tieback's own flow documents, one per line, as written by ``tieback capture`` and ``tieback traffic --format json``.

The last line of a live run lists its blind spots; they become problems, because they describe what is missing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from tieback.intake.traffic.interface import OpenedTraffic, SampledFlow
from tieback.intake.traffic.problems import CaptureProblems
from tieback.model.capture import LiveRun
from tieback.model.document import decode
from tieback.model.errors import DocumentError, InputError
from tieback.model.flow import Flow
from tieback.model.sighting import UnreadKind

MAX_LINE = 1024 * 1024
_FLOW, _RUN = "tieback/flow/", "tieback/capture/"


class _Kind(msgspec.Struct):
    """The ``schema`` member of a line."""

    schema: str


BLIND_SPOT = "not seen by the live run"
"""Location of the problems that state what a live run could not see: the file itself was read."""


def opener(path: Path, head: bytes) -> OpenedTraffic | None:
    """For ``open.OPENERS``."""
    return FlowDocuments(path) if _kind(head.partition(b"\n")[0]).startswith((_FLOW, _RUN)) else None


def _kind(line: bytes) -> str:
    if not line.startswith(b"{") or b'"schema":"tieback/' not in line:
        return ""
    try:
        return msgspec.json.decode(line, type=_Kind).schema
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""


class FlowDocuments:
    """An opened file of flow documents; ``flows`` walks it once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.problems: list[Any] = CaptureProblems()
        try:
            self._file = path.open("rb")
        except OSError as error:
            raise InputError(
                f"cannot be read: {error.strerror}", where=str(path), advice="Check the file and its permissions"
            ) from None

    def flows(self) -> Iterator[SampledFlow]:
        """Yield one flow per line; an unreadable line is a problem."""
        number = 0
        while line := self._file.readline(MAX_LINE):
            number += 1
            whole = line.endswith(b"\n")
            if len(line) >= MAX_LINE and not whole:
                self._note("a line is too long; the rest of the file is not read", f"line {number}", UnreadKind.LIMIT)
                return
            if not line.strip():
                continue
            try:
                if _kind(line).startswith(_RUN):
                    for text in decode(line, "capture", LiveRun).blind_spots:
                        self._note(text, BLIND_SPOT, None)
                else:
                    flow = decode(line, "flow", Flow)
                    yield SampledFlow(msgspec.structs.replace(flow, path=str(self.path)))
            except DocumentError as error:
                if whole:
                    self._note(f"unreadable line: {error.what}"[:300], f"line {number}", _kind_of(line))
                else:
                    self._note(
                        "the last line is truncated: still being written, or damaged",
                        f"line {number}",
                        UnreadKind.DAMAGED,
                    )

    def close(self) -> None:
        """Release the file."""
        self._file.close()

    def _note(self, what: str, where: str, unread: UnreadKind | None) -> None:
        assert isinstance(self.problems, CaptureProblems)
        self.problems.note(what, where, unread)


def _kind_of(line: bytes) -> UnreadKind:
    """Why a line could not be read: it is damaged, or a sound document that this release does not know."""
    try:
        msgspec.json.decode(line)
    except RecursionError:
        return UnreadKind.LIMIT
    except (msgspec.DecodeError, UnicodeDecodeError):
        return UnreadKind.DAMAGED
    return UnreadKind.UNREADABLE
