"""The string of a buffer in which a hit lies, and its text in one alphabet.

DEX string data items begin with their length in UTF-16 units (unsigned LEB128), which may look like a letter; they are
MUTF-8: NUL is ``C0 80``, characters beyond the basic plane are two surrogates of three bytes each.
See https://source.android.com/docs/core/runtime/dex-format#string-data-item.
"""

from collections.abc import Sequence

import numpy as np

from tieback.intake.apps.interface import Buffer, BufferKind

MAX_TEXT = 2048
"""Characters of one match at most."""


def region(buffer: Buffer) -> tuple[int, int]:
    """Where strings may be: from the first to the last one of a DEX file, all of any other buffer."""
    if buffer.kind is not BufferKind.DEX or buffer.starts is None or not len(buffer.starts):
        return 0, len(buffer.data)
    begin, last = int(buffer.starts[0]), int(buffer.starts[-1])
    end = buffer.data.find(b"\0", last + 1)
    return max(0, begin), len(buffer.data) if end < 0 else end + 1


def bounds(buffer: Buffer, places: Sequence[int]) -> list[tuple[int, int]]:
    """For each offset, the beginning of its string and the beginning of the next one; the buffer's ends without."""
    if buffer.starts is None or not len(buffer.starts):
        return [(0, len(buffer.data))] * len(places)
    edges = np.concatenate(([0], buffer.starts, [len(buffer.data)]))
    index = np.searchsorted(buffer.starts, np.asarray(places, dtype=np.int64), side="right")
    return list(zip(edges[index].tolist(), edges[index + 1].tolist(), strict=True))


def text_begin(buffer: Buffer, begin: int) -> int:
    """Where the characters of the string at ``begin`` start: behind the length of a DEX string data item."""
    if buffer.kind is not BufferKind.DEX or buffer.starts is None:
        return begin
    data = buffer.data
    length = shift = 0
    for at in range(begin, min(begin + 5, len(data))):
        length |= (data[at] & 0x7F) << shift
        shift += 7
        if data[at] < 0x80:
            return at + 1 if _units(data, at + 1, length) else begin
    return begin


def _units(data: bytes, at: int, length: int) -> bool:
    """Whether ``length`` UTF-16 units stand between ``at`` and the next NUL."""
    if length > 65536:
        return True  # too long to count, and no host name is
    end = data.find(b"\0", at, at + 3 * length + 1)
    if end < 0:
        return False
    return end - at == length or sum(byte & 0xC0 != 0x80 for byte in data[at:end]) == length


def decoded(raw: bytes, *, wide: bool) -> str:
    """Text of UTF-8, MUTF-8 or UTF-16LE bytes; what is malformed becomes U+FFFD."""
    if wide:
        return raw[: len(raw) & ~1].decode("utf-16-le", "replace")
    if raw.isascii():
        return raw.decode("ascii")
    try:
        text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")
