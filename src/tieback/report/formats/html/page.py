"""Data of the page: apps, stores and findings, joined and limited to a readable number."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain, islice

import msgspec

from tieback.model.exposure import Exposure, Finding
from tieback.model.probe import Container
from tieback.model.report.apps import AppSummary
from tieback.model.report.captures import ContactedServer, Recipient
from tieback.model.report.document import Report
from tieback.model.report.groups import FigureGroup
from tieback.pii.taxonomy import sensitivity
from tieback.report.declared import by_text, declared_text, item_text, state_text
from tieback.report.formats.html.diagram import Diagram, Tone, draw, tone_of
from tieback.report.formats.html.shared import draw_shared
from tieback.report.passive import MOST_LINES, PassiveLine, PassiveNotes, passive_line, passive_sighting_line
from tieback.report.personal import field_words
from tieback.report.recipients import (
    class_text,
    coverage_lines,
    first_text,
    party_text,
    sender_text,
    where_text,
    wire_text,
)
from tieback.report.shortened import cut
from tieback.report.tables import BY, HEADS, cells, name_of, shown_heads
from tieback.report.texts.app_files import AppFiles, name_with_file
from tieback.report.texts.captures import app_text, capture_lines, encryption_text, leaks_text, server_text
from tieback.report.texts.clean import clean
from tieback.report.texts.routes import AppStoreRow, dropped_text, hosts_of, most_hosts, row_of, rows

MOST_SECTIONS = 200
"""Limit on the apps with their own section."""
MOST_ROWS = 500
"""Limit on the rows of any other table."""
MOST_CONTAINERS = 100
MOST_WAYS = 50
"""Limit on the stores of one app."""
MOST_STORES = 5_000
"""Number of stores searched for stores without an app."""
MOST_FINDINGS = 20_000
"""Number of findings searched for those of the shown stores; the worst come first."""
MOST_NAMES = 5
"""Limit on the apps named per finding."""
MOST_NAMED_HOSTS = 5
"""Limit on the hosts named per app, if the report has many apps."""
MOST_HOSTS_OF_ALL = 500
"""Limit on the hosts of all apps; with few apps, each has more than ``MOST_NAMED_HOSTS``."""
MOST_PLACES = 3
"""Limit on the stores named per finding."""


class FieldView(msgspec.Struct, frozen=True):
    """A field classified as personal data."""

    name: str
    title: str
    """Display name of the class."""


class ContainerView(msgspec.Struct, frozen=True):
    """A container with its fields classified as personal data."""

    container: Container
    personal: tuple[FieldView, ...]


class StoreView(msgspec.Struct, frozen=True):
    """A store, shown once regardless of the number of apps."""

    exposure: Exposure
    anchor: str
    tone: Tone
    containers: tuple[ContainerView, ...]
    left_out: int
    """Number of containers not shown."""
    findings: tuple[Finding, ...]
    seen: tuple[PassiveLine, ...]
    """Reports of other tools about the store."""
    seen_left_out: int


class AppStoreRoute(msgspec.Struct, frozen=True):
    """An app's routes to one store."""

    row: AppStoreRow
    store: StoreView
    shown_at: str
    """Anchor of the section that shows the store, if it is another section; otherwise empty."""
    shown_name: str


class AppSection(msgspec.Struct, frozen=True):
    """Section of an app that leads to a store that answered."""

    summary: AppSummary
    anchor: str
    diagram: Diagram
    ways: tuple[AppStoreRoute, ...]
    stores_left_out: int
    """Number of its stores above the limit."""
    seen: tuple[PassiveLine, ...]
    """Reports of other tools about its targets, without those shown with its stores."""
    seen_left_out: int
    named: tuple[str, ...]
    """Endpoints that only other tools found in the app; if some are left out, their number is the last entry."""

    @property
    def severities(self) -> str:
        """Severities of its stores and findings, for the filter."""
        found = {way.row.exposure.severity for way in self.ways}
        found |= {finding.severity for way in self.ways for finding in way.store.findings}
        return "|".join(sorted(found))

    @property
    def kinds(self) -> str:
        """Products of its stores, for the filter."""
        return "|".join(sorted({way.row.exposure.product for way in self.ways}))


