"""Lists that are cut for a reader always state how many entries are left out."""

from collections.abc import Iterable


def cut(entries: Iterable[str], most: int, *, count: int | None = None, what: str = "") -> list[str]:
    """Return the first entries; if some are left out, the last one is ``and 2 more``.

    Args:
        entries: all of them, or the first ones of ``count``.
        most: the number of entries to show.
        count: number of all entries, if ``entries`` are only the first of them.
        what: what is left out, for the end of the last entry, such as ``lines of evidence``.
    """
    shown, rest = _split(entries, most, count)
    return [*shown, f"{rest} {what}".rstrip()] if rest else shown


def cut_text(entries: Iterable[str], most: int, *, count: int | None = None) -> str:
    """``a, b and 2 more``."""
    shown, rest = _split(entries, most, count)
    return f"{', '.join(shown)} {rest}".strip()


def _split(entries: Iterable[str], most: int, count: int | None) -> tuple[list[str], str]:
    known = list(entries)
    shown = known[:most]
    more = max(len(known), count or 0) - len(shown) if known else 0
    return shown, f"and {more:,} more" if more > 0 else ""
