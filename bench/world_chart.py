"""Chart of ``docs/benchmarks/scale.md`` as SVG: time and memory by the number of apps, both axes logarithmic.

``python -m bench.world_chart RESULTS.json docs/benchmarks/scale.svg``; ``python -m bench.world --results`` writes the
results.
"""

import json
import sys
from collections.abc import Sequence
from html import escape
from math import ceil, floor, log10
from pathlib import Path
from typing import Any, NamedTuple

from bench.world import to_headline

WIDTH, HEIGHT = 800, 300
_LEFT, _TOP, _BOTTOM = 58, 44, 46
_PANEL = 300
_GAP = 80
_HALO = 'fill="#1f2933" stroke="#ffffff" stroke-width="3" paint-order="stroke"'
_INK, _SOFT, _LINE, _BAR = "#1f2933", "#6b7785", "#1d5fa8", "#b3401f"


class Panel(NamedTuple):
    """One pair of axes."""

    title: str
    points: Sequence[tuple[float, float]]
    """Number of apps and measured value."""
    guide: Sequence[tuple[float, float]]
    """A dashed line for comparison."""
    guide_text: str


def panels(results: Sequence[dict[str, Any]]) -> tuple[Panel, Panel]:
    """The two panels for the measurements of ``bench.world``."""
    apps = [float(one["apps"]) for one in results]
    cpu = [(float(one["apps"]), to_headline(one, "cpu")) for one in results]
    peak = [
        (float(one["apps"]), max(one["stages"][name]["peak"] for name in ("scan", "headline", "html")))
        for one in results
    ]
    last, most = cpu[-1]
    linear = [(x, most * x / last) for x in apps if most * x / last >= 1]
    return (
        Panel("CPU seconds, sightings to headline report", cpu, linear, "linear"),
        Panel("Peak memory of the largest process, MiB", peak, [(apps[0], 2048), (apps[-1], 2048)], "bar: 2,048"),
    )


def chart(results: Sequence[dict[str, Any]]) -> str:
    """The SVG document."""
    drawn = panels(results)
    words = "; ".join(
        f"{one.title}: " + ", ".join(f"{y:,.0f} at {x:,.0f} apps" for x, y in one.points) for one in drawn
    )
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'role="img" font-family="system-ui, sans-serif" font-size="12">'
    )
    parts = [
        head,
        f"<title>Cost of a scan by the number of apps</title><desc>{escape(words)}</desc>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for number, panel in enumerate(drawn):
        parts += _drawn(panel, _LEFT + number * (_PANEL + _GAP))
    return "\n".join([*parts, "</svg>"]) + "\n"


def _drawn(panel: Panel, left: float) -> list[str]:
    every = [*panel.points, *panel.guide]
    low_x, high_x = (log10(edge(x for x, _ in every)) for edge in (min, max))
    low_y = floor(log10(min(y for _, y in every)))
    high_y = max(ceil(log10(max(y for _, y in every))), low_y + 1)
    height = HEIGHT - _TOP - _BOTTOM

    def at(x: float, y: float) -> tuple[float, float]:
        return (
            left + _PANEL * (log10(x) - low_x) / max(high_x - low_x, 1),
            _TOP + height * (high_y - log10(y)) / (high_y - low_y),
        )

    parts = [f'<text x="{left}" y="22" fill="{_INK}" font-size="13" font-weight="600">{escape(panel.title)}</text>']
    for power in range(low_y, high_y + 1):
        y = at(10**low_x, 10**power)[1]
        parts.append(f'<path d="M{left} {y:.1f}h{_PANEL}" stroke="#dfe4ea"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end" fill="{_SOFT}">{10**power:,}</text>')
    for power in range(ceil(low_x), floor(high_x) + 1):
        x = at(10**power, 10**low_y)[0]
        below = HEIGHT - _BOTTOM
        parts.append(f'<path d="M{x:.1f} {below}v5" stroke="{_SOFT}"/>')
        parts.append(f'<text x="{x:.1f}" y="{below + 20}" text-anchor="middle" fill="{_SOFT}">{10**power:,}</text>')
    parts.append(f'<text x="{left + _PANEL / 2}" y="{HEIGHT - 8}" text-anchor="middle" fill="{_SOFT}">apps</text>')
    parts.append(
        f'<path d="{_path([at(*p) for p in panel.guide])}" fill="none" stroke="{_BAR}" stroke-dasharray="5 4"/>'
    )
    if panel.guide:
        x, y = at(*panel.guide[0])
        y += -6 if panel.guide[0][1] == panel.guide[-1][1] else 4
        parts.append(f'<text x="{x + 12:.1f}" y="{y:.1f}" fill="{_BAR}">{escape(panel.guide_text)}</text>')
    places = [at(*point) for point in panel.points]
    parts.append(f'<path d="{_path(places)}" fill="none" stroke="{_LINE}" stroke-width="2"/>')
    for (x, y), (_, value) in zip(places, panel.points, strict=True):
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{_LINE}"/>')
        # The curve rises: above and to the left of a point there is room.
        anchor = "end" if x > left + 20 else "middle"
        parts.append(f'<text x="{x:.1f}" y="{y - 9:.1f}" text-anchor="{anchor}" {_HALO}>{value:,.0f}</text>')
    return parts


def _path(places: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in places) if places else ""


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(chart(json.loads(Path(sys.argv[1]).read_text())))
