"""Line-based protocols: reads a stream in large pieces and returns one line at a time."""

from tieback.model.count_text import count_text
from tieback.model.probe import Outcome
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Fault, Receive

_PIECE = 16 * 1024


class LineInbox:
    """Lines of a stream, without their ends (LF, or CR LF)."""

    def __init__(self, limit: int = 2048) -> None:
        self._limit = limit
        self._held = b""
        self._at = 0

    def line(self, seconds: float | None = None) -> Conversation[str]:
        """Read the next line; invalid UTF-8 is replaced.

        Raises:
            Hostile: a line longer than the limit.
            Fault: the stream ended or nothing came in time.
        """
        while (end := self._held.find(b"\n", self._at)) < 0:
            if len(self._held) - self._at > self._limit:
                raise HostileAnswer(f"a line longer than {count_text(self._limit, 'byte')}")
            part = yield Receive(limit=_PIECE, seconds=seconds)
            if not part:
                raise Fault(Outcome.REFUSED, "closed by the server")
            self._held = self._held[self._at :] + part
            self._at = 0
        line, self._at = self._held[self._at : end], end + 1
        if len(line) > self._limit:
            raise HostileAnswer(f"a line longer than {count_text(self._limit, 'byte')}")
        return line.removesuffix(b"\r").decode("utf-8", "replace")
