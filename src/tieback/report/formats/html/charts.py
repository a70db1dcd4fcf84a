"""Three charts as geometry for inline SVG: records by store and class, apps by severity, stores by year.

Units are pixels. Shades follow the logarithm because records span decades. Every mark also shows its number as text, so
no information depends only on the shade.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import log10

import msgspec

from tieback.model.count_text import count_text
from tieback.model.exposure import Severity
from tieback.model.figure import Figure, exact, total
from tieback.model.posture import Posture
from tieback.model.report.groups import Breakdown
from tieback.report.figures import SIGNS
from tieback.report.posture import bars
from tieback.report.shortened import cut
from tieback.report.texts.clean import clean

WIDTH = 520
MOST_CLASSES = 10
MOST_STORES = 5
_LABELS = 190
"""Width of the labels on the left."""
_ROW = 26
_TOP = 30
_LINE = 15
_WIDEST = 8.5
"""Width of a wide character at 12 px; names of products have few capitals."""
_COLUMNS_HEIGHT = 130
_MOST_YEARS = 16
_DIGIT = 7.2
"""Width of a bold digit at 12 px; numbers wider than their column are shortened."""


class BarMark(msgspec.Struct, frozen=True):
    """A rectangle with its number."""

    x: float
    y: float
    width: float
    height: float
    text: str
    tone: str
    """CSS class of its fill."""
    opacity: float = 1.0
    text_x: float = 0
    text_y: float = 0


class AxisLabel(msgspec.Struct, frozen=True):
    """Text on an axis."""

    x: float
    y: float
    text: str
    anchor: str


class Chart(msgspec.Struct, frozen=True):
    """A chart for the template."""

    title: str
    width: int
    height: int
    marks: tuple[BarMark, ...]
    labels: tuple[AxisLabel, ...]
    description: str
    """Text alternative for screen readers."""
    note: str = ""


def charts(found: Breakdown, titles: Mapping[str, str]) -> tuple[Chart, ...]:
    """Return the charts that have data.

    Args:
        found: the counts.
        titles: display name per class of personal data.
    """
    drawn = (_matrix(found, titles), _severities(found.apps), _years(found.created, found.undated))
    return tuple(chart for chart in drawn if chart is not None)


def short_figure(figure: Figure) -> str:
    """Format a figure in at most six characters, rounded down: ``≥2.9 k``."""
    value: float = figure.value
    unit = ""
    for unit in ("", " k", " M", " G", " T", " P"):
        if value < 1000 or unit == " P":
            break
        value /= 1000
    # Rounded down: never more than was measured.
    number = f"{int(value * 10) / 10:g}" if value < 10 else f"{int(value):,}"
    return f"{SIGNS[figure.quality]}{number}{unit}"


def _matrix(found: Breakdown, titles: Mapping[str, str]) -> Chart | None:
    if not found.cells:
        return None
    by_class = _sums(found.cells, 1)
    by_store = _sums(found.cells, 0)
    classes, stores = list(by_class)[:MOST_CLASSES], list(by_store)[:MOST_STORES]
    cells = {(store, name): figure for store, name, figure in found.cells}
    most = max(figure.value for figure in cells.values())
    column = (WIDTH - _LABELS) / len(stores)
    marks, words = [], []
    labels = _column_heads([clean(store, 14) for store in stores], column)
    top = round(max(label.y for label in labels)) + 11
    for row, name in enumerate(classes):
        y = top + row * _ROW
        title = clean(titles.get(name, name), 24)
        labels.append(AxisLabel(_LABELS - 10, y + 17, title, "end"))
        for at, store in enumerate(stores):
            figure = cells.get((store, name))
            if figure is None:
                continue
            x = _LABELS + column * at
            words.append(f"{title} in {clean(store, 30)}: {short_figure(figure)}")
            shade = 0.12 + 0.4 * _share(figure.value, most)
            marks.append(
                BarMark(
                    x + 1,
                    y + 1,
                    column - 2,
                    _ROW - 2,
                    short_figure(figure),
                    "bar",
                    round(shade, 2),
                    x + column / 2,
                    y + 17,
                )
            )
    left_out = len(by_class) - len(classes), len(by_store) - len(stores)
    note = "Records of the containers with such a field. A record with several classes counts in each of them."
    if any(left_out):
        note += (
            f" Not shown: {count_text(left_out[0], 'more class', 'more classes')} and "
            f"{count_text(left_out[1], 'more kind')} of store."
        )
    return Chart(
        "Exposed records by store and class of personal data",
        WIDTH,
        top + _ROW * len(classes) + 4,
        tuple(marks),
        tuple(labels),
        "; ".join(cut(words, 40, one="figure")),
        note,
    )


def _column_heads(names: Sequence[str], column: float) -> list[AxisLabel]:
    """Names above the columns; if one is wider than its column, every second name is one line lower."""
    lower = _LINE if max(map(len, names)) * _WIDEST > column else 0
    heads = []
    for at, name in enumerate(names):
        half = len(name) * _WIDEST / 2
        centre = min(_LABELS + column * (at + 0.5), WIDTH - half)
        heads.append(AxisLabel(centre, _TOP - 11 + lower * (at % 2), name, "middle"))
    return heads


def _sums(cells: Iterable[tuple[str, str, Figure]], key: int) -> dict[str, Figure]:
    sums: dict[str, Figure] = {}
    for cell in cells:
        name = cell[key]
        assert isinstance(name, str)
        sums[name] = total((sums.get(name), cell[2])) if name in sums else cell[2]
    return dict(sorted(sums.items(), key=lambda pair: (-pair[1].value, pair[0])))


def _severities(apps: Sequence[tuple[str, int]]) -> Chart | None:
    if not apps:
        return None
    most = max(number for _, number in apps)
    room = WIDTH - _LABELS - 80
    marks, labels = [], []
    for row, (severity, number) in enumerate(apps):
        y = 4 + row * _ROW
        length = max(room * number / most, 2)
        labels.append(AxisLabel(_LABELS - 10, y + 17, severity, "end"))
        tone = severity if severity in set(Severity) else Severity.MEDIUM.value
        marks.append(
            BarMark(
                _LABELS,
                y + 4,
                round(length, 1),
                _ROW - 8,
                f"{number:,}",
                tone,
                1,
                _LABELS + round(length, 1) + 8,
                y + 17,
            )
        )
    return Chart(
        "Apps by the severity of their worst store",
        WIDTH,
        _ROW * len(apps) + 8,
        tuple(marks),
        tuple(labels),
        "; ".join(f"{severity}: {count_text(number, 'app')}" for severity, number in apps),
    )


def _years(created: Sequence[tuple[str, int]], undated: int) -> Chart | None:
    if not created:
        return None
    shown = created[-_MOST_YEARS:]
    most = max(number for _, number in shown) or 1
    column = min(WIDTH / len(shown), 90)
    marks, labels = [], []
    every = max(1, -(-int(max(len(clean(year, 14)) for year, _ in shown) * _WIDEST) // int(column)))
    for at, (year, number) in enumerate(shown):
        x = column * at
        height = round((_COLUMNS_HEIGHT - 40) * number / most, 1)
        y = _COLUMNS_HEIGHT - 20 - height
        if at % every == 0:
            name = clean(year, 14)
            half = len(name) * _WIDEST / 2
            centre = min(max(x + column / 2, half), WIDTH - half)
            labels.append(AxisLabel(centre, _COLUMNS_HEIGHT - 4, name, "middle"))
        text = f"{number:,}" if number else ""
        if len(text) * _DIGIT > column:
            text = short_figure(exact(number, ""))
        marks.append(BarMark(x + 3, y, column - 6, max(height, 1), text, "bar", 0.85, x + column / 2, y - 6))
    note = f"{count_text(undated, 'store')} without a date." if undated else ""
    if len(created) > len(shown):
        older = sum(number for _, number in created[:-_MOST_YEARS])
        note = f"{note} {count_text(older, 'is', 'are')} older.".strip()
    return Chart(
        "Open stores by the year of their oldest container",
        WIDTH,
        _COLUMNS_HEIGHT,
        tuple(marks),
        tuple(labels),
        "; ".join(f"{year}: {count_text(number, 'store')}" for year, number in shown if number),
        note,
    )


def posture_chart(posture: Posture) -> Chart | None:
    """Return a bar chart of hosted databases by encryption at rest, with the 2017 figure, in per cent."""
    drawn = bars(posture)
    if not drawn:
        return None
    room = WIDTH - _LABELS - 130
    marks, labels = [], []
    for row, bar in enumerate(drawn):
        y = 4 + row * _ROW
        length = round(max(room * bar.share / 100, 2), 1)
        labels.append(AxisLabel(_LABELS - 10, y + 17, bar.name, "end"))
        marks.append(BarMark(_LABELS, y + 4, length, _ROW - 8, bar.text, bar.tone, 1, _LABELS + length + 8, y + 17))
    return Chart(
        "Hosted databases by encryption at rest and public access",
        WIDTH,
        _ROW * len(drawn) + 8,
        tuple(marks),
        tuple(labels),
        "; ".join(f"{bar.name}: {bar.text}" for bar in drawn),
        "Every share is of all hosted databases, also those of unknown state.",
    )


def _share(value: int, most: int) -> float:
    """Logarithmic share, 0 to 1."""
    return log10(value + 1) / log10(most + 1) if most else 0.0
