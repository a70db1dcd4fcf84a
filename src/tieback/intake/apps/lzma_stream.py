"""Streams of LZMA without a header of their own, as in bundles of Unity and in films of Flash."""

import lzma

from tieback.intake.apps.interface import Bytes

MAX_SIZE = 16 * 1024 * 1024
"""Most bytes of the content; the decoder needs as much memory as its output."""
PROPERTIES = 5
"""Bytes before the stream."""


def expand_lzma(raw: Bytes, size: int) -> bytes | None:
    """The content of a stream of known size behind its properties; ``None`` if it is damaged or too large."""
    if len(raw) < PROPERTIES or raw[0] >= 9 * 5 * 5 or not 0 <= size <= MAX_SIZE:
        return None
    rest, lc = divmod(raw[0], 9)
    pb, lp = divmod(rest, 5)
    # A dictionary larger than the output is never used.
    window = max(4096, min(int.from_bytes(raw[1:PROPERTIES], "little"), size))
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": window, "lc": lc, "lp": lp, "pb": pb}]
    try:
        return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters).decompress(raw[PROPERTIES:], size)
    except (lzma.LZMAError, ValueError, MemoryError):
        return None
