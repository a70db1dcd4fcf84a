"""Streams of events of HTTP servers: ``text/event-stream`` (WHATWG HTML, section 9.2.6). Such a stream may have no end.

Lines end with CR LF, LF or CR. Lines with ``data`` are joined until an empty line ends the event; comments and other
fields than ``event`` are ignored. The caller limits the bytes; ``MAX_EVENTS`` limits what a server sends beside the
event that is waited for.
"""

import re
from collections.abc import Callable, Iterator

import msgspec

MAX_EVENTS = 64
"""Maximum number of events that are read of one stream."""
_LINE_END = re.compile(rb"\r\n|\n|\r(?=.)", re.DOTALL)


def is_event_stream(content_type: str) -> bool:
    """True if the value of ``Content-Type`` names a stream of events."""
    return content_type.partition(";")[0].strip().lower() == "text/event-stream"


class ServerEvent(msgspec.Struct, frozen=True):
    """One event."""

    name: str
    """Type of the event; ``message`` if the server names none."""
    data: bytes


class EventReader:
    """Finds events in the parts of a stream."""

    def __init__(self, wanted: Callable[[ServerEvent], bool] = lambda _: True) -> None:
        """Set up.

        Args:
            wanted: whether an event is the one that is waited for; default: the first one is.
        """
        self._wanted = wanted
        self._line = bytearray()
        self._name = ""
        self._data: list[bytes] = []
        self._events = 0

    def feed(self, part: bytes) -> bool:
        """Read a further part. True if nothing more is needed: the event came, or too many others did."""
        return any(self._wanted(event) or self._events >= MAX_EVENTS for event in self.events(part))

    def events(self, part: bytes) -> Iterator[ServerEvent]:
        """The events that end in a further part of the stream."""
        begin = max(0, len(self._line) - 1)
        self._line += part
        done = 0
        for end in _LINE_END.finditer(self._line, begin):
            line = bytes(self._line[done : end.start()])
            done = end.end()
            if line:
                self._take(line)
            elif self._data:
                self._events += 1
                event = ServerEvent(self._name or "message", b"\n".join(self._data))
                self._name, self._data = "", []
                yield event
            else:
                self._name = ""
        del self._line[:done]

    def _take(self, line: bytes) -> None:
        field, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if field.removeprefix(b"\xef\xbb\xbf") == b"data":
            self._data.append(value)
        elif field == b"event":
            self._name = value.decode("utf-8", "replace")


def read_events(stream: bytes) -> list[ServerEvent]:
    """The events of a stream that was read, at most ``MAX_EVENTS``; the last one may miss its empty line."""
    found: list[ServerEvent] = []
    for event in EventReader().events(stream + b"\n\n"):
        found.append(event)
        if len(found) == MAX_EVENTS:
            break
    return found
