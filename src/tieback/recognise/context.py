"""Context of a match in a report: a few characters, with credentials masked and only printable characters."""

from functools import lru_cache

from tieback.model.lazy_pattern import lazy_pattern
from tieback.model.redaction import redact

WIDTH = 160
"""Most characters of a context."""
_LEFT = 40
"""Number of those that are before the match."""
REACH = 600
"""Number of characters on each side that masking reads, so that it recognises a credential by its surroundings."""

_STARS = lazy_pattern(r"\*{4,}")
_LINE_END = lazy_pattern(r"[\x00\r\n]")


@lru_cache(maxsize=256)
def match_context(left: str, right: str, *, cut: bool = False) -> str:
    """Create the context of a match.

    The latest ones are remembered: a package can contain the same text thousands of times, also in archives that
    overlap, and masking is the most expensive part of a find.

    Args:
        left: text before the match, from the beginning of its string or line.
        right: the match and the text after it.
        cut: True if ``left`` begins in the middle of a string, where a credential can be without its scheme.

    Returns:
        At most ``WIDTH`` printable characters of one line.
    """
    lines = _LINE_END.split(left)
    left = lines[-1][-REACH:]
    right = _LINE_END.split(right, maxsplit=1)[0][:REACH]
    text = redact(left + right, cut=cut and len(lines) == 1)
    begin = max(0, len(left) - _LEFT)
    shown = _STARS.sub("***", text[begin : begin + WIDTH])
    if shown.isprintable():
        return shown
    return "".join(char if char.isprintable() else "\N{MIDDLE DOT}" for char in shown)