class TableView(msgspec.Struct, frozen=True):
    """A table of figures by one property."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, int], ...]], ...]
    """Name and cells of each group; each cell has text and sort key."""
    left_out: int


class OtherApp(msgspec.Struct, frozen=True):
    """An app without a back end that answered as a data store."""

    summary: AppSummary
    hosts: tuple[str, ...]
    more: int
    captured: str = ""
    """The number of hosts that only captures show; empty if there are none."""


class PassiveRow(msgspec.Struct, frozen=True):
    """A report of another tool, with the apps that lead to its target."""

    line: PassiveLine
    apps: tuple[str, ...]
    more: int
    """Number of apps not named."""


class ServerRow(msgspec.Struct, frozen=True):
    """A server in a capture as text."""

    server: ContactedServer
    place: str
    app: str
    encryption: str
    leaks: str


class RecipientRow(msgspec.Struct, frozen=True):
    """Who received a class of data, as text."""

    recipient: Recipient
    party: str
    app: str
    data: str
    where: str
    wire: str
    declared: str
    first: str


class DeclaredRow(msgspec.Struct, frozen=True):
    """What an app declares, beside its traffic, as text."""

    app: str
    what: str
    by: str
    state: str


class Page(msgspec.Struct, frozen=True):
    """Data for the template in addition to the report itself."""

    exposed: tuple[AppStoreRow, ...]
    exposed_left_out: int
    anchors: Mapping[str, str]
    """Anchor of the section, by the app's SHA-256."""
    names: Mapping[str, str]
    """App name, by the app's SHA-256."""
    files: Mapping[str, str]
    """File of an app that looks like another one, by its SHA-256."""
    stores: Mapping[str, StoreView]
    sections: tuple[AppSection, ...]
    sections_left_out: int
    orphans: tuple[StoreView, ...]
    """Stores that no app of the report leads to."""
    orphans_left_out: int
    not_searched: int
    """Number of stores not searched for stores without an app."""
    kinds: tuple[str, ...]
    """Products of the shown stores, sorted."""
    others: tuple[OtherApp, ...]
    others_left_out: int
    dropped: str
    """How many names in the apps are not back ends, by reason."""
    findings: tuple[Finding, ...]
    places: Mapping[str, Exposure]
    """The first stores of each finding, by their id."""
    shared: Diagram | None
    """Stores shared by the most apps."""
    shared_left_out: int
    """Number of routes to them that are not drawn."""
    seen: tuple[PassiveRow, ...]
    """Reports of other tools, latest first."""
    named: tuple[tuple[str, str], ...]
    """App and endpoint, for endpoints that only other tools found."""
    servers: tuple[ServerRow, ...]
    """Servers in the captures."""
    captures: tuple[tuple[str, str], ...]
    """Each capture with a sentence about it."""
    recipients: tuple[RecipientRow, ...]
    """Recipients of personal data."""
    coverage: tuple[str, ...]
    """Sentences on what was readable in the captures."""
    declared: tuple[DeclaredRow, ...]
    """What apps declare."""


