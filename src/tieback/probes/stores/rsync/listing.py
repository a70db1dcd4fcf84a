"""List of the files of a module, as an rsync server sends it before a transfer. Protocol 30, without a checksum choice.

The answer to ``list_command``: flags of the server and a seed, then frames. A frame is its length and kind in 4 bytes,
and data. The data are lists of entries, one for each directory if the server recurses step by step. An entry has only
what differs from the one before: flags, name, size, time, mode. After about 1,000 entries beyond the first list, the
server waits for requests of the client. We send none, so no content of a file comes.

Source: ``flist.c`` (recv_file_entry), ``io.c`` (read_varlong, read_ndx), ``compat.c`` and ``rsync.h`` of
https://github.com/RsyncProject/rsync.
"""

import msgspec

from tieback.probes.wire.verdicts import HostileAnswer
from tieback.scope.conversation import Conversation, Fault, Receive

MIN_PROTOCOL = 30
"""Servers before this version number their lists otherwise."""
_AHEAD = 1000
"""Number of entries after the first list at which the server waits (MIN_FILECNT_LOOKAHEAD)."""
_AHEAD_SECONDS = 0.5
"""Time that the server has after that to end the list."""
MAX_BYTES = 128 * 1024
"""Maximum number of bytes of one list that are read."""
_MAX_NAME = 4096
_ANNOUNCES_LISTS, _LISTS_END = -101, -2
_INCREMENTAL = 1
_TOO_NEW = 0x80
_DATA, _BASE = 0, 7
_ERRORS = (1, 3, 8)
"""Kinds of frames with the text of an error: MSG_ERROR_XFER, MSG_ERROR, MSG_ERROR_UTF8."""
_SAME_MODE, _EXTENDED, _SAME_NAME, _LONG_NAME, _SAME_TIME, _ERROR_END = 1 << 1, 1 << 2, 1 << 5, 1 << 6, 1 << 7, 1 << 12
_TYPE, _FILE = 0o170000, 0o100000


class FileListing(msgspec.Struct):
    """The regular files of a module."""

    names: list[str] = []
    bytes: int = 0
    complete: bool = False
    """True if the server ended the list."""
    error: str = ""
    """First error that the server reported, such as a directory that it may not read."""


def list_command(module: str) -> bytes:
    """The arguments of ``rsync -r`` as the server's sender, and an empty list of filters in a frame."""
    arguments = ("--server", "--sender", "-r", "-e.iLs", ".", f"{module}/")
    frame = (4 | _BASE << 24).to_bytes(4, "little") + bytes(4)
    return b"".join(one.encode("ascii") + b"\0" for one in arguments) + b"\0" + frame


def read_listing() -> Conversation[FileListing]:
    """Read the answer to ``list_command``, at most ``MAX_BYTES`` of it.

    Raises:
        HostileAnswer: an answer that breaks the protocol.
    """
    head = yield Receive(exactly=5)
    flags, found = head[0], FileListing()
    if head.startswith(b"@"):
        found.error = "an error instead of a list"
        return found
    if flags & _TOO_NEW:
        raise HostileAnswer("an rsync server with options that were not requested")
    try:
        yield from _Reader(found).read(incremental=bool(flags & _INCREMENTAL))
    except Fault:
        # Most servers close after an error, and wait for requests after a long list.
        if not found.names and not found.error:
            raise
    return found


class _TooLong(Exception):  # noqa: N818 - ends the reading, no failure
    pass


class _Reader:
    """The data of the frames, and the entries in them."""

    def __init__(self, found: FileListing) -> None:
        self._found = found
        self._held = bytearray()
        self._taken = 0
        self._seconds: float | None = None
        self._name = b""
        self._mode = 0
        self._index = 1

    def read(self, *, incremental: bool) -> Conversation[None]:
        later = 0
        try:
            yield from self._list()
            while incremental:
                number = yield from self._number()
                if number == _LISTS_END:
                    break
                if number > _ANNOUNCES_LISTS:
                    raise HostileAnswer(f"an rsync server that announces file {number}")
                later += yield from self._list()
                if later >= _AHEAD:
                    self._seconds = _AHEAD_SECONDS
        except _TooLong:
            return
        self._found.complete = not self._found.error

    def _list(self) -> Conversation[int]:
        """Read entries up to the end of a list; their number."""
        count = 0
        while flags := (yield from self._bytes(1))[0]:
            if flags & _EXTENDED:
                flags |= (yield from self._bytes(1))[0] << 8
            if flags == _EXTENDED | _ERROR_END:
                yield from self._integer(1)
                self._found.error = self._found.error or "an error while it listed a directory"
                break
            yield from self._entry(flags)
            count += 1
        return count

    def _entry(self, flags: int) -> Conversation[None]:
        kept = (yield from self._bytes(1))[0] if flags & _SAME_NAME else 0
        size = (yield from self._integer(1)) if flags & _LONG_NAME else (yield from self._bytes(1))[0]
        if kept > len(self._name) or kept + size > _MAX_NAME:
            raise HostileAnswer("an rsync name longer than the limit")
        self._name = self._name[:kept] + (yield from self._bytes(size))
        length = yield from self._integer(3)
        if not flags & _SAME_TIME:
            yield from self._integer(4)
        if not flags & _SAME_MODE:
            self._mode = int.from_bytes((yield from self._bytes(4)), "little")
        if self._mode & _TYPE == _FILE:
            self._found.names.append(self._name.decode("utf-8", "replace"))
            self._found.bytes += length

    def _integer(self, least: int) -> Conversation[int]:
        """A number of at least so many bytes: leading ones of the first byte are the number of further bytes."""
        data = yield from self._bytes(least)
        more = next(count for count in range(7) if not data[0] & 0x80 >> count or count == 6)
        rest = data[1:] + (yield from self._bytes(more))
        number = int.from_bytes(rest + bytes((data[0] & (1 << 8 - more) - 1 if more else data[0],)), "little")
        if number >= 1 << 63:
            raise HostileAnswer("an rsync size that is negative")
        return number

    def _number(self) -> Conversation[int]:
        """A number between lists. Only negative ones come before a request."""
        sign, first = yield from self._bytes(2)
        if sign != 0xFF:
            raise HostileAnswer("an rsync server that sends more than a list")
        if first != 0xFE:
            self._index += first
        else:
            high, low = yield from self._bytes(2)
            if high & 0x80:
                rest = yield from self._bytes(2)
                self._index = int.from_bytes(bytes((low, *rest, high & 0x7F)), "little")
            else:
                self._index += (high << 8) + low
        return -self._index

    def _bytes(self, size: int) -> Conversation[bytes]:
        while len(self._held) < size:
            self._held += yield from self._frame()
        taken = bytes(self._held[:size])
        del self._held[:size]
        return taken

    def _frame(self) -> Conversation[bytes]:
        head = int.from_bytes((yield Receive(exactly=4, seconds=self._seconds)), "little")
        kind, size = (head >> 24) - _BASE, head & 0xFFFFFF
        if self._taken + size > MAX_BYTES:
            raise _TooLong
        self._taken += size + 4
        data = (yield Receive(exactly=size)) if size else b""
        if kind in _ERRORS and not self._found.error:
            # The name of the file follows in quotation marks.
            self._found.error = data.partition(b'"')[0][:60].decode("utf-8", "replace").strip() or "an error"
        return data if kind == _DATA else b""
