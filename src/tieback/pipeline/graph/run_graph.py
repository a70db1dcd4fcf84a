"""The evidence graph of the last run: apps, back ends and stores, queried from either side, with evidence."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from tieback.backends.confidence import sighting_confidence
from tieback.backends.normalise import host_of
from tieback.model.app import App, Platform
from tieback.model.backend import Backend
from tieback.model.errors import UsageError, WorkspaceError
from tieback.model.exposure import Exposure
from tieback.model.passive import PassiveService
from tieback.model.probe import Access
from tieback.model.sighting import Sighting
from tieback.pipeline.graph.probed import ProbedPlaces, probed_places
from tieback.pipeline.graph.tables import CaptureRows, ways_table
from tieback.pipeline.graph.views import (
    AppLink,
    AppView,
    BackendLine,
    BackendView,
    EndpointLink,
    PassiveView,
    StoreLink,
    link_store,
    passive_view,
)
from tieback.pipeline.mapping.attribution import AttributionSources, attribute_host, split_host
from tieback.pipeline.runs import finished_run
from tieback.pipeline.traffic import TRAFFIC_ANALYSIS
from tieback.storage.lake.queries.graph_index import GraphIndex, Ids, Level
from tieback.storage.lake.queries.graph_rows import AppRow, BackendRow, GraphRows
from tieback.storage.lake.tables.apps import read_app_documents
from tieback.storage.lake.tables.imports import services_at, sightings_of_apps
from tieback.storage.ledger.ledger import RunRow
from tieback.storage.workspace import Workspace

if TYPE_CHECKING:
    import pyarrow as pa

MOST = 1000
"""Maximum number of apps, endpoints or stores listed in one answer; the total is also shown."""
NAMED_APPS = 20
"""Maximum number of apps that an error names."""
_EVER = 1e12
"""Reports imported after a run are also shown; they carry their own date."""


@contextmanager
def last_graph(directory: Path, data: Path | None = None, run_id: str = "") -> Iterator["RunGraph"]:
    """The graph of a run; default: the last finished one.

    Args:
        directory: the workspace.
        data: folder of imported address data; default: the user's data folder.
        run_id: the run.

    Raises:
        WorkspaceError: the workspace does not exist, or has no finished run.
    """
    with Workspace.open(directory, create=False) as workspace:
        run = finished_run(workspace, run_id)
        if run is None:
            raise WorkspaceError(
                "no finished run", where=str(directory), advice="Run `tieback scan` first", page="Start a run first"
            )
        graph = RunGraph(workspace, run, AttributionSources(data))
        try:
            yield graph
        finally:
            graph.knowledge.close()


class RunGraph:
    """Queries on one run. Use ``last_graph``."""

    def __init__(self, workspace: Workspace, run: RunRow, knowledge: AttributionSources) -> None:
        self._workspace = workspace
        self._run = run
        self._rows = GraphRows(workspace.lake, run.id, TRAFFIC_ANALYSIS)
        self._captured = CaptureRows(workspace, run.id, self._rows)
        self.knowledge = knowledge

    @cached_property
    def _probed(self) -> ProbedPlaces:
        """What the run probed."""
        return probed_places(self._workspace.lake, self._run.id)

    def lines(self) -> Iterator[BackendLine]:
        """Every back end: those with openly accessible stores first, then by number of apps.

        Raises:
            WorkspaceError: the workspace cannot be read.
        """
        stores: dict[str, set[str]] = {}
        for exposure in self._workspace.ledger.conclusions.exposures(self._run.id):
            for route in exposure.routes:
                # A refusal that leaves another way in untested is not shown as closed.
                state = Access.UNKNOWN if exposure.undecided else exposure.access
                stores.setdefault(route.endpoint, set()).add(state)
        seen: dict[str, set[str]] = {}
        rows = list(self._rows.backends(self._captured.table))
        for service in self._passive(row.host for row in rows):
            for host in (service.address, *service.names):
                seen.setdefault(host, set()).add(service.source)
        lines = [
            BackendLine(
                row.host,
                row.endpoints,
                row.apps,
                row.addresses,
                row.provider,
                row.region,
                row.owner,
                row.party,
                tuple(sorted({access for value in row.values for access in stores.get(value, ())})),
                tuple(sorted({tool for host in (row.host, *row.addresses) for tool in seen.get(host, ())})),
                self._probed.is_probed(row.host, row.at),
                self._probed.is_silent(row.host, row.at),
            )
            for row in rows
        ]
        yield from sorted(lines, key=lambda one: ("open" not in one.access, not one.access, -one.apps, one.host))

    def backend(self, text: str) -> BackendView:
        """Find a back end by name, address, URL or resource.

        Raises:
            UsageError: the text is not a host, or no app of the last run leads there.
            WorkspaceError: the workspace cannot be read.
        """
        name, found = self._find(text)
        if not found:
            raise UsageError(
                "no app of the last run leads to this back end",
                where=text[:200],
                advice="See `tieback backend list`; `tieback backend why` explains any host",
            )
        values = [backend.endpoint.value for backend in found]
        nodes = self._reached(name, values, Level.APP)
        apps = tuple(self._app_at(row) for row in self._rows.apps_at(values, self._captured.table, MOST))
        stores = self._stores(self.index.names(self._reached(name, values, Level.STORE), MOST), values)
        addresses = tuple(dict.fromkeys(address for one in found for address in one.addresses))
        host = host_of(found[0].endpoint)
        told = attribute_host(host, self.knowledge, addresses, resolved_by=found[0].resolved_by) if host else None
        if told is not None:
            # A cloud resource is more specific than the host that many resources share.
            told = msgspec.structs.replace(told, statements=found[0].attributions or told.statements)
        return BackendView(
            host=name,
            why=told,
            party=str(found[0].party),
            endpoints=tuple(values[:MOST]),
            endpoints_total=len(values),
            apps=apps,
            apps_total=len(nodes),
            stores=stores,
            seen=self._notes((name, *addresses), apps, stores),
            probed=self._probed.is_probed(name, host),
            silent=self._probed.is_silent(name, host),
        )

    def apps(self, text: str) -> Iterator[AppView]:
        """Find apps by bundle identifier, SHA-256 prefix, name or file; one view per version in the run.

        Raises:
            UsageError: the last run does not contain this app.
            WorkspaceError: the workspace cannot be read.
        """
        found = self._rows.find_apps(text)
        told = False
        for row in found:
            for _, document in read_app_documents(self._workspace.lake, [row]):
                app = document.app or App(row.platform, row.bundle_id, row.key)
                sightings = {one.endpoint.value: one for one in document.sightings}
                for value, sighting in self._captured.of_app(app.bundle_id, row.key).items():
                    sightings.setdefault(value, sighting)
                told = True
                yield self._app_view(app, document.path, sightings)
        if not told:
            captured = self._captured.of_app(text, "")
            if not captured:
                raise UsageError(
                    "the last run does not contain this app",
                    where=text[:200],
                    advice=self._apps_advice(),
                )
            path = next(iter(captured.values())).evidence.file
            yield self._app_view(App(Platform.UNKNOWN, text, ""), path, captured)

    def _apps_advice(self) -> str:
        names, count = self._rows.app_names(NAMED_APPS)
        how = "Use a bundle identifier, a SHA-256, the name of the app, or its file"
        if not names:
            return f"{how}. The run contains no app"
        more = f" and {count - len(names):,} more" if count > len(names) else ""
        return f"{how}. The run contains {', '.join(names)}{more}"

    def backends(self, text: str = "") -> Iterator[Backend]:
        """The endpoints of a back end, or of all. Raises the same errors as ``backend``."""
        yield from self._find(text)[1] if text else self._rows.every()

    def app_rows(self, text: str = "") -> Iterator[AppRow]:
        """Apps that name an endpoint of a back end, or any endpoint, with the location. Raises as ``backend``."""
        values = [one.endpoint.value for one in self._find(text)[1]] if text else None
        yield from self._rows.pairs(values, self._captured.table)

    def exposures(self) -> Iterator[Exposure]:
        """The stores of the run."""
        return self._workspace.ledger.conclusions.exposures(self._run.id)

    def summaries(self) -> Iterator[BackendRow]:
        """Every back end with its counts, by name. Raises as ``lines``."""
        return self._rows.backends(self.captured)

    def endpoint_backends(self) -> Iterator[tuple[str, str]]:
        """Every endpoint with the name of its back end. Raises as ``lines``."""
        return self._rows.endpoint_backends()

    @property
    def captured(self) -> "pa.Table":
        """The endpoints that apps contacted in captures (``CaptureRows``). Raises as ``lines``."""
        return self._captured.table

    def passive_views(self) -> Iterator[PassiveView]:
        """Reports of other tools about the hosts of the run."""
        hosts: set[str] = set()
        for one in self._rows.every():
            hosts |= {host_of(one.endpoint), *one.addresses}
        for service in self._passive(hosts):
            yield passive_view(service, (), ())

    def _app_view(self, app: App, path: str, sightings: Mapping[str, Sighting]) -> AppView:
        backends = {one.endpoint.value: one for one in self._rows.of_values(list(sightings)[:MOST])}
        ids = self.index.names(self.index.reach(Level.APP, app.sha256, Level.STORE), MOST)
        exposures = [_seen_from(app.sha256, one) for one in self._exposures(ids)]
        hosts = {host_of(one.endpoint) for one in sightings.values()} | {
            a for b in backends.values() for a in b.addresses
        }
        passive = self._by_host(self._passive(hosts))
        endpoints = []
        for value, sighting in list(sightings.items())[:MOST]:
            backend = backends.get(value)
            host = host_of(sighting.endpoint)
            stores = tuple(link_store(one, [value]) for one in exposures if _leads(one, value))
            places = (host, *(backend.addresses if backend is not None else ()))
            seen = {id(service): service for place in places for service in passive.get(place, ())}
            endpoints.append(
                EndpointLink(
                    value=value,
                    service=sighting.endpoint.service or "",
                    party=str(sighting.party),
                    owner=sighting.owner or (backend.owner if backend is not None else ""),
                    party_reason=sighting.party_reason,
                    file=sighting.evidence.file,
                    offset=sighting.evidence.offset,
                    how=sighting.evidence.how,
                    confidence=sighting_confidence(sighting.evidence.how),
                    host=host,
                    backend=backend,
                    stores=stores,
                    seen=tuple(passive_view(service, (app.sha256,), stores) for service in seen.values()),
                )
            )
        told = sightings_of_apps(self._workspace.lake, [app.bundle_id], [app.sha256], _EVER)
        others = {one.sighting.endpoint.value: one for _, one in told if one.sighting.endpoint.value not in sightings}
        return AppView(app, path, tuple(endpoints), len(sightings), tuple(others.values())[:MOST])

    def _reached(self, name: str, values: Iterable[str], level: Level) -> Ids:
        """The nodes of a level that a back end or, if the name is a host of several resources, its endpoints reach."""
        if self.index.find(Level.BACKEND, name) is not None:
            return self.index.reach(Level.BACKEND, name, level)
        return self.index.reach_all(Level.ENDPOINT, values, level)

    def _find(self, text: str) -> tuple[str, list[Backend]]:
        """The back end that a text refers to, and its endpoints in this run."""
        direct = list(self._rows.of_backend(text))
        if direct:
            return text, direct
        host, _ = split_host(text)
        return host.text, list(self._rows.of_backend(host.text))

    def _stores(self, ids: Iterable[str], values: list[str]) -> tuple[StoreLink, ...]:
        return tuple(link_store(one, values) for one in self._exposures(ids))

    def _exposures(self, ids: Iterable[str]) -> list[Exposure]:
        found = self._workspace.ledger.conclusions.pick(self._run.id, list(ids))
        return sorted(found, key=lambda one: (-one.severity.rank, -one.score, one.id))

    def _passive(self, hosts: Iterable[str]) -> Iterator[PassiveService]:
        return services_at(self._workspace.lake, set(hosts), _EVER)

    @staticmethod
    def _by_host(services: Iterable[PassiveService]) -> dict[str, list[PassiveService]]:
        found: dict[str, list[PassiveService]] = {}
        for service in services:
            for host in (service.address, *service.names):
                if host:
                    found.setdefault(host, []).append(service)
        return found

    def _notes(
        self, hosts: Iterable[str], apps: Iterable[AppLink], stores: tuple[StoreLink, ...]
    ) -> tuple[PassiveView, ...]:
        reached = tuple(sorted({app.sha256 for app in apps})[:MOST])
        return tuple(passive_view(service, reached, stores) for service in self._passive(hosts))

    def _app_at(self, row: AppRow) -> AppLink:
        return AppLink(
            row.key,
            row.bundle_id,
            row.name,
            row.version_name,
            row.value,
            row.party,
            row.file,
            row.offset,
            row.how,
            sighting_confidence(row.how),
        )

    @cached_property
    def index(self) -> GraphIndex:
        """The index of the graph; it is built if it is missing. Raises ``WorkspaceError``."""
        rows = [
            (route.endpoint, exposure.id)
            for exposure in self._workspace.ledger.conclusions.exposures(self._run.id)
            for route in exposure.routes
        ]
        directory = self._workspace.indices_directory
        return GraphIndex.of_run(self._workspace.lake, self._run.id, directory, ways_table(rows), self._captured.table)


def _seen_from(app: str, exposure: Exposure) -> Exposure:
    """The store with the routes of one app only."""
    return msgspec.structs.replace(
        exposure, routes=tuple(route for route in exposure.routes if route.app_sha256 == app)
    )


def _leads(exposure: Exposure, value: str) -> bool:
    return any(route.endpoint == value for route in exposure.routes)
