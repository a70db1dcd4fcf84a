"""What other tools saw, in words: whose word it is and of which day, never a proof of ours, and what ours says.

Notes are few (the database cuts them), so that they may be looked up by place and app in memory.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tieback.model.exposure import Exposure
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.probe import Access, Outcome
from tieback.model.report import Report
from tieback.report.document import ACCESS_WORDS, clean, records_text

MOST_LINES = 20
"""Lines about one store or app."""
_ACCESS: Mapping[str, str] = {access.value: words for access, words in ACCESS_WORDS.items()}


class SeenLine(msgspec.Struct, frozen=True):
    """One note for people."""

    said: str
    """``shodan on 2026-11-01: mongodb at 203.0.113.7:27017 open, ≈1,200 records``."""
    ours: str
    """What our own probe of the same place says, or that there was none."""
    superseded: bool
    """Whether ours is as new, and counts in its place."""


def seen_line(note: PassiveNote) -> SeenLine:
    """A note in words."""
    service = note.service
    on = f" on {clean(service.seen[:10], 10)}" if service.seen else ", undated"
    what = clean(service.service or service.product or "a service", 80)
    place = clean(service.places[0] if service.places else service.resource, 120)
    says = [_ACCESS[service.claims] if service.claims is not Access.UNKNOWN else "answers"]
    says += [records_text(service.records)] if service.records is not None else []
    return SeenLine(
        f"{clean(service.source, 40)}{on}: {what}{f' at {place}' if place else ''} {', '.join(says)}",
        _ours(note),
        note.superseded,
    )


def _ours(note: PassiveNote) -> str:
    if not note.asked:
        return "not asked, or no answer to us"
    verdict = "nothing listens there" if note.asked == Outcome.REFUSED else _ACCESS.get(note.asked, note.asked)
    if note.superseded:
        return f"superseded by our own probe of {note.asked_on}: {verdict}"
    return f"newer than our own probe of {note.asked_on}: {verdict}"


def named_line(one: PassiveSighting) -> str:
    """An endpoint that another tool saw in an app: ``https://old.example/v0, by mobsf on 2026-11-01``."""
    on = f" on {clean(one.seen[:10], 10)}" if one.seen else ", undated"
    return f"{clean(one.sighting.endpoint.value, 200)}, by {clean(one.source, 40)}{on}"


class Seen:
    """The notes of a report, by place and by app."""

    def __init__(self, report: Report) -> None:
        self._places: dict[str, list[PassiveNote]] = {}
        self._apps: dict[str, list[PassiveNote]] = {}
        self._named: dict[str, list[PassiveSighting]] = {}
        for note in report.seen.rows():
            for place in note.service.places:
                self._places.setdefault(place, []).append(note)
            for app in note.reached:
                self._apps.setdefault(app, []).append(note)
        for one in report.seen_in_apps.rows():
            self._named.setdefault(one.app.sha256, []).append(one)

    def of_store(self, store: Exposure) -> list[PassiveNote]:
        """What others saw where a store answered or was asked, latest first."""
        places = (*store.addresses, *(target.partition("/")[0] for target in store.targets))
        found = {id(note): note for place in dict.fromkeys(places) for note in self._places.get(place, ())}
        return sorted(found.values(), key=lambda note: note.service.seen, reverse=True)

    def of_app(self, app: str, stores: Iterable[Exposure] = ()) -> list[PassiveNote]:
        """What others saw where an app leads, but for what is told of its stores already, latest first."""
        told = {id(note) for store in stores for note in self.of_store(store)}
        return [note for note in self._apps.get(app, ()) if id(note) not in told]

    def named_in(self, app: str) -> list[PassiveSighting]:
        """Endpoints that only others saw in an app."""
        return self._named.get(app, [])


def seen_summary(report: Report) -> str:
    """``12 services by shodan, leakix: 3 claimed open and not asked by us``; empty where nothing was imported."""
    notes = list(report.seen.rows())
    if not notes:
        return ""
    tools = sorted({clean(note.service.source, 40) for note in notes})
    open_ = [note for note in notes if note.service.claims.exposed and not note.superseded]
    superseded = sum(note.superseded for note in notes)
    count = f"{len(notes):,} service{'' if len(notes) == 1 else 's'}"
    parts = [f"{len(open_):,} claimed open and not settled by a probe of ours" if open_ else ""]
    parts.append(f"{superseded:,} superseded by our own probes" if superseded else "")
    more = "; ".join(filter(None, parts))
    return f"{count} by {', '.join(tools[:6])}{f': {more}' if more else ''}; not our own proof"
