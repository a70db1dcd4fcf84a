"""Text of passive evidence: source, date and claim of other tools, and the result of our own probe.

Notes are few (the query limits them), so they are indexed by address and app in memory.
"""

from collections.abc import Iterable, Mapping

import msgspec

from tieback.model.exposure import Exposure
from tieback.model.passive import PassiveNote, PassiveSighting
from tieback.model.probe import Access, Outcome
from tieback.model.report.document import Report
from tieback.report.shortened import cut_text
from tieback.report.texts.clean import clean
from tieback.report.texts.stores import ACCESS_WORDS, LOGIN_OF_UNKNOWN, records_text

MOST_LINES = 20
"""Limit on the lines about one store or app."""
_ACCESS: Mapping[str, str] = {access.value: words for access, words in ACCESS_WORDS.items()}


class PassiveLine(msgspec.Struct, frozen=True):
    """A note as text."""

    said: str
    """``shodan on 2026-11-01: mongodb at 203.0.113.7:27017 open, ≈1,200 records``."""
    ours: str
    """Result of our own probe of the same address, or that there was none."""
    superseded: bool
    """True if our own probe is at least as recent and replaces the note."""


def passive_line(note: PassiveNote) -> PassiveLine:
    """Format a note."""
    service = note.service
    on = f" on {clean(service.seen[:10], 10)}" if service.seen else ", undated"
    what = clean(service.service or service.product or "a service", 80)
    place = clean(service.places[0] if service.places else service.resource, 120)
    says = [_ACCESS[service.claims] if service.claims is not Access.UNKNOWN else "responds"]
    says += [records_text(service.records)] if service.records is not None else []
    return PassiveLine(
        f"{clean(service.source, 40)}{on}: {what}{f' at {place}' if place else ''} {', '.join(says)}",
        _ours(note),
        note.superseded,
    )


def _ours(note: PassiveNote) -> str:
    if not note.asked:
        return "not probed by us, or no answer"
    verdict = "connection refused" if note.asked == Outcome.REFUSED else _ACCESS.get(note.asked, note.asked)
    if note.asked == Access.AUTH_REQUIRED and not (note.service.service or note.service.product):
        verdict = LOGIN_OF_UNKNOWN  # neither the other tool nor our probe shows what it is
    if note.superseded:
        return f"superseded by our own probe of {note.asked_on}: {verdict}"
    return f"newer than our own probe of {note.asked_on}: {verdict}"


def passive_sighting_line(one: PassiveSighting) -> str:
    """Format an endpoint that another tool found in an app: ``https://old.example/v0, by mobsf on 2026-11-01``."""
    on = f" on {clean(one.seen[:10], 10)}" if one.seen else ", undated"
    return f"{clean(one.sighting.endpoint.value, 200)}, by {clean(one.source, 40)}{on}"


class PassiveNotes:
    """Index of the notes of a report, by address and by app."""

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
        """Return the notes about the addresses and targets of a store, latest first."""
        places = (*store.addresses, *(target.partition("/")[0] for target in store.targets))
        found = {id(note): note for place in dict.fromkeys(places) for note in self._places.get(place, ())}
        return sorted(found.values(), key=lambda note: note.service.seen, reverse=True)

    def of_app(self, app: str, stores: Iterable[Exposure] = ()) -> list[PassiveNote]:
        """Return the notes about targets of an app, latest first, without those of the given stores."""
        told = {id(note) for store in stores for note in self.of_store(store)}
        return [note for note in self._apps.get(app, ()) if id(note) not in told]

    def sightings_in(self, app: str) -> list[PassiveSighting]:
        """Return endpoints that only other tools found in an app."""
        return self._named.get(app, [])


def passive_summary(report: Report) -> str:
    """Summary such as ``12 services by shodan, leakix: 3 superseded by our own probes``; empty without notes."""
    notes = list(report.seen.rows())
    if not notes:
        return ""
    tools = sorted({clean(note.service.source, 40) for note in notes})
    open_ = [note for note in notes if note.service.claims.exposed and not note.superseded]
    superseded = sum(note.superseded for note in notes)
    count = f"{len(notes):,} service{'' if len(notes) == 1 else 's'}"
    parts = [f"{len(open_):,} claimed open and not checked by our own probe" if open_ else ""]
    parts.append(f"{superseded:,} superseded by our own probes" if superseded else "")
    more = "; ".join(filter(None, parts))
    return f"{count} by {cut_text(tools, 6)}{f': {more}' if more else ''}; not verified by tieback"
