"""Attribution of captured traffic to apps, as far as the captures show it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

from tieback.assess.findings import SharedSecret
from tieback.backends.pivot import Lead
from tieback.model.app import App, Platform
from tieback.model.flow import Flow, FlowApp, Leak
from tieback.model.report.captures import AppMatch, ContactedServer, Recipient
from tieback.model.sighting import Sighting
from tieback.pipeline.mapping.contacted_servers import ServerTotals
from tieback.pipeline.mapping.flow_endpoints import EndpointTotals, endpoint_of, leads_of
from tieback.pipeline.mapping.process_names import ProcessNames
from tieback.pipeline.mapping.recipients import ContentCounts, RecipientTotals
from tieback.pipeline.mapping.request_paths import PathTotals
from tieback.recognise.rules import RuleFiles
from tieback.recognise.whole_app.collect import Maker
from tieback.storage.lake.lake import DamagedPartError
from tieback.storage.lake.tables.apps import AppEndpoint
from tieback.storage.lake.tables.flows import read_flows
from tieback.storage.lake.tables.inputs import RunInput
from tieback.storage.workspace import Workspace

MAX_FACTS = 500_000
"""Maximum endpoints, servers, leaks, hints, addresses and certificates of one capture. A capture of a company's day has
about a tenth of that."""


class TrafficApp(msgspec.Struct, frozen=True):
    """The traffic of one app in one capture, or traffic of an unknown app."""

    app_key: str
    """Content hash of the scanned app with this bundle identifier. If no such app was scanned, a digest of capture and
    bundle identifier; for unknown apps, the content hash of the capture."""
    app: App
    """The app; a placeholder if it was not scanned."""
    path: str
    sightings: tuple[Sighting, ...]
    leaks: tuple[tuple[str, Leak], ...]
    """Each leak with the endpoint that sent or received it."""
    leads: tuple[Lead, ...] = ()
    """Distinct hosts named in server responses."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Server names with the addresses used."""
    subjects: tuple[tuple[str, str], ...] = ()
    """Server names with the subject of the certificate presented; either may be empty."""
    known: bool = True
    """False if the capture does not show which app it was."""
    capture: str = ""
    """Content hash of the capture."""
    servers: tuple[ContactedServer, ...] = ()
    flows: int = 0
    others: int = 0
    """Flows whose servers are not in ``servers``: name resolution, discovery, time, groups."""
    paths: tuple[tuple[str, str], ...] = ()
    """Endpoint values with the paths of requests that may name a store's container or base path."""
    left_out: int = 0
    """Flows with something that is not here, because the capture has more than ``MAX_FACTS``."""
    recipients: tuple[Recipient, ...] = ()
    """Who received what, without provider and country."""
    shared: tuple[SharedSecret, ...] = ()
    """Credentials that more than one party received."""
    counts: ContentCounts = msgspec.field(default_factory=ContentCounts)


def paths_of(traffic: Iterable[TrafficApp]) -> dict[str, tuple[str, ...]]:
    """The paths of requests by endpoint value, over all apps."""
    found: dict[str, dict[str, None]] = {}
    for value, path in (pair for one in traffic for pair in one.paths):
        found.setdefault(value, {})[path] = None
    return {value: tuple(paths) for value, paths in found.items()}


def attribute_traffic(
    workspace: Workspace,
    units: Sequence[RunInput],
    bundles: Mapping[str, str],
    processes: ProcessNames | None = None,
) -> Iterator[TrafficApp]:
    """The traffic of the captures among the units, grouped by capture and app.

    Args:
        workspace: contains the flows.
        units: captures; other units have no flows.
        bundles: maps bundle identifiers of this run's apps to content hashes.
        processes: the apps of this run by their processes, for captures that show no identifier.

    Raises:
        WorkspaceError: the lake cannot be read.
    """
    paths = {unit.key: unit.path for unit in units}
    rules, processes = RuleFiles(), processes or ProcessNames()
    while True:
        try:
            groups = _add_up(workspace, units, bundles, processes, paths, rules)
        except DamagedPartError:
            continue  # the part is recorded as damaged, so this ends
        for _, group in sorted(groups.items()):
            yield group.traffic()
        return


def _add_up(
    workspace: Workspace,
    units: Sequence[RunInput],
    bundles: Mapping[str, str],
    processes: ProcessNames,
    paths: Mapping[str, str],
    rules: RuleFiles,
) -> dict[tuple[str, str], "_Group"]:
    """The traffic by capture and bundle identifier, read flow by flow: a capture may have millions of flows."""
    groups: dict[tuple[str, str], _Group] = {}
    facts: dict[str, _Facts] = {}
    for unit, one in read_flows(workspace.lake, units):
        found = processes.of(one.app)
        flow = msgspec.structs.replace(one, app=found.app) if found.key else one
        bundle = flow.app.bundle_id if flow.app else ""
        in_capture = facts.setdefault(unit, _Facts())
        if bundle and in_capture.count >= MAX_FACTS and (unit, bundle) not in groups:
            bundle = ""  # no room for one more app: its flows count as those of unknown apps
        group = groups.get((unit, bundle))
        if group is None:
            in_capture.count += 1
            key = (found.key or bundles.get(bundle) or captured_app_key(unit, bundle)) if bundle else unit
            name = flow.app.name if bundle and flow.app else f"Traffic in {Path(paths[unit]).name}"
            app = App(Platform.UNKNOWN, bundle or name, key, name=name)
            if bundle and flow.app is not None:
                app = msgspec.structs.replace(app, platform=_platform(flow.app), version_name=flow.app.version)
            group = groups[unit, bundle] = _Group(app, bool(bundle), unit, paths[unit], rules, in_capture)
        group.add(flow, found.match)
    return groups


