"""The string of a buffer in which a hit lies, and its text in one alphabet.

Strings of DEX files are MUTF-8: NUL is ``C0 80``, characters beyond the basic plane are two surrogates of three bytes
each. See https://source.android.com/docs/core/runtime/dex-format#mutf-8.
"""

from collections.abc import Sequence

import numpy as np

from tieback.intake.apps.interface import Buffer, BufferKind, Bytes

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
    if not places:
        return []
    starts, size = buffer.starts, len(buffer.data)
    if starts is None or not len(starts):
        return [(0, size)] * len(places)
    found = starts.searchsorted(np.asarray(places, dtype=np.int64), side="right").tolist()
    count = len(starts)
    # Few of many strings are hit: single items cost less than edges for all.
    return [(int(starts[index - 1]) if index else 0, int(starts[index]) if index < count else size) for index in found]


def decoded(raw: Bytes, *, wide: bool) -> str:
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


def narrowed(raw: Bytes, *, wide: bool) -> bytes:
    """One byte a character; characters beyond ASCII become DEL, which no host holds."""
    if not wide:
        return bytes(raw)
    return decoded(raw, wide=True).encode("ascii", "replace").replace(b"?", b"\x7f")
