"""Shards: tar archives of apps and captures, as WebDataset and ``tar`` write them, read once from front to back.

POSIX ustar and pax (IEEE Std 1003.1-2024, "pax"), and the long names and large numbers of GNU tar
(https://www.gnu.org/software/tar/manual/html_node/Standard.html). Nothing is unpacked: the result is the byte range of
each member, and a worker reads only that range. Members are hostile: names are truncated, and a header with false
values ends the shard. The members before it are kept.
"""

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import msgspec

from tieback.model.remote import ShardMember

BLOCK = 512
MAX_MEMBERS = 1_000_000
MAX_NAME = 1024
MAX_EXTRA = 1 << 20
"""Bytes of an extended header, which describes the next header."""
HEAD, TAIL = 65_536, 1 << 20
"""Bytes from the start and the end of a member for its classification."""
_REGULAR = frozenset(b"0\x007")
_PAX = re.compile(rb"(\d{1,9}) ([^=]{1,256})=")

SUFFIX = ".tar"
PACKED = (".tar.gz", ".tgz", ".tar.zst", ".tar.bz2", ".tar.xz")
"""Suffixes of compressed archives; their members cannot be read separately."""


class ShardClassifier(Protocol):
    """Classifies a file."""

    def __call__(self, name: str, head: bytes, tail: bytes) -> str:
        """The kind of a file, by its name and its first ``HEAD`` and last ``TAIL`` bytes."""
        ...


class ShardError(Exception):
    """The shard is truncated or has a false header; the text describes it."""


class ByteStream:
    """Byte stream with a position."""

    def __init__(self, pieces: Iterable[bytes | memoryview]) -> None:
        self._pieces = iter(pieces)
        self._held = memoryview(b"")
        self.at = 0

    def take(self, most: int) -> memoryview:
        """The next bytes, at least one and at most ``most``; none at the end."""
        while not self._held:
            piece = next(self._pieces, None)
            if piece is None:
                return memoryview(b"")
            self._held = memoryview(piece)
        taken, self._held = self._held[:most], self._held[most:]
        self.at += len(taken)
        return taken

    def exactly(self, size: int) -> bytes:
        """The next ``size`` bytes, or fewer if the stream ends."""
        parts: list[bytes] = []
        while size and (piece := self.take(size)):
            parts.append(bytes(piece))
            size -= len(piece)
        return b"".join(parts)

    def walk(self, size: int) -> Iterator[memoryview]:
        """Yield the next ``size`` bytes, piece by piece."""
        while size and (piece := self.take(size)):
            size -= len(piece)
            yield piece


def is_shard(head: bytes) -> bool:
    """True if the bytes are the header of a tar archive, by its checksum."""
    return len(head) >= BLOCK and any(head[:BLOCK]) and _sum_is_right(head[:BLOCK])


def hash_file(
    pieces: Iterable[bytes | memoryview], judge: Callable[[bytes, bytes], str], start: int = 0
) -> ShardMember:
    """Size, hash and kind of a file that is read to its end."""
    digest = hashlib.sha256()
    head, size = b"", 0
    last: deque[bytes] = deque()
    held = 0
    for piece in pieces:
        digest.update(piece)
        size += len(piece)
        if len(head) < HEAD:
            head += bytes(piece[: HEAD - len(head)])
        last.append(bytes(piece[-TAIL:]))
        held += len(last[-1])
        while held - len(last[0]) >= TAIL:
            held -= len(last.popleft())
    return ShardMember("", start, size, digest.hexdigest(), judge(head, b"".join(last)[-TAIL:]))


def iter_members(stream: ByteStream, judge: ShardClassifier) -> Iterator[ShardMember]:
    """Yield the regular files of a shard, in order, each read once.

    Raises:
        ShardError: the archive ends early or is invalid from here on; what was yielded remains valid.
    """
    long_name: str | None = None
    long_size: int | None = None
    sparse = False
    for _ in range(MAX_MEMBERS):
        header = stream.exactly(BLOCK)
        if len(header) not in {0, BLOCK}:
            raise ShardError("the archive ends within a header")
        if not any(header):
            return  # an end mark of zeros, or the end without one
        if not _sum_is_right(header):
            raise ShardError(f"the header at byte {stream.at - len(header)} is damaged")
        size = _number(header[124:136])
        kind = header[156]
        if kind in b"xgLK":
            if size > MAX_EXTRA:
                raise ShardError(f"the header at byte {stream.at - BLOCK} is larger than 1 MiB")
            extra = stream.exactly(size)
            _skip(stream, -size % BLOCK)
            if kind == ord("L"):
                long_name = _text(extra)
            elif kind == ord("x"):
                long_name, long_size, sparse = _pax(extra, long_name)
            continue
        size = size if long_size is None else long_size
        name = _name(header) if long_name is None else long_name
        start = stream.at
        if kind in _REGULAR and not sparse and not name.endswith("/"):

            def judged(head: bytes, tail: bytes, name: str = name) -> str:
                return judge(name, head, tail)

            found = hash_file(stream.walk(size), judged, start)
            if found.size < size:
                raise ShardError(f"the archive ends within {name!r}")
            yield msgspec.structs.replace(found, name=name)
        else:
            _skip(stream, size)
        _skip(stream, -size % BLOCK)
        long_name, long_size, sparse = None, None, False
    raise ShardError(f"more than {MAX_MEMBERS} members")


def _skip(stream: ByteStream, size: int) -> None:
    for _ in stream.walk(size):
        pass


def _sum_is_right(header: bytes) -> bool:
    told = header[148:156].strip(b" \0")
    # Some old writers sum the bytes as signed numbers; no app archive is written so.
    return bool(re.fullmatch(rb"[0-7]{1,8}", told)) and int(told, 8) == sum(header) - sum(header[148:156]) + 8 * 32


def _number(field: bytes) -> int:
    if field[0] & 0x80:  # GNU: base 256
        value = int.from_bytes(field[1:], "big") if field[0] == 0x80 else -1
    else:
        digits = field.strip(b" \0")
        value = int(digits, 8) if re.fullmatch(rb"[0-7]{1,12}", digits) else 0 if not digits else -1
    if not 0 <= value < 1 << 62:
        raise ShardError("invalid size in a header")
    return value


def _name(header: bytes) -> str:
    name, prefix = header[:100], header[345:500]
    whole = name.partition(b"\0")[0]
    if header[257:262] == b"ustar" and header[262:263] != b" " and prefix[0]:
        whole = prefix.partition(b"\0")[0] + b"/" + whole
    return _text(whole)


def _text(raw: bytes) -> str:
    text = raw.partition(b"\0")[0][:MAX_NAME].decode("utf-8", "replace")
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _pax(extra: bytes, name: str | None) -> tuple[str | None, int | None, bool]:
    """Name, size and True if it is sparse, from the records of an extended header."""
    size, sparse, at = None, False, 0
    while match := _PAX.match(extra, at):
        end = at + int(match[1])
        value = extra[match.end() : end - 1]
        if end <= match.end() or end > len(extra):
            raise ShardError("damaged extended header")
        if match[2] == b"path":
            name = _text(value)
        elif match[2] == b"size":
            if not re.fullmatch(rb"\d{1,18}", value):
                raise ShardError("invalid size in an extended header")
            size = int(value)
        elif match[2].startswith(b"GNU.sparse."):
            sparse = True
        at = end
    return name, size, sparse
