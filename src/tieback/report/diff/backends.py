"""The back ends that an app names in one of two reports: what a new version contacts that the old one did not.

Findings do not show this: a host that an app names is no finding. Apps are matched by platform and bundle identifier.
An identifier that several packages of one report have is left out: they may be unrelated apps.
"""

import mmap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import msgspec

from tieback.model.endpoint import Endpoint
from tieback.model.report.document import Report
from tieback.report.diff.pairs import TemplateApps
from tieback.report.diff.past import MAX_HEAD, PastApp, PastReport, begins_lines
from tieback.report.texts.routes import TRAFFIC, host_or_resource

MOST_APPS = 5_000
"""A report on more apps is not compared by app: nobody reads that, and the names need memory."""
_HASH = 64
"""Characters of the key of an app that was read; apps that only captures show have other keys."""

type Named = Mapping[str, frozenset[str]]
"""Hosts and cloud resources by the SHA-256 of the package that names them."""


class BackendChange(msgspec.Struct, frozen=True):
    """An app that names other back ends than in the older report."""

    app: str
    """Name, with the version in the newer report."""
    before: str
    """Version in the older report."""
    new: tuple[str, ...]
    """Hosts and cloud resources that only the newer package names."""
    gone: tuple[str, ...]
    """Those that only the older package names."""
    partly_read: bool
    """True if a part of one of the packages was not read: a back end may be in both."""
    doubt: str
    """Why the two packages may be different apps; empty if nothing suggests that."""


class _Evidence(msgspec.Struct, frozen=True):
    how: str = ""


class _Sighting(msgspec.Struct, frozen=True):
    endpoint: Endpoint
    evidence: _Evidence = _Evidence()


class _Row(msgspec.Struct, frozen=True):
    app_sha256: str
    sighting: _Sighting


class _Document(msgspec.Struct, frozen=True):
    sightings: tuple[_Row, ...] = ()


class _Line(msgspec.Struct, frozen=True):
    schema: str


def named_in_report(report: Report) -> Named | None:
    """What the packages of a report in memory name; ``None`` if it has too many apps."""
    if report.apps.count > MOST_APPS:
        return None
    return _collect(
        (row.app_sha256, row.sighting.endpoint, row.sighting.evidence.how) for row in report.sightings.rows()
    )


def named_in_file(path: Path, past: PastReport) -> Named | None:
    """As ``named_in_report``, for the JSON or NDJSON file that ``read_past`` has read; ``None`` also if it has none."""
    if len(past.apps) > MOST_APPS:
        return None
    try:
        rows = tuple(_rows_of(path))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):  # of another release, or damaged
        return None
    return _collect((row.app_sha256, row.sighting.endpoint, row.sighting.evidence.how) for row in rows) or None


def backend_changes(old: PastReport, new: PastReport, was: Named, now: Named) -> tuple[BackendChange, ...]:
    """The apps of both reports that name other back ends, by name."""
    before, templates = _by_subject(old), TemplateApps(old, new)
    found = []
    for subject, app in _by_subject(new).items():
        one = before.get(subject)
        if one is None:
            continue
        first, second = was.get(one.sha256, frozenset()), now.get(app.sha256, frozenset())
        if first != second:
            found.append(
                BackendChange(
                    app.label,
                    one.version_name,
                    tuple(sorted(second - first)),
                    tuple(sorted(first - second)),
                    partly_read=bool(one.unread or app.unread),
                    doubt=templates.shared((one,), (app,)),
                )
            )
    return tuple(sorted(found, key=lambda change: (change.app, change.before)))


def _by_subject(past: PastReport) -> dict[str, PastApp]:
    found: dict[str, PastApp] = {}
    several = set()
    for app in past.apps.values():
        if len(app.sha256) != _HASH:
            continue
        if app.subject in found:
            several.add(app.subject)
        found[app.subject] = app
    return {subject: app for subject, app in found.items() if subject not in several}


def _rows_of(path: Path) -> Iterable[_Row]:
    with path.open("rb") as file:
        if not begins_lines(file.readline(MAX_HEAD)):
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as view:
                return msgspec.json.decode(view, type=_Document).sightings
        file.seek(0)
        return tuple(_from_lines(file))


def _from_lines(lines: Iterable[bytes]) -> Iterator[_Row]:
    for line in lines:
        if line.strip() and msgspec.json.decode(line, type=_Line).schema.startswith("tieback/app-sighting/"):
            yield msgspec.json.decode(line, type=_Row)


def _collect(rows: Iterable[tuple[str, Endpoint, str]]) -> dict[str, frozenset[str]]:
    """The names by package; traffic shows what one run of the app contacted, and is left out."""
    found: dict[str, set[str]] = {}
    for key, endpoint, how in rows:
        if not how.startswith(TRAFFIC):
            found.setdefault(key, set()).add(host_or_resource(endpoint))
    return {key: frozenset(names) for key, names in found.items()}
