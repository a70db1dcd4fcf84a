"""Figures in words: what a number is, and how far it can be trusted, in the same signs everywhere."""

from tieback.model.figure import Figure, Quality

SIGNS = {Quality.EXACT: "", Quality.ESTIMATE: "≈", Quality.LOWER_BOUND: "≥"}
"""Put before a number."""

WORDS = {Quality.EXACT: "exact", Quality.ESTIMATE: "estimate", Quality.LOWER_BOUND: "at least"}
"""Put beside a number where there is room."""

LEGEND = (
    ("2,900", "exact", "the server counted it"),
    ("≈2,900", "estimate", "the server's statistics or arithmetic; it may be off either way"),
    ("≥2,900", "at least", "a lower bound; something was not counted"),
)
"""Example, word and meaning of each quality."""

NOT_MEASURED = "not measured"

_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def figure_text(figure: Figure | None) -> str:
    """``2,900``, ``≈2,900`` or ``≥2,900``; a lower bound of nothing, or no figure at all, is ``not measured``."""
    if figure is None or _says_nothing(figure):
        return NOT_MEASURED
    return f"{SIGNS[figure.quality]}{figure.value:,}"


def quality_text(figure: Figure | None) -> str:
    """``exact``, ``estimate`` or ``at least``; nothing where nothing was measured."""
    return "" if figure is None or _says_nothing(figure) else WORDS[figure.quality]


def bytes_text(figure: Figure | None) -> str:
    """A figure of bytes in decimal units, such as ``≈1.2 MB``, with the signs of ``figure_text``."""
    if figure is None or _says_nothing(figure):
        return NOT_MEASURED
    return SIGNS[figure.quality] + size_text(figure.value, floor=figure.quality is Quality.LOWER_BOUND)


def size_text(count: int, *, floor: bool = False) -> str:
    """``count`` bytes in decimal units (1 kB is 1,000 B), with one decimal below 100 units.

    Args:
        count: bytes, never negative.
        floor: round down, because "at least" must not claim more than was measured.
    """
    if count < 1000:
        return f"{count} B"
    power = 1
    # 999,950 B would round to 1000.0 kB; the next unit begins there.
    while power < len(_UNITS) and count >= 1000 ** (power + 1) - (0 if floor else 5 * 10 ** (3 * power - 2)):
        power += 1
    unit = 1000**power
    tenths = count * 10 // unit if floor else (count * 10 + unit // 2) // unit
    whole, rest = divmod(tenths, 10)
    number = f"{whole:,}" if whole >= 100 or rest == 0 else f"{whole}.{rest}"
    return f"{number} {_UNITS[power - 1]}"


def _says_nothing(figure: Figure) -> bool:
    return figure.value == 0 and figure.quality is Quality.LOWER_BOUND
