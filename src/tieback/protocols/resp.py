r"""RESP, the protocol of Redis and Valkey: RESP2, RESP3 and inline commands. Bounded, without I/O.

Source: https://redis.io/docs/latest/develop/reference/protocol-spec/. Streamed strings and aggregates (``$?``, ``*?``)
of the first RESP3 draft are refused.

An element begins with one line: its type in one byte, then a number or text, then CRLF. The line of a string type
announces bytes, which end with CRLF too; the line of an aggregate type announces values. ``parse_element`` reads a
line. ``RespDecoder`` builds a value from elements, without recursion: a probe gives it elements as they arrive, and
``decode`` gives it those of a buffer that may be cut anywhere.
"""

import re
from enum import Enum, auto

import msgspec

from tieback.model.byte_text import byte_text
from tieback.model.count_text import count_text

RESP2 = frozenset({b"+", b"-", b":", b"$", b"*"})
"""The types of RESP2: simple string, error, integer, bulk string, array."""
RESP3 = RESP2 | {b"_", b"#", b",", b"(", b"!", b"=", b"%", b"~", b">", b"|"}
"""The types of RESP3 too: null, boolean, double, big number, bulk error, verbatim string, map, set, push, attribute."""

MAX_LINE = 64 * 1024
"""Bytes of a line. Redis refuses inline commands above this limit too (``PROTO_INLINE_MAX_SIZE``)."""
MAX_STRING = 512 * 1024 * 1024
"""Bytes of a string: the default of ``proto-max-bulk-len`` in Redis."""
MAX_VALUES = 1024 * 1024
"""Values that one value contains, at all depths together, as their lengths announce them."""
MAX_DEPTH = 8
"""Aggregates inside each other."""
MAX_DIGITS = 19
"""Digits of an integer and of a length: 64 bits."""
MAX_BIG_DIGITS = 4096
"""Digits of a big number."""

_STRINGS = frozenset({b"$", b"!", b"="})
_AGGREGATES = frozenset({b"*", b"%", b"~", b">", b"|"})
WITH_LENGTH = _STRINGS | _AGGREGATES
"""Types whose line is a length."""
_PAIRS = frozenset({b"%", b"|"})
"""Aggregates that count pairs of key and value."""
_NULLABLE = frozenset({b"$", b"*"})
"""Types of which RESP2 has a null value, with length -1."""
_ATTRIBUTE = b"|"

_INTEGER = re.compile(rb"[-+]?[0-9]{1,%d}" % MAX_DIGITS)
_BIG_NUMBER = re.compile(rb"[-+]?[0-9]{1,%d}" % MAX_BIG_DIGITS)
_DOUBLE = re.compile(rb"[-+]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?(?:[eE][-+]?[0-9]{1,4})?|inf|nan)")
_CUT_LENGTH = re.compile(rb"(?:-1?|[0-9]{0,%d})\r?" % MAX_DIGITS)
_BOOLEANS = {b"t": True, b"f": False}
_VERBATIM_FORMAT = 4
"""Bytes of a verbatim string's format: three characters and a colon."""

_INLINE_WORD = re.compile(
    rb"""\"((?:[^\"\\]|\\.)*)\"(?=[ \t]|\Z)|'((?:[^'\\]|\\.)*)'(?=[ \t]|\Z)|([^ \t\r\n]+)""", re.DOTALL
)
_ESCAPED = re.compile(rb"\\(x[0-9A-Fa-f]{2}|.)", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"a": b"\a"}


class MalformedRespError(Exception):
    """The bytes break the syntax of RESP, or a limit. The text says which."""


class RespError(msgspec.Struct, frozen=True):
    """An error answer, such as ``NOAUTH Authentication required.``."""

    text: str

    @property
    def code(self) -> str:
        """The first word."""
        return self.text.partition(" ")[0]


type Scalar = str | int | float | bytes | RespError | None
type Reply = Scalar | list[Reply]
"""A value: ``str`` of a simple string, ``bytes`` of a string with a length, a list of an array, set or push.

A map is a list of keys and values in turn, as RESP2 sends it. Attributes are left out, as the specification allows.
"""


class Limits(msgspec.Struct, frozen=True):
    """What a user accepts of a value."""

    kinds: frozenset[bytes] = RESP3
    line: int = MAX_LINE
    string: int = MAX_STRING
    values: int = MAX_VALUES
    depth: int = MAX_DEPTH


