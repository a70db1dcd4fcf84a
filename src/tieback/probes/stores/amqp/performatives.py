"""AMQP 1.0: the frames of a client that has no account, and a bounded reader of the broker's frames.

A frame is size int32, data offset int8 (in words of 4 bytes), type int8, channel int16, then a described list:
``0x00 0x53 <number>`` and a list. OASIS AMQP 1.0, part 1 (types), part 2 (transport), part 5 (security):
https://docs.oasis-open.org/amqp/core/v1.0/os/amqp-core-complete-v1.0-os.pdf
"""

import re
import struct

import msgspec

from tieback.model.count_text import count_text
from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Receive

SASL_HEADER = b"AMQP\x03\x01\x00\x00"
HEADER = b"AMQP\x00\x01\x00\x00"
OPEN, BEGIN, CLOSE, ERROR = 0x10, 0x11, 0x18, 0x1D
SASL_MECHANISMS, SASL_INIT, SASL_OUTCOME = 0x40, 0x41, 0x44
_AMQP_FRAME, _SASL_FRAME = 0, 1
MAX_FRAME = 16 * 1024
_MAX_DEPTH = 6
_MAX_VALUES = 2000
_EMPTY_FRAMES = 8
"""Number of empty frames that are skipped: a broker sends them to keep a connection alive."""

type Value = bool | int | bytes | str | list["Value"] | dict[str, "Value"] | Described | None
"""Numbers with a fraction, times and UUIDs are bytes."""


class Described(msgspec.Struct, frozen=True):
    """A list with the number of its type."""

    number: int
    fields: tuple[Value, ...]

    def field(self, at: int) -> Value:
        """A field; ``None`` if the list is shorter."""
        return self.fields[at] if at < len(self.fields) else None


def _frame(kind: int, body: bytes) -> bytes:
    return struct.pack(">IBBH", 8 + len(body), 2, kind, 0) + body


def _short(code: int, data: bytes) -> bytes:
    return bytes((code, len(data))) + data


def _described(number: int, fields: bytes, count: int) -> bytes:
    return bytes((0, 0x53, number, 0xC0, 1 + len(fields), count)) + fields


ANONYMOUS = _frame(_SASL_FRAME, _described(SASL_INIT, _short(0xA3, b"ANONYMOUS"), 1))
"""Anonymous login (RFC 4505): no user, no password, no trace."""
BEGINNING = _frame(_AMQP_FRAME, _described(BEGIN, b"\x40\x43\x52\x64\x52\x64", 4))
"""A session that sends nothing and has no receiver."""
CLOSING = _frame(_AMQP_FRAME, bytes((0, 0x53, CLOSE, 0x45)))
_CONTAINER = _short(0xA1, b"tieback_probe")
_HOST = re.compile(r"[A-Za-z0-9._:-]{1,200}")
OPEN_PATTERN = (
    rb"\x00\x00[\x00-\xff]{2}"
    + re.escape(b"\x02\x00\x00\x00\x00\x53\x10\xc0")
    + rb"[\x00-\xff]\x02"
    + re.escape(_CONTAINER)
    + rb"(?:\x40|\xa1[\x00-\xff][A-Za-z0-9._:-]{1,200})"
)


def opening(host: str) -> bytes:
    """Encode ``open`` for a host; other characters than those of a host name are not sent."""
    name = _short(0xA1, host.encode()) if _HOST.fullmatch(host) else b"\x40"
    return _frame(_AMQP_FRAME, _described(OPEN, _CONTAINER + name, 2))


def read_frame(kind: int) -> Conversation[Described]:
    """Read the next frame that is not empty.

    Args:
        kind: 0 for a frame of AMQP, 1 for one of SASL.

    Raises:
        Hostile: another kind of frame, a size beyond the limit, or a body that is no described list.
    """
    for _ in range(_EMPTY_FRAMES):
        head = yield Receive(exactly=8)
        size, offset, this, _ = struct.unpack(">IBBH", head)
        if this != kind or not 8 <= size <= MAX_FRAME or not 8 <= 4 * offset <= size:
            raise HostileAnswer(f"an AMQP frame of type {this} and {count_text(size, 'byte')}")
        if size == 8:
            continue
        body = (yield Receive(exactly=size - 8))[4 * offset - 8 :]
        value = _Reader(body).value(_MAX_DEPTH) if body else None
        if isinstance(value, Described):
            return value
        if body:
            raise HostileAnswer("an AMQP frame without a performative")
    raise HostileAnswer("nothing but empty AMQP frames")


