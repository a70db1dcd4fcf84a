"""Diagram of the stores shared by the most apps: apps left, stores right. Pure geometry, in pixels."""

from itertools import chain

from msgspec.structs import replace

from tieback.model.count_text import count_text
from tieback.model.exposure import Exposure
from tieback.model.report.document import Report
from tieback.report.formats.html.diagram import (
    GAP,
    WIDTH,
    Diagram,
    DiagramBox,
    DiagramLine,
    Tone,
    box_of,
    is_guessed,
    line_between,
    tone_of,
)
from tieback.report.texts.routes import row_of
from tieback.report.texts.stores import PLATFORM_WORDS, store_text
from tieback.report.verdict import access_text

MOST_APPS = 14
"""Limit on the app boxes."""
_APP = (0, 280)
_STORE = (600, 320)
_NEAR = 12
"""Gap between app boxes."""


def draw_shared(report: Report) -> tuple[Diagram, int] | None:
    """Return the diagram and the number of routes not drawn; ``None`` if no store is shared."""
    ids = [one.exposure for one in report.shared]
    stores = {store.id: store for store in chain(report.exposed.pick(ids), report.answered.pick(ids))}
    shown = [one for one in report.shared if one.exposure in stores]
    apps = {summary.app.sha256: summary for summary in report.apps.pick({app for one in shown for app in one.first})}
    order = [key for key in dict.fromkeys(app for one in shown for app in one.first) if key in apps][:MOST_APPS]
    if not shown or not order:
        return None
    drawn: dict[str, DiagramBox] = {}
    y = 0
    for key in order:
        app = apps[key].app
        box = box_of(_APP, y, "App", (app.label, PLATFORM_WORDS[app.platform]), Tone.PLAIN)
        drawn[key] = box
        y += box.height + _NEAR
    right = [_store_box(stores[one.exposure], one.apps) for one in shown]
    room = max(y - _NEAR, sum(box.height + GAP for box in right) - GAP)
    apart = (room - sum(box.height for box in right)) // (len(right) + 1)
    lines: list[DiagramLine] = []
    words: list[str] = []
    at = apart
    for number, one in enumerate(shown):
        store = right[number] = replace(right[number], y=at)
        at += store.height + max(apart, GAP)
        for key in one.first:
            if key in drawn:
                inferred = is_guessed(row_of(apps[key], stores[one.exposure]).routes)
                lines.append(line_between(drawn[key], store, "", store.tone, inferred=inferred))
        verdict = access_text(stores[one.exposure])
        words.append(f"{count_text(one.apps, 'app')} to {store_text(stores[one.exposure])}, {verdict}")
    boxes = (*drawn.values(), *right)
    bottom = max(box.y + box.height for box in boxes)
    pairs = sum(one.apps for one in shown)
    drawing = Diagram(WIDTH, bottom + 2, boxes, tuple(lines), f"Shared stores: {'; '.join(words)}.", 0)
    return drawing, pairs - len(lines)


def _store_box(store: Exposure, apps: int) -> DiagramBox:
    place = ", ".join(store.targets[:1])
    lines = (store_text(store), place, f"{count_text(apps, 'app')} {'leads' if apps == 1 else 'lead'} here")
    return box_of(_STORE, 0, "Data store", lines, tone_of(store), access_text(store))