DEFAULT_LIMITS = Limits()


type Element = tuple[Scalar, int, int]
"""What the line of an element says: the value of a type that is one line, also a null value; bytes of the string that
follows, without its CRLF; values that follow. A number is -1 if the type has none."""


class Ending(Enum):
    """How the reading of a value in a buffer ended."""

    WHOLE = auto()
    CUT = auto()
    """The data ended first."""
    MALFORMED = auto()
    """Something else than RESP followed, or more than the limits allow."""


class Reading(msgspec.Struct, frozen=True):
    """What a buffer has of a value."""

    value: Reply
    """If it is not whole: a string as far as it goes, an aggregate with what was read of it, else ``None``."""
    end: int
    """Where the value ends; where the element begins that is malformed; the end of the data if the value is cut."""
    ending: Ending


def encode_command(*words: bytes) -> bytes:
    """A command as an array of bulk strings."""
    return b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%b\r\n" % (len(word), word) for word in words)


def split_inline(line: bytes) -> list[bytes]:
    r"""The words of an inline command, without quotes and escapes; an unbalanced quote is part of its word.

    As ``sdssplitargs`` of Redis reads it: ``"a\x41\n"`` with escapes, ``'it\'s'`` without.
    """
    return [
        _unescaped(found[1]) if found[1] is not None else found[3] or (found[2] or b"").replace(b"\\'", b"'")
        for found in _INLINE_WORD.finditer(line)
    ]


def _unescaped(word: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: _of_escape(found[1]), word) if b"\\" in word else word


def _of_escape(code: bytes) -> bytes:
    return bytes([int(code[1:], 16)]) if len(code) == 3 else _ESCAPES.get(code, code)


def parse_element(kind: bytes, line: bytes, limits: Limits = DEFAULT_LIMITS) -> Element:
    """Read the line of an element.

    Args:
        kind: its first byte.
        line: what follows, without CRLF.
        limits: types, and the length of a string.

    Raises:
        MalformedRespError: an unknown type, a length or a number that is none, or a length above its limit.
    """
    if kind not in limits.kinds:
        raise MalformedRespError(f"not a RESP type: {byte_text(kind)}")
    if kind in WITH_LENGTH:
        if line.isdigit() and len(line) <= MAX_DIGITS:
            length = int(line)
            if kind in _AGGREGATES:
                return None, -1, 2 * length if kind in _PAIRS else length
            if length <= limits.string:
                return None, length, -1
            raise MalformedRespError(f"a RESP string of {count_text(length, 'byte')}")
        if line == b"-1" and kind in _NULLABLE:
            return None, -1, -1
        raise MalformedRespError("a RESP length that is not a number")
    return _scalar(kind, line), -1, -1


def _scalar(kind: bytes, line: bytes) -> Scalar:
    if kind == b"+":
        return line.decode("utf-8", "replace")
    if kind == b"-":
        return RespError(line.decode("utf-8", "replace"))
    if kind == b":" and _INTEGER.fullmatch(line):
        return int(line)
    if kind == b"_" and not line:
        return None
    if kind == b"#" and line in _BOOLEANS:
        return _BOOLEANS[line]
    if kind == b"," and _DOUBLE.fullmatch(line):
        return float(line)
    if kind == b"(" and _BIG_NUMBER.fullmatch(line):
        return int(line)
    raise MalformedRespError(f"a malformed RESP value of type {byte_text(kind)}")


def _string(kind: bytes, data: bytes) -> Scalar:
    """The value of a string type."""
    if kind == b"$":
        return data
    return data[_VERBATIM_FORMAT:] if kind == b"=" else RespError(data.decode("utf-8", "replace"))


def line_end(data: bytes, at: int, limits: Limits = DEFAULT_LIMITS) -> int:
    """Where the line of the element at ``at`` ends, before its CRLF; -1 if the data ends inside the line.

    Raises:
        MalformedRespError: an unknown type, a line above its limit, or something else than digits in a length.
    """
    end = data.find(b"\r\n", at + 1, at + 3 + limits.line)
    if end < 0 and at < len(data):
        kind, rest = data[at : at + 1], data[at + 1 :]
        if kind not in limits.kinds:
            raise MalformedRespError(f"not a RESP type: {byte_text(kind)}")
        if len(rest) > limits.line + 1 or (kind in WITH_LENGTH and not _CUT_LENGTH.fullmatch(rest)):
            raise MalformedRespError("a RESP line without its end")
    return end


