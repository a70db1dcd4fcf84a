"""Text of figures: numbers with the same signs for their quality in all formats."""

import re
from collections.abc import Callable, Iterable

from tieback.model.exposure import Exposure
from tieback.model.figure import Figure, Quality
from tieback.model.flow import NOT_KNOWN
from tieback.model.probe import NOT_RECORDS, OFFERED, Access, Container

SIGNS = {Quality.EXACT: "", Quality.ESTIMATE: "≈", Quality.LOWER_BOUND: "≥", Quality.CLAIMED: "?"}
"""Sign before a number."""

WORDS = {
    Quality.EXACT: "exact",
    Quality.ESTIMATE: "estimate",
    Quality.LOWER_BOUND: "at least",
    Quality.CLAIMED: "claimed",
}
"""Word beside a number, if there is space."""

LEGEND = (
    ("2,900", "exact", "counted by the server"),
    ("≈2,900", "estimate", "from server statistics or a calculation; may be too high or too low"),
    ("≥2,900", "at least", "lower bound; not everything was counted"),
    ("?2,900", "claimed", "reported by the server, but not plausible; not part of any sum"),
)
"""Example, word and meaning of each quality."""

NOT_MEASURED = "not measured"
NOTHING_TO_COUNT = "-"
"""Figure of a container that is one thing that the server offers, such as a model, and of a store without a figure."""

_UNITS = ("kB", "MB", "GB", "TB", "PB", "EB")


def figure_text(figure: Figure | None) -> str:
    """``2,900``, ``≈2,900``, ``≥2,900`` or ``?2,900``; ``not measured`` for ``None`` or a lower bound of zero."""
    if figure is None or _says_nothing(figure):
        return NOT_MEASURED
    return f"{SIGNS[figure.quality]}{figure.value:,}"


def range_text(least: Figure, most: Figure | None) -> str:
    """``20,000 to 40,000``, with the signs of ``figure_text``; the figure alone if there is no greater one."""
    return _range(figure_text(least), most, figure_text)


def bytes_range_text(least: Figure, most: Figure | None) -> str:
    """The same in bytes."""
    return _range(bytes_text(least), most, bytes_text)


def _range(text: str, most: Figure | None, show: Callable[[Figure | None], str]) -> str:
    if most is None or show(most) == text or text == NOT_MEASURED or show(most) == NOT_MEASURED:
        return text
    # "At least 20,000 to 40,000" would say the lower end twice.
    return f"{text.removeprefix(SIGNS[Quality.LOWER_BOUND])} to {show(most)}"


def container_text(container: Container) -> str:
    """Format the figure of a container; one that does not count records ends with its noun: ``12 relationships``."""
    if container.kind in OFFERED and container.records is None:
        return NOTHING_TO_COUNT
    text = figure_text(container.records)
    noun = counted_noun(container)
    return text if not noun or text == NOT_MEASURED else f"{text} {noun}"


def store_records_text(store: Exposure) -> str:
    """Format the records of a store; ``-`` if it was not looked into, or only offers models or tools."""
    return NOTHING_TO_COUNT if nothing_counted(store) else figure_text(store.records)


def store_bytes_text(store: Exposure) -> str:
    """The same in bytes."""
    return NOTHING_TO_COUNT if nothing_counted(store) else bytes_text(store.bytes)


def measured(store: Exposure, figure: Figure) -> Figure | None:
    """A figure of a store, or ``None`` if it is not known: an unknown figure is no zero."""
    return None if nothing_counted(store) or _says_nothing(figure) else figure


def nothing_counted(store: Exposure) -> bool:
    """True if the store was not looked into, or only offers models or tools."""
    if store.records.value or store.bytes.value:
        return False
    if not store.access.exposed:
        return store.access not in {Access.OPEN_EMPTY, Access.SCHEMA_ONLY}
    return bool(store.containers) and not holds_data(store.containers)


def holds_data(containers: Iterable[Container]) -> bool:
    """False if there is nothing but what a server offers, such as models."""
    return any(container.kind not in OFFERED for container in containers)


def counted_noun(container: Container) -> str:
    """Return what its figure counts if not records, in the number of the figure: ``1 endpoint``; else empty."""
    noun = NOT_RECORDS.get(container.kind, "")
    one = container.records is not None and container.records.value == 1
    return re.sub(r"s\b", "", noun, count=1) if one else noun


def quality_text(figure: Figure | None) -> str:
    """``exact``, ``estimate``, ``at least`` or ``claimed``; empty if nothing was measured."""
    return "" if figure is None or _says_nothing(figure) else WORDS[figure.quality]


def bytes_text(figure: Figure | None) -> str:
    """Format a figure in bytes with decimal units, such as ``≈1.2 MB``, with the signs of ``figure_text``."""
    if figure is None or _says_nothing(figure):
        return NOT_MEASURED
    return SIGNS[figure.quality] + size_text(figure.value, floor=figure.quality is Quality.LOWER_BOUND)


def volume_text(count: int | None) -> str:
    """Format bytes of traffic as ``size_text``; ``not known`` if the source does not state them."""
    return NOT_KNOWN if count is None else size_text(count)


def size_text(count: int, *, floor: bool = False) -> str:
    """Format ``count`` bytes in decimal units (1 kB is 1,000 B), rounded: to one decimal below 100 units.

    Args:
        count: bytes, never negative.
        floor: round down, because "at least" must not claim more than was measured.
    """
    if count < 1000:
        return f"{count} B"
    power = 1
    # 999,500 B would round to 1000 kB; the next unit begins there.
    while power < len(_UNITS) and count >= 1000 ** (power + 1) - (0 if floor else 1000**power // 2):
        power += 1
    unit = 1000**power
    half = 0 if floor else unit // 2
    if count >= 100 * unit:
        return f"{(count + half) // unit:,} {_UNITS[power - 1]}"
    whole, rest = divmod((count * 10 + half) // unit, 10)
    return f"{whole}.{rest} {_UNITS[power - 1]}" if rest else f"{whole} {_UNITS[power - 1]}"


def _says_nothing(figure: Figure) -> bool:
    return figure.value == 0 and figure.quality is Quality.LOWER_BOUND
