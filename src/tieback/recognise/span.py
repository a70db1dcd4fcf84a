"""The string of a buffer that contains a hit, and its text in one alphabet.

Strings of DEX files are MUTF-8: NUL is ``C0 80``, and characters beyond the basic plane are two surrogates of three
bytes each. See https://source.android.com/docs/core/runtime/dex-format#mutf-8.
"""

from collections.abc import Sequence

import numpy as np

from tieback.intake.apps.interface import Buffer, Bytes

MAX_TEXT = 2048
"""Most characters of one match."""


def string_bounds(buffer: Buffer, places: Sequence[int]) -> list[tuple[int, int]]:
    """For each offset, the start of its string and of the next one; without strings, the ends of the buffer."""
    if not places:
        return []
    starts, size = buffer.starts, len(buffer.data)
    if starts is None or not len(starts):
        return [(0, size)] * len(places)
    found = starts.searchsorted(np.asarray(places, dtype=np.int64), side="right").tolist()
    count = len(starts)
    # Few strings have hits: reading single items costs less than the bounds of all strings.
    return [(int(starts[index - 1]) if index else 0, int(starts[index]) if index < count else size) for index in found]


def decode_text(raw: Bytes, *, wide: bool) -> str:
    """Text of UTF-8, MUTF-8 or UTF-16LE bytes; malformed bytes become U+FFFD."""
    if wide:
        return raw[: len(raw) & ~1].decode("utf-16-le", "replace")
    if raw.isascii():
        return raw.decode("ascii")
    try:
        text = raw.replace(b"\xc0\x80", b"\0").decode("utf-8", "surrogatepass")
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    except UnicodeDecodeError:
        return raw.decode("utf-8", "replace")


def narrow_text(raw: Bytes, *, wide: bool) -> bytes:
    """One byte per character; characters beyond ASCII become DEL, which is in no host."""
    if not wide:
        return bytes(raw)
    return decode_text(raw, wide=True).encode("ascii", "replace").replace(b"?", b"\x7f")
