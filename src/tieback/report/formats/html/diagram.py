"""Diagram of the routes from an app to its stores, laid out for an inline SVG. Pure geometry; units are pixels."""

import unicodedata
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from tieback.backends.confidence import route_confidence, sighting_confidence
from tieback.model.app import App
from tieback.model.backend import Route
from tieback.model.exposure import AppRoute, Exposure
from tieback.model.graph import THRESHOLD
from tieback.model.probe import Access
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import AppStoreRow, endpoint_host
from tieback.report.texts.stores import PLATFORM_WORDS, store_text
from tieback.report.verdict import access_text

WIDTH = 920
MOST_STORES = 8
"""Limit on the stores drawn per app; the rest is counted below the diagram."""

_APP = (0, 190)
_HOST = (325, 235)
_STORE = (690, 230)
"""Left edge and width of the three columns."""
_LINE = 17
_PADDING = 13
GAP = 22
_LABEL_CHARACTER = 6.6
"""Width of a character of a label, 12 px and proportional, rounded up."""
_PLACES = (0.78, 0.66, 0.84, 0.6, 0.55, 0.9, 0.45, 0.4, 0.35, 0.3, 0.25)
"""Shares of a line at which its label may be, best first."""
_CHARACTER = 7.3
"""Width of a monospaced character at 12 px, rounded up."""


class Tone(StrEnum):
    """Style of a box; its text contains the same information."""

    PLAIN = "plain"
    OPEN = "open"
    CLOSED = "closed"
    UNSURE = "unsure"


class DiagramBox(msgspec.Struct, frozen=True):
    """A rectangle with lines of text; the first line is the title."""

    x: int
    y: int
    width: int
    height: int
    caption: str
    """Kind of box: ``App``, ``API host``, ``Data store``."""
    lines: tuple[str, ...]
    tone: Tone
    verdict: str = ""

    @property
    def middle(self) -> int:
        """Vertical centre of the box."""
        return self.y + self.height // 2


class DiagramLine(msgspec.Struct, frozen=True):
    """A curve between two boxes, with a label above its middle."""

    path: str
    """Data of an SVG path."""
    ends: tuple[int, int, int, int]
    """Start and end of the curve: x, y, x, y."""
    label: str
    label_x: int
    label_y: int
    tone: Tone
    inferred: bool
    """True if the store was found behind a host or its confidence is below the threshold; drawn dashed."""
    tip: str
    """Points of the arrow head."""


class Diagram(msgspec.Struct, frozen=True):
    """A diagram for the template."""

    width: int
    height: int
    boxes: tuple[DiagramBox, ...]
    lines: tuple[DiagramLine, ...]
    description: str
    """Text alternative for screen readers."""
    left_out: int
    """Number of stores not drawn."""


def tone_of(store: Exposure) -> Tone:
    """Return open for exposed stores, closed if access is denied, otherwise unsure."""
    if store.access.exposed:
        return Tone.OPEN
    if not store.undecided and store.access in (Access.AUTH_REQUIRED, Access.LOCKED, Access.FIREWALLED):
        return Tone.CLOSED
    return Tone.UNSURE