def _platform(app: FlowApp) -> Platform:
    """The platform that the source states."""
    return Platform(app.platform) if app.platform in {Platform.ANDROID, Platform.IOS} else Platform.UNKNOWN


class _Facts:
    """How many facts of a capture are in memory."""

    def __init__(self) -> None:
        self.count = 0


class _Group:
    """The traffic of one app in one capture, added up flow by flow."""

    def __init__(self, app: App, known: bool, unit: str, path: str, rules: RuleFiles, facts: _Facts) -> None:
        self._app = app
        self._known = known
        self._unit = unit
        self._path = path
        self._rules = rules
        self._facts = facts
        self._maker = Maker(app if known else None, rules)
        self._endpoints = EndpointTotals()
        self._servers = ServerTotals()
        self._paths = PathTotals()
        self._recipients = RecipientTotals()
        self._leaks: dict[tuple[str, str, str, str], tuple[str, Leak]] = {}
        self._leads: dict[Lead, None] = {}
        self._addresses: dict[tuple[str, str], None] = {}
        self._subjects: dict[tuple[str, str], None] = {}
        self._flows = self._left_out = 0

    def add(self, flow: Flow, match: AppMatch) -> None:
        """Add one flow, whose app rests on this."""
        before = self._size()
        room = self._facts.count < MAX_FACTS
        self._flows += 1
        server, tls = flow.server, flow.tls
        if tls is not None and server.name:
            self._maker.learn_related(server.name, tls.certificate_names)
        endpoint = endpoint_of(flow, self._rules)
        added = [self._servers.add(flow, room=room), self._recipients.add(flow, endpoint, room=room, match=match)]
        if endpoint is not None:
            added.append(self._endpoints.add(flow, endpoint, room=room))
            added.append(self._paths.add(flow, endpoint, room=room))
        added += [_keep(self._leads, lead, None, room) for lead in leads_of([flow], Path(self._path).name)]
        value = endpoint.value if endpoint is not None else server.name or server.ip
        added += [
            _keep(self._leaks, (value, leak.pii_class, leak.where, leak.direction), (value, leak), room)
            for leak in flow.leaks
        ]
        if server.name and server.ip:  # proxies and logs may not know the address
            added.append(_keep(self._addresses, (server.name, server.ip), None, room))
        if tls is not None:
            added.append(_keep(self._subjects, (server.name, tls.certificate_subject), None, room))
        self._left_out += not all(added)
        self._facts.count += self._size() - before

    def _size(self) -> int:
        found = len(self._endpoints) + len(self._servers) + len(self._leaks) + len(self._leads)
        return found + len(self._addresses) + len(self._subjects) + len(self._paths) + len(self._recipients)

    def traffic(self) -> TrafficApp:
        """All of it."""
        return TrafficApp(
            self._app.sha256,
            self._app,
            self._path,
            self._endpoints.sightings(self._maker),
            tuple(self._leaks.values()),
            tuple(self._leads),
            tuple(self._addresses),
            tuple(self._subjects),
            self._known,
            self._unit,
            self._servers.servers(self._app.sha256, self._path),
            self._flows,
            self._servers.others,
            tuple(self._paths.paths()),
            self._left_out,
            self._recipients.recipients(self._app.sha256, self._path, self._maker),
            tuple(self._recipients.shared_secrets(self._maker)),
            self._recipients.counts,
        )


def _keep[K, V](kept: dict[K, V], key: K, value: V, room: bool) -> bool:
    """Add what is new if there is room; false if it was left out."""
    if key in kept:
        return True
    if room:
        kept[key] = value
    return room


def captured_app_key(capture: str, bundle: str) -> str:
    """Return the key of an app that was not scanned, so that two apps of one capture are not taken for one."""
    return sha256(f"{capture}\0{bundle}".encode("utf-8", "surrogatepass")).hexdigest()


def endpoint_evidence(traffic: TrafficApp) -> Iterator[AppEndpoint]:
    """Where each endpoint was seen, in the form that static analysis uses."""
    for sighting in traffic.sightings:
        place = sighting.evidence
        yield AppEndpoint(
            traffic.app_key,
            sighting.endpoint.value,
            Path(place.file).name,
            place.offset,
            place.how,
            sighting.party,
            bytes_out=sighting.bytes_out,
            bytes_in=sighting.bytes_in,
        )
