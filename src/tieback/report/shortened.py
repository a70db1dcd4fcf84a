"""Lists that are cut for a reader always state how many entries are left out."""

from collections.abc import Iterable, Sequence

from tieback.model.count_text import count_text


def cut(entries: Iterable[str], most: int, *, count: int | None = None, one: str = "", many: str = "") -> list[str]:
    """Return the first entries; if some are left out, the last one is ``and 2 more``.

    Args:
        entries: all of them, or the first ones of ``count``.
        most: the number of entries to show.
        count: number of all entries, if ``entries`` are only the first of them.
        one: what is left out, for the end of the last entry, such as ``line of evidence``.
        many: its plural, if it is not ``one`` with an s.
    """
    known = list(entries)
    shown = known[:most]
    left = more_text(_left(known, len(shown), count), one, many)
    return [*shown, left] if left else shown


def cut_text(
    entries: Iterable[str], most: int, *, count: int | None = None, longest: int | None = None, between: str = ", "
) -> str:
    """``a, b and 2 more``.

    Args:
        entries: all of them, or the first ones of ``count``.
        most: the number of entries to show.
        count: number of all entries, if ``entries`` are only the first of them.
        longest: limit on the characters; fewer entries are shown if they do not fit.
        between: separator; semicolons for entries that contain commas.
    """
    known = list(entries)
    return _fit(known, known[:most], count, longest, (between, " "), ("", ""))


def fit_text(entries: Iterable[str], longest: int, *, between: str = "; ", one: str = "", many: str = "") -> str:
    """``a; b; and 2 more lines of evidence``: as many entries as fit.

    Args:
        entries: all of them.
        longest: limit on the characters.
        between: separator.
        one: what is left out, such as ``line of evidence``.
        many: its plural, if it is not ``one`` with an s.
    """
    known = list(entries)
    return _fit(known, known, None, longest, (between, between), (one, many))


def more_text(count: int, one: str = "", many: str = "") -> str:
    """``and 2 more lines of evidence``; empty if nothing is left out."""
    if count <= 0:
        return ""
    return f"and {count_text(count, f'more {one}', f'more {many or one + "s"}')}" if one else f"and {count:,} more"


def _left(known: Sequence[str], shown: int, count: int | None) -> int:
    return max(len(known), count or 0) - shown if known else 0


def _fit(
    known: Sequence[str],
    shown: Sequence[str],
    count: int | None,
    longest: int | None,
    between: tuple[str, str],
    what: tuple[str, str],
) -> str:
    """The shown entries, or as many of them as fit, and the number of the others; an entry too long alone is cut."""
    size = sum(map(len, shown)) + len(between[0]) * len(shown)
    for number in range(len(shown), -1, -1):
        rest = more_text(_left(known, number, count), *what)
        room = None if longest is None else longest - len(rest) - (len(between[1]) if rest else 0)
        if room is None or size - len(between[0]) <= room:
            return between[1].join(filter(None, (between[0].join(shown[:number]), rest)))
        if number == 1:
            first = shown[0][: max(room - 1, 0)] + "…"
            return between[1].join(filter(None, (first, rest)))
        size -= len(shown[number - 1]) + len(between[0]) if number else 0
    return ""