def string_end(data: bytes, at: int, size: int) -> int:
    """Where a string of ``size`` bytes at ``at`` ends, behind its CRLF; beyond the data if it is cut.

    Raises:
        MalformedRespError: something else than CRLF follows the string.
    """
    end = at + size + 2
    if not b"\r\n".startswith(data[end - 2 : end]):
        raise MalformedRespError("a RESP string longer than its length")
    return end


class _Aggregate(msgspec.Struct, gc=False):
    """An aggregate that is not complete."""

    kind: bytes
    left: int
    values: list[Reply]


class RespDecoder:
    """Builds one value of its elements; memory is bounded by what was given.

    Call ``add`` with the line of each element and ``add_string`` with the string that it announced, until ``done``.
    """

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.done = False
        self.value: Reply = None
        self._limits = limits
        self._left = limits.values
        self._open: list[_Aggregate] = []
        self._kind = b""

    def add(self, kind: bytes, line: bytes) -> int:
        """Take the line of the next element.

        Args:
            kind: its first byte.
            line: what follows, without CRLF.

        Returns:
            Bytes of the string that follows, without its CRLF; -1 if none follows.

        Raises:
            MalformedRespError: as ``parse_element``; more values, or more aggregates inside each other, than the
                limits allow.
        """
        value, string, values = parse_element(kind, line, self._limits)
        if string >= 0:
            self._kind = kind
        elif values < 0:
            self._complete(value)
        else:
            self._begin(kind, values)
        return string

    def add_string(self, data: bytes) -> None:
        """Take the string that the last element announced, without its CRLF."""
        self._complete(_string(self._kind, data))

    def read(self, data: bytes, at: int) -> Reading:
        """Take all elements from a buffer, from ``at`` on. As ``add`` and ``add_string``, with fewer calls."""
        limits, size = self._limits, len(data)
        try:
            while not self.done:
                end = data.find(b"\r\n", at + 1, at + 3 + limits.line)
                if end < 0:
                    end = line_end(data, at, limits)
                    break
                kind = data[at : at + 1]
                value, string, values = parse_element(kind, data[at + 1 : end], limits)
                end += 2
                if string >= 0:
                    text = data[end : end + string]
                    end += string + 2
                    if data[end - 2 : end] != b"\r\n":
                        string_end(data, end - string - 2, string)
                    value = text if kind == b"$" else _string(kind, text)
                if values >= 0:
                    self._begin(kind, values)
                elif self._open and self._open[-1].left > 1:
                    last = self._open[-1]
                    last.values.append(value)
                    last.left -= 1
                else:
                    self._complete(value)
                if end > size:
                    break
                at = end
            else:
                return Reading(self.value, at, Ending.WHOLE)
        except MalformedRespError:
            return Reading(self.stop(), at, Ending.MALFORMED)
        return Reading(self.stop(), size, Ending.CUT)

    def stop(self) -> Reply:
        """The value with what was given of it, if no more can be given."""
        while not self.done and self._open:
            last = self._open.pop()
            if last.kind != _ATTRIBUTE:
                self._complete(last.values)
        return self.value

    def _begin(self, kind: bytes, values: int) -> None:
        # An attribute is not counted by the aggregate that it stands in.
        self._left -= values + (kind == _ATTRIBUTE)
        if self._left < 0 or len(self._open) >= self._limits.depth:
            raise MalformedRespError(f"a RESP aggregate of {count_text(values, 'value')}, or nested too deeply")
        if values:
            self._open.append(_Aggregate(kind, values, []))
        elif kind != _ATTRIBUTE:
            self._complete([])

    def _complete(self, value: Reply) -> None:
        while self._open:
            last = self._open[-1]
            last.values.append(value)
            last.left -= 1
            if last.left:
                return
            self._open.pop()
            if last.kind == _ATTRIBUTE:
                return
            value = last.values
        self.done, self.value = True, value


def decode(data: bytes, at: int = 0, limits: Limits = DEFAULT_LIMITS) -> Reading:
    """The value that begins at ``at``; what the data has of it if it is cut or malformed. Never raises.

    Values are not counted before they are there: a length that lies costs nothing.
    """
    return RespDecoder(limits).read(data, at)