def build_page(report: Report, titles: Mapping[str, str], files: AppFiles | None = None) -> Page:
    """Prepare a report for the template.

    Args:
        report: the report.
        titles: display name per class of personal data; unknown classes are shown unchanged.
        files: of its apps, if other parts of the output name them too.
    """
    exposed = rows(report, exposed=True, most=MOST_ROWS)
    by_app = _by_app(report, [*exposed, *rows(report, exposed=False, most=MOST_ROWS)])
    found = [store for store in islice(report.exposures(), MOST_STORES) if not store.routes]
    orphans = found[:MOST_ROWS]
    shown = [
        *(row.exposure for found in by_app.values() for row in found),
        *(row.exposure for row in exposed),
        *orphans,
    ]
    seen = PassiveNotes(report)
    stores = _stores(report, {store.id: store for store in shown}, titles, seen)
    shared = draw_shared(report)
    anchors = {key: f"app-{number}" for number, key in enumerate(by_app, 1)}
    first = report.findings.first(MOST_ROWS)
    rest = report.quiet.first(MOST_ROWS)
    concerned = list(report.apps.pick({key for finding in first for key in finding.apps[:MOST_NAMES]}))
    leading = [row.summary for found in (*by_app.values(), exposed) for row in found]
    same = (files or AppFiles(report)).of([*leading, *concerned, *rest])
    return Page(
        exposed=tuple(exposed),
        exposed_left_out=report.ways[0] - len(exposed),
        anchors=anchors,
        names=_names(concerned, same),
        files=same,
        stores=stores,
        sections=tuple(_sections(by_app, anchors, stores, seen)),
        sections_left_out=report.apps.count - report.quiet.count - len(by_app),
        orphans=tuple(stores[store.id] for store in orphans),
        orphans_left_out=len(found) - len(orphans),
        not_searched=max(report.exposed.count + report.answered.count - MOST_STORES, 0),
        kinds=tuple(sorted({store.product for store in shown})),
        others=_others(report, rest),
        others_left_out=report.quiet.count - len(rest),
        dropped=dropped_text(report),
        findings=first,
        places=_places(report, {key for finding in first for key in finding.exposures[:MOST_PLACES]}),
        shared=None if shared is None else shared[0],
        shared_left_out=0 if shared is None else shared[1],
        seen=tuple(_seen(report)),
        named=tuple((one.app.bundle_id, passive_sighting_line(one)) for one in report.seen_in_apps.first(MOST_ROWS)),
        servers=tuple(
            ServerRow(one, server_text(one), app_text(one), encryption_text(one), leaks_text(one))
            for one in report.servers.first(MOST_ROWS)
        ),
        captures=tuple(capture_lines(report, MOST_ROWS)),
        recipients=tuple(
            RecipientRow(
                one,
                party_text(one),
                sender_text(one),
                class_text(one),
                where_text(one),
                wire_text(one),
                declared_text(one),
                first_text(one),
            )
            for one in report.recipients.first(MOST_ROWS)
        ),
        coverage=tuple(coverage_lines(report)),
        declared=tuple(
            DeclaredRow(clean(one.app or one.bundle_id, 80), item_text(one), by_text(one.declared_by), state_text(one))
            for one in report.declared.first(MOST_ROWS)
        ),
    )


def _places(report: Report, ids: AbstractSet[str]) -> dict[str, Exposure]:
    return {store.id: store for store in chain(report.exposed.pick(ids), report.answered.pick(ids))}


def _seen(report: Report) -> Iterator[PassiveRow]:
    notes = report.seen.first(MOST_ROWS)
    wanted = {key for note in notes for key in note.reached[:MOST_NAMES]}
    names = {summary.app.sha256: summary.app.label for summary in report.apps.pick(wanted)}
    for note in notes:
        apps = tuple(dict.fromkeys(names[key] for key in note.reached[:MOST_NAMES] if key in names))
        yield PassiveRow(passive_line(note), apps, max(len(note.reached) - MOST_NAMES, 0))


def _by_app(report: Report, found: Sequence[AppStoreRow]) -> dict[str, list[AppStoreRow]]:
    """Apps of some rows, in row order, each with all its stores."""
    summaries = {row.summary.app.sha256: row.summary for row in found}
    shown = dict(islice(summaries.items(), MOST_SECTIONS))
    wanted = {key for summary in shown.values() for key in summary.exposures[:MOST_WAYS]}
    stores = {store.id: store for store in chain(report.exposed.pick(wanted), report.answered.pick(wanted))}
    return {
        key: [row_of(summary, stores[id_]) for id_ in summary.exposures[:MOST_WAYS] if id_ in stores]
        for key, summary in shown.items()
    }