def draw(app: App, stores: Sequence[AppStoreRow]) -> Diagram:
    """Lay out one app with its stores, in their order."""
    shown = stores[:MOST_STORES]
    boxes: list[DiagramBox] = []
    lines: list[DiagramLine] = []
    words: list[str] = []
    hosts: dict[str, list[DiagramBox]] = {}
    sure: dict[str, bool] = {}
    named: dict[str, bool] = {}
    direct: list[tuple[DiagramBox, str, bool]] = []
    y = 0
    for row in shown:
        store = _store_box(row, y)
        boxes.append(store)
        y += store.height + GAP
        host = _host_before(row)
        verdict = f"{store_text(row.exposure)}, {store.verdict}"
        seen = bool(row.routes) and all(route.how.startswith("traffic/") for route in row.routes)
        by = "the traffic shows" if seen else "the app names"
        if host is None:
            direct.append((store, "in the traffic" if seen else "named in the app", is_guessed(row.routes)))
            words.append(f"{by} {', '.join(store.lines[1:])}: {verdict}")
        else:
            hosts.setdefault(host, []).append(store)
            sure[host] = sure.get(host, False) or any(
                sighting_confidence(route.how) >= THRESHOLD for route in row.routes
            )
            named[host] = named.get(host, False) or not seen
            words.append(f"{by} {host}; behind it is {', '.join(store.lines[1:])}: {verdict}")
    height = max(y - GAP, 0)
    app_box = box_of(_APP, 0, "App", (app.label, app.bundle_id, PLATFORM_WORDS[app.platform]), Tone.PLAIN)
    height = max(height, app_box.height)
    app_box = msgspec.structs.replace(app_box, y=(height - app_box.height) // 2)
    lines += [line_between(app_box, store, label, store.tone, inferred=guess) for store, label, guess in direct]
    below = 0
    for host, behind in sorted(hosts.items(), key=lambda pair: _centre(pair[1])):
        box = box_of(_HOST, 0, "API host", (host,), Tone.PLAIN)
        box = msgspec.structs.replace(box, y=max(_centre(behind) - box.height // 2, below))
        below = box.y + box.height + GAP
        boxes.append(box)
        lines.append(
            line_between(
                app_box, box, "named" if named[host] else "in the traffic", Tone.PLAIN, inferred=not sure[host]
            )
        )
        lines += [line_between(box, store, "found behind it", store.tone, inferred=True) for store in behind]
    lines = with_free_labels(lines, (app_box, *boxes))
    bottom = max(box.y + box.height for box in (app_box, *boxes))
    description = f"{clean(app.label, 60)}: " + "; ".join(words) + "."
    return Diagram(WIDTH, bottom + 2, (app_box, *boxes), tuple(lines), description, len(stores) - len(shown))


def _centre(stores: Sequence[DiagramBox]) -> int:
    return sum(store.middle for store in stores) // len(stores)


def is_guessed(routes: Iterable[AppRoute]) -> bool:
    """True if no route is named by the app with at least the threshold confidence; the line is then dashed."""
    return not any(
        route.candidate.route is Route.NAMED
        and min(sighting_confidence(route.how), route_confidence(route.candidate, route.endpoint)[0]) >= THRESHOLD
        for route in routes
    )


def _host_before(row: AppStoreRow) -> str | None:
    """Host behind which the store was found; ``None`` if the app names the store itself."""
    if not row.routes or row.routes[0].candidate.route is Route.NAMED:
        return None
    return clean(endpoint_host(row.routes[0].endpoint), 120)


def _store_box(row: AppStoreRow, y: int) -> DiagramBox:
    store = row.exposure
    if row.routes:
        candidate = row.routes[0].candidate
        host = f"[{candidate.host}]" if ":" in candidate.host else candidate.host
        place = f"{host}:{candidate.port}"
    else:
        place = ", ".join(store.targets[:1])
    verdict = access_text(store)
    return box_of(_STORE, y, "Data store", (store_text(store), place), tone_of(store), verdict)


def box_of(
    column: tuple[int, int], y: int, caption: str, texts: Sequence[str], tone: Tone, verdict: str = ""
) -> DiagramBox:
    """Create a box that fits its texts; the first text is the title.

    Args:
        column: left edge and width.
        y: upper edge.
        caption: kind of box.
        texts: lines; long ones are wrapped.
        tone: style.
        verdict: text below the lines, with a lock symbol.
    """
    x, width = column
    room = int((width - 2 * _PADDING) / _CHARACTER)
    lines = tuple(line for index, text in enumerate(texts) for line in wrap(text, room, 2 if index == 0 else 3))
    height = 2 * _PADDING + _LINE * (1 + len(lines) + bool(verdict)) + (6 if verdict else 0)
    return DiagramBox(x, y, width, height, caption, lines, tone, verdict)


def line_between(left: DiagramBox, right: DiagramBox, label: str, tone: Tone, *, inferred: bool) -> DiagramLine:
    """Create a curve from the right side of a box to the left side of another."""
    x1, y1, x2, y2 = left.x + left.width, left.middle, right.x - 9, right.middle
    bend = (x2 - x1) // 2
    # Long lines have their label near the end, where lines to several stores are separate.
    label_x, label_y = _label_at((x1, y1, x2, y2), 0.72 if x2 - x1 > 200 else 0.5)
    return DiagramLine(
        path=f"M{x1},{y1} C{x1 + bend},{y1} {x2 - bend},{y2} {x2},{y2}",
        ends=(x1, y1, x2, y2),
        label=label,
        label_x=label_x,
        label_y=label_y,
        tone=tone,
        inferred=inferred,
        tip=f"{x2 + 9},{y2} {x2 - 1},{y2 - 5} {x2 - 1},{y2 + 5}",
    )


def _label_at(ends: tuple[int, int, int, int], at: float) -> tuple[int, int]:
    """The point of the label at a share of the curve, 0 to 1."""
    x1, y1, x2, y2 = ends
    share = at * at * (3 - 2 * at)
    return round(x1 + (x2 - x1) * (1.5 * at * (1 - at) + at**3)), round(y1 + (y2 - y1) * share) - 8


def with_free_labels(lines: Sequence[DiagramLine], boxes: Sequence[DiagramBox]) -> list[DiagramLine]:
    """Move each label along its line to a place where it touches no box and no other label.

    A label without such a place is left out: the captions of the boxes contain the same information.
    """
    taken = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes]
    placed: list[DiagramLine] = []
    for line in lines:
        half = round(len(line.label) * _LABEL_CHARACTER / 2) + 3
        points = [(line.label_x, line.label_y), *(_label_at(line.ends, at) for at in _PLACES)]
        areas = [(x - half, y - _LINE + 2, x + half, y + 5) for x, y in points]
        free = [at for at, area in enumerate(areas) if not any(_touch(area, other) for other in taken)]
        if not line.label or not free:
            placed.append(msgspec.structs.replace(line, label=""))
            continue
        x, y = points[free[0]]
        taken.append(areas[free[0]])
        placed.append(msgspec.structs.replace(line, label_x=x, label_y=y))
    return placed


def _touch(one: tuple[int, int, int, int], other: tuple[int, int, int, int]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def wrap(text: str, room: int, most: int) -> list[str]:
    """Wrap text into at most ``most`` lines of ``room`` columns, preferably after a separator of host names.

    The last line ends in an ellipsis if text was left out. East Asian wide characters take two columns.
    """
    rest = clean(text, 300)
    lines: list[str] = []
    while rest and len(lines) < most:
        fits = _fitting(rest, room)
        if fits >= len(rest):
            lines.append(rest)
            rest = ""
        elif len(lines) == most - 1:
            lines.append(rest[: _fitting(rest, room - 1)] + "…")
            rest = ""
        else:
            end = max((rest.rfind(sign, 0, fits) for sign in ". :/-_@"), default=-1) + 1
            end = end if end > fits // 4 else fits
            lines.append(rest[:end].rstrip(" "))
            rest = rest[end:].lstrip(" ")
    return lines


def _fitting(text: str, room: int) -> int:
    """Number of characters that fit, at least one."""
    used = 0
    for count, sign in enumerate(text):
        used += 0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        if used > room:
            return max(count, 1)
    return len(text)