def read_sasl_frame() -> Conversation[Described]:
    """As ``read_frame``, for a frame of SASL."""
    return (yield from read_frame(_SASL_FRAME))


def read_amqp_frame() -> Conversation[Described]:
    """As ``read_frame``, for a frame of AMQP."""
    return (yield from read_frame(_AMQP_FRAME))


_FIXED = {
    # constructor: bytes of its value
    **dict.fromkeys(b"\x40\x41\x42\x43\x44\x45", 0),
    **dict.fromkeys(b"\x50\x51\x52\x53\x54\x55\x56", 1),
    **dict.fromkeys(b"\x60\x61", 2),
    **dict.fromkeys(b"\x70\x71\x72\x73\x74", 4),
    **dict.fromkeys(b"\x80\x81\x82\x83\x84", 8),
    **dict.fromkeys(b"\x94\x98", 16),
}
_UNSIGNED = b"\x43\x44\x50\x52\x53\x60\x70\x80"
_TRUE, _FALSE, _BOOLEAN = 0x41, 0x42, 0x56
_BINARY, _TEXTS = (0xA0, 0xB0), (0xA1, 0xA3, 0xB1, 0xB3)
_LISTS, _MAPS, _ARRAYS = (0xC0, 0xD0), (0xC1, 0xD1), (0xE0, 0xF0)


class _Reader:
    """Reads values of a frame; every length is checked before it is read."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._values = _MAX_VALUES

    def value(self, depth: int) -> Value:
        """The next value."""
        code = self._number(1)
        if code == 0:
            number = self.value(depth - 1)
            inner = self.value(depth - 1)
            if not isinstance(number, int) or not isinstance(inner, list):
                raise HostileAnswer("an AMQP value of an unknown description")
            return Described(int(number), tuple(inner))
        return self._of(code, depth)

    def _of(self, code: int, depth: int) -> Value:
        self._values -= 1
        if self._values < 0 or depth < 0:
            raise HostileAnswer("an AMQP frame with too many values, or nested too deeply")
        if code in _FIXED:
            return self._fixed(code)
        wide = 4 if code & 0xF0 in (0xB0, 0xD0, 0xF0) else 1
        if code in _BINARY:
            return self._take(self._number(wide))
        if code in _TEXTS:
            return self._take(self._number(wide)).decode("utf-8", "replace")
        if code in (*_LISTS, *_MAPS, *_ARRAYS):
            return self._compound(code, wide, depth)
        raise HostileAnswer(f"an AMQP value of unknown type {code:#x}")

    def _fixed(self, code: int) -> Value:
        data = self._take(_FIXED[code])
        if code == 0x40:
            return None
        if code == 0x45:
            return []
        if code in (_TRUE, _FALSE):
            return code == _TRUE
        if code == _BOOLEAN:
            return data != b"\0"
        return int.from_bytes(data, "big") if code in _UNSIGNED else data

    def _compound(self, code: int, wide: int, depth: int) -> Value:
        size = self._number(wide)
        end = self._at + size
        if not wide <= size <= len(self._data) - self._at:
            raise HostileAnswer("an AMQP list that ends early")
        count = self._number(wide)
        if count > size:
            raise HostileAnswer("an AMQP list with more values than bytes")
        if code in _ARRAYS:
            element = self._number(1) if count else 0x40
            values = [self._of(element, depth - 1) for _ in range(count)]
        else:
            values = [self.value(depth - 1) for _ in range(count)]
        if self._at != end:
            raise HostileAnswer("an AMQP list of another length than stated")
        if code in _MAPS:
            pairs = zip(values[::2], values[1::2], strict=False)
            return {name[:64]: value for name, value in pairs if isinstance(name, str)}
        return values

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "big")

    def _take(self, size: int) -> bytes:
        if size > len(self._data) - self._at:
            raise HostileAnswer("an AMQP frame that ends early")
        self._at += size
        return self._data[self._at - size : self._at]
