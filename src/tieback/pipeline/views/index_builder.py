"""Builds the index of a run for pages from its report, its evidence graph and the lake, in one pass over each."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import islice

import msgspec
import numpy as np

from tieback.backends.normalise import OwnerDomains
from tieback.model.report.document import Report
from tieback.model.vendor import Vendor
from tieback.pipeline.graph.probed import probed_places
from tieback.pipeline.graph.run_graph import RunGraph
from tieback.pipeline.mapping.attribution import AttributionSources
from tieback.pipeline.report import build_report, run_unanswered, run_unidentified
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.pipeline.views.index_figures import (
    MOST_PARTLY_READ,
    MOST_WORST,
    PLACES,
    UNPLACED,
    DeclaredFigures,
    PartlyReadCapture,
    RecipientFigures,
    RunFigures,
)
from tieback.pipeline.views.index_rows import (
    NO_STORES,
    Counts,
    EndpointCount,
    StoreCount,
    app_row,
    backend_row,
    captured_row,
    declared_document,
    declared_words,
    found_store,
    recipient_document,
    recipient_words,
    store_ways,
)
from tieback.pipeline.views.records import AppRecord, AppState, FoundStore
from tieback.report.texts.unread import partly_read_captures, unread_text
from tieback.storage.lake.lake import Lake
from tieback.storage.lake.queries.graph_index import Level
from tieback.storage.lake.queries.groups import makers_of_run
from tieback.storage.lake.queries.page_counts import apps_in_detail
from tieback.storage.lake.queries.summaries import only_captured
from tieback.storage.lake.tables.inputs import count_inputs
from tieback.storage.page_index import PageIndexWriter, page_index_folder, writing_page_index
from tieback.storage.workspace import Workspace

MOST_FACETS = 200
"""Maximum values that a filter suggests."""
MOST_LABEL = 200
"""Length of the text that sorts apps by name: a cursor contains it."""


def build_index(workspace: Workspace, run: str) -> None:
    """Write the index of a finished run.

    Raises:
        WorkspaceError: the run is unknown, the workspace cannot be read, or the disk is full.
    """
    report = build_report(workspace, run)
    row = workspace.ledger.find_run(run)
    assert row is not None, "the report was built from it"
    graph = RunGraph(workspace, row, AttributionSources())
    try:
        with writing_page_index(page_index_folder(workspace.indices_directory, run)) as index:
            builder = _Builder(workspace.lake, run, report, graph, index, tuple(workspace.ledger.cases.vendors()))
            builder.build()
    finally:
        graph.knowledge.close()


_ORDER = {state: number for number, state in enumerate(AppState)}


def _order(counts: Counts) -> int:
    """The place of a back end among the others: those with open stores first, those without a store last."""
    return 0 if counts.exposed else 1 if counts.not_decided else 2 if counts.stores else 3


class _Probed(msgspec.Struct, frozen=True):
    """The part of a back end that counts apps."""

    probed: bool
    silent: bool


class _Builder:
    """Builds one index. Rows are streamed; in memory are counts by app and by back end with a store."""

    def __init__(
        self,
        lake: Lake,
        run: str,
        report: Report,
        graph: RunGraph,
        index: PageIndexWriter,
        vendors: Iterable[Vendor],
    ) -> None:
        self._lake = lake
        self._run = run
        self._report = report
        self._graph = graph
        self._index = index
        self._vendors = vendors
        self._stores: list[StoreCount] = []
        """By place: worst first."""
        self._of_app: dict[str, Counts] = {}
        self._of_endpoint: dict[str, list[int]] = {}
        """Places of the stores that an endpoint leads to."""
        self._not_probed = 0

    def build(self) -> None:
        self._add_stores()
        self._add_backends()
        self._add_apps(self._count_endpoints())
        self._add_captures()
        self._add_recipients()
        self._add_places()
        self._index.document("figures", self._figures())

    def _add_stores(self) -> None:
        owners = OwnerDomains()
        for place, exposure in enumerate(self._report.exposures()):
            store = StoreCount(exposure.exposed, exposure.undecided and not exposure.honeypot, exposure.severity.rank)
            self._stores.append(store)
            apps = dict.fromkeys(route.app_sha256 for route in exposure.routes)
            for app in apps:
                self._of_app.setdefault(app, Counts()).add(store, place)
            ways = {way.endpoint: way for way in store_ways(exposure, owners)}
            for value in ways:
                self._of_endpoint.setdefault(value, []).append(place)
            self._index.add("app_stores", ((app, place) for app in apps))
            self._index.add("stores", [(exposure.id, place, msgspec.json.encode(found_store(exposure, len(apps))))])
            self._index.add("ways", ((value, exposure.id, msgspec.json.encode(way)) for value, way in ways.items()))

    def _add_backends(self) -> None:
        of_backend: dict[str, Counts] = {}
        seen: set[tuple[str, int]] = set()

        def named() -> Iterator[tuple[str, str]]:
            for value, name in self._graph.endpoint_backends():
                for place in self._of_endpoint.get(value, ()):
                    if (name, place) not in seen:
                        seen.add((name, place))
                        of_backend.setdefault(name, Counts()).add(self._stores[place], place)
                yield value, name

        self._index.draft("named", "value, name")
        self._index.add("named", named())
        self._index.draft("backs", f"state, worst, apps, addresses, words, {_BACKEND_COLUMNS}")
        self._index.add("backs", self._backends(of_backend))
        for sql in (_PLACE_BACKENDS, _BACKEND_WORDS, _ADDRESSES, _ENDPOINTS):
            self._index.run(sql)

    def _backends(self, of_backend: Mapping[str, Counts]) -> Iterator[tuple[str | int | bytes, ...]]:
        places = probed_places(self._lake, self._run)
        for some in self._graph.summaries():
            counts = of_backend.get(some.host, NO_STORES)
            probed, silent = places.is_probed(some.host, some.at), places.is_silent(some.host, some.at)
            row = backend_row(some, counts, probed=probed, silent=silent)
            self._not_probed += not row.probed
            words = "\n".join((row.name, *some.addresses, row.provider, row.owner)).casefold()
            order = (_order(counts), counts.worst, -row.apps)
            columns = (row.id, row.name, row.provider, row.party, row.owner, row.stores)
            yield *order, msgspec.json.encode(some.addresses), words, *columns, msgspec.json.encode(row)

    def _count_endpoints(self) -> dict[str, EndpointCount]:
        """The endpoints of each app with a back end, by content hash; other apps are left out."""
        graph = self._graph.index
        nodes = graph.numbers(Level.BACKEND)
        first = next(iter(nodes.values()), 0)
        probed, silent = np.zeros(len(nodes), np.bool_), np.zeros(len(nodes), np.bool_)
        for name, document in self._index.query("SELECT name, document FROM backends"):
            if name in nodes:
                row = msgspec.json.decode(document, type=_Probed)
                probed[nodes[name] - first], silent[nodes[name] - first] = row.probed, row.silent
        counts = [graph.unreached(marked).tolist() for marked in (np.zeros_like(probed), probed, ~silent)]
        found = (
            (name, EndpointCount(*(one[node] for one in counts))) for name, node in graph.numbers(Level.APP).items()
        )
        return {name: count for name, count in found if count.mapped}

    def _add_apps(self, endpoints: Mapping[str, EndpointCount]) -> None:
        self._index.draft("listed", f"state, worst, words, {_APP_COLUMNS}")
        self._index.add("listed", self._apps(endpoints))
        self._index.run(_PLACE_APPS)
        self._index.run(_APP_WORDS)

    def _apps(self, endpoints: Mapping[str, EndpointCount]) -> Iterator[tuple[str | int | bytes, ...]]:
        found = apps_in_detail(self._lake, self._run, TRAFFIC_ANALYSIS)
        makers = makers_of_run(self._lake, self._run, TRAFFIC_ANALYSIS, self._vendors)
        captured = dict(only_captured(self._lake, self._run, TRAFFIC_ANALYSIS, self._graph.captured))
        detail = {unit: (version, credentials, dropped) for unit, version, credentials, dropped in found}
        for summary in self._report.apps.rows():
            app = summary.app
            counts = self._of_app.get(app.sha256, NO_STORES)
            version, credentials, dropped = detail.get(app.sha256, ("", 0, 0))
            known = endpoints.get(app.sha256, EndpointCount())
            row = app_row(summary, counts, credentials, known, captured.get(app.sha256, 0))
            record = AppRecord(
                row=row,
                path=summary.path,
                version_code=app.version_code,
                min_sdk=app.min_sdk,
                target_sdk=app.target_sdk,
                signer=app.signer,
                has_api=summary.has_api,
                problems=summary.problems,
                unread=summary.unread,
                store=summary.store,
                version=version,
                dropped=dropped,
            )
            label = (app.label or summary.path).casefold()[:MOST_LABEL]
            signer = app.signer.sha256 if app.signer is not None else ""
            words = "\n".join((app.name, app.bundle_id, app.vendor, app.sha256, summary.path)).casefold()
            maker = makers.label(*makers.find(app.vendor, app.team, signer)) if app.vendor else ""
            columns = (app.sha256, label, row.platform, row.vendor, maker, row.state.value)
            yield _ORDER[row.state], counts.worst, words, *columns, msgspec.json.encode(record)

    def _add_captures(self) -> None:
        """Endpoints and servers that apps contacted in captures."""
        known: dict[str, int] = {}

        def number(app: str) -> int:
            known[app] = known.get(app, -1) + 1
            return known[app]

        seen = self._graph.captured.select(["app", "value", "file", "how", "party"])
        for batch in seen.to_batches(1000):
            self._index.add("captured", (captured_row(row, number(row["app"])) for row in batch.to_pylist()))
        servers = (
            (one.app_sha256, number(one.app_sha256), msgspec.json.encode(one)) for one in self._report.servers.rows()
        )
        self._index.add("servers", servers)

    def _add_recipients(self) -> None:
        """Who received what, in the order of the report, and what was readable."""
        listed = {sha256 for (sha256,) in self._index.query("SELECT sha256 FROM apps")}
        rows = self._report.recipients.rows
        self._index.add(
            "recipients",
            (
                (
                    place,
                    one.app_sha256,
                    one.party.value,
                    one.pii_class,
                    one.owner,
                    one.in_clear,
                    one.declared.value,
                    recipient_document(one, listed),
                )
                for place, one in enumerate(rows())
            ),
        )
        self._index.add("recipients_words", ((place, recipient_words(one)) for place, one in enumerate(rows())))
        captures = tuple(self._report.captures.rows())
        figures = RecipientFigures(
            rows=self._count("recipients"),
            flows=sum(one.flows - one.others for one in captures),
            read=sum(one.read for one in captures),
            with_data=sum(one.with_data for one in captures),
            longer=sum(one.longer for one in captures),
            unreadable=sum(one.unreadable for one in captures),
            quic=sum(one.quic for one in captures),
            not_sent=sum(one.not_sent for one in captures),
            captures_partly_read=sum(bool(one.unread) for one in captures),
            partly_read=tuple(
                PartlyReadCapture(path=one.path, what=unread_text(one), damaged=one.damaged)
                for one in islice(partly_read_captures(self._report), MOST_PARTLY_READ)
            ),
            received=tuple(sorted({name for one in captures for name in one.received})),
            parties=self._facet("recipients", "party"),
            classes=self._facet("recipients", "class"),
            owners=self._facet("recipients", "owner"),
            declared=self._facet("recipients", "declared"),
        )
        self._index.document("recipients", figures)
        self._add_declared(listed)

    def _add_declared(self, listed: Collection[str]) -> None:
        """What apps declare, in the order of the report."""
        rows = self._report.declared.rows
        self._index.add(
            "declared",
            (
                (place, one.app_sha256, one.kind, one.state.value, declared_document(one, listed))
                for place, one in enumerate(rows())
            ),
        )
        self._index.add("declared_words", ((place, declared_words(one)) for place, one in enumerate(rows())))
        states = self._facet("declared", "state")
        partly = sum(1 for _ in partly_read_captures(self._report))
        figures = DeclaredFigures(rows=self._count("declared"), captures_partly_read=partly, states=states)
        self._index.document("declared", figures)

    def _add_places(self) -> None:
        """Write the place of each app of the graph, so that the worst apps of a back end are found without names."""
        graph = self._graph.index
        nodes = graph.numbers(Level.APP)
        places = np.full(len(nodes), UNPLACED, np.int32)
        for sha256, place in self._index.query("SELECT sha256, place FROM apps"):
            if sha256 in nodes:
                places[nodes[sha256]] = place
        np.save(self._index.folder / PLACES, places, allow_pickle=False)

    def _figures(self) -> RunFigures:
        report = self._report
        return RunFigures(
            headline=report.headline,
            scope=report.scope,
            problems=count_inputs(self._lake, self._run)[1] + run_unanswered(self._lake, self._run)[0],
            unidentified=tuple(one.what for one in run_unidentified(self._lake, self._run)),
            apps=self._count("apps"),
            backends=self._count("backends"),
            backends_not_probed=self._not_probed,
            platforms=self._facet("apps", "platform"),
            vendors=self._facet("apps", "maker"),
            providers=self._facet("backends", "provider"),
            owners=self._facet("backends", "owner"),
            parties=self._facet("backends", "party"),
            data=report.data,
            worst=tuple(self._worst()),
        )

    def _worst(self) -> Iterator[FoundStore]:
        sql = f"SELECT document FROM stores ORDER BY place LIMIT {MOST_WORST}"  # noqa: S608 - our own number
        stores = (msgspec.json.decode(document, type=FoundStore) for (document,) in self._index.query(sql))
        return (store for store in stores if store.exposed)

    def _count(self, table: str) -> int:
        return int(next(self._index.query(f"SELECT count(*) FROM {table}"))[0])  # noqa: S608 - our own name

    def _facet(self, table: str, column: str) -> tuple[tuple[str, int], ...]:
        sql = f"""SELECT {column}, count(*) FROM {table} WHERE {column} <> ''
            GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_FACETS}"""  # noqa: S608 - our own names
        return tuple((str(value), int(count)) for value, count in self._index.query(sql))


_BACKEND_COLUMNS = "id, name, provider, party, owner, stores, document"
_PLACE_BACKENDS = f"""INSERT INTO backends
    SELECT row_number() OVER (ORDER BY state, worst, apps, name), {_BACKEND_COLUMNS} FROM backs"""  # noqa: S608
_BACKEND_WORDS = "INSERT INTO backends_words SELECT place, words FROM backs JOIN backends USING (name)"
_ADDRESSES = """INSERT OR IGNORE INTO addresses
    SELECT each.value, backends.place FROM backs JOIN backends USING (name), json_each(backs.addresses) each"""
_ENDPOINTS = "INSERT OR IGNORE INTO endpoints SELECT value, place FROM named JOIN backends USING (name)"
_APP_COLUMNS = "sha256, label, platform, vendor, maker, state_shown, document"
_PLACE_APPS = f"""INSERT INTO apps
    SELECT row_number() OVER (ORDER BY state, worst, label, sha256), {_APP_COLUMNS} FROM listed"""  # noqa: S608
_APP_WORDS = """INSERT INTO apps_words
    SELECT row_number() OVER (ORDER BY state, worst, label, sha256), words FROM listed"""