def _stores(
    report: Report, shown: Mapping[str, Exposure], titles: Mapping[str, str], seen: PassiveNotes
) -> dict[str, StoreView]:
    of_store: dict[str, list[Finding]] = {}
    for finding in islice(report.findings.rows(), MOST_FINDINGS):
        for key in finding.exposures:
            if key in shown:
                of_store.setdefault(key, []).append(finding)
    return {
        exposure.id: StoreView(
            exposure,
            f"store-{number}",
            tone_of(exposure),
            _containers(exposure, titles),
            max(sum(not container.system for container in exposure.containers) - MOST_CONTAINERS, 0),
            tuple(of_store.get(exposure.id, ())),
            tuple(passive_line(note) for note in seen.of_store(exposure)[:MOST_LINES]),
            max(len(seen.of_store(exposure)) - MOST_LINES, 0),
        )
        for number, exposure in enumerate(shown.values(), 1)
    }


def _containers(exposure: Exposure, titles: Mapping[str, str]) -> tuple[ContainerView, ...]:
    personal: dict[str, list[FieldView]] = {}
    for field in sorted(exposure.fields, key=lambda field: -sensitivity(field.pii_class)):
        personal.setdefault(field.container, []).append(
            FieldView(field.field, field_words(field, titles.get(field.pii_class, field.pii_class)))
        )
    own = [container for container in exposure.containers if not container.system]
    own.sort(key=lambda container: (-(container.records.value if container.records else 0), container.path))
    return tuple(
        ContainerView(container, tuple(personal.get(container.name, ()))) for container in own[:MOST_CONTAINERS]
    )


def _sections(
    by_app: Mapping[str, list[AppStoreRow]],
    anchors: Mapping[str, str],
    stores: Mapping[str, StoreView],
    seen: PassiveNotes,
) -> Iterator[AppSection]:
    shown: dict[str, tuple[str, str]] = {}
    for key, found in by_app.items():
        app, ways = found[0].summary.app, []
        for row in found:
            at, name = shown.setdefault(row.exposure.id, (anchors[key], app.label))
            ways.append(AppStoreRoute(row, stores[row.exposure.id], "" if at == anchors[key] else at, name))
        others = seen.of_app(key, [row.exposure for row in found])
        named = seen.sightings_in(key)
        yield AppSection(
            found[0].summary,
            anchors[key],
            draw(app, found),
            tuple(ways),
            max(len(found[0].summary.exposures) - MOST_WAYS, 0),
            tuple(map(passive_line, others[:MOST_LINES])),
            max(len(others) - MOST_LINES, 0),
            tuple(cut(map(passive_sighting_line, named[:MOST_LINES]), MOST_LINES, count=len(named), one="endpoint")),
        )


def table_views(report: Report) -> Iterator[TableView]:
    """Yield the tables of figures, without empty columns."""
    for table in report.tables:
        columns = shown_heads(table, probed=report.probed)
        if not columns:
            continue
        rows = tuple(
            (
                name_of(table, group),
                tuple((cells(group, probed=report.probed)[at], _number(group, at)) for at in columns),
            )
            for group in table.groups
        )
        yield TableView(BY[table.by], tuple(HEADS[at] for at in columns), rows, table.left_out)


def _number(group: FigureGroup, column: int) -> int:
    """Sort key of a cell of ``HEADS``."""
    numbers = (
        group.analysed,
        group.using,
        group.affected,
        group.answering,
        group.exposed,
        group.records.value,
        group.bytes.value,
        group.ransomed,
    )
    return numbers[column] or 0


def _names(apps: Iterable[AppSummary], files: Mapping[str, str]) -> dict[str, str]:
    """The names and versions of apps by SHA-256, with the file where two look the same."""
    names = {one.app.sha256: f"{one.app.label} {one.app.version_name}".rstrip() for one in apps}
    return {key: name_with_file(name, files.get(key, "")) for key, name in names.items()}


def _others(report: Report, summaries: Sequence[AppSummary]) -> tuple[OtherApp, ...]:
    hosts = hosts_of(report, summaries)
    most = most_hosts(MOST_NAMED_HOSTS, MOST_HOSTS_OF_ALL, len(summaries))
    return tuple(
        OtherApp(summary, known.names[:most], max(known.count - most, 0), known.words)
        for summary in summaries
        for known in [hosts[summary.app.sha256]]
    )
